"""Reads of the audit trail: a SQLite file that follows the repository's months, and can be thrown away."""

import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from threading import Event, RLock, Thread

from pyroaring import FrozenBitMap

from domain.trail import AuditEntry
from record.errors import RecordUnavailable
from record.index.postings import Postings
from record.index.query import Page
from record.index.schema import claim, discard, opened
from record.trail import schema
from record.trail.finding import GONE, TrailFinder, milliseconds
from record.trail.query import TrailQuery, decode_cursor, encode_cursor
from record.trail.repository import Segment, TrailRepository
from record.trail.segments import read

_LOG = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks at the repository."""
_EXPORTED = 1_000
"""Entries of an export that are read at once."""
_PUT = "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)"


class TrailUnread(Exception):
    """The trail has not been read as far as it went when the process started, and can't be shown yet."""

    def __init__(self) -> None:
        super().__init__("The audit trail is being read for the first time; try again in a minute")


class TrailIndex:
    """The entries as the repository has them, some seconds late. Safe to use from any thread.

    Each process needs a file of its own: where `path` is in use by another, a numbered neighbour is taken.
    """

    def __init__(self, repository: TrailRepository, path: Path) -> None:
        self._repository = repository
        self._path = path
        self._claim: int | None = None
        self._db: sqlite3.Connection
        self._postings: Postings
        self._whole = False
        self._turn = RLock()
        self._stopping = Event()
        self._follower: Thread | None = None
        self.failure: str | None = None
        self.rewritten: tuple[str, ...] = ()

    def follow(self) -> None:
        """Keep catching up, in a thread of its own."""
        self._follower = Thread(target=self._keep_up, name="audit-index", daemon=True)
        self._follower.start()

    def _keep_up(self) -> None:
        while not self._stopping.is_set():
            self.make()
            self._stopping.wait(EVERY)

    def make(self) -> None:
        """Catch up as far as the repository can be read now; what is known already is shown meanwhile."""
        try:
            self.catch_up()
        except (RecordUnavailable, OSError, sqlite3.Error) as error:
            if self.failure is None:
                _LOG.warning("The audit trail can't be followed: %s", error)
            self.failure = str(error)
            if isinstance(error, sqlite3.DatabaseError):
                self._discard()
        else:
            self.failure = None

    def close(self) -> None:
        self._stopping.set()
        if self._follower:
            self._follower.join()
        with self._turn:
            self._release()

    def catch_up(self) -> None:
        """Bring the file up to what the repository has. Raises RecordUnavailable, OSError, sqlite3.Error."""
        with self._turn:
            self._open()
        fetched: RecordUnavailable | None = None
        try:
            self._repository.fetch()
        except RecordUnavailable as error:
            fetched = error  # what this disk has is read all the same
        months = self._repository.months()
        known = dict(self._query("SELECT month, tip FROM months"))
        for month in known.keys() - months.keys():
            self._forget(month)
        for month, tip in months.items():
            if known.get(month) != tip:
                self._read_month(month, known.get(month), tip)
        if fetched is None:
            self._note_whole()
        else:
            raise fetched

    def _read_month(self, month: str, before: str | None, tip: str) -> None:
        segments = self._repository.added(month, before, tip)
        if segments is None:
            _LOG.error("%s of the audit trail was rewritten: %s does not only add to %s", month, tip, before)
            self.rewritten = (*self.rewritten, month)
            self._forget(month)
            segments = self._repository.added(month, None, tip)
        entries = chain.from_iterable(map(_entries, segments or ()))
        while batch := list(islice(entries, self._room())):
            self._put(month, sorted(batch, key=lambda entry: entry.id))
        self._note_tip(month, tip)

    def _room(self) -> int:
        """As many entries as are put into the file in one transaction: up to the end of a piece, written once so."""
        with self._turn:
            return schema.CHUNK - self._end() % schema.CHUNK

    def _put(self, month: str, batch: list[AuditEntry]) -> None:
        documents = [entry.model_dump_json(exclude_none=True) for entry in batch]
        with self._changing() as db:
            row = self._end()
            for entry, document in zip(batch, documents, strict=True):
                put = db.execute(_PUT, (row, entry.id, milliseconds(entry.at), document))
                if put.rowcount:
                    self._postings.change(row, frozenset(), schema.terms(entry, month))
                    row += 1

    def _note_tip(self, month: str, tip: str) -> None:
        with self._changing() as db:
            db.execute("INSERT OR REPLACE INTO months VALUES (?, ?)", (month, tip))

    def _note_whole(self) -> None:
        if not self._whole:
            with self._changing() as db:
                db.execute("INSERT OR REPLACE INTO meta VALUES ('whole', '1')")
            self._whole = True

    def _forget(self, month: str) -> None:
        """Let a month's entries go; their rows are never given to others."""
        with self._changing() as db:
            rows = self._postings.term(schema.month(month)) - self._postings.term(GONE)
            for row in rows:
                self._postings.change(row, frozenset(), frozenset({GONE}))
            db.executemany("UPDATE entries SET id = 'gone ' || row, at = 0, document = '' WHERE row = ?", _ones(rows))
            db.execute("DELETE FROM months WHERE month = ?", (month,))

    def _end(self) -> int:
        """The first row that nobody has."""
        return int(self._db.execute("SELECT coalesce(max(row) + 1, 0) FROM entries").fetchone()[0])

    def _query(self, sql: str, *values: str | int) -> list[tuple[str, str]]:
        with self._turn:
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; whatever ends it early ends the file's use, to be opened anew."""
        with self._turn:
            try:
                self._db.execute("BEGIN")
                yield self._db
                self._postings.flush()
                self._db.execute("COMMIT")
            except BaseException:
                self._release()
                raise

    def _open(self) -> None:
        if self._claim is None:
            self._path, self._claim = claim(self._path)
            self._db = opened(self._path, schema.TABLES, schema.VERSION)
            self._postings = Postings(self._db, schema.CHUNK, -(-self._end() // schema.CHUNK))
            self._whole = self._db.execute("SELECT 1 FROM meta WHERE key = 'whole'").fetchone() is not None

    def _release(self) -> None:
        if self._claim is not None:
            self._db.close()
            os.close(self._claim)
            self._claim = None

    def _discard(self) -> None:
        """Have the file made anew by the next one who needs it."""
        with self._turn:
            self._release()
            discard(self._path)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                self._open()
                if not self._whole:
                    raise TrailUnread
                yield self._db
            except sqlite3.DatabaseError as error:
                _LOG.warning("The audit trail's index is thrown away: %s", error)
                self._discard()
                raise

    def page(self, query: TrailQuery) -> Page:
        """One page, the newest entries first. Raises BadCursor, TrailUnread, sqlite3.Error."""
        last = decode_cursor(query)
        with self._reading() as db:
            found = TrailFinder(db, self._postings).found(query, self._end())
            end = len(found) if last is None else found.rank(self._row_of(last)) - int(self._row_of(last) in found)
            rows = list(found[max(0, end - query.limit) : end])
            read = db.execute(f"SELECT id, document FROM entries WHERE row IN ({_marks(rows)}) ORDER BY row DESC", rows)  # noqa: S608
            ids, documents = zip(*read.fetchall(), strict=True) if rows else ((), ())
        more = end > query.limit
        return Page(documents, len(found), encode_cursor(query, ids[-1]) if more else None)

    def _row_of(self, entry_id: str) -> int:
        """The row of an entry; of one that is gone, the end, so that nothing is left out."""
        found = self._db.execute("SELECT row FROM entries WHERE id = ?", (entry_id,)).fetchone()
        return int(found[0]) if found else self._end()

    def documents(self, query: TrailQuery) -> tuple[int, Iterator[str]]:
        """The number of entries that the query finds, and all as JSON, the newest first; few are in memory at once.

        Raises TrailUnread, sqlite3.Error.
        """
        with self._reading() as db:
            found = TrailFinder(db, self._postings).found(query, self._end())
        return len(found), self._exported(found)

    def _exported(self, found: FrozenBitMap) -> Iterator[str]:
        for end in range(len(found), 0, -_EXPORTED):
            rows = list(found[max(0, end - _EXPORTED) : end])
            with self._reading() as db:
                select = f"SELECT document FROM entries WHERE row IN ({_marks(rows)}) ORDER BY row DESC"  # noqa: S608
                documents = db.execute(select, rows).fetchall()
            yield from (document for (document,) in documents if document)


def _entries(segment: Segment) -> Iterator[AuditEntry]:
    return read(f"{segment.month}/{segment.path}", segment.data)


def _ones(rows: Iterable[int]) -> Iterator[tuple[int]]:
    return ((row,) for row in rows)


def _marks(rows: list[int]) -> str:
    return ",".join("?" * len(rows))
