"""A request's place in its target's line, as far as the caller may know who else stands there."""

from collections.abc import Callable, Iterator

from api.models import Ahead, Line
from domain import line
from domain.line import Place
from domain.ticket import PromotionRequest
from record.index import Index


def standing(index: Index, ticket: PromotionRequest, sees: Callable[[PromotionRequest], bool]) -> Line:
    """Who is ahead of the ticket; of those that the caller may not see, no number."""
    with index.still():
        places = line.ahead_of(ticket.id, _line_of(index, ticket))
        return Line(ahead=None if places is None else tuple(_ahead(index, places, sees)))


def _ahead(index: Index, places: tuple[Place, ...], sees: Callable[[PromotionRequest], bool]) -> Iterator[Ahead]:
    for place in places:
        other = index.get(place.ticket_id)
        entry = None if other is None else line.entered(other)
        if other is not None and entry is not None:
            since = other.status.history[entry].at
            yield Ahead(id=other.id if sees(other) else None, state=other.state, since=since)


def _line_of(index: Index, ticket: PromotionRequest) -> Iterator[Place]:
    target = ticket.spec.target
    for each in index.open_of(target.type, target.name, target.target_environment):
        entry = line.entered(each)
        if entry is not None:
            since = int(each.status.history[entry].at.timestamp())
            yield Place(ticket_id=each.id, position=since, state=each.state)
