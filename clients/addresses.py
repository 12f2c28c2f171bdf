"""Finds where an address leads, and refuses places that nobody may be sent to by a file."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

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
