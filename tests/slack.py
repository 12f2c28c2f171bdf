"""A stand-in for Slack over HTTP: takes messages with the limits that are documented, and signs what it sends."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

TOKEN, SECRET = "xoxb-test", "8f742231b10e8888abcd99yyyzzz85a5"

# https://docs.slack.dev/reference/block-kit/blocks and …/block-elements/button-element
_LENGTHS = {"header": 150, "section": 3_000, "context": 2_000}


def invalid(blocks: list[dict[str, Any]]) -> str | None:
    """The reason why Slack would refuse the blocks."""
    if len(blocks) > 50:
        return "more than 50 blocks"
    for block in blocks:
        texts = [block["text"]] if "text" in block else []
        fields = block.get("fields", [])
        if len(fields) > 10 or any(not 0 < len(each["text"]) <= 2_000 for each in fields):
            return f"fields of {block['type']}"
        if any(not 0 < len(each["text"]) <= _LENGTHS[block["type"]] for each in texts):
            return f"text of {block['type']}"
        if block["type"] == "actions" and any(map(_invalid_button, block["elements"])):
            return "a button"
    return None


def _invalid_button(button: dict[str, Any]) -> bool:
    too_long = len(button["text"]["text"]) > 75 or len(button.get("value", "")) > 2_000
    confirm = button.get("confirm", {})
    return too_long or len(confirm.get("text", {}).get("text", "")) > 300 or len(button.get("url", "")) > 3_000


@dataclass
class Message:
    channel: str
    ts: str
    said: dict[str, Any]

    @property
    def thread(self) -> str | None:
        return self.said.get("thread_ts")


@dataclass
class SlackStandIn:
    """The workspace. `limit` is how many calls it takes before it answers 429, `errors` what it refuses next."""

    port: int = 0
    limit: int | None = None
    retry_after: int = 1
    errors: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    updates: list[Message] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    whispers: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[float, str]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["SlackStandIn"]:
        """Serve for as long as the context lasts; on the same port when it is opened again."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append((time.monotonic(), method))
        if self.limit is not None and len(self.calls) > self.limit:
            self.limit = None
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if self.errors:
            return web.json_response({"ok": False, "error": self.errors.pop(0)})
        said: dict[str, Any] = await request.json()
        return web.json_response(self._take(method, said))

    def _take(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        if method == "views.open":
            self.views.append(said)
            return {"ok": True}
        if not 0 < len(said.get("text", "")) <= 40_000:
            return {"ok": False, "error": "no_text"}
        if why := invalid(said.get("blocks", [])):
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [why]}}
        if method == "chat.postEphemeral":
            self.whispers.append(said)
            return {"ok": True, "message_ts": "0.0"}
        return self._post(said) if method == "chat.postMessage" else self._update(said)

    def _post(self, said: dict[str, Any]) -> dict[str, Any]:
        channel = "C" + hashlib.sha256(said["channel"].encode()).hexdigest()[:8].upper()
        channel = said["channel"] if said["channel"].startswith("C") else channel
        message = Message(channel, f"1700000000.{next(self._numbers):06}", said)
        self.messages.append(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _update(self, said: dict[str, Any]) -> dict[str, Any]:
        if not any((each.channel, each.ts) == (said["channel"], said["ts"]) for each in self.messages):
            return {"ok": False, "error": "message_not_found"}
        self.updates.append(Message(said["channel"], said["ts"], said))
        return {"ok": True, "channel": said["channel"], "ts": said["ts"]}


def signed(payload: dict[str, Any], secret: str = SECRET, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """The body and headers of an interaction, as Slack sends it.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    body = urlencode({"payload": json.dumps(payload)}).encode()
    moment = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={signature}"}
    return body, headers | {"Content-Type": "application/x-www-form-urlencoded"}
