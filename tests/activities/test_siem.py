"""A sink gets all of the audit trail in order, whoever dies, is away for a day, or refuses one entry."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from activities import siem
from activities.leading import Lease, LeaseLost
from activities.siem import TrailSink
from clients.siem.https import HttpsSink
from record.trail.place import TrailReader
from record.trail.repository import open_trail
from tests.activities.test_outbox import Held, until
from tests.board import Clock
from tests.record.building import bare, git
from tests.record.trail.trails import entry, kept
from tests.siem import HttpsCollector


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    return bare(tmp_path / "audit.git")


@asynccontextmanager
async def leading(
    trail: Path, collector: HttpsCollector, clock: Clock, lease: Lease | None = None
) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker that leads until the context ends."""
    repository = open_trail(str(trail), trail.parent)
    sink = HttpsSink(collector.url(), None, ca_bundle=collector.ca_bundle)
    follower = TrailSink(repository, sink, "0.2.0", clock.now, look_every=0.05)
    task = asyncio.create_task(follower.follow(lease or Held()))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, LeaseLost):
            await task
        repository.close()


def details(collector: HttpsCollector) -> list[str]:
    """The entries' details, in the order in which they came."""
    return [each["status_detail"] for each in events(collector)]


def events(collector: HttpsCollector) -> list[dict[str, Any]]:
    return [each for _, text, _ in collector.got for each in json.loads(text)]


def note(trail: Path, *numbers: int, month: int = 0) -> None:
    """Entries that some process writes."""
    kept(
        trail, trail.parent / "noting", *(entry(number + month * 31 * 86_400, detail=str(number)) for number in numbers)
    )


def begun(trail: Path) -> Callable[[], bool]:
    """Tells whether the sink has its place."""
    return lambda: open_trail(str(trail), trail.parent).place("https").shown() is not None


def all_noted(trail: Path) -> Callable[[], bool]:
    """Tells whether the sink's place is at the trail's end."""
    return lambda: TrailReader.of(open_trail(str(trail), trail.parent), "https").next() is None


async def test_everything_comes_in_order_from_the_end_on_and_once(trail: Path, tmp_path: Path) -> None:
    """What was there before the sink was set up is not sent; a new month goes on."""
    note(trail, 1)
    async with HttpsCollector(tmp_path).open() as collector:
        async with leading(trail, collector, Clock()):
            await until(begun(trail))
            note(trail, 2, 3)
            await until(lambda: details(collector) == ["2", "3"])
            note(trail, 4, month=1)
            await until(lambda: details(collector) == ["2", "3", "4"])
            await until(all_noted(trail))  # what was taken is sent again where whoever sent it dies before that
        async with leading(trail, collector, Clock()):
            note(trail, 5, month=1)
            await until(lambda: details(collector) == ["2", "3", "4", "5"])


async def test_a_sink_that_is_away_for_a_day_catches_up(trail: Path, tmp_path: Path) -> None:
    """It is asked less and less often meanwhile, and gets all that it missed, once."""
    clock = Clock()
    async with HttpsCollector(tmp_path, 503).open() as collector, leading(trail, collector, clock):
        await until(begun(trail))
        for number in range(20):
            note(trail, number)
        await until(lambda: collector.asked > 0)
        for _ in range(24):
            asked = collector.asked
            clock.let_pass(hours=1)
            await until(lambda asked=asked: collector.asked > asked)  # type: ignore[misc]
        assert collector.asked < 60
        collector.status = 200
        clock.let_pass(hours=1)
        await until(lambda: len(details(collector)) == 20)
        await asyncio.sleep(0.3)
        assert details(collector) == [str(number) for number in range(20)]


