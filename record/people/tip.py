"""Reads files of the record as the branch has them now, and tells the log of those that can't be used."""

import logging
from threading import Lock
from typing import Generic, Protocol, TypeVar

import pygit2

from record.git.lasting import repository_at
from record.git.repository import Repository
from record.people.members import Fault

_LOG = logging.getLogger(__name__)


class Read(Protocol):
    """Files of the record, as they were read."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The files that can't be used."""


ReadT = TypeVar("ReadT", bound=Read)


FoundT = TypeVar("FoundT", covariant=True)


class Following(Protocol[FoundT]):
    """Follows files from one commit to the next."""

    def move_to(self, commit: pygit2.Commit) -> FoundT:
        """The files as of the commit."""


class TipReader(Generic[ReadT]):
    """Files as the branch has them now; `nothing` as long as nobody read them. Safe to use from any thread; cheap while
    nothing changes."""

    def __init__(self, repository: Repository, state: Following[ReadT], nothing: ReadT) -> None:
        self._repository, self._state, self._now = repository, state, nothing
        self._seen: str | None = None
        self._lock = Lock()

    def current(self) -> ReadT:
        """The files of the branch's tip; the last ones known while the repository can't be read."""
        tip = self._repository.tip()
        if tip == self._seen or tip is None:
            return self._now
        with self._lock:
            before = self._now.faults
            git = repository_at(self._repository.path)
            self._now = now = self._state.move_to(git[tip].peel(pygit2.Commit))
            self._seen = tip
        for fault in now.faults:
            if fault not in before:
                _LOG.error("%s; until that is mended nothing in its reach is created, approved or launched", fault)
        return now
