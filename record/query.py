"""What is asked of the index: filters, order and pages, as values and as SQL."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.roles import Scope, same_address
from domain.ticket import PromotionRequest, State, TargetType
from record.errors import BadCursor

MAX_LIMIT = 200


class Sort(StrEnum):
    """The orders of a list; a minus is descending."""

    NEWEST = "-createdAt"
    OLDEST = "createdAt"
    ID = "id"
    LAST_ID = "-id"
    LEAST_RECENT = "updatedAt"
    RECENT = "-updatedAt"


_COLUMNS = {"createdAt": "created_at", "updatedAt": "updated_at", "id": "year"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery:
    """Which tickets, in which order, from where on. Filters combine; an empty one filters nothing.

    `scope` is what the caller may see. `exclude_created_by` are addresses whose own tickets are left out. Times are
    aware; `created_after` is included, `created_before` is not. `limit` is 1 to 200.
    """

    scope: Scope
    state: tuple[State, ...] = ()
    tenant: str | None = None
    created_by: str | None = None
    target_name: str | None = None
    target_type: TargetType | None = None
    q: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    exclude_created_by: frozenset[str] = frozenset()
    sort: Sort = Sort.NEWEST
    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ValueError(f"limit must be from 1 to {MAX_LIMIT}")

    @property
    def column(self) -> str:
        return _COLUMNS[self.sort.lstrip("-")]

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def fingerprint(self) -> str:
        """What a cursor must have been given for: everything but where it stands and how long a page is."""
        scope = [None if part is None else sorted(part) for part in (self.scope.tenants, self.scope.own_tenants)]
        asked = [scope, sorted(self.scope.addresses), self.state, self.tenant, self.created_by, self.target_name]
        asked += [self.target_type, self.q, str(self.created_after), str(self.created_before)]
        asked += [sorted(self.exclude_created_by), self.sort]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the tickets that a query finds, how many it finds in all, and the cursor of those that follow."""

    items: tuple[PromotionRequest, ...]
    total: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts over what the caller may see; 'today' and 'this week' (from Monday) are those of the asked zone."""

    pending: int
    approved_today: int
    rejected_today: int
    deployed_this_week: int


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL with its parameters."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: "Where") -> "Where":
        return Where(f"{self.sql} AND {other.sql}", (*self.values, *other.values))


def _among(column: str, values: Any) -> Where:
    listed = tuple(sorted(values))
    return Where(f"{column} IN ({','.join('?' * len(listed))})", listed)


def scope_where(scope: Scope) -> Where:
    """The tickets of the scope."""
    if scope.tenants is None:
        return Where("1")
    seen = _among("tenant", scope.tenants)
    own = _among("created_by", map(same_address, scope.addresses))
    if scope.own_tenants is not None:
        own = own & _among("tenant", scope.own_tenants)
    return Where(f"({seen.sql} OR ({own.sql}))", (*seen.values, *own.values))


def where(query: TicketQuery) -> Where:
    """The tickets that the query finds, on whatever page."""
    found = scope_where(query.scope)
    equals = {
        "tenant": query.tenant,
        "created_by": query.created_by and same_address(query.created_by),
        "target_name": query.target_name,
        "target_type": query.target_type,
    }
    for column, value in equals.items():
        if value is not None:
            found &= Where(f"{column} = ?", (value,))
    if query.state:
        found &= _among("state", query.state)
    if query.created_after:
        found &= Where("created_at >= ?", (int(query.created_after.timestamp()),))
    if query.created_before:
        found &= Where("created_at < ?", (int(query.created_before.timestamp()),))
    if query.exclude_created_by:
        own = _among("created_by", map(same_address, query.exclude_created_by))
        found &= Where(f"NOT {own.sql}", own.values)
    if words := match(query.q):
        found &= Where("row IN (SELECT rowid FROM search WHERE search MATCH ?)", (words,))
    return found


def match(text: str) -> str:
    """The search for tickets that have every word, the beginning of a word being enough; empty for no words."""
    words = (word.replace('"', '""').replace("\0", "") for word in text.split())
    return " ".join(f'"{word}"*' for word in words if any(map(str.isalnum, word)))


def encode_cursor(query: TicketQuery, position: tuple[int, int, int]) -> str:
    """Where a page ended: the sort column's value, year and number of its last ticket."""
    return base64.urlsafe_b64encode(json.dumps([query.fingerprint, *position]).encode()).decode().rstrip("=")


def decode_cursor(query: TicketQuery) -> tuple[int, int, int] | None:
    """Where the query's page begins; None for the first. Raises BadCursor for what `encode_cursor` never gave."""
    if query.cursor is None:
        return None
    try:
        fingerprint, *position = json.loads(base64.urlsafe_b64decode(query.cursor.encode() + b"=="))
        value, year, number = (int(each) for each in position if type(each) is int and abs(each) < 1 << 62)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if fingerprint != query.fingerprint or len(position) != 3:
        raise BadCursor
    return value, year, number


def after(query: TicketQuery, position: tuple[int, int, int] | None) -> Where:
    """The tickets that come after a position in the query's order."""
    if position is None:
        return Where("1")
    return Where(f"({query.column}, year, number) {'<' if query.descending else '>'} (?, ?, ?)", position)


def order(query: TicketQuery) -> str:
    way = "DESC" if query.descending else "ASC"
    return f"{query.column} {way}, year {way}, number {way}"
