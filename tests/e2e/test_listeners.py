"""Thousands of consoles that are open and quiet: each hears of a change, and nobody else waits for them."""

import asyncio
import resource
from pathlib import Path

import pytest

from tests.e2e.stack import JEAN, Stack, started

LISTENERS = 2_000
SETTINGS = {"PRODGATE_REQUESTS_PER_MINUTE_PERSON": "1000000", "PRODGATE_REQUESTS_PER_MINUTE_ADDRESS": "1000000"}


@pytest.fixture
def many_files() -> None:
    """Room for the connections, here and in the processes that are started."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 10_000), most))


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def listen(stack: Stack, gate: asyncio.Semaphore) -> Stream:
    """An open stream whose head has been read."""
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", stack.ports["port"])
        writer.write(
            f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {stack.token(JEAN)}\r\n\r\n".encode()
        )
        assert b"200 OK" in await reader.readuntil(b"\r\n")
        await reader.readuntil(b"retry: 2000\n\n")
    return reader, writer


async def crowd(stack: Stack) -> str:
    """Open the streams, change something, and wait until everybody heard; the ticket."""
    stack.token(JEAN)
    gate = asyncio.Semaphore(50)
    streams = await asyncio.gather(*(listen(stack, gate) for _ in range(LISTENERS)))
    ticket = await asyncio.to_thread(stack.ask, "1.0.0")
    told = asyncio.gather(*(reader.readuntil(ticket.encode()) for reader, _ in streams))
    assert len(await asyncio.wait_for(told, 60)) == LISTENERS
    for _, writer in streams:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in streams))
    return ticket


def test_thousands_of_quiet_listeners_hear_of_a_change(many_files: None, tmp_path: Path) -> None:
    """Two thousand streams of one API process: it goes on serving beside them, and all of them hear."""
    with started(Stack(tmp_path / "data", settings=SETTINGS)) as stack:
        ticket = asyncio.run(crowd(stack))
        stack.approve(ticket)
        stack.await_state([ticket], "deployed")
