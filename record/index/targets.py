"""Tells what earlier tickets say of targets: names and versions, found by the index's order alone.

No question costs more for more tickets: names are found by leaping from one to the next, versions among the last few.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.emergencies import Debt
from domain.ticket import PromotionRequest, TargetType
from record.index import schema

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
_DEPLOYED_TICKETS = """
SELECT document, deployed, year, number FROM tickets INDEXED BY by_production
WHERE what = ?1 AND deployed IS NOT NULL AND substr(target, 1, length(?2)) = ?2
AND (deployed, year, number) <= (?3, ?4, ?5) ORDER BY deployed DESC, year DESC, number DESC LIMIT ?6
"""
_SINCE_FAILURE = """
SELECT document, deployed, year, number FROM tickets INDEXED BY by_production
WHERE what = ?1 AND deployed > coalesce((SELECT max(failed) FROM tickets WHERE what = ?1 AND failed IS NOT NULL), -1)
AND deployed_at >= ?2 ORDER BY deployed DESC, year DESC, number DESC LIMIT ?3
"""
_REJECTED_OR_CANCELLED = """
SELECT document FROM tickets INDEXED BY by_end WHERE what = ?1 AND open = 0 AND deployed IS NULL AND updated_at >= ?2
AND json_extract(document, '$.status.state') IN ('rejected', 'cancelled') ORDER BY updated_at DESC LIMIT ?3
"""
_COMING = """
SELECT version, target FROM tickets INDEXED BY by_open WHERE what = ? AND open = 1 AND approved_at IS NOT NULL
ORDER BY created_at, row
"""
_REQUEST = """
SELECT id, what, target, NOT EXISTS (SELECT 1 FROM older WHERE older.path = tickets.path) FROM tickets WHERE
"""
_WAITING = f"{_REQUEST} open = 1 UNION ALL {_REQUEST} row IN (SELECT value FROM json_each(?))"  # noqa: S608


DeployedKey = tuple[int, int, int]
"""Place on the branch, year and number of a deployed ticket: the order in which versions came to production."""

NEWEST: DeployedKey = (2**62, 0, 0)


@dataclass(frozen=True, slots=True)
class DeployedTicket:
    """A deployed ticket, as the JSON that the API shows, and where it stands in that order."""

    document: str
    key: DeployedKey

    @property
    def ticket(self) -> PromotionRequest:
        return PromotionRequest.model_validate_json(self.document)


@dataclass(frozen=True, slots=True)
class TargetState:
    """The state of one target that its tickets amount to.

    `first_approved` is the tenant whose request was approved first, in whatever environment. `production` is the
    version that was deployed last, `coming` are those of open requests that are approved. `debts` are the
    emergencies of the tenant that asks, whatever their targets, for which nobody answered yet.
    """

    first_approved: str | None = None
    production: str | None = None
    coming: tuple[str, ...] = ()
    debts: tuple[Debt, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that may still be decided on: its target, whether it is younger than the switch, and the target's state
    but for `first_approved`, which few need."""

    what: str
    younger: bool
    state: TargetState


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


def production_and_approved(db: sqlite3.Connection, what: str, target: str, *, switched: bool) -> TargetState:
    """The state of a target but for who owns it; before targets had owners, each tenant had targets of its own."""
    column, key = ("what", what) if switched else ("target", target)
    deployed = f"SELECT version FROM tickets WHERE {column} = ? AND deployed IS NOT NULL"  # noqa: S608
    last = db.execute(f"{deployed} ORDER BY deployed DESC, year DESC, number DESC LIMIT 1", (key,)).fetchone()
    coming = db.execute(_COMING, (what,)).fetchall()
    approved = dict.fromkeys(version for version, of in coming if switched or of == target)
    return TargetState(None, last[0] if last else None, tuple(approved))


def waiting(db: sqlite3.Connection, rows: Sequence[int], *, switched: bool) -> dict[str, Waiting]:
    """The open requests, and those of these rows, by id."""
    states: dict[str, TargetState] = {}
    found: dict[str, Waiting] = {}
    for ticket, what, target, younger in db.execute(_WAITING, (json.dumps(rows),)).fetchall():
        key = what if switched else target
        if key not in states:
            states[key] = production_and_approved(db, what, target, switched=switched)
        found[ticket] = Waiting(what, bool(younger), states[key])
    return found


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
    """A target's history by its tickets. What isn't deployed counts for `requesters` alone; None: for everybody."""
    key = schema.target_key(tenant, kind, name, PRODUCTION)
    rows = db.execute(_RECENT, (key, LOOKED_AT)).fetchall()
    told = [version for version, by, at in rows if at is not None or requesters is None or by in requesters]
    production = db.execute(_DEPLOYED, (key,)).fetchone()
    return TargetHistory(tuple(dict.fromkeys(told)), production[0] if production else None)


def since_failure(db: sqlite3.Connection, what: str, since: int, limit: int) -> list[DeployedTicket]:
    """The tickets of a target deployed after its last failure and since that time (Unix seconds), the last first."""
    rows = db.execute(_SINCE_FAILURE, (what, since, limit)).fetchall()
    return [DeployedTicket(document, (deployed, year, number)) for document, deployed, year, number in rows]


def rejected_or_cancelled(db: sqlite3.Connection, what: str, since: int, limit: int) -> list[str]:
    """The documents of the target's requests that were rejected or cancelled since that time, the last one first."""
    return [document for (document,) in db.execute(_REJECTED_OR_CANCELLED, (what, since, limit))]


def deployed(db: sqlite3.Connection, what: str, tenant: str, first: DeployedKey, limit: int) -> list[DeployedTicket]:
    """The tenant's deployed tickets of a target, the last one first, from `first` on."""
    rows = db.execute(_DEPLOYED_TICKETS, (what, schema.target_key(tenant, ""), *first, limit)).fetchall()
    return [DeployedTicket(document, (deployed, year, number)) for document, deployed, year, number in rows]
