"""Whoever may push writes into the journals beside the branch: nobody stops for it, and nothing grows without bound."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.sessions import Revocation
from record.facts.checkpoints import CheckpointBook, checkpoints_ref
from record.facts.requesters import opened as opened_git
from record.git.repository import Repository
from record.git.sessions import REVOKED, entries, path_of, revoke
from record.signing.signatures import Keys
from tests.record.building import bare, git, opened, person_commits

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(made.path, {"README.md": "A record"})
    return made


@pytest.mark.parametrize("number", ["a", "-1", "9" * 5_000])
def test_a_number_that_is_none_stops_no_writer(repository: Repository, number: str) -> None:
    """Somebody pushed a commit on the list whose message says so: sessions still end."""
    tree = git(repository.path, "rev-parse", "main^{tree}")
    pushed = git(repository.path, "commit-tree", tree, "-m", f"Pushed\n\nAppend: {number}")
    git(repository.path, "update-ref", REVOKED, pushed)
    entry = Revocation.by_hand(NOW, "left", person="jean.dupont@example.com")
    revoke(repository, entry)
    assert entry in entries(repository.journal(REVOKED).newest(path_of(entry)))


@pytest.mark.parametrize("state", ['{"number": 9000000, "handed": {"mail": -9000000}}', '{"number": -5}'])
def test_an_outlet_is_owed_no_flood(repository: Repository, state: str) -> None:
    """A pushed state says that it lacks millions of checkpoints, so that it would never get to the next one."""
    person_commits(repository.path, {"state.json": state}, "Pushed")
    git(repository.path, "update-ref", checkpoints_ref("main"), "main")
    journal = repository.journal(checkpoints_ref("main"), history=True)
    journal.open()
    book = CheckpointBook(journal, Keys(), opened_git(repository))
    assert book.number >= 0
    assert len(book.lacks("mail")) <= 10_000
