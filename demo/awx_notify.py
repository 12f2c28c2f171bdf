"""AWX's outgoing webhook notifications, with what is known to go wrong with them."""

import asyncio
from typing import Any
from urllib.parse import urljoin

import httpx

from demo.awx_bodies import Body, notification_body
from demo.awx_model import Job, NotifyFault, SimulatorConfig

KINDS = {"running": "started", "successful": "success", "failed": "error", "error": "error", "canceled": "error"}
MAX_HOPS = 5

OTHER_KINDS: list[Body] = [
    {"id": 1, "name": "Playbooks", "url": "http://awx/#/jobs/project/1", "created_by": "None", "status": "successful"},
    {"body": 'The approval node "Go" needs review. This node can be viewed at: http://awx/#/jobs/workflow/1'},
    {"body": "Test Notification 5 http://awx"},
]
"""A project update and an approval node through an organisation's template, and the test button's message."""


class Notifier:
    """Posts what AWX would post. Nothing is ever sent again: a receiver that answers 500 has missed it."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        self._held: dict[int, Body] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # AWX sets no timeout: a receiver that hangs holds the sender.
        self._client = httpx.AsyncClient(timeout=None, headers=self._headers(), follow_redirects=False)  # noqa: S113

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": f"AWX {self._config.version} (open)"}
        if self._config.callback_secret and self._config.callback_auth == "header":
            headers["X-Prodgate-Secret"] = self._config.callback_secret
        return headers

    def announce(self, job: Job) -> None:
        """Send what the job's present status calls for, in the background."""
        if self._config.callback_url is None:
            return
        task = asyncio.create_task(self._send_all(job, self._bodies(job)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _bodies(self, job: Job) -> list[Body]:
        body = notification_body(job, "http://awx")
        final = job.status != "running"
        match job.notify:
            case NotifyFault.UNSENT:
                return []
            case NotifyFault.DUPLICATE:
                return [body, body]
            case NotifyFault.EMPTY_BODY:
                return [{}]
            case NotifyFault.OTHER_KINDS:
                return [*OTHER_KINDS, body]
            case NotifyFault.ERROR_THEN_SUCCESS if job.status == "successful":
                return [body | {"status": "failed"}, body]
            case NotifyFault.REVERSED if final:
                return [body, *filter(None, [self._held.pop(job.id, None)])]
            case NotifyFault.REVERSED:
                self._held[job.id] = body
                return []
        return [body]

    async def _send_all(self, job: Job, bodies: list[Body]) -> None:
        if not bodies:
            job.notifications.append({"status": "pending", "error": "", "notifications_sent": 0})
        for body in bodies:
            job.notifications.append(await self._send(body))

    async def _send(self, body: Body) -> dict[str, Any]:
        """One delivery, as a row of /jobs/{id}/notifications/; 301 and 307 are followed by hand."""
        url = str(self._config.callback_url)
        secret = self._config.callback_secret
        auth = ("awx", secret) if secret and self._config.callback_auth == "basic" else None
        try:
            for _ in range(MAX_HOPS):
                answer = await self._client.request(self._config.callback_method, url, json=body, auth=auth)
                if answer.status_code not in (301, 307):
                    break
                url = urljoin(url, answer.headers["location"])
        except httpx.HTTPError as error:
            return {
                "status": "failed",
                "error": f"Error sending webhook notification: {error}",
                "notifications_sent": 0,
            }
        if answer.status_code >= 400:
            error_text = f"Error sending webhook notification: {answer.status_code}"
            return {"status": "failed", "error": error_text, "notifications_sent": 0}
        return {"status": "successful", "error": "", "notifications_sent": int(answer.status_code < 299)}

    async def settled(self) -> None:
        """Wait until everything announced so far is delivered or lost."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()
