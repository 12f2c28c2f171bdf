"""A receiver of webhooks over HTTP: keeps what it gets, checks the signature with the library that receivers use."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook as Verifier

from clients.webhook.channel import Webhooks
from clients.webhook.sender import WebhookSender
from demo.receiver import ReceivedWebhook, WebhookReceiver
from domain.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of the finance team, 32").decode()
SOURCE = "https://prodgate.example/v1/requests/prod"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass
class Receiver(WebhookReceiver):
    """The demo's, with failures: `status` is what it answers, after `pause` seconds, `headers` what it adds."""

    status: int = 204
    pause: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    body: int = 0
    """Megabytes of an answer that nobody wants."""
    written: int = 0
    """Those of them that were taken."""
    asked: int = 0
    secrets: Mapping[str, str] = field(default_factory=lambda: {"hook": SECRET})
    received: deque[ReceivedWebhook] = field(default_factory=deque)

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"

    @property
    def got(self) -> list[Any]:
        return [each.event for each in self.received]

    @property
    def heads(self) -> list[dict[str, str]]:
        return [each.heads for each in self.received]

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.got]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        text = await request.text()
        await asyncio.sleep(self.pause)
        if 200 <= self.status < 300:
            self.take(request, text)
        answer = web.StreamResponse(status=self.status, headers=self.headers)
        await answer.prepare(request)
        for _ in range(self.body):
            await answer.write(b"x" * 1_000_000)
            self.written += 1
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
