"""Browsers in the record: a file an address, kept once, none where it can't be read."""

import logging
from pathlib import Path

import pytest

from domain.browsers import MOST_BROWSERS, BrowserChange, TooManyBrowsers
from record.git.browsers import BROWSERS, browsers_of, keep_browser
from record.git.preferences import path_of
from record.git.repository import Repository
from tests.domain.builders import JEAN
from tests.push import Browser, known
from tests.record.building import bare, git, opened, person_commits


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


def adding(number: int, email: str = JEAN.email) -> BrowserChange:
    found = known(Browser(), f"https://push.example/{number}", JEAN.model_copy(update={"email": email}))
    return BrowserChange(addresses=(email,), added=found)


def listed(repository: Repository, **fields: object) -> list[str]:
    person = JEAN.model_copy(update=fields)
    return [each.endpoint for each in browsers_of(repository.journal(BROWSERS), person)]


@pytest.mark.parametrize("remote", [False, True])
def test_what_the_worker_keeps_an_api_reads(shared: Path, tmp_path: Path, remote: bool) -> None:
    """Asked for twice, it is one commit; removed by an id, whichever address has it."""
    where = f"file://{shared}" if remote else shared
    writing, reading = opened(where, tmp_path / "worker"), opened(where, tmp_path / "api")
    old, new = adding(1, "j.dupont@cab-i.com"), adding(2)
    for change in (old, new, new):
        keep_browser(writing, change)
    assert git(shared, "rev-list", "--count", BROWSERS) == "2"
    reading.fetch()
    assert listed(reading, aliases=("j.dupont@cab-i.com",)) == ["https://push.example/2", "https://push.example/1"]
    assert old.added is not None
    removing = BrowserChange(addresses=(JEAN.email, "j.dupont@cab-i.com"), removed=old.added.id)
    for _ in range(2):
        keep_browser(writing, removing)
    reading.fetch()
    assert listed(reading, aliases=("j.dupont@cab-i.com",)) == ["https://push.example/2"]
    assert git(shared, "rev-list", "--count", BROWSERS) == "3"


def test_nobody_has_more_than_ten(shared: Path, tmp_path: Path) -> None:
    """Whatever was signed, sent or repeated: it is counted where it is written."""
    record = opened(shared, tmp_path / "worker")
    for number in range(MOST_BROWSERS):
        keep_browser(record, adding(number))
    with pytest.raises(TooManyBrowsers):
        keep_browser(record, adding(MOST_BROWSERS))
    assert len(listed(record)) == MOST_BROWSERS


@pytest.mark.parametrize("written", [b"{", b'{"format": 99}', b'{"browsers": [{}]}'])
def test_a_file_that_cannot_be_read_notifies_nobody(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, written: bytes
) -> None:
    """The log says so; the person may switch their browser on anew."""
    record = opened(shared, tmp_path / "worker")
    record.journal(BROWSERS).add({path_of(JEAN.email): written}, "Damage it")
    with caplog.at_level(logging.ERROR):
        assert listed(record) == []
    assert "can't be read" in caplog.text
    keep_browser(record, adding(1))
    assert listed(record) == ["https://push.example/1"]


def test_a_change_adds_one_or_removes_one() -> None:
    """Not both, not neither."""
    for fields in ({}, {"added": adding(1).added, "removed": "0" * 32}):
        with pytest.raises(ValueError, match="must add a browser or remove one"):
            BrowserChange.model_validate({"addresses": (JEAN.email,)} | fields)
