"""A request's place in its target's line, as far as the caller may know who else stands there."""

from collections.abc import Callable, Iterator

from api.models import Ahead, Line
from domain import line
from domain.line import Place
from domain.ticket import PromotionRequest
from record.facts.line import LineReader

Sees = Callable[[PromotionRequest], bool]
"""Tells whether the caller may see a ticket."""


def standing(lines: LineReader, ticket: PromotionRequest, sees: Sees) -> Line:
    """The requests ahead of the ticket; of those that the caller may not see, no number."""
    with lines.index.still():
        places = line.ahead_of(ticket.id, lines.line_of(ticket))
        return Line(ahead=None if places is None else tuple(_ahead(lines, places, sees)))


def _ahead(lines: LineReader, places: tuple[Place, ...], sees: Sees) -> Iterator[Ahead]:
    for place in places:
        other = lines.index.get(place.ticket_id)
        entry = None if other is None else line.entered(other)
        if other is not None and entry is not None:
            since = other.status.history[entry].at
            yield Ahead(id=other.id if sees(other) else None, state=other.state, since=since)
