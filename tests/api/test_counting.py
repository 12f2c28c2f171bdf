"""Counting requests: in one process, and in a real Redis for several."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond

from api.counting import ASK_AGAIN_AFTER, PARTS, REMEMBERED, SHARED, Counts
from bootstrap.process import listen
from settings import Settings, SettingsError
from tests.api.house import PIERRE, Connect, opened, problem
from tests.api.test_oidc import Clock
from tests.counts import CountServer, count_server

MINUTE = RateLimitItemPerMinute(20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CountServer]:
    with count_server(tmp_path) as server:
        yield server


@asynccontextmanager
async def counting(url: str | None, clock: Clock | None = None) -> AsyncIterator[Counts]:
    counts = Counts(url, clock or Clock())
    try:
        yield counts
    finally:
        await counts.close()


async def taken(counts: Counts, times: int, who: str = "a") -> int:
    """The requests of so many that were let through."""
    return [await counts.take(MINUTE, "person", who) for _ in range(times)].count(0)


@pytest.mark.parametrize("shared", [False, True])
async def test_a_windows_worth_may_come_at_once_and_the_wait_that_is_told_is_enough(
    server: CountServer, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another caller is counted by themselves."""
    monkeypatch.setattr("api.counting.ANSWER_WITHIN", 10.0)  # a busy machine is no server that is away
    limit = RateLimitItemPerSecond(30, 2)
    async with counting(server.url if shared else None) as counts:
        for turn in range(3):
            started, waits = time.monotonic(), [0]
            while waits[-1] == 0:
                waits.append(await counts.take(limit, "person", "a"))
            # A busy machine takes a while for them, in which more are let through.
            assert waits.count(0) - 1 <= 31 + 15 * (time.monotonic() - started), turn
            assert 1 <= waits[-1] <= 3
            assert await counts.take(limit, "person", f"b{turn}") == 0
            await asyncio.sleep(waits[-1])
            assert await counts.take(limit, "person", "a") == 0


async def test_a_flood_of_callers_takes_no_more_memory_and_little_time() -> None:
    """Counting begins anew, in parts, where more come than are kept; one request costs some milliseconds of CPU."""
    async with counting(None) as counts:
        for number in range(3 * REMEMBERED):
            await counts.take(MINUTE, "address", str(number))
        assert sum(len(part.storage) for part in counts._here) <= 2 * REMEMBERED + PARTS
        started = time.process_time()
        for number in range(1_000):
            await counts.take(MINUTE, "address", str(number))
            await asyncio.sleep(0)  # as between requests: the library tidies then
        assert time.process_time() - started < 10


async def test_two_processes_count_together(server: CountServer) -> None:
    """By the names of either server: they speak one protocol."""
    async with counting(server.url) as one, counting(server.url.replace("redis", "valkey")) as other:
        assert await taken(one, 15) + await taken(other, 15) in {20, 21}
        assert await taken(other, 5, "b") == 5


async def test_while_the_server_is_away_each_counts_alone_and_says_so(server: CountServer) -> None:
    """Nobody is refused for it, nobody gets through without end, and after a while it is asked again."""
    clock = Clock()
    async with counting(server.url, clock) as counts:
        assert await taken(counts, 30) in {20, 21}
        server.stop()
        with structlog.testing.capture_logs() as lines:
            assert await taken(counts, 30) in {20, 21}
        assert [line["event"] for line in lines] == ["limits are counted by this process alone"]
        assert SHARED._value.get() == 0
        server.start()
        clock.now += ASK_AGAIN_AFTER
        assert await taken(counts, 30) in {20, 21}, "the server counts anew"
        assert SHARED._value.get() == 1


async def test_a_server_that_hangs_keeps_one_request_waiting_and_no_other() -> None:
    """It took the connection and never answers."""
    hanging = listen("127.0.0.1", 0)
    async with counting(f"redis://127.0.0.1:{hanging.getsockname()[1]}") as counts:
        started = time.monotonic()
        assert await taken(counts, 300) in range(20, 30)
        assert time.monotonic() - started < 60, "each of the others waited, too"
    hanging.close()


def test_two_apis_have_one_limit(server: CountServer, connect_temporal: Connect, tmp_path: Path) -> None:
    """429 with Retry-After by the second for what the first has let through; with the server gone, both answer."""
    given = {"limits_url": server.url, "requests_per_minute_person": 20}
    with opened(connect_temporal, tmp_path, **given) as house:
        other = house.another_api()
        assert "prodgate_limits_shared 1.0" in house.http().get("/metrics").text
        answers = [house.as_(PIERRE, url).get("/stats") for url in (house.url, other) for _ in range(15)]
        codes = [answer.status_code for answer in answers]
        assert codes.count(200) in {20, 21}
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert problem(answers[-1])["type"] == "urn:prodgate:problem:too-many-requests"
        server.stop()
        assert house.as_(PIERRE).get("/stats").status_code == 200
        assert "prodgate_limits_shared 0.0" in house.http().get("/metrics").text


@pytest.mark.parametrize("url", ["http://redis", "redis://", "memory://", "redis://a b"])
def test_an_address_of_nothing_that_counts_is_refused(url: str) -> None:
    """Without repeating it: there may be a password in it."""
    with pytest.raises(SettingsError, match=r"PRODGATE_LIMITS_URL: must be redis\[s\]://") as refused:
        Settings.from_environment({"PRODGATE_GIT_REPO": "x", "PRODGATE_LIMITS_URL": url})
    assert url not in str(refused.value).split("must be")[0]
