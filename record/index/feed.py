"""Puts what changed between two tips of the branch into the index."""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import count
from pathlib import Path

import pygit2

from domain.errors import RuleViolation
from domain.roles import same_address
from domain.ticket import PromotionRequest
from record.files.reading import read_ticket
from record.git.lasting import Lasting, repository_at
from record.git.message import SIGNATURE, plain, trailer
from record.git.plumbing import line
from record.git.trees import TreeComparer
from record.index import schema
from record.index.bulk import TicketFile, blob_of, found_ticket, identities_in, read_chunks
from record.index.entries import FileChange, Places, all_changes, brought, changes_of, places
from record.index.finding import Finder, terms
from record.index.postings import CHUNK, PUT_ROWS
from record.index.proving import NamedCommit, Prover, revision_of, unproven
from record.people.switch import find_switch, older
from record.signing.keys import KeyLine
from record.signing.signatures import tip_in

_LOG = logging.getLogger(__name__)
_MANY = CHUNK
"""Tickets above which it pays to start other processes."""

_MANY_COMMITS = 64
"""Commits above which it pays to ask Git itself what they changed."""

Progress = Callable[[int, int], None]
"""Told how many tickets have been read, and of how many."""


class Feed:
    """Moves an index from the tip it was made from to another. One thread at a time."""

    def __init__(self, path: Path, db: sqlite3.Connection, finder: Finder, progress: Progress) -> None:
        self._git = repository_at(path)
        self._lasting = Lasting(self._git)
        self._db = db
        self._finder = finder
        self._progress = progress
        self._ticket = lru_cache(maxsize=512)(partial(found_ticket, self._git))
        self._keys = KeyLine(path)
        self._prover = Prover(self._git, self._keys)
        self._trees = TreeComparer(self._git)
        self._versions: dict[str, list[FileChange]] = {}
        """The changes of files on the way to the tip that is being moved to, oldest first."""
        self._next_row = db.execute("SELECT coalesce(max(row) + 1, 0) FROM tickets").fetchone()[0]

    def move(self, tip: str) -> None:
        """Within the caller's transaction, bring everything from the tip it shows to `tip`.

        Raises ValueError where that has to begin anew: a key was revoked from a commit on that the index has.
        """
        known = self._db.execute("SELECT value FROM meta WHERE key = 'tip'").fetchone()
        before = known[0] if known else None
        if before == tip:
            return
        self._lasting.look()
        self._keys.move_to(tip)
        if self._keys.takes_back(self._last_commit()[1]):
            raise ValueError("a key proves less than it did")
        entered = self._number_commits(before, tip)
        self._note_switch(before, tip)
        self._note_versions(entered)
        if self._next_row == 0 and len(self._versions) > _MANY:
            self._fill(tip)
        else:
            self._take_all(self._files())
        self._versions = {}
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('tip', ?)", (tip,))

    def _files(self) -> list[tuple[str, str | None]]:
        """The files that were changed on the way, oldest first, each with its blob at the tip or None."""
        paths = sorted(self._versions, key=lambda path: (path.rpartition("/")[0], len(path), path))
        return [(path, self._versions[path][-1].blob) for path in paths]

    def _note_switch(self, before: str | None, tip: str) -> None:
        """Keep the commit from which the newer rules hold, once there is one."""
        known = self._db.execute("SELECT 1 FROM meta WHERE key = 'switch'").fetchone()
        if not known and (found := find_switch(self._git, tip, before)):
            self._db.execute("INSERT INTO meta VALUES ('switch', ?)", (found,))
            self._db.executemany("INSERT INTO older VALUES (?)", ((path,) for path in older(self._git, found)))

    def _take_all(self, changed: list[tuple[str, str | None]]) -> None:
        for done, (path, oid) in enumerate(changed, 1):
            self._take(path, oid)
            if done % CHUNK == 0:
                self._finder.postings.flush()
                self._progress(done, len(changed))
        self._finder.postings.flush()

    def _place(self, path: str) -> None:
        """Keep the place of each entry that is new in the file by its changes."""
        changes = self._versions[path]
        last = changes[-1].blob
        found = places(changes, self._ticket, None if last is None else self._ticket(path, last))
        self._db.executemany(schema.PUT_ENTRY, ((path, each, place) for each, place in found.items()))

    def _fill(self, tip: str) -> None:
        """Fill an empty index, on every processor there is; numbers that stand twice are left for the end."""
        files = [(path, blob) for path, blob in self._files() if blob is not None]
        first = {_number(path): (path, blob) for path, blob in reversed(files)}
        named: dict[str, tuple[NamedCommit, ...]] = {}
        sql = "SELECT ticket, oid, position, saw_line FROM commits WHERE ticket != '' ORDER BY ordinal"
        for ticket, *commit in self._db.execute(sql):
            named[ticket] = (*named.get(ticket, ()), _named(*commit))
        kept = {path for path, _ in first.values()}
        made = self._versions
        listed = [
            TicketFile(path, blob, named.get(each, ()), tuple(made[path]))
            for each, (path, blob) in reversed(first.items())
        ]
        gone = (path for path in made if path not in kept and _number(path) not in first)
        listed += [TicketFile(path, None, named.get(_number(path), ()), tuple(made[path])) for path in gone]
        with schema.filling(self._db):
            self._put_chunks(tip, listed)
        self._next_row = len(listed)
        self._finder.load()
        for path in made.keys() - kept:
            self._place(path)
        self._take_all([each for each in files if each[0] not in kept])

    def _put_chunks(self, tip: str, listed: list[TicketFile]) -> None:
        for done, chunk in enumerate(read_chunks(Path(self._git.path), tip, listed), 1):
            self._db.executemany(schema.PUT, chunk.rows)
            self._db.executemany(schema.PUT_ENTRY, chunk.entries)
            self._db.executemany(PUT_ROWS, chunk.postings)
            for fault in chunk.faults:
                self._note_fault(*fault)
            self._progress(min(done * CHUNK, len(listed)), len(listed))

    def _take(self, path: str, oid: str | None) -> None:
        self._db.execute("DELETE FROM faults WHERE path = ?", (path,))
        self._place(path)
        found = None if oid is None else self._ticket(path, oid)
        fault = None if oid is None or found else self._fault(path, oid)
        ticket = self._proven(path, found)
        try:
            self._replace(path, ticket, oid or "" if ticket is found else revision_of(ticket))
        except RuleViolation as error:  # its number is taken
            self._replace(path, None, "")
            fault = str(error)
        self._note_fault(path, fault, is_proven=ticket is found)

    def _fault(self, path: str, oid: str) -> str | None:
        """The reason why the blob is no ticket."""
        try:
            read_ticket(path, blob_of(self._git, oid))
        except RuleViolation as error:
            return str(error)
        return None

    def _proven(self, path: str, found: PromotionRequest | None) -> PromotionRequest | None:
        """The ticket to show where the file says `found`."""
        row = self._db.execute("SELECT document FROM tickets WHERE path = ?", (path,)).fetchone()
        before = PromotionRequest.model_validate_json(row[0]) if row else None
        versions = (self._ticket(each.path, each.blob) for each in self._versions.get(path, ()) if each.blob)
        commits = self._commits_of(_number(path))
        return self._prover.shown(before, found, versions, self._places_of(path), commits)

    def _changed_by(self, path: str) -> str:
        """The commit of the line that changed the file last; empty where that is long ago."""
        sql = "SELECT oid FROM commits WHERE position = ? ORDER BY ordinal DESC LIMIT 1"
        made = self._versions.get(path)
        found = self._db.execute(sql, (made[-1].position,)).fetchone() if made else None
        return bytes(found[0]).hex() if found else ""

    def _places_of(self, path: str) -> Places:
        return dict(self._db.execute("SELECT print, position FROM entries WHERE path = ?", (path,)).fetchall())

    def _commits_of(self, ticket_id: str) -> list[NamedCommit]:
        sql = "SELECT oid, position, saw_line FROM commits WHERE ticket = ? ORDER BY ordinal"
        return [_named(*commit) for commit in self._db.execute(sql, (ticket_id,))]

    def _note_versions(self, changes: Iterable[FileChange]) -> None:
        self._versions = {}
        for change in changes:
            self._versions.setdefault(change.path, []).append(change)

    def _note_fault(self, path: str, fault: str | None, is_proven: bool) -> None:
        """Note a file that is no ticket, or not as it was proven, in the log too: no list shows what it says."""
        if fault is None and is_proven:
            return
        by = None if is_proven else self._changed_by(path)
        sentence = fault or unproven(by or "")
        _LOG.error("%s is no ticket: %s", path, sentence)
        self._db.execute("INSERT OR REPLACE INTO faults VALUES (?, ?, ?)", (path, sentence, by))

    def _replace(self, path: str, ticket: PromotionRequest | None, revision: str) -> None:
        """Put the ticket in the place of what the path's file said before; None for nothing."""
        found = self._db.execute("SELECT row, document FROM tickets WHERE path = ?", (path,)).fetchone()
        row, before = (found[0], PromotionRequest.model_validate_json(found[1])) if found else (self._next_row, None)
        if ticket is None:
            self._db.execute("DELETE FROM tickets WHERE row = ?", (row,))
            self._finder.remove(row)
        else:
            self._check_number(ticket.id, row)
            self._next_row = max(self._next_row, row + 1)
            self._db.execute(schema.PUT, schema.values(row, ticket, revision, self._places_of(path)))
            self._finder.put(row, schema.ranks(ticket))
        self._finder.spans.change(row, before, ticket)
        self._finder.census.change(before, ticket)
        self._finder.postings.change(row, self._terms(before), self._terms(ticket))

    def _terms(self, ticket: PromotionRequest | None) -> frozenset[str]:
        if ticket is None:
            return frozenset()
        sql = "SELECT oid FROM commits WHERE ticket = ? ORDER BY ordinal"
        commits = (bytes(oid) for (oid,) in self._db.execute(sql, (ticket.id,)))
        return terms(ticket, identities_in(self._git, ticket, commits))

    def _check_number(self, ticket_id: str, row: int) -> None:
        other = self._db.execute("SELECT row, path FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        if other and other[0] != row:
            raise RuleViolation(f"its number is taken by {other[1]}")

    def _saw_line(self, token: str, place: int) -> bool:
        """Tells whether the signature names a commit of the line itself that comes before that place."""
        sql = "SELECT 1 FROM commits AS each WHERE oid = ? AND position < ? AND NOT EXISTS "
        beside = "(SELECT 1 FROM commits WHERE ordinal = each.ordinal + 1 AND position = each.position)"
        tip = tip_in(token) if token else None
        return tip is not None and self._db.execute(sql + beside, (tip, place)).fetchone() is not None

    def _last_commit(self) -> tuple[int, int]:
        """The number of the last commit, and of the one of the line that brought it."""
        last = self._db.execute("SELECT ordinal, position FROM commits ORDER BY ordinal DESC LIMIT 1").fetchone()
        return last or (0, 0)

    def _number_commits(self, before: str | None, tip: str) -> list[FileChange]:
        """Number the new commits, note which ticket each is about, and tell what they made of tickets' files.

        What a merge brought is numbered right before it, so that every index numbers alike, however often it looked.
        """
        ordinal, position = self._last_commit()
        ordinals, numbered = count(ordinal + 1), dict[str, int]()
        for place, commit in enumerate(line(self._git, before, tip), position + 1):
            for each in brought(self._git, commit):
                token = trailer(each, SIGNATURE)
                signer = same_address(plain(each.author.raw_email)) if token else ""
                row = (next(ordinals), each.id.raw, trailer(each, "Request-Id"), signer, place)
                self._db.execute("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?)", (*row, self._saw_line(token, place)))
            numbered[str(commit.id)] = place
        if len(numbered) > _MANY_COMMITS:
            return list(all_changes(self._git.path, numbered, before, tip))
        commits = ((self._git[oid].peel(pygit2.Commit), place) for oid, place in numbered.items())
        return [change for commit, place in commits for change in changes_of(self._trees, commit, place)]


def _named(oid: bytes, position: int, saw_line: int) -> NamedCommit:
    return NamedCommit(bytes(oid), position, bool(saw_line))


def _number(path: str) -> str:
    """The number of the request whose file has that path."""
    return path[path.rfind("/") + 1 :].removesuffix(".yaml")
