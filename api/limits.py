"""Limits: how large a body and its headers may be, and how many requests one address or one person may send."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import TooManyRequests, problem, too_many

LARGEST_BODY = 256 * 1024
"""Bytes of a body; a ticket within its fields' limits fits."""

LARGEST_CALLBACK = 1024 * 1024
"""AWX's callbacks list every host of the inventory."""

LARGEST_HEADERS = 14 * 1024
"""Bytes of all headers; a token of 8 KB fits. The server itself stops reading at 16 KB."""

MOST_HEADERS = 100

REMEMBERED = 10_000
"""Callers whose bucket is kept; the one that was heard of longest ago makes room, and starts full when it returns."""


Refused = Callable[[Request, int, str], None]
"""Is told of a request that is refused before any route is reached: status and sentence."""


@dataclass
class Buckets:
    """A bucket of `per_minute` tokens for each caller, refilled steadily: a minute's worth may come at once."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, who: str) -> int:
        """Take one token; the seconds to wait where there is none, otherwise 0. Constant work, whoever comes."""
        now, most = self.clock(), float(self.per_minute)
        left, since = self._left.pop(who, (most, now))
        left = min(most, left + (now - since) * most / 60)
        taken = left >= 1
        self._left[who] = (left - 1 if taken else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0 if taken else math.ceil((1 - left) * 60 / most)


class RequestLimit:
    """Answers 429 to an address that sends more than its share; who is behind it is not asked before that."""

    def __init__(self, app: ASGIApp, per_minute: int, refused: Refused) -> None:
        self._app = app
        self._buckets = Buckets(per_minute)
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        wait = self._buckets.take(network(client[0] if client else ""))
        if wait:
            error = TooManyRequests(wait)
            self._refused(Request(scope), HTTPStatus.TOO_MANY_REQUESTS, str(error))
            await too_many(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def network(address: str) -> str:
    """The network of an address: one host in IPv4, a /64 in IPv6, of which one household has 2^64 addresses.

    Some proxies spell IPv4 as IPv6: all of it is one /64 there, in which one caller would use up everybody's share.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


class HeaderLimit:
    """Answers 431 where the headers are too many, or too large together."""

    def __init__(self, app: ASGIApp, refused: Refused) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = scope["headers"]
            size = sum(len(name) + len(value) + 4 for name, value in headers)
            if len(headers) > MOST_HEADERS or size > LARGEST_HEADERS:
                said = f"The headers are more than {MOST_HEADERS}, or larger than {LARGEST_HEADERS // 1024} KB"
                self._refused(Request(scope), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, said)
                await problem(431, said)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Answers 413 as soon as a body is announced, or turns out, to be larger than allowed."""

    def __init__(self, app: ASGIApp, refused: Refused) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = LARGEST_CALLBACK if scope["path"].startswith("/v1/webhooks/") else LARGEST_BODY
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            self._refused(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(limit))
            await problem(413, _sentence(limit))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                self._refused(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(limit))
                # The framework lets this one kind pass where it reads the body.
                raise HTTPException(413, _sentence(limit))
            return message

        await self._app(scope, counted, send)


def _sentence(limit: int) -> str:
    return f"The body is larger than {limit // 1024} KB"
