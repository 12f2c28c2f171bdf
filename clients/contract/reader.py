"""Reads an API's OpenAPI document from an address that the catalogue names, and lets it lead to no place of ours."""

import asyncio
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from ssl import SSLContext

import httpx

from clients.addresses import NotAllowed, Resolve, calling, judged, resolved
from clients.letters import one_line
from clients.tls import context
from domain.contract import NotCompared, ReadDocument
from domain.webhooks import Address, Network

READ_WITHIN = 5.0
"""Seconds for one document, all in all: somebody waits for it."""

CONNECT_WITHIN = 3.0
LARGEST = 4_000_000
"""Bytes of a document; large ones have some hundred kilobytes."""


class ContractUnavailable(Exception):
    """The contracts could not be compared; `str()` says why, in one sentence."""

    def __init__(self, reason: NotCompared, why: str) -> None:
        super().__init__(why)
        self.reason = reason


@dataclass(frozen=True)
class ContractReader:
    """Reads documents. `allowed` are the networks besides the public ones, and those that are called without TLS."""

    allowed: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    resolve: Resolve = resolved

    async def read(self, address: str) -> tuple[ReadDocument, bytes]:
        """The document's bytes, and what is told of them. Raises ContractUnavailable."""
        try:
            async with asyncio.timeout(READ_WITHIN):
                url = httpx.URL(address)
                content = await self._content(url, await judged(url, self.allowed, self.resolve, "contracts"))
        except NotAllowed as error:
            raise ContractUnavailable(NotCompared.NOT_ALLOWED, str(error)) from error
        except TimeoutError as error:
            raise ContractUnavailable(NotCompared.AWAY, f"{address} took more than {READ_WITHIN:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            why = one_line(str(error)) or type(error).__name__
            raise ContractUnavailable(NotCompared.AWAY, f"{address} can't be read: {why}") from error
        return ReadDocument(url=address, sha256=sha256(content).hexdigest(), size=len(content)), content

    async def _content(self, url: httpx.URL, address: Address) -> bytes:
        """The body of a 200. Nothing is unpacked, which could be made to have no end."""
        timeout = httpx.Timeout(READ_WITHIN, connect=CONNECT_WITHIN)
        async with calling("GET", url, address, {"accept-encoding": "identity"}, self._tls, timeout) as answer:
            if answer.status_code != httpx.codes.OK or "content-encoding" in answer.headers:
                said = answer.headers.get("content-encoding", answer.status_code)
                raise ContractUnavailable(NotCompared.UNREADABLE, f"{url} answered {one_line(str(said))[:40]}")
            return await _body(answer, url)

    @cached_property
    def _tls(self) -> SSLContext:
        return context(self.ca_bundle, None)


async def _body(answer: httpx.Response, url: httpx.URL) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > LARGEST:
            raise ContractUnavailable(NotCompared.TOO_LARGE, f"{url} has more than {LARGEST:,} bytes")
    return bytes(body)
