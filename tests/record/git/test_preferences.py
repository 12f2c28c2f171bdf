"""Preferences in the record: kept once, changed by whoever read them, defaults where they can't be read."""

import logging
from pathlib import Path

import pytest

from domain.announcement import Event
from domain.errors import PreferencesChanged
from domain.preferences import DEFAULTS, Digest, MailTime, Preferences, PreferencesChange
from domain.roles import Role
from record.git.preferences import PREFERENCES, keep, path_of, preferences_of
from tests.domain.builders import person
from tests.record.building import bare, git, opened, person_commits

JEAN = person("jean.dupont@cab-i.com", Role.CPI)
QUIET = Preferences(mail={Event.CREATED: MailTime.OFF})
DAILY = Preferences(digest=Digest(daily=True))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


def change(preferences: Preferences, base: Preferences = DEFAULTS, email: str = JEAN.email) -> PreferencesChange:
    return PreferencesChange(email=email, base=base.revision, preferences=preferences)


@pytest.mark.parametrize("remote", [False, True])
def test_what_the_worker_keeps_an_api_reads(shared: Path, tmp_path: Path, remote: bool) -> None:
    """From a repository on this disk, or as the clone was fetched last; asked for twice, it is one commit."""
    where = f"file://{shared}" if remote else shared
    writing, reading = opened(where, tmp_path / "worker"), opened(where, tmp_path / "api")
    assert preferences_of(reading, JEAN) == DEFAULTS
    for _ in range(2):
        keep(writing, change(QUIET))
    reading.fetch()
    assert preferences_of(reading, JEAN) == QUIET
    assert git(shared, "rev-list", "--count", PREFERENCES) == "1"
    assert preferences_of(reading, person("claire.moreau@cab-i.com", Role.CPI)) == DEFAULTS


def test_of_two_windows_the_second_is_refused(shared: Path, tmp_path: Path) -> None:
    """It goes on from what the first one kept."""
    record = opened(shared, tmp_path / "worker")
    keep(record, change(QUIET))
    with pytest.raises(PreferencesChanged):
        keep(record, change(DAILY))
    keep(record, change(DAILY, base=QUIET))
    assert preferences_of(record, JEAN) == DAILY


def test_a_person_is_known_by_each_of_their_addresses(shared: Path, tmp_path: Path) -> None:
    """Their own counts first; how it is spelled does not matter."""
    record = opened(shared, tmp_path / "worker")
    keep(record, change(QUIET, email="J.Dupont@CAB-I.com"))
    both = JEAN.model_copy(update={"aliases": ("j.dupont@cab-i.com",)})
    assert preferences_of(record, both) == QUIET
    keep(record, change(DAILY))
    assert preferences_of(record, both) == DAILY


@pytest.mark.parametrize("written", [b"{", b'{"format": 99}', b'{"sound": true}'])
def test_a_file_that_cannot_be_read_counts_as_no_choice(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, written: bytes
) -> None:
    """Nobody misses a mail for it; the log says so, and the person may choose anew."""
    record = opened(shared, tmp_path / "worker")
    record.journal(PREFERENCES).add({path_of(JEAN.email): written}, "Damage it")
    with caplog.at_level(logging.ERROR):
        assert preferences_of(record, JEAN) == DEFAULTS
    assert "so the defaults count" in caplog.text
    keep(record, change(QUIET))
    assert preferences_of(record, JEAN) == QUIET
