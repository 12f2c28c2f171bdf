"""An approver who makes and ends delegations all day: what others wait for must not grow with their square."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pygit2
import pytest

from domain.roles import Person
from record.audit.delegation_checks import DelegationsSoFar
from record.facts.delegations import DelegationBook, DelegationsState, ProvenDelegation
from record.people import directory as people
from record.people.delegations import text_of
from record.people.members import Membership, parse, shown
from record.signing.keys import KeyLine
from record.signing.signatures import Keys, sealed
from tests.delegating import claims_of, delegation
from tests.domain.builders import JEAN, NOW
from tests.record.building import bare, person_commits
from tests.signing import KEY, key_file
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


def test_the_audit_keeps_the_changes_of_delegations_not_each_state(tmp_path: Path) -> None:
    """Twice as many take twice the memory; each state is still known as it was."""
    path = bare(tmp_path / "record.git")
    person_commits(path, key_file())
    git = pygit2.Repository(str(path))
    taken = [(size, *_taken(path, git, size)) for size in (MANY // 2, MANY)]
    (few, small, _, _), (many, large, book, commits) = taken
    assert large < 2.5 * small, f"{few}: {small:,} bytes, {many}: {large:,} bytes"
    for number in (0, 1, many // 2, many):
        assert len(book.book_of(commits[number]).proven) == number
    assert len(book.book.proven) == many


def _taken(path: Path, git: pygit2.Repository, size: int) -> tuple[int, DelegationsSoFar, list[pygit2.Commit]]:
    """The bytes that the audit keeps of so many states, what it knows, and the commits, the one before them first."""
    commits = [git.references["refs/heads/main"].peel(pygit2.Commit), *_handing_over(git, size)]
    keys, known = KeyLine(path), DelegationsSoFar(git)
    keys.move_to(str(commits[-1].id))
    tracemalloc.start()
    for position, commit in enumerate(commits, 1):
        known.take(commit, position, keys)
        assert known.book is not None  # as whatever else the commit holds asks for it
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept, known, commits


def _handing_over(git: pygit2.Repository, size: int) -> Iterator[pygit2.Commit]:
    """So many signed delegations, each in a commit of its own, on top of the branch, which stays where it is."""
    who = pygit2.Signature("Prodgate", "prodgate@cab-i.com")
    tip = git.references["refs/heads/main"].peel(pygit2.Commit)
    files, root = git.TreeBuilder(), git.TreeBuilder(tip.tree)
    for _ in range(size):
        given = delegation(CLAIRE, JEAN.email, NOW)
        signed = sealed(claims_of(given, tip=str(tip.id)), KEY)
        files.insert(f"{given.id}.yaml", git.create_blob(text_of(given).encode()), pygit2.enums.FileMode.BLOB)
        givers = git.TreeBuilder()
        givers.insert(CLAIRE, files.write(), pygit2.enums.FileMode.TREE)
        root.insert("delegations", givers.write(), pygit2.enums.FileMode.TREE)
        message = f"Hand over\n\nSignature: {signed}\n"
        tip = git[git.create_commit(None, who, who, message, root.write(), [tip.id])].peel(pygit2.Commit)
        yield tip
