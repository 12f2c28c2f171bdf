"""What changed between two tips of the branch, put into the index."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pygit2
from pygit2.enums import DeltaStatus, SortMode

from domain import lifecycle, yaml
from domain.errors import RuleViolation
from domain.ticket import PromotionRequest
from record import schema

_LOG = logging.getLogger(__name__)
_FOLDER = "requests/prod/"

Progress = Callable[[int, int], None]
"""Told how many tickets have been read, and of how many."""


def read_ticket(path: str, data: bytes) -> PromotionRequest:
    """The ticket that the file at the path holds. Raises RuleViolation when there is none, or a false one."""
    ticket = yaml.load(data)
    if ticket.path != path:
        raise RuleViolation(f"the file says that it belongs at {ticket.path}")
    if lifecycle.status_of(ticket.status.history) != ticket.status:
        raise RuleViolation("the status is not what the history amounts to")
    return ticket


class Feed:
    """Moves an index from the tip it was made from to another. One thread at a time."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._git = pygit2.Repository(str(path))
        self._progress = progress

    def move(self, db: sqlite3.Connection, tip: str) -> None:
        """Within the caller's transaction, bring the rows from the tip they show to `tip`."""
        known = db.execute("SELECT value FROM meta WHERE key = 'tip'").fetchone()
        before = known[0] if known else None
        if before == tip:
            return
        self._tickets(db, before, tip)
        self._commits(db, before, tip)
        db.execute("INSERT OR REPLACE INTO meta VALUES ('tip', ?)", (tip,))

    def _tickets(self, db: sqlite3.Connection, before: str | None, tip: str) -> None:
        changed = self._changed(before, tip)
        for done, (path, oid) in enumerate(changed, 1):
            db.execute("DELETE FROM faults WHERE path = ?", (path,))
            if oid is None:
                schema.remove(db, path)
            else:
                self._read(db, path, oid)
            if done % 5_000 == 0:
                self._progress(done, len(changed))

    def _read(self, db: sqlite3.Connection, path: str, oid: pygit2.Oid) -> None:
        try:
            blob = self._git[oid]
            if not isinstance(blob, pygit2.Blob):
                raise RuleViolation("it is no file")  # noqa: TRY301  one place tells what is wrong with a path
            schema.put(db, schema.row(read_ticket(path, blob.data), path, str(oid)))
        except (RuleViolation, sqlite3.IntegrityError) as error:
            _LOG.error("%s is not a ticket: %s", path, error)
            schema.remove(db, path)
            db.execute("INSERT OR REPLACE INTO faults VALUES (?, ?)", (path, str(error)))

    def _changed(self, before: str | None, tip: str) -> list[tuple[str, pygit2.Oid | None]]:
        """The paths of tickets that differ, with the new blob or None."""
        new = self._git[tip].peel(pygit2.Tree)
        old = self._git[before].peel(pygit2.Tree) if before else None
        diff = old.diff_to_tree(new) if old else new.diff_to_tree(swap=True)
        found: list[tuple[str, pygit2.Oid | None]] = []
        for delta in diff.deltas:
            path = delta.new_file.path
            if path.startswith(_FOLDER) and PurePosixPath(path).suffix == ".yaml":
                found.append((path, None if delta.status is DeltaStatus.DELETED else delta.new_file.id))
        return found

    def _commits(self, db: sqlite3.Connection, before: str | None, tip: str) -> None:
        """Number the new commits, and note which ticket each is about."""
        last = db.execute("SELECT max(ordinal) FROM commits").fetchone()[0] or 0
        walk = self._git.walk(tip, SortMode.TOPOLOGICAL | SortMode.REVERSE)
        if before:
            walk.hide(before)
        rows = []
        for ordinal, commit in enumerate(walk, last + 1):
            found = trailer(commit.message, "Request-Id")
            rows.append((ordinal, commit.id.raw, found))
        db.executemany("INSERT INTO commits VALUES (?, ?, ?)", rows)


def trailer(message: str, name: str) -> str:
    """The value of a commit message's trailer; empty when it has none."""
    _, _, block = message.rstrip().rpartition("\n\n")
    return next((line[len(name) + 2 :] for line in block.splitlines() if line.startswith(f"{name}: ")), "")
