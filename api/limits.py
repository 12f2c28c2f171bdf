"""Limits: how large a body and its headers may be, and how many requests one address or one person may send."""

import ipaddress
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.counting import Counts
from api.errors import TooManyRequests, problem, too_many
from domain.roles import Person

LARGEST_BODY = 256 * 1024
"""Bytes of a body; a ticket within its fields' limits fits."""

LARGEST_CALLBACK = 1024 * 1024
"""AWX's callbacks list every host of the inventory."""

LARGEST_HEADERS = 14 * 1024
"""Bytes of all headers; a token of 8 KB fits. The server itself stops reading at 16 KB."""

MOST_HEADERS = 100

Refused = Callable[[Request, int, str], Awaitable[None]]
"""Is told of a request that is refused before any route is reached: status and sentence."""


class RequestLimit:
    """Answers 429 to an address that sends more than its share; who is behind it is not asked before that."""

    def __init__(self, app: ASGIApp, per_minute: int, counts: Counts, refused: Refused) -> None:
        self._app = app
        self._limit, self._counts = RateLimitItemPerMinute(per_minute), counts
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        wait = await self._counts.take(self._limit, "address", network(client[0] if client else ""))
        if wait:
            error = TooManyRequests(wait)
            await self._refused(Request(scope), HTTPStatus.TOO_MANY_REQUESTS, str(error))
            await too_many(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class PeopleLimit:
    """Limits the requests of one person, whichever way they come."""

    def __init__(self, per_minute: int, counts: Counts) -> None:
        self._limit, self._counts = RateLimitItemPerMinute(per_minute), counts

    async def take(self, person: Person) -> int:
        """Count one request; the seconds to wait where it is one too many, otherwise 0."""
        return await self._counts.take(self._limit, "person", person.subject or person.email)


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
                await self._refused(Request(scope), HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, said)
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
        limit = LARGEST_CALLBACK if scope["path"].startswith(("/v1/webhooks/", "/v1/data/")) else LARGEST_BODY
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refused(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(limit))
            await problem(413, _sentence(limit))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                await self._refused(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(limit))
                # The framework lets this one kind pass where it reads the body.
                raise HTTPException(413, _sentence(limit))
            return message

        await self._app(scope, counted, send)


def _sentence(limit: int) -> str:
    return f"The body is larger than {limit // 1024} KB"
