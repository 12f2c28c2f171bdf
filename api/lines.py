"""A request's place in its target's line, the freezes and votes it waits for, as far as the caller may know."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache

from api.escalation import escalated_at
from api.models import Ahead, Line, RuledRequest
from api.votes import count_of
from domain import line, rules
from domain.line import Place
from domain.rules import Closed
from domain.ticket import Action, PromotionRequest, State
from record.facts.line import LineReader

Sees = Callable[[PromotionRequest], bool]
"""Tells whether the caller may see a ticket."""


_UNLAUNCHED = frozenset({State.PENDING, State.APPROVED})


def standing(lines: LineReader, ticket: PromotionRequest, sees: Sees, at: datetime) -> Line:
    """The requests ahead of the ticket, of those that the caller may not see no number; and what closes its target.

    One that is agreed for later is judged by its date.
    """
    with lines.index.still():
        places = line.ahead_of(ticket.id, lines.line_of(ticket))
        held = lines.controls.of_ticket(ticket).rules
        return Line(
            ahead=None if places is None else tuple(_ahead(lines, places, sees)),
            closed=rules.closed(held, _due(ticket, at)) if _awaits_launch(ticket) else None,
        )


def ruled(lines: LineReader, ticket_ids: Iterable[str], sees: Sees, at: datetime) -> Iterator[RuledRequest]:
    """Those of the recorded requests that the caller may see and of which rules say something, in the order given."""
    closed = cache(rules.closed)  # most requests of a page have the same rules, and recurrences take their time
    with lines.index.still():
        for ticket in map(lines.index.get, dict.fromkeys(ticket_ids)):
            if ticket is None or not sees(ticket) or not _awaits_launch(ticket):
                continue
            facts = lines.controls.of_ticket(ticket)
            found, votes = closed(facts.rules, _due(ticket, at)), count_of(ticket, facts)
            escalated = escalated_at(ticket, facts, at)
            if found or votes or escalated:
                yield RuledRequest(ticket_id=ticket.id, closed=found, votes=votes, escalated=escalated)


def closing(lines: LineReader, at: datetime) -> Callable[[PromotionRequest], Closed | None]:
    """Tells of requests, one after the other, what keeps them from being launched at the moment or at their date."""
    closed = cache(rules.closed)

    def of(ticket: PromotionRequest) -> Closed | None:
        if not _awaits_launch(ticket):
            return None
        return closed(lines.controls.of_ticket(ticket).rules, _due(ticket, at))

    return of


def _awaits_launch(ticket: PromotionRequest) -> bool:
    """Tells whether a launch of the request may come, so that a freeze would keep it back."""
    return ticket.state in _UNLAUNCHED or ticket.last.action is Action.RETRIED


def _due(ticket: PromotionRequest, at: datetime) -> datetime:
    return max(at, ticket.spec.request.scheduled_date or at)


def _ahead(lines: LineReader, places: tuple[Place, ...], sees: Sees) -> Iterator[Ahead]:
    for place in places:
        other = lines.index.get(place.ticket_id)
        entry = None if other is None else line.entered(other)
        if other is not None and entry is not None:
            since = other.status.history[entry].at
            yield Ahead(id=other.id if sees(other) else None, state=other.state, since=since)
