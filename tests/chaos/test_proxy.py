"""The proxy that misbehaves, in front of a server that counts what reaches it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from tests.chaos.proxy import Network, Proxy


@dataclass
class Echo:
    """A server that answers each line with itself, and keeps it."""

    heard: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Echo"]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # the client may be gone
            while line := await reader.readline():
                self.heard.append(line)
                writer.write(line)
                await writer.drain()
        writer.close()


@dataclass
class Client:
    """One connection through the proxy."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, line: bytes) -> bytes:
        """The answer; nothing where the connection ended in order."""
        self.writer.write(line)
        return await self.reader.readline()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with Echo().open() as server:
        yield server


@contextlib.asynccontextmanager
async def path(echo: Echo, polite: int = 0) -> AsyncIterator[tuple[Proxy, Client]]:
    async with Proxy(echo.port, polite).open() as proxy:
        client = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        try:
            yield proxy, client
        finally:
            client.writer.close()


async def test_a_path_that_is_well_carries_both_ways_to_the_end(echo: Echo) -> None:
    """Whoever stops writing is still answered."""
    async with path(echo) as (_, client):
        client.writer.write(b"one\ntwo\n")
        client.writer.write_eof()
        assert await client.reader.read() == b"one\ntwo\n"


async def test_a_slow_path_takes_its_time_both_ways(echo: Echo) -> None:
    """Each piece waits."""
    async with path(echo) as (proxy, client):
        await client.ask(b"one\n")
        proxy.become(Network.SLOW, 0.1)
        began = time.monotonic()
        assert await client.ask(b"two\n") == b"two\n"
        assert time.monotonic() - began > 0.2


async def test_a_cut_path_ends_what_is_open_and_begins_nothing(echo: Echo) -> None:
    """It is mended for new connections."""
    async with path(echo) as (proxy, client):
        await client.ask(b"one\n")
        proxy.become(Network.CUT)
        with pytest.raises(ConnectionError):
            await client.ask(b"two\n")
        fresh = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        with pytest.raises(ConnectionError):
            await fresh.ask(b"three\n")
        proxy.become(Network.WELL)
        fresh = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        assert await fresh.ask(b"four\n") == b"four\n"
        fresh.writer.close()
    assert echo.heard == [b"one\n", b"four\n"]


async def test_a_black_hole_says_nothing_and_carries_on_where_it_stopped(echo: Echo) -> None:
    """As TCP sends again what was lost."""
    async with path(echo) as (proxy, client):
        await client.ask(b"one\n")
        proxy.become(Network.BLACKHOLE)
        asked = asyncio.create_task(client.ask(b"two\n"))
        await asyncio.sleep(0.2)
        assert not asked.done()
        assert echo.heard == [b"one\n"]
        proxy.become(Network.WELL)
        assert await asked == b"two\n"


async def test_a_lost_answer_is_one_to_what_was_done(echo: Echo) -> None:
    """The request went through, its answer did not; turns that a protocol takes first are answered."""
    async with path(echo, polite=1) as (proxy, client):
        proxy.become(Network.LOST_ANSWERS)
        assert await client.ask(b"hello\n") == b"hello\n"
        with pytest.raises(ConnectionError):
            await client.ask(b"do it\n")
        assert proxy.lost == 1
    assert echo.heard == [b"hello\n", b"do it\n"]


async def test_who_connects_to_what_is_not_there_is_reset(echo: Echo) -> None:
    """The proxy listens; what it leads to may be dead."""
    del echo
    unused = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()
    async with path(Echo(port=port)) as (_, client):
        with pytest.raises(ConnectionError):
            await client.ask(b"one\n")
