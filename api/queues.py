"""Puts together what deploys now and what waits behind what, as far as one person may see it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from api.lines import closing
from domain import line
from domain.roles import Scope
from domain.rules import Closed
from domain.ticket import PromotionRequest, State, TargetType
from domain.values import Email, Frozen, Moment, TargetName, Tenant, TicketId, Version
from record.facts.line import LineReader
from record.index import schema
from record.index.query import MAX_LIMIT, Sort, TicketQuery

Sees = Callable[[PromotionRequest], bool]
"""Tells whether the caller may see a ticket."""


class QueuePlace(StrEnum):
    """The place of a request: in its target's line, or beside it until its date comes or somebody releases it."""

    LINE = "line"
    SCHEDULED = "scheduled"
    HELD = "held"


class QueuedRequest(Frozen):
    """A request that is about to deploy; of one that the caller may not see, only its state and since when it stands
    there. `closed` is the freeze that keeps it from being launched now, or at its date."""

    place: QueuePlace
    state: State
    since: Moment
    id: TicketId | None = None
    version: Version | None = None
    created_by: Email | None = None
    scheduled_date: Moment | None = None
    closed: Closed | None = None


class TargetQueue(Frozen):
    """The requests of one target: its line in order, whoever deploys or is next first, then those beside it."""

    tenant: Tenant
    type: TargetType
    name: TargetName
    requests: tuple[QueuedRequest, ...]


class Queue(Frozen):
    """The deployments of now and what waits behind them, by target; `more` counts requests that found no room here."""

    targets: tuple[TargetQueue, ...]
    more: int


def queue(lines: LineReader, scope: Scope, sees: Sees, at: datetime, most: int = MAX_LIMIT) -> Queue:
    """The targets of which the scope has an approved request, those that deploy first, then what changed last.

    It begins with `most` that deploy and as many that are approved: no number of planned ones hides a deployment.
    """
    asked = TicketQuery(scope=scope, sort=Sort.RECENT, limit=most)
    with lines.index.still():
        pages = [
            lines.index.page(replace(asked, state=(state,)))
            for state in (State.DEPLOYING, State.VERIFYING, State.APPROVED)
        ]
        shared = lines.index.switch() is not None
        groups: dict[str, list[PromotionRequest]] = {}
        for ticket in (ticket for page in pages for ticket in page.items):
            groups.setdefault(schema.what_of(ticket) if shared else schema.target(ticket), []).append(ticket)
        shown = _Shown(lines, sees, closing(lines, at))
        found = tuple(shown.target(tickets) for tickets in groups.values())
    return Queue(targets=found, more=sum(page.total - len(page.documents) for page in pages))


@dataclass(frozen=True)
class _Shown:
    """Shows requests to the caller."""

    lines: LineReader
    sees: Sees
    closed: Callable[[PromotionRequest], Closed | None]

    def target(self, tickets: list[PromotionRequest]) -> TargetQueue:
        first = tickets[0]
        target = first.spec.target
        requests = (*self._line(first), *self._beside(tickets))
        return TargetQueue(tenant=first.metadata.tenant, type=target.type, name=target.name, requests=requests)

    def _line(self, ticket: PromotionRequest) -> Iterator[QueuedRequest]:
        for place in self.lines.line_of(ticket):
            other = self.lines.index.get(place.ticket_id)
            entered = None if other is None else line.entered(other)
            if other is None or entered is None:
                continue
            since = other.status.history[entered].at
            if self.sees(other):
                yield self._told(other, QueuePlace.LINE, since)
            else:
                yield QueuedRequest(place=QueuePlace.LINE, state=other.state, since=since)

    def _beside(self, tickets: Iterable[PromotionRequest]) -> Iterator[QueuedRequest]:
        """Those that wait for their date or for somebody, the earliest date first."""
        for ticket in sorted(tickets, key=lambda each: (each.spec.request.scheduled_date or each.last.at, each.id)):
            if ticket.hold is not None:
                yield self._told(ticket, QueuePlace.HELD, ticket.hold.at)
            elif line.becomes_due(ticket):
                yield self._told(ticket, QueuePlace.SCHEDULED, ticket.last.at)

    def _told(self, ticket: PromotionRequest, place: QueuePlace, since: Moment) -> QueuedRequest:
        return QueuedRequest(
            place=place,
            state=ticket.state,
            since=since,
            id=ticket.id,
            version=ticket.spec.target.version,
            created_by=ticket.metadata.created_by,
            scheduled_date=ticket.spec.request.scheduled_date,
            closed=self.closed(ticket),
        )
