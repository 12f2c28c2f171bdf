"""Finds where an address leads, refuses places that nobody may be sent to by a file, and calls the others."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

from domain.webhooks import Address, Network, callable_at, is_allowed

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Finds the addresses of a host's name. Raises OSError, UnicodeError."""

_PORTS = {"http": 80, "https": 443}


class NotAllowed(Exception):
    """The address leads to a place that may not be called; `str()` says which."""


async def resolved(host: str, port: int) -> Sequence[Address]:
    """The addresses as this machine finds them, which reads numbers in every form of C: `0x7f.1`, `2130706433`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(where[0]) for *_, where in found]


async def judged(url: httpx.URL, allowed: Sequence[Network], resolve: Resolve, who: str) -> Address:
    """The address to connect to: the first, where the name leads to none that `who`, such as webhooks, may not call.

    Whoever connects to it, and not to the name again, can't be led elsewhere meanwhile. Raises NotAllowed, OSError.
    """
    addresses = await resolve(url.host, url.port or _PORTS[url.scheme])
    for address in addresses:
        if not callable_at(address, allowed):
            raise NotAllowed(f"{url.host} leads to {address}, which {who} may not call")
        if url.scheme == "http" and not is_allowed(address, allowed):
            raise NotAllowed(f"{url.host} is called without TLS, which only an allowed network may be")
    return addresses[0]


@asynccontextmanager
async def calling(
    method: str,
    url: httpx.URL,
    address: Address,
    headers: Mapping[str, str],
    tls: ssl.SSLContext,
    waits: httpx.Timeout,
    content: str | bytes | None = None,
) -> AsyncIterator[httpx.Response]:
    """The answer of the judged address itself, with the name in `Host` and in TLS; its body is not read yet.

    Nothing is followed elsewhere, no proxy of the environment is asked, and no connection used twice.
    """
    sent = {**headers, "host": url.netloc.decode("ascii"), "user-agent": "prodgate"}
    async with (
        httpx.AsyncClient(verify=tls if url.scheme == "https" else False, trust_env=False, timeout=waits) as http,
        http.stream(
            method,
            url.copy_with(host=str(address)),
            headers=sent,
            content=content,
            extensions={"sni_hostname": url.host},
        ) as answer,
    ):
        yield answer
