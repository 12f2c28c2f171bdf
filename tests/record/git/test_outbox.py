"""A channel's announcements, as whoever asks reads them from the record."""

from pathlib import Path

import pytest

from domain.announcement import Channel, Event
from domain.delivery import Progress, TicketAnnouncements
from domain.following import outbox_ref
from record.git.outbox import Outbox, announced, path_of
from tests.domain.builders import MINUTE, NOW
from tests.record.building import bare, number, opened, person_commits

TICKET = number(1)


def said(channel: Channel, event: Event, minutes: int) -> Progress:
    return Progress(event=event, number=minutes + 1, at=NOW + minutes * MINUTE, channel=channel)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


@pytest.mark.parametrize("remote", [False, True])
def test_the_channels_journals_are_one_report_oldest_first(shared: Path, tmp_path: Path, remote: bool) -> None:
    """From a repository on this disk, or as the clone was fetched last."""
    where = f"file://{shared}" if remote else shared
    writing = opened(where, tmp_path / "worker")
    for channel in (Channel.KAFKA, Channel.MAIL):
        outbox = Outbox(writing.journal(outbox_ref(channel)))
        assert not outbox.open()
        outbox.begin(None, NOW)
        told = (said(channel, Event.CREATED, 0), said(channel, Event.REJECTED, 1))
        outbox.put(TICKET, TicketAnnouncements(progress=told))
        outbox.append()
        assert Outbox(writing.journal(outbox_ref(channel))).open()
    reading = opened(where, tmp_path / "api")
    reading.fetch()
    report = announced(reading, TICKET)
    assert [(each.channel, each.event) for each in report.progress] == [
        (Channel.MAIL, Event.CREATED),
        (Channel.KAFKA, Event.CREATED),
        (Channel.MAIL, Event.REJECTED),
        (Channel.KAFKA, Event.REJECTED),
    ]
    assert announced(reading, number(2)).progress == ()


def test_a_file_that_somebody_damaged_says_nothing_and_is_named(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has it; the others can be read."""
    repository = opened(shared, tmp_path)
    journal = repository.journal(outbox_ref(Channel.MAIL))
    journal.open()
    journal.append({path_of(TICKET): b"{nonsense"}, "By hand")
    assert announced(repository, TICKET).progress == ()
    assert TICKET in caplog.text


def test_a_hundred_tickets_are_one_folder() -> None:
    """Whatever their number has of digits."""
    paths = [path_of(number(each)) for each in (1, 99, 100, 123_456)]
    assert paths == [
        "2026/00/PR-2026-0001.json",
        "2026/00/PR-2026-0099.json",
        "2026/01/PR-2026-0100.json",
        "2026/1234/PR-2026-123456.json",
    ]
