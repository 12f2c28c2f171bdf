"""A sink that was away gets what it missed in time, and nobody who rewrites a month, and no answer, stops it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pygit2
import pytest

from clients.siem.otlp import OtlpSink
from clients.siem.sink import SinkDown
from record.trail.place import TrailReader
from record.trail.repository import Segment, TrailRepository, open_trail
from record.trail.segments import dumped
from tests.clients.siem.test_sinks import EVENTS
from tests.record.building import bare, git
from tests.record.trail.trails import entry, found, indexed, kept
from tests.siem import HttpsCollector

AWAY = 300
"""Segments that were written while the sink was away; a day of one busy process has 86,400."""


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    return bare(tmp_path / "audit.git")


def opened(trail: Path) -> TrailRepository:
    return open_trail(str(trail), trail.parent)


def test_a_long_absence_is_listed_once(trail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many segments there are: a list for each of them would take longer than they took to come."""
    reader, listed = TrailReader.of(opened(trail), "https"), []
    write_segments(trail, *(dumped([entry(detail=str(number))]) for number in range(AWAY)))
    added = TrailRepository.added

    def counted(self: TrailRepository, month: str, before: str | None, tip: str) -> Iterator[Segment] | None:
        listed.append(month)
        return added(self, month, before, tip)

    monkeypatch.setattr(TrailRepository, "added", counted)
    seen = []
    while got := reader.next():
        assert reader.next() == got, "it is the same until it is passed"
        seen += [each.detail for each in got[1]]
        reader.passed(got[0])
    assert seen == [str(number) for number in range(AWAY)]
    assert listed == ["2026-03"]


def write_segments(trail: Path, *segments: bytes) -> None:
    """Segments of March, in one commit."""
    repo = pygit2.Repository(str(trail))
    index = pygit2.Index()
    for number, data in enumerate(segments):
        path = f"02/09/{number // 60:02}/{number % 60:02}000-0.jsonl"
        index.add(pygit2.IndexEntry(path, repo.create_blob(data), pygit2.enums.FileMode.BLOB))
    who = pygit2.Signature("Prodgate", "prodgate@localhost", int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()))
    repo.create_commit("refs/audit/2026-03", who, who, "Note acts", index.write_tree(repo), [])


def test_a_month_that_is_rewritten_while_it_is_read_stops_nothing(trail: Path, tmp_path: Path) -> None:
    """Whoever holds the trail's credential silences no sink by it: what comes after is read."""
    reader = TrailReader.of(opened(trail), "https")
    for number in range(3):
        kept(trail, tmp_path, entry(number, detail=str(number)))
    got = reader.next()
    assert got is not None
    reader.passed(got[0])
    reader.note()
    git(trail, "update-ref", "-d", "refs/audit/2026-03")
    git(trail, "gc", "--quiet", "--prune=now")
    kept(trail, tmp_path, entry(4, detail="4"))
    again = TrailReader.of(opened(trail), "https")
    assert again.next() is None
    kept(trail, tmp_path, entry(5, detail="5"))
    got = again.next()
    assert got is not None
    assert [each.detail for each in got[1]] == ["5"]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_an_entry_of_no_time_is_left_out_and_the_others_count(trail: Path, tmp_path: Path, at: str) -> None:
    """Whoever may append to the trail keeps nobody from reading what others append: neither a sink nor the page."""
    reader = TrailReader.of(opened(trail), "https")
    forged = entry(1).model_dump_json(exclude_none=True).replace("2026-03-02T09:30:01.000Z", at)
    write_segments(trail, f"{forged}\n".encode() + dumped([entry(2, detail="2")]))
    got = reader.next()
    assert got is not None
    assert [each.detail for each in got[1]] == ["2"]
    with indexed(trail, tmp_path) as index:
        assert found(index) == ["2"]


@pytest.mark.parametrize(
    "answer", ["<html>Sign in</html>", '{"partialSuccess": {"rejectedLogRecords": "all"}}', "[]", "\xff"]
)
async def test_an_answer_that_is_none_is_a_sink_that_is_down(tmp_path: Path, answer: str) -> None:
    """Such as a proxy's page: the records wait for it, and the follower goes on."""
    async with HttpsCollector(tmp_path, says=answer).open() as collector:
        with pytest.raises(SinkDown, match="no collector"):
            await OtlpSink(collector.url("/v1/logs"), "gate.example", None, collector.ca_bundle).send(EVENTS)
    async with HttpsCollector(tmp_path, says='{"partialSuccess": null}').open() as collector:
        await OtlpSink(collector.url("/v1/logs"), "gate.example", None, collector.ca_bundle).send(EVENTS)
