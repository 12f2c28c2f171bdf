"""An approver who makes and ends delegations all day: what others wait for must not grow with their square."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pygit2
import pytest

from domain.roles import Person
from record.facts.delegations import DelegationBook, DelegationsState, ProvenDelegation
from record.people import directory as people
from record.people.delegations import text_of
from record.people.members import Membership, parse, shown
from record.signing.signatures import Keys
from tests.delegating import delegation
from tests.domain.builders import JEAN, NOW
from tests.record.building import bare
from tests.workflows.test_clearance import FILE, TENANT

CLAIRE = "claire.moreau@cab-i.com"
MANY = 300


def test_a_commit_is_read_by_what_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a giver's folder with many files, the one that is new; a book is put together when somebody asks."""
    git = pygit2.Repository(str(bare(tmp_path / "record.git")))
    who, files = pygit2.Signature("x", "x@cab-i.com"), git.TreeBuilder()
    tip: list[pygit2.Oid] = []
    read: Counter[str] = Counter()
    monkeypatch.setattr("record.facts.delegations.shown", lambda name: (read.update([name]), shown(name))[1])
    state, keys = DelegationsState(git), Keys()
    for _ in range(MANY):
        given = delegation(CLAIRE, JEAN.email, NOW)
        files.insert(f"{given.id}.yaml", git.create_blob(text_of(given).encode()), pygit2.enums.FileMode.BLOB)
        givers, root = git.TreeBuilder(), git.TreeBuilder()
        givers.insert(CLAIRE, files.write(), pygit2.enums.FileMode.TREE)
        root.insert("delegations", givers.write(), pygit2.enums.FileMode.TREE)
        tip = [git.create_commit(None, who, who, "By hand", root.write(), tip)]
        (act,) = state.take(git[tip[0]].peel(pygit2.Commit), keys)
        assert act.path == given.path
    assert len(state.book.faults) == MANY
    assert read.total() <= 3 * MANY


def test_a_person_is_looked_up_once_for_all_that_they_gave_or_got(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vote's check may wait for it, and the engine takes two seconds for a loop."""
    found = parse(TENANT, FILE.encode())
    assert isinstance(found, Membership)
    directory, asked = people.Directory((found,)), Counter[str]()
    person = people.Directory.person

    def looked(self: people.Directory, email: str, subject: str | None = None) -> Person | None:
        asked.update([email])
        return person(self, email, subject)

    monkeypatch.setattr(people.Directory, "person", looked)
    at = NOW - timedelta(days=20)
    ended = {"at": NOW - timedelta(days=19), "by": CLAIRE}
    made = (delegation(CLAIRE, JEAN.email, at, withdrawn=ended) for _ in range(MANY))
    book = DelegationBook(tuple(ProvenDelegation(each, None, "0" * 40) for each in made))
    assert len(book.handed(directory, "tenant-finance")) == MANY
    assert asked == {CLAIRE: 1, JEAN.email: 1}
