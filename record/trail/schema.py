"""The file of the trail's index: its tables, and the terms under which an entry is found."""

from collections.abc import Iterator
from datetime import datetime

from domain.roles import same_address
from domain.trail import AuditEntry
from record.index.postings import TABLE
from record.trail.query import words_of

VERSION = 1
"""Raise it with every change of tables or terms: an index of another version is rebuilt."""

TABLES = f"""
CREATE TABLE entries (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, document TEXT NOT NULL);
CREATE INDEX by_time ON entries (at);
CREATE TABLE months (month TEXT PRIMARY KEY, tip TEXT NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
{TABLE}
"""
CHUNK = 65_536
"""Rows of one stored piece of a term: what a Roaring bitmap keeps together, 8 KB at most."""


def person(address: str) -> str:
    return f"p:{same_address(address)}"


def tenant(name: str) -> str:
    return f"t:{name}"


def ticket(number: str) -> str:
    return f"n:{number}"


def action(name: str) -> str:
    return f"a:{name}"


def outcome(name: str) -> str:
    return f"o:{name}"


def month(name: str) -> str:
    return f"m:{name}"


def day(at: datetime) -> str:
    return f"d:{at:%Y-%m-%d}"


def hour(at: datetime) -> str:
    return f"h:{at:%Y-%m-%dT%H}"


def terms(entry: AuditEntry, of_month: str) -> frozenset[str]:
    """Every term that the entry is found by: one for each filter, and its words."""
    return words_of(entry).union(_filters(entry, of_month))


def _filters(entry: AuditEntry, of_month: str) -> Iterator[str]:
    yield from (month(of_month), day(entry.at), hour(entry.at), action(entry.action), outcome(entry.outcome))
    if entry.by:
        yield person(entry.by)
    if entry.tenant:
        yield tenant(entry.tenant)
    if entry.ticket:
        yield ticket(entry.ticket)
