"""The index's file: its tables, and how a ticket becomes rows."""

import re
import sqlite3
from pathlib import Path

from domain.roles import same_address
from domain.ticket import SYSTEM, PromotionRequest

ID = re.compile(r"PR-\d{4}-\d{4,9}")
VERSION = 1
"""Raise it with every change below: an index of another version is rebuilt."""

_TABLES = """
CREATE TABLE tickets (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, path TEXT NOT NULL UNIQUE, revision TEXT NOT NULL,
    year INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, tenant TEXT NOT NULL,
    created_by TEXT NOT NULL, target_type TEXT NOT NULL, target_name TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    approved_at INTEGER, rejected_at INTEGER, deployed_at INTEGER, text TEXT NOT NULL, document TEXT NOT NULL
);
CREATE UNIQUE INDEX by_id ON tickets (id);
CREATE INDEX by_number ON tickets (year, number);
CREATE INDEX by_created ON tickets (created_at, year, number);
CREATE INDEX by_updated ON tickets (updated_at, year, number);
CREATE INDEX by_state ON tickets (state, tenant, created_by, created_at, year, number);
CREATE INDEX by_tenant ON tickets (tenant, created_at, year, number);
CREATE INDEX by_requester ON tickets (created_by, created_at, year, number);
CREATE INDEX by_approval ON tickets (approved_at) WHERE approved_at IS NOT NULL;
CREATE INDEX by_rejection ON tickets (rejected_at) WHERE rejected_at IS NOT NULL;
CREATE INDEX by_deployment ON tickets (deployed_at) WHERE deployed_at IS NOT NULL;
CREATE INDEX by_target ON tickets (target_type, target_name, tenant, deployed_at);
CREATE VIRTUAL TABLE search USING fts5 (text, content='', tokenize="unicode61 remove_diacritics 2", prefix='2 3');
CREATE TABLE commits (ordinal INTEGER PRIMARY KEY, oid BLOB NOT NULL, ticket TEXT NOT NULL);
CREATE INDEX by_ticket ON commits (ticket, ordinal);
CREATE TABLE faults (path TEXT PRIMARY KEY, sentence TEXT NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_COLUMNS = [
    *("id", "path", "revision", "year", "number", "state", "tenant", "created_by", "target_type", "target_name"),
    *("created_at", "updated_at", "approved_at", "rejected_at", "deployed_at", "text", "document"),
]
_UPSERT = (
    f"INSERT INTO tickets ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608  our names
    f"ON CONFLICT (path) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)} RETURNING row"
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the index's file; it may be used from any one thread at a time."""
    db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut damages is rebuilt
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def prepare(path: Path) -> None:
    """Make sure that the file is an index of this version; anything else there is thrown away."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if _version(path) == VERSION:
            return
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
    discard(path)
    db = connect(path)
    db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT")
    db.close()


def _version(path: Path) -> int:
    db = connect(path)
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    finally:
        db.close()


def discard(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def numbers(ticket_id: str) -> tuple[int, int]:
    """Year and number of an id: `PR-2026-0001` is (2026, 1)."""
    _, year, number = ticket_id.split("-")
    return int(year), int(number)


def searchable(ticket: PromotionRequest) -> str:
    """What a free-text search looks into: id, names, people and the justification."""
    target, history = ticket.spec.target, ticket.status.history
    people = dict.fromkeys((ticket.metadata.created_by, *(entry.by for entry in history if entry.by != SYSTEM)))
    parts = (ticket.id, target.name, target.version, ticket.metadata.tenant, *people, ticket.spec.request.justification)
    return "\n".join(parts)


def row(ticket: PromotionRequest, path: str, revision: str) -> tuple[str | int | None, ...]:
    """The ticket as the columns of its row."""
    meta, target, status = ticket.metadata, ticket.spec.target, ticket.status
    moments = (meta.created_at, ticket.last.at, status.approved_at, status.rejected_at, status.deployed_at)
    return (
        *(ticket.id, path, revision, *numbers(ticket.id), status.state, meta.tenant, same_address(meta.created_by)),
        *(target.type, target.name, *(None if each is None else int(each.timestamp()) for each in moments)),
        *(searchable(ticket), ticket.model_dump_json()),
    )


def put(db: sqlite3.Connection, values: tuple[str | int | None, ...]) -> None:
    """Insert or replace a ticket's row and what is searched for it."""
    before = db.execute("SELECT row, text FROM tickets WHERE path = ?", (values[1],)).fetchone()
    number = db.execute(_UPSERT, values).fetchone()[0]
    text = values[-2]
    if before and before[1] == text:
        return
    if before:
        _forget(db, *before)
    db.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (number, text))


def remove(db: sqlite3.Connection, path: str) -> None:
    """Remove what the path's file said."""
    if before := db.execute("SELECT row, text FROM tickets WHERE path = ?", (path,)).fetchone():
        _forget(db, *before)
        db.execute("DELETE FROM tickets WHERE path = ?", (path,))


def _forget(db: sqlite3.Connection, number: int, text: str) -> None:
    db.execute("INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)", (number, text))
