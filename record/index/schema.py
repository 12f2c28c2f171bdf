"""The index's file: its tables, and how a ticket becomes a row."""

import fcntl
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain import insights
from domain.roles import same_address
from domain.ticket import OPEN, PromotionRequest
from domain.values import TICKET_ID, same_name
from record.index.entries import Places, milestones
from record.index.ordering import Ranks
from record.index.postings import TABLE

VERSION = 19
"""Raise it with every change of tables or terms: an index of another version is rebuilt."""

_LOG = logging.getLogger(__name__)
ID = re.compile(TICKET_ID)
_INDEXES = {
    "by_rank": "tickets (created_at, updated_at, scheduled_at, impact, year, number)",
    "by_number": "tickets (year, number)",
    "by_approval": "tickets (approved_at) WHERE approved_at IS NOT NULL",
    "by_rejection": "tickets (rejected_at) WHERE rejected_at IS NOT NULL",
    "by_deployment": "tickets (deployed_at) WHERE deployed_at IS NOT NULL",
    "by_target": "tickets (target, deployed, year, number) WHERE deployed IS NOT NULL",
    "by_open": "tickets (what, created_at) WHERE open = 1",
    "by_production": "tickets (what, deployed, year, number) WHERE deployed IS NOT NULL",
    "by_last_approval": "tickets (what, approved) WHERE approved IS NOT NULL",
    "by_asker": "tickets (requester) WHERE open = 1",
    "by_first_approval": "tickets (what, first_approved) WHERE first_approved IS NOT NULL",
    "by_end": "tickets (what, updated_at) WHERE open = 0 AND deployed IS NULL",
    "by_failure": "tickets (what, failed) WHERE failed IS NOT NULL",
    "by_name": "tickets (target COLLATE NOCASE, created_at)",
}
"""Indexes of the tickets, by name."""
_TABLES = f"""
CREATE TABLE tickets (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL UNIQUE, revision TEXT NOT NULL,
    year INTEGER NOT NULL, number INTEGER NOT NULL, target TEXT NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, approved_at INTEGER, rejected_at INTEGER, deployed_at INTEGER,
    requester TEXT NOT NULL, version TEXT NOT NULL, what TEXT NOT NULL, open INTEGER NOT NULL,
    impact TEXT NOT NULL, spans TEXT NOT NULL,
    first_approved INTEGER, approved INTEGER, deployed INTEGER, failed INTEGER, scheduled_at INTEGER,
    document TEXT NOT NULL
);
{TABLE}
CREATE TABLE commits (
    ordinal INTEGER PRIMARY KEY, oid BLOB NOT NULL, ticket TEXT NOT NULL, author TEXT NOT NULL,
    position INTEGER NOT NULL, saw_line INTEGER NOT NULL
);
CREATE TABLE entries (
    path TEXT NOT NULL, print BLOB NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (path, print)
) WITHOUT ROWID;
CREATE INDEX by_author ON commits (author, ordinal) WHERE author != '';
CREATE INDEX by_ticket ON commits (ticket, ordinal);
CREATE INDEX by_oid ON commits (oid);
CREATE TABLE faults (path TEXT PRIMARY KEY, sentence TEXT NOT NULL, unproven TEXT);
CREATE TABLE older (path TEXT PRIMARY KEY);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
{";".join(f"CREATE INDEX {name} ON {columns}" for name, columns in _INDEXES.items())};
"""
PUT = "INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_ENTRY = "INSERT OR IGNORE INTO entries VALUES (?, ?, ?)"
"""The first place of an entry is its place."""


def claim(path: Path) -> tuple[Path, int]:
    """An index file that no other process uses: the path itself, or the first free one numbered after it.

    The second value is a descriptor to keep open as long as the file is used.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for turn in range(1, 1_000):
        mine = path if turn == 1 else path.with_stem(f"{path.stem}-{turn}")
        lock = os.open(mine.with_name(mine.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return mine, lock
    raise OSError(f"{path} and its neighbours are all in use")


def opened(path: Path, tables: str = _TABLES, version: int = VERSION) -> sqlite3.Connection:
    """The index at the path, emptied when it is damaged or of another version. Use it from one thread at a time."""
    try:
        db = _connect(path)
        if db.execute("PRAGMA user_version").fetchone()[0] == version:
            return db
        db.close()
    except sqlite3.DatabaseError as error:
        _LOG.warning("The index is thrown away: %s", error)
    discard(path)
    db = _connect(path)
    db.executescript(f"BEGIN; {tables} PRAGMA user_version = {version}; COMMIT")
    return db


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut damages is rebuilt
    return db


@contextmanager
def filling(db: sqlite3.Connection) -> Iterator[None]:
    """Lets the tickets be put in without their indexes, which are made at the end: sorted once, they cost less."""
    for name in _INDEXES:
        db.execute(f"DROP INDEX {name}")
    yield
    for name, columns in _INDEXES.items():
        db.execute(f"CREATE INDEX {name} ON {columns}")


def discard(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def numbers(ticket_id: str) -> tuple[int, int]:
    """Year and number of an id: `PR-2026-0001` is (2026, 1)."""
    _, year, number = ticket_id.split("-")
    return int(year), int(number)


def target(ticket: PromotionRequest) -> str:
    """The key of what the ticket promotes, whatever the version: tenant, type, name and environment."""
    what = ticket.spec.target
    return target_key(ticket.metadata.tenant, what.type, what.name, what.target_environment)


def target_key(*parts: str) -> str:
    """Parts of what a ticket promotes, tenant first, as `target` puts them together; fewer parts are a beginning."""
    return "\n".join(parts)


def what(kind: str, name: str, environment: str) -> str:
    """A target in an environment, whoever it belongs to: names that differ in case or Unicode form are one name."""
    return target_key(kind, same_name(name), environment)


def what_of(ticket: PromotionRequest) -> str:
    """The same, of a ticket."""
    target = ticket.spec.target
    return what(target.type, target.name, target.target_environment)


def values(row: int, ticket: PromotionRequest, revision: str, places: Places) -> tuple[str | int | None, ...]:
    """The ticket as `PUT` takes it."""
    meta, status = ticket.metadata, ticket.status
    moments = (meta.created_at, ticket.last.at, status.approved_at, status.rejected_at, status.deployed_at)
    seconds = (None if each is None else int(each.timestamp()) for each in moments)
    head = (row, ticket.id, ticket.path, revision, *numbers(ticket.id), target(ticket))
    found = (ticket.spec.target.version, what_of(ticket), int(ticket.state in OPEN))
    figures = (ticket.spec.request.impact_assessment.value, _spans(ticket))
    return (
        *head,
        *seconds,
        same_address(meta.created_by),
        *found,
        *figures,
        *milestones(ticket, places),
        ranks(ticket).scheduled,
        ticket.model_dump_json(),  # last: whatever looks for the others need not pass it
    )


def ranks(ticket: PromotionRequest) -> Ranks:
    """The columns by which lists are ordered."""
    request, meta = ticket.spec.request, ticket.metadata
    date = request.scheduled_date
    return Ranks(
        int(meta.created_at.timestamp()),
        int(ticket.last.at.timestamp()),
        None if date is None else int(date.timestamp()),
        request.impact_assessment.value,
        *numbers(ticket.id),
    )


def _spans(ticket: PromotionRequest) -> str:
    """Stages and decisions of the ticket, as `record.index.spans` reads them."""
    stages = [(each.stage, each.ended, each.seconds) for each in insights.spans(ticket)]
    return json.dumps([stages, [(each.by, each.at) for each in insights.decided(ticket)]])
