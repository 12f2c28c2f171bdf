"""A receiver of webhooks over HTTP: keeps what it gets, checks the signature with the library that receivers use."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook as Verifier

from clients.webhook.channel import Webhooks
from clients.webhook.sender import WebhookSender
from domain.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of the finance team, 32").decode()
SOURCE = "https://prodgate.example/v1/requests/prod"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass
class Receiver:
    """One server. `status` is what it answers, `pause` after how many seconds, `headers` what it adds."""

    status: int = 204
    pause: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    body: int = 0
    """Megabytes of an answer that nobody wants."""
    port: int = 0
    asked: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.got]

    @asynccontextmanager
    async def open(self, tls: ssl.SSLContext | None = None) -> AsyncIterator["Receiver"]:
        """Serve for as long as the context lasts; on the same port when it is opened again."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls)
        await site.start()
        self.port = self.port or runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        text = await request.text()
        await asyncio.sleep(self.pause)
        if 200 <= self.status < 300:
            heads = {name.lower(): value for name, value in request.headers.items()}
            self.got.append(Verifier(SECRET).verify(text, heads))
            self.heads.append(heads)
        answer = web.StreamResponse(status=self.status, headers=self.headers)
        await answer.prepare(request)
        for _ in range(self.body):
            await answer.write(b"x" * 1_000_000)
        return answer


def webhook(url: str, **fields: Any) -> Webhook:
    return Webhook.model_validate({"tenant": "tenant-finance", "url": url, "secretName": "ci"} | fields)


def sender(**fields: Any) -> WebhookSender:
    """A sender that may call this machine, unless it is said otherwise."""
    secrets = {"tenant-finance/ci": (Verifier(SECRET),)}
    return WebhookSender(**{"secrets": secrets, "allowed": LOOPBACK} | fields)


def channel(**fields: Any) -> Webhooks:
    return Webhooks(sender(**fields), SOURCE)


def secrets_file(folder: Path, **secrets: Any) -> Path:
    """A file of secrets; of tenant-finance's `ci` where none are given."""
    file = folder / "webhooks.json"
    file.write_text(json.dumps(secrets or {"tenant-finance/ci": SECRET}), encoding="utf-8")
    return file
