"""Every list and every read: a SQLite file that follows the branch by comparing trees, and rebuilds itself."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Condition, Lock
from zoneinfo import ZoneInfo

import pygit2

from domain.roles import Scope
from domain.ticket import PromotionRequest
from record import schema
from record.feed import Feed, Progress
from record.members import Fault
from record.query import (
    Page,
    Stats,
    TicketQuery,
    Where,
    after,
    decode_cursor,
    encode_cursor,
    order,
    scope_where,
    where,
)
from record.repository import Repository

_LOG = logging.getLogger(__name__)
_STATS = """
SELECT
    (SELECT count(*) FROM tickets WHERE state = 'pending' AND {scope}),
    (SELECT count(*) FROM tickets WHERE approved_at >= ? AND {scope}),
    (SELECT count(*) FROM tickets WHERE rejected_at >= ? AND {scope}),
    (SELECT count(*) FROM tickets WHERE deployed_at >= ? AND {scope})
"""


def _log_progress(done: int, total: int) -> None:
    _LOG.info("The index has read %d of %d tickets", done, total)


class Index:
    """The tickets as the branch has them. Safe to use from any thread; every read first catches up with the branch."""

    def __init__(self, repository: Repository, path: Path, progress: Progress = _log_progress) -> None:
        self._repository = repository
        self._path = path
        self._progress = progress
        self._tip: str | None = None
        self._feed: Feed | None = None
        self._updating = Lock()
        self._changed = Condition()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()

    def catch_up(self) -> None:
        """Bring the index to the branch's tip. Costs what changed since the last time; microseconds for nothing.

        Raises RecordUnavailable, or sqlite3.Error when even a new file can't be written.
        """
        tip = self._repository.tip()
        if tip is None or tip == self._tip:
            return
        with self._updating:
            if tip != self._tip:
                self._move_to(tip)
        with self._changed:
            self._changed.notify_all()

    def _move_to(self, tip: str) -> None:
        try:
            self._follow(tip)
        except (sqlite3.DatabaseError, KeyError, pygit2.GitError) as error:
            _LOG.warning("The index is rebuilt: %s", error)
            self._close_connections()
            schema.discard(self._path)
            self._feed = None
            self._follow(tip)
        self._tip = tip

    def _follow(self, tip: str) -> None:
        if self._feed is None:
            schema.prepare(self._path)
            self._feed = Feed(self._repository.path, self._progress)
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                self._feed.move(db, tip)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle.get_nowait()
        except Empty:
            db = schema.connect(self._path)
        try:
            yield db
        finally:
            self._idle.put(db)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the index, no older than the branch was when it was asked for."""
        self.catch_up()
        if self._tip is None:
            schema.prepare(self._path)
        with self._connection() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    def get(self, ticket_id: str) -> PromotionRequest | None:
        """The ticket, or None."""
        with self._reading() as db:
            found = db.execute("SELECT document FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        return PromotionRequest.model_validate_json(found[0]) if found else None

    def revision(self, ticket_id: str) -> str | None:
        """The Git blob id of the ticket's file, or None."""
        with self._reading() as db:
            found = db.execute("SELECT revision FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        return found[0] if found else None

    def last_number(self, year: int) -> int:
        """The highest number of a ticket of the year, 0 for none; a file that doesn't load has taken its number too."""
        with self._reading() as db:
            found = db.execute("SELECT max(number) FROM tickets WHERE year = ?", (year,)).fetchone()[0] or 0
            faulty = [Path(path).stem for (path,) in db.execute("SELECT path FROM faults")]
        taken = [schema.numbers(name) for name in faulty if schema.ID.fullmatch(name)]
        return max([found, *(number for other, number in taken if other == year)])

    def page(self, query: TicketQuery) -> Page:
        """One page of what the query finds. Raises BadCursor."""
        position, found = decode_cursor(query), where(query)
        with self._reading() as db:
            total = db.execute(f"SELECT count(*) FROM tickets WHERE {found.sql}", found.values).fetchone()[0]  # noqa: S608
            rows = self._rows(db, query, found & after(query, position))
        items = tuple(PromotionRequest.model_validate_json(row[3]) for row in rows[: query.limit])
        more = len(rows) > query.limit
        return Page(items, total, encode_cursor(query, rows[query.limit - 1][:3]) if more else None)

    def _rows(self, db: sqlite3.Connection, query: TicketQuery, found: Where) -> list[tuple[int, int, int, str]]:
        """One row more than the page has, to know whether there is another."""
        sql = f"SELECT {query.column}, year, number, document FROM tickets WHERE {found.sql} ORDER BY {order(query)}"  # noqa: S608
        return db.execute(f"{sql} LIMIT ?", (*found.values, query.limit + 1)).fetchall()

    def stats(self, scope: Scope, now: datetime, zone: ZoneInfo) -> Stats:
        """The counts over what the scope sees, as of `now` (aware) in the zone."""
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = (today - timedelta(days=today.weekday())).replace(tzinfo=zone)
        seen = scope_where(scope)
        days = (int(today.timestamp()), int(today.timestamp()), int(monday.timestamp()))
        values = (*seen.values, *(value for day in days for value in (day, *seen.values)))
        with self._reading() as db:
            return Stats(*db.execute(_STATS.format(scope=seen.sql), values).fetchone())

    def faults(self) -> tuple[Fault, ...]:
        """The files under `requests/prod` that are no tickets, and why."""
        with self._reading() as db:
            return tuple(Fault(*row) for row in db.execute("SELECT path, sentence FROM faults ORDER BY path"))

    def commits(self, ticket_id: str) -> tuple[str, ...]:
        """The ids of the commits that made the ticket what it is, oldest first."""
        with self._reading() as db:
            rows = db.execute("SELECT oid FROM commits WHERE ticket = ? ORDER BY ordinal", (ticket_id,)).fetchall()
        return tuple(bytes(oid).hex() for (oid,) in rows)

    def sequence(self) -> int:
        """The number of the last change; changes are numbered alike by every index of the branch."""
        with self._reading() as db:
            return int(db.execute("SELECT max(ordinal) FROM commits").fetchone()[0] or 0)

    def changes_since(self, sequence: int, limit: int = 1_000) -> list[tuple[int, str]]:
        """Sequence and ticket id of each change after `sequence`, oldest first, at most `limit` of them."""
        sql = "SELECT ordinal, ticket FROM commits WHERE ordinal > ? AND ticket != '' ORDER BY ordinal LIMIT ?"
        with self._reading() as db:
            return db.execute(sql, (sequence, limit)).fetchall()

    def wait_for_change(self, tip: str | None, timeout: float) -> str | None:
        """The indexed tip, as soon as it is another than `tip` or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._tip != tip, timeout)
            return self._tip

    def close(self) -> None:
        with self._updating:
            self._close_connections()

    def _close_connections(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return
