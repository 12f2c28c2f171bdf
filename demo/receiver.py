"""The demo's receiver of webhooks: takes what is signed as Standard Webhooks says, and lists it.

    python -m demo.receiver --port 8026 --secrets FILE

A tenant's address is `/<tenant>`; its secret is the one that the file has as `<tenant>/demo`.
"""

import argparse
import asyncio
import html
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from bootstrap.process import stop_signal
from demo.markup import PAGE_HEADERS, page

MOST_KEPT = 500
"""Messages that are listed, the newest."""


@dataclass(frozen=True)
class ReceivedWebhook:
    """A message whose signature is good: when it came, where to, its headers by lower-case name, and its event."""

    at: datetime
    to: str
    heads: dict[str, str]
    event: Mapping[str, Any]


@dataclass
class WebhookReceiver:
    """One server. `secrets` are the senders', by the path that they call."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    received: deque[ReceivedWebhook] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    @asynccontextmanager
    async def open(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """Serve for as long as the context lasts; on the same port when it is opened again."""
        app = web.Application()
        app.router.add_get("/", self._listed)
        app.router.add_get("/received.json", self._json)
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls)
        await site.start()
        self.port = self.port or runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take a message: 204, or 401 where its signature is not good."""
        try:
            self.take(request, await request.text())
        except WebhookVerificationError:
            return web.Response(status=401, text="The signature is not good")
        return web.Response(status=204)

    def take(self, request: web.Request, text: str) -> None:
        """Keep a message. Raises WebhookVerificationError."""
        to = request.path.strip("/")
        if to not in self.secrets:
            raise WebhookVerificationError("nobody has a secret for this address")
        heads = {name.lower(): value for name, value in request.headers.items()}
        event = Webhook(self.secrets[to]).verify(text, heads)
        self.received.append(ReceivedWebhook(datetime.now(UTC), to, heads, event))

    async def _listed(self, _request: web.Request) -> web.Response:
        rows = "".join(map(_row, reversed(self.received)))
        head = "<tr><th>At (UTC)</th><th>To</th><th>Event</th><th>Of</th><th>Message</th></tr>"
        none = "<p>None has come since this receiver started.</p>"
        said = "<p>The signature of each is good; what is signed otherwise is refused.</p>"
        body = f"<h1>Webhooks</h1>{f'{said}<table>{head}{rows}</table>' if rows else none}"
        return web.Response(text=page("Webhooks", body), content_type="text/html", headers=PAGE_HEADERS)

    async def _json(self, _request: web.Request) -> web.Response:
        """Every event, oldest first, for programs."""
        return web.json_response([{"to": each.to, "event": each.event} for each in self.received])


def _row(each: ReceivedWebhook) -> str:
    identity, event = (html.escape(text) for text in (each.heads["webhook-id"], json.dumps(each.event, indent=2)))
    cells = (f"{each.at:%Y-%m-%d %H:%M:%S}", each.to, each.event.get("type"), each.event.get("subject"))
    shown = "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells)
    return f"<tr>{shown}<td><details><summary>{identity}</summary><pre>{event}</pre></details></td></tr>"


async def run(receiver: WebhookReceiver) -> None:
    """Take messages and show them until SIGTERM."""
    stop = stop_signal()
    async with receiver.open():
        await stop.wait()


def main() -> None:
    """Read where to listen, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--secrets", type=Path, required=True, help="JSON file of the secrets, as the worker has it")
    given = parser.parse_args()
    secrets: dict[str, str] = json.loads(given.secrets.read_text(encoding="utf-8"))
    by_path = {name.removesuffix("/demo"): secret for name, secret in secrets.items()}
    asyncio.run(run(WebhookReceiver(by_path, given.port)))


if __name__ == "__main__":
    main()
