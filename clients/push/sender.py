"""Sends one message to one browser by its push service (RFC 8030), which may be anybody's server."""

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import httpx

from clients.addresses import NotAllowed, Resolve, calling, judged, resolved
from clients.channel import Allowed
from clients.http import reason, retry_after
from clients.push.encryption import encrypted
from clients.push.key import PushKey
from clients.tls import context
from domain.browsers import Browser, EndpointRefused
from domain.values import Frozen
from domain.webhooks import Network

CONNECT_WITHIN = 3.0
"""Seconds to find and reach the push service."""

ANSWER_WITHIN = 10.0
"""Seconds for one message, all in all."""

KEPT_FOR = timedelta(days=3)
"""The time that a push service keeps a message for a browser that is away; a newer one of the request replaces it."""


class Urgency(StrEnum):
    """The urgency of a message for a phone that saves its battery (RFC 8030, section 5.3)."""

    NORMAL = "normal"
    HIGH = "high"


class PushMessage(Frozen):
    """A notification: what it shows, in which language, the page that it opens, and which older ones it replaces."""

    title: str
    body: str
    lang: str
    tag: str
    path: str


class PushNotSent(Exception):
    """No answer came; `str()` says why."""


@dataclass(frozen=True)
class PushAnswer:
    """A push service's answer; `wait` are the seconds after which it wants to be asked again."""

    status: int
    wait: float | None = None


@dataclass(frozen=True)
class PushSender:
    """Posts messages. `allowed` are the networks besides the public ones that a push service may be in."""

    key: PushKey
    allowed: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    resolve: Resolve = resolved

    async def send(
        self, browser: Browser, message: PushMessage, topic: str, urgency: Urgency, may: Allowed
    ) -> PushAnswer:
        """One attempt. Raises PushNotSent."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._sent(browser, message, topic, urgency, may)
        except NotAllowed as error:
            raise PushNotSent(str(error)) from error
        except TimeoutError as error:
            raise PushNotSent(f"No answer within {ANSWER_WITHIN:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise PushNotSent(reason(error)) from error

    async def check(self, browser: Browser) -> None:
        """Raise EndpointRefused where the browser's push service may not be called, or can't be found."""
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await judged(httpx.URL(browser.endpoint), self.allowed, self.resolve, "push")
        except (NotAllowed, TimeoutError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise EndpointRefused from error

    async def _sent(
        self, browser: Browser, message: PushMessage, topic: str, urgency: Urgency, may: Allowed
    ) -> PushAnswer:
        url, now = httpx.URL(browser.endpoint), self.now()
        address = await judged(url, self.allowed, self.resolve, "push")
        text = json.dumps(message.model_dump(), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "authorization": self.key.proof(f"{url.scheme}://{url.netloc.decode('ascii')}", now),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": f"{KEPT_FOR.total_seconds():.0f}",
            "urgency": urgency,
            "topic": topic,
        }
        body = encrypted(text, browser.keys.p256dh, browser.keys.auth)
        waits = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
        may()
        async with calling("POST", url, address, headers, self._tls, waits, body) as answer:
            return PushAnswer(answer.status_code, retry_after(answer.headers, now))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: reading the system's authorities takes as long as a message."""
        return context(self.ca_bundle, None)
