"""Compares a request with production and with the other open requests of its target."""

from domain.ticket import State
from domain.values import Email, Frozen, Moment, TicketId, Version
from domain.versions import Direction


class OtherRequest(Frozen):
    """An open request of the same target; `direction` is its version's, seen from the one it stands beside."""

    id: TicketId
    version: Version
    state: State
    created_by: Email
    scheduled_date: Moment | None
    direction: Direction


class Comparison(Frozen):
    """The version that a request replaces (null for none), its direction, and the other open requests of its target."""

    ticket_id: TicketId
    replaces: Version | None
    direction: Direction
    others: tuple[OtherRequest, ...]

    @property
    def warns(self) -> bool:
        """Tells whether whoever reads of it should look twice."""
        return self.direction in {Direction.OLDER, Direction.UNKNOWN}
