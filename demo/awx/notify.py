"""AWX's outgoing webhook notifications, with what is known to go wrong with them."""

import asyncio
import itertools
import ssl
from typing import Any
from urllib.parse import urljoin

import httpx

from demo.awx.bodies import Body, notification_body
from demo.awx.http import Row
from demo.awx.model import NotifyFault, SimulatedJob, SimulatorConfig

KIND_OF = {"running": "started", "successful": "success", "failed": "error", "error": "error", "canceled": "error"}
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
        self._held: dict[int, Body] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # AWX has so many dispatcher workers; a thousand calls at once would take the client minutes to order.
        self._senders = asyncio.Semaphore(50)
        # AWX sets no timeout: a receiver that hangs holds the sender.
        headers = {"Content-Type": "application/json", "User-Agent": f"AWX {config.version} (open)"}
        # Nor does it know any authority: to read their certificates would take most of the simulator's start.
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.AsyncClient(timeout=None, headers=headers, follow_redirects=False, verify=tls)  # noqa: S113

    def announce(self, job: SimulatedJob, webhooks: list[Row]) -> None:
        """Send what the job's present status calls for to each webhook's configuration, in the background."""
        if not webhooks:
            return
        task = asyncio.create_task(self._send_all(job, self._bodies(job), webhooks))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _bodies(self, job: SimulatedJob) -> list[Body]:
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

    async def _send_all(self, job: SimulatedJob, bodies: list[Body], webhooks: list[Row]) -> None:
        if not bodies:
            job.notifications.append({"status": "pending", "error": "", "notifications_sent": 0})
        for body, webhook in itertools.product(bodies, webhooks):
            async with self._senders:
                told = await self._send(body, webhook)
            job.notifications.append(told)

    async def _send(self, body: Body, webhook: Row) -> dict[str, Any]:
        """One delivery, as a row of /jobs/{id}/notifications/; 301 and 307 are followed by hand."""
        url, method, headers = webhook["url"], webhook["http_method"], webhook["headers"]
        login = webhook["username"], webhook["password"]
        try:
            for _ in range(MAX_HOPS):
                answer = await self._client.request(
                    method, url, json=body, headers=headers, auth=login if any(login) else None
                )
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
