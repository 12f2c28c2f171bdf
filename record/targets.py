"""What earlier tickets tell of targets: names and versions, found by the index's order alone.

No question costs more for more tickets: names are found by leaping from one to the next, versions among the last few.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from domain.ticket import TargetType
from record import schema

LOOKED_AT = 50
"""Tickets of one target, the newest, whose versions are offered."""

PRODUCTION = "prod"
_LAST = "\U0010ffff"
_FIRST_APPROVED = """
SELECT substr(target, 1, instr(target, char(10)) - 1) FROM tickets
WHERE what >= ? AND what < ? AND first_approved IS NOT NULL ORDER BY first_approved, year, number LIMIT 1
"""
_NEXT = """
SELECT target FROM tickets WHERE target >= ? COLLATE NOCASE AND target < ? COLLATE NOCASE
ORDER BY target COLLATE NOCASE LIMIT 1
"""
_RECENT = """
SELECT version, requester, deployed_at FROM tickets WHERE target = ?1 COLLATE NOCASE AND target = ?1
ORDER BY created_at DESC LIMIT ?2
"""
_DEPLOYED = """
SELECT version FROM tickets WHERE target = ? AND deployed IS NOT NULL
ORDER BY deployed DESC, year DESC, number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """A target's versions, the last asked for first, and the one that is in production; None where none ever was."""

    versions: tuple[str, ...]
    production: str | None


def first_approved(db: sqlite3.Connection, kind: str, name: str) -> str | None:
    """The tenant whose request for the target was approved first, by its place on the branch; None where none was."""
    key = schema.what(kind, name, "")
    found = db.execute(_FIRST_APPROVED, (key, key + _LAST)).fetchone()
    return str(found[0]) if found else None


def names(db: sqlite3.Connection, tenant: str, kind: TargetType, beginning: str) -> Iterator[str]:
    """The names of that beginning, in whatever case, that tickets of the tenant promote, in order."""
    start = schema.target_key(tenant, kind, beginning)
    end = start + _LAST
    while found := db.execute(_NEXT, (start, end)).fetchone():
        name = str(found[0]).split("\n")[2]
        yield name
        start = schema.target_key(tenant, kind, name, _LAST)


def history(
    db: sqlite3.Connection, tenant: str, kind: TargetType, name: str, requesters: frozenset[str] | None
) -> TargetHistory:
    """What the tickets of one target say. What is not deployed counts for `requesters` alone; None: for everybody."""
    key = schema.target_key(tenant, kind, name, PRODUCTION)
    rows = db.execute(_RECENT, (key, LOOKED_AT)).fetchall()
    told = [version for version, by, at in rows if at is not None or requesters is None or by in requesters]
    production = db.execute(_DEPLOYED, (key,)).fetchone()
    return TargetHistory(tuple(dict.fromkeys(told)), production[0] if production else None)
