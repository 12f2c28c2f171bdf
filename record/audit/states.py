"""Reads the company's rules, and what they are asked about, from one commit of a clone, offline."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pygit2

from domain import targets
from domain.ticket import FOLDER, Impact, TargetType
from record.errors import RecordUnavailable
from record.git.plumbing import UNREADABLE, last_line, opened
from record.index.changes import is_ticket
from record.people.catalogue import Catalogue, CatalogueState
from record.people.directory import Directory, DirectoryState
from record.people.members import shown
from record.people.rules import Rulebook, RulesState

_DEEPEST = 4
"""Folders below that of the tickets that are looked into; a year and a month are two."""


@dataclass(frozen=True)
class RecordCommit:
    """One commit of a record: its rules, its catalogue and its people."""

    objects: pygit2.Repository
    commit: pygit2.Commit
    rules: Rulebook
    catalogue: Catalogue
    directory: Directory

    def impact(self, said: Impact, kind: TargetType, name: str) -> Impact:
        """The impact by which rules match: that of the request, or what the target's owners ask for at least."""
        return raised(self.catalogue, said, kind, name)

    def tickets(self, since: tuple[int, int] = (0, 0)) -> Iterator[tuple[str, str]]:
        """Path and blob of every ticket's file; of those created in earlier months than `since`, none."""
        tree = self.commit.tree
        folder = tree[FOLDER] if FOLDER in tree else None  # noqa: SIM401  a tree has no get
        if isinstance(folder, pygit2.Tree):
            yield from (each for each in _files(folder, FOLDER, _DEEPEST) if _month(each[0]) >= since)


def raised(catalogue: Catalogue, said: Impact, kind: TargetType, name: str) -> Impact:
    """The impact of a request, or what the target's owners ask for at least, the higher of them."""
    entry = catalogue.entry(kind, name)
    return targets.at_least(said, entry.minimum_impact if entry else None)


def _files(folder: pygit2.Tree, path: str, depth: int) -> Iterator[tuple[str, str]]:
    for entry in folder:
        where = f"{path}/{shown(entry.name)}"
        if isinstance(entry, pygit2.Tree) and depth:
            yield from _files(entry, where, depth - 1)
        elif isinstance(entry, pygit2.Blob) and is_ticket(where):
            yield where, str(entry.id)


def _month(path: str) -> tuple[int, int]:
    """Year and month of creation, as the path has them; the last one there is where it has none."""
    year, _, rest = path.removeprefix(f"{FOLDER}/").partition("/")
    month = rest.partition("/")[0]
    return (int(year), int(month)) if year.isdecimal() and month.isdecimal() else (9999, 12)


def state(path: Path, revision: str) -> RecordCommit:
    """The record as of a revision. Raises RecordUnavailable where there is no such repository or commit."""
    try:
        with opened(path) as repo:
            oid = repo.git.rev_parse("--verify", "--end-of-options", f"{revision}^{{commit}}")
            objects = pygit2.Repository(str(repo.git_dir))
        return state_at(objects, oid)
    except UNREADABLE as error:
        raise RecordUnavailable(f"{path} has no commit {revision} that can be read: {last_line(error)}") from error


def state_at(objects: pygit2.Repository, commit_id: str) -> RecordCommit:
    """The record as of a commit of these objects. Raises one of UNREADABLE where it is not there, or not whole."""
    commit = objects[commit_id].peel(pygit2.Commit)
    catalogue, directory = CatalogueState().move_to(commit), DirectoryState(objects).move_to(commit)
    return RecordCommit(objects, commit, RulesState().move_to(commit), catalogue, directory)
