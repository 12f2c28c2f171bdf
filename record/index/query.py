"""Queries of the index: filters, order and pages, as values."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.emergencies import Debt
from domain.roles import ALL, Person, Scope
from domain.ticket import Impact, PromotionRequest, State, TargetType
from domain.values import Frozen
from record.errors import BadCursor

MAX_LIMIT = 200


class Sort(StrEnum):
    """The orders of a list; a minus is descending. `createdAt` is by age, the oldest first.

    `scheduledDate` has those without a date last. `due` counts these from when they were asked, as nothing but a
    decision keeps them waiting. Of one impact, `-impact` has the oldest first.
    """

    NEWEST = "-createdAt"
    OLDEST = "createdAt"
    ID = "id"
    LAST_ID = "-id"
    LEAST_RECENT = "updatedAt"
    RECENT = "-updatedAt"
    SCHEDULED = "scheduledDate"
    DUE = "due"
    IMPACT = "-impact"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery:
    """Names tickets, their order, and the place to begin. Filters combine; an empty one filters nothing.

    `scope` is what the caller may see. Of a `decider`, the tickets that they asked for are left out, whoever they were
    then, and those that have their vote; `handed` has others for whom they decide, and what these may. Times are
    aware; `created_after` is included, `created_before` is not, and so for the dates that deployments are scheduled
    for. `owed` finds those that owe an answer for an emergency.
    `approved_after` and its like find whatever came of it later.
    `limit` is 1 to 200.
    """

    scope: Scope
    state: tuple[State, ...] = ()
    tenant: str | None = None
    created_by: str | None = None
    target_name: str | None = None
    target_type: TargetType | None = None
    impact: Impact | None = None
    q: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    scheduled_after: datetime | None = None
    scheduled_before: datetime | None = None
    approved_after: datetime | None = None
    rejected_after: datetime | None = None
    deployed_after: datetime | None = None
    decider: Person | None = None
    handed: tuple[tuple[Scope, Person], ...] = ()
    owed: bool = False
    sort: Sort = Sort.NEWEST
    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ValueError(f"limit must be from 1 to {MAX_LIMIT}")

    @property
    def order(self) -> str:
        """The name of the order, whichever way it goes."""
        return self.sort.lstrip("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def fingerprint(self) -> str:
        """The hash of what a cursor must have been given for: everything but where it stands and how long a page is."""
        scope = [None if part is None else sorted(part) for part in (self.scope.tenants, self.scope.own_tenants)]
        asked = [scope, sorted(self.scope.addresses), self.state, self.tenant, self.created_by, self.target_name]
        asked += [self.target_type, self.q, str(self.created_after), str(self.created_before)]
        asked += [sorted(self.decider.identities) if self.decider else None, self.sort]
        # cursors from before there were these filters stay good
        asked += [self.impact] if self.impact else []
        dates = [str(self.scheduled_after), str(self.scheduled_before)]
        asked += [dates] if self.scheduled_after or self.scheduled_before else []
        steps = [str(self.approved_after), str(self.rejected_after), str(self.deployed_after)]
        asked += [steps] if self.approved_after or self.rejected_after or self.deployed_after else []
        handed = [[sorted(scope.tenants or ()), sorted(giver.identities)] for scope, giver in self.handed]
        asked += [handed] if handed else []
        asked += ["owed"] if self.owed else []
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the tickets that a query finds, how many it finds in all, and the cursor of those that follow.

    A document is a ticket's JSON, as the API shows it: a list only passes it on.
    """

    documents: tuple[str, ...]
    total: int
    next_cursor: str | None

    @property
    def items(self) -> tuple[PromotionRequest, ...]:
        return tuple(map(PromotionRequest.model_validate_json, self.documents))


class Statistics(Frozen):
    """Counts over what the caller may see; today and this week (from Monday) in the configured time zone."""

    pending: int
    approved_today: int
    rejected_today: int
    deployed_this_week: int


def encode_cursor(query: TicketQuery, key: int) -> str:
    """The end of a page: the order's key of its last ticket."""
    return base64.urlsafe_b64encode(json.dumps([query.fingerprint, key]).encode()).decode().rstrip("=")


def decode_cursor(query: TicketQuery) -> int | None:
    """The key after which the query's page begins; None for the first. Raises BadCursor for a foreign cursor."""
    if query.cursor is None:
        return None
    try:
        fingerprint, key = json.loads(base64.urlsafe_b64decode(query.cursor.encode() + b"=="))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCursor from error
    if fingerprint != query.fingerprint or type(key) is not int:
        raise BadCursor
    return key


def every(page: Callable[[TicketQuery], Page], *states: State) -> Iterator[PromotionRequest]:
    """Each ticket in one of the states, whoever's it is, the newest first; `page` is the index's."""
    return pages(page, TicketQuery(scope=ALL, state=states, limit=MAX_LIMIT))


def pages(page: Callable[[TicketQuery], Page], query: TicketQuery) -> Iterator[PromotionRequest]:
    """Each ticket that the query finds, in its order, page by page."""
    more: TicketQuery | None = query
    while more is not None:
        found = page(more)
        yield from found.items
        more = replace(more, cursor=found.next_cursor) if found.next_cursor else None


def owed(page: Callable[[TicketQuery], Page], tenant: str | None = None) -> Iterator[Debt]:
    """Each emergency for which somebody has to answer, of one tenant or of all; `page` is the index's."""
    found = pages(page, TicketQuery(scope=ALL, tenant=tenant, owed=True, limit=MAX_LIMIT))
    return (debt for debt in map(Debt.of, found) if debt is not None)
