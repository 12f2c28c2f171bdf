"""Puts together what deploys now and what waits behind what, as far as one person may see it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from domain import line
from domain.roles import Scope
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
    there."""

    place: QueuePlace
    state: State
    since: Moment
    id: TicketId | None = None
    version: Version | None = None
    created_by: Email | None = None
    scheduled_date: Moment | None = None


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


def queue(lines: LineReader, scope: Scope, sees: Sees, most: int = MAX_LIMIT) -> Queue:
    """The targets of which the scope has an approved request, those that deploy first, then what changed last.

    It begins with `most` that deploy and as many that are approved: no number of planned ones hides a deployment.
    """
    asked = TicketQuery(scope=scope, sort=Sort.RECENT, limit=most)
    with lines.index.still():
        pages = [lines.index.page(replace(asked, state=(state,))) for state in (State.DEPLOYING, State.APPROVED)]
        shared = lines.index.switch() is not None
        groups: dict[str, list[PromotionRequest]] = {}
        for ticket in (ticket for page in pages for ticket in page.items):
            groups.setdefault(schema.what_of(ticket) if shared else schema.target(ticket), []).append(ticket)
        found = tuple(_of_target(lines, tickets, sees) for tickets in groups.values())
    return Queue(targets=found, more=sum(page.total - len(page.documents) for page in pages))


def _of_target(lines: LineReader, tickets: list[PromotionRequest], sees: Sees) -> TargetQueue:
    first = tickets[0]
    target = first.spec.target
    requests = (*_line(lines, first, sees), *_beside(tickets))
    return TargetQueue(tenant=first.metadata.tenant, type=target.type, name=target.name, requests=requests)


def _line(lines: LineReader, ticket: PromotionRequest, sees: Sees) -> Iterator[QueuedRequest]:
    for place in lines.line_of(ticket):
        other = lines.index.get(place.ticket_id)
        entered = None if other is None else line.entered(other)
        if other is not None and entered is not None:
            yield _shown(other, QueuePlace.LINE, other.status.history[entered].at, sees)


def _beside(tickets: Iterable[PromotionRequest]) -> Iterator[QueuedRequest]:
    """Those that wait for their date or for somebody, the earliest date first."""
    for ticket in sorted(tickets, key=lambda each: (each.spec.request.scheduled_date or each.last.at, each.id)):
        if ticket.hold is not None:
            yield _shown(ticket, QueuePlace.HELD, ticket.hold.at)
        elif line.becomes_due(ticket):
            yield _shown(ticket, QueuePlace.SCHEDULED, ticket.last.at)


def _shown(ticket: PromotionRequest, place: QueuePlace, since: Moment, sees: Sees | None = None) -> QueuedRequest:
    told = QueuedRequest(place=place, state=ticket.state, since=since)
    if sees is not None and not sees(ticket):
        return told
    return told.model_copy(
        update={
            "id": ticket.id,
            "version": ticket.spec.target.version,
            "created_by": ticket.metadata.created_by,
            "scheduled_date": ticket.spec.request.scheduled_date,
        }
    )