async def test_who_dies_before_the_place_is_noted_sends_the_same_ids_again(
    trail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing else."""

    def dies(self: TrailReader) -> None:
        raise LeaseLost("the process died")

    async with HttpsCollector(tmp_path).open() as collector:
        async with leading(trail, collector, Clock()):
            await until(begun(trail))
        with monkeypatch.context() as dying:
            dying.setattr(TrailReader, "note", dies)
            async with leading(trail, collector, Clock()) as task:
                note(trail, 1)
                await asyncio.wait({task}, timeout=10)
        async with leading(trail, collector, Clock()):
            note(trail, 2)
            await until(lambda: details(collector) == ["1", "1", "2"])
    first, again, _ = events(collector)
    assert first["metadata"]["uid"] == again["metadata"]["uid"]


async def test_an_entry_that_is_refused_for_good_holds_up_no_other(trail: Path, tmp_path: Path) -> None:
    """It is found among the others of its batch, left out, counted and said."""
    before = siem.LOST.labels("https")._value.get()
    refusing = HttpsCollector(tmp_path, refuses='"status_detail":"7"')
    async with refusing.open() as collector, leading(trail, collector, Clock()):
        await until(begun(trail))
        note(trail, *range(20))
        note(trail, 20)
        await until(lambda: "20" in details(collector))
    assert details(collector) == [str(number) for number in range(21) if number != 7]
    assert siem.LOST.labels("https")._value.get() == before + 1


async def test_a_sink_that_refuses_every_entry_is_down_and_keeps_its_place(trail: Path, tmp_path: Path) -> None:
    """A fault of its settings is no entry's: some are tried, none is lost, and all come when it is mended."""
    clock, before = Clock(), siem.LOST.labels("https")._value.get()
    async with HttpsCollector(tmp_path, 400).open() as collector, leading(trail, collector, clock) as task:
        await until(begun(trail))
        note(trail, *range(40))
        note(trail, 40)
        await until(lambda: siem.DOWN.labels("https")._value.get() == 1)
        assert collector.asked < 20
        collector.status = 200
        clock.let_pass(hours=1)
        await until(lambda: "40" in details(collector))
        assert not task.done()
    assert details(collector) == [str(number) for number in range(41)]
    assert siem.LOST.labels("https")._value.get() == before


async def test_the_last_entry_s_refusal_is_told_from_a_sink_that_is_down(trail: Path, tmp_path: Path) -> None:
    """The sink takes again what it took before: then it is the entry's fault, and nobody is told that it is down."""
    clock, before = Clock(), siem.LOST.labels("https")._value.get()
    refusing = HttpsCollector(tmp_path, refuses='"status_detail":"2"')
    async with refusing.open() as collector, leading(trail, collector, clock):
        await until(begun(trail))
        note(trail, 1)
        await until(lambda: details(collector) == ["1"])
        note(trail, 2)
        await until(lambda: siem.LOST.labels("https")._value.get() == before + 1)
        assert siem.DOWN.labels("https")._value.get() == 0
        note(trail, 3)
        await until(lambda: "3" in details(collector))
    assert details(collector) == ["1", "1", "3"]


async def test_a_refusal_waits_for_the_next_entry_where_nothing_was_taken_before(trail: Path, tmp_path: Path) -> None:
    """Only that tells whose fault it is. The place is kept meanwhile, whoever leads."""
    clock, before = Clock(), siem.LOST.labels("https")._value.get()
    refusing = HttpsCollector(tmp_path, refuses='"status_detail":"2"')
    async with refusing.open() as collector:
        async with leading(trail, collector, clock):
            await until(begun(trail))
            note(trail, 2)
            await until(lambda: siem.DOWN.labels("https")._value.get() == 1)
        assert siem.LOST.labels("https")._value.get() == before
        async with leading(trail, collector, clock):
            note(trail, 3)
            clock.let_pass(hours=1)
            await until(lambda: "3" in details(collector))
            await until(lambda: siem.DOWN.labels("https")._value.get() == 0)
    assert details(collector) == ["3"]
    assert siem.LOST.labels("https")._value.get() == before + 1


async def test_a_month_that_was_rewritten_is_not_sent_anew(
    trail: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so; what comes after is sent."""
    async with HttpsCollector(tmp_path).open() as collector, leading(trail, collector, Clock()):
        await until(begun(trail))
        note(trail, 1)
        await until(lambda: details(collector) == ["1"])
        git(trail, "update-ref", "-d", "refs/audit/2026-03")
        note(trail, 8)
        await until(lambda: "rewritten" in caplog.text)
        note(trail, 9)
        await until(lambda: details(collector)[-1] == "9")
    assert details(collector) == ["1", "9"]


async def test_nothing_is_sent_once_somebody_else_leads(trail: Path, tmp_path: Path) -> None:
    """The lease is asked before each batch."""
    lease = Held()
    async with HttpsCollector(tmp_path).open() as collector, leading(trail, collector, Clock(), lease) as task:
        await until(begun(trail))
        lease.lost = True
        note(trail, 1)
        await asyncio.wait({task}, timeout=10)
        assert isinstance(task.exception(), LeaseLost)
    assert collector.got == []
