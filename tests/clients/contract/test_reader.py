"""Contracts read over HTTP: bounded, from the place that the name led to, and from no place of ours."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest
from aiohttp import web

from clients.contract import reader
from clients.contract.reader import LARGEST, ContractReader, ContractUnavailable
from domain.contract import NotCompared
from domain.webhooks import Address

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A host of contracts on this machine; its address."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/openapi.json"
    finally:
        await runner.cleanup()


async def refusal(address: str, given: ContractReader) -> NotCompared:
    with pytest.raises(ContractUnavailable) as refused:
        await given.read(address)
    return refused.value.reason


async def test_a_document_is_told_by_its_bytes() -> None:
    """Their hash says later which ones were compared."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"openapi: 3.0.3")

    async with serving(answer) as address:
        told, content = await ContractReader(HERE).read(address)
    assert (told.url, told.sha256, told.size) == (address, sha256(b"openapi: 3.0.3").hexdigest(), 14)
    assert content == b"openapi: 3.0.3"


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1:1/", "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1/"),
        *("https://0x7f.1/", "https://2130706433/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/"),
    ],
)
async def test_no_address_leads_to_a_place_of_ours(address: str) -> None:
    """In whatever form the catalogue writes it; nothing is connected to."""
    assert await refusal(address, ContractReader()) is NotCompared.NOT_ALLOWED


async def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere() -> None:
    """What was judged is what is connected to; one bad address of several is enough to refuse."""
    asked = []

    async def rebinding(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("10.0.0.1")]

    assert (
        await refusal("http://contracts.example/", ContractReader(HERE, resolve=rebinding)) is NotCompared.NOT_ALLOWED
    )
    assert asked == ["contracts.example"]


async def test_without_tls_only_allowed_networks_are_asked() -> None:
    """Anybody on the way could answer otherwise."""

    async def public(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("93.184.216.34")]

    assert await refusal("http://contracts.example/", ContractReader(resolve=public)) is NotCompared.NOT_ALLOWED


async def test_a_document_without_end_is_not_read() -> None:
    """Nor is one that says that it is small."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(LARGEST // 65_536 + 2):
            await response.write(b"x" * 65_536)
        return response

    async with serving(answer) as address:
        assert await refusal(address, ContractReader(HERE)) is NotCompared.TOO_LARGE


async def test_what_is_packed_is_not_unpacked() -> None:
    """A kilobyte may hold a gigabyte."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    async with serving(answer) as address:
        assert await refusal(address, ContractReader(HERE)) is NotCompared.UNREADABLE


async def test_nothing_is_followed_elsewhere() -> None:
    """A redirect leads where nobody judged."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/secrets"})

    async with serving(answer) as address:
        assert await refusal(address, ContractReader(HERE)) is NotCompared.UNREADABLE


async def test_a_slow_host_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte at a time is slow, too."""
    monkeypatch.setattr(reader, "READ_WITHIN", 2)
    left = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        try:
            await response.prepare(request)
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.05)
        except ConnectionResetError:
            left.set()
        return response

    async with serving(answer) as address:
        assert await refusal(address, ContractReader(HERE)) is NotCompared.AWAY
        await asyncio.wait_for(left.wait(), 60)


async def test_a_host_that_is_away_is_told_as_such() -> None:
    """Which is no fault of the document."""
    assert await refusal("http://127.0.0.1:9/", ContractReader(HERE)) is NotCompared.AWAY
