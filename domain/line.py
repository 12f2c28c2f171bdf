"""A target's line: its deployments take turns, in the order in which their requests entered, as the branch has it."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, TicketId


class Place(Frozen):
    """One request's place: the number, on the branch's first-parent line, of the commit by which it entered.

    `deploys` tells that its job runs.
    """

    ticket_id: TicketId
    position: Annotated[int, Field(ge=0)]
    state: State
    deploys: bool = False


def entered(ticket: PromotionRequest) -> int | None:
    """The index of the history entry by which the request stands in its target's line; None where it stands in none."""
    scheduled, found = ticket.spec.request.scheduled_date, None
    for index, entry in enumerate(ticket.status.history):
        match entry.action:
            case Action.APPROVED | Action.RELEASED:
                found = index if scheduled is None or _let_in(entry.action, scheduled <= entry.at) else None
            case Action.DUE | Action.RETRIED:
                found = index
            case Action.DEPLOYING | Action.VERIFYING:
                found = index if found is None else found
            case _:
                found = None
    return found


def _let_in(action: Action, date_has_come: bool) -> bool:
    """Tells whether a dated request enters by this: an approval never lets it in by itself, `due` follows."""
    return action is Action.RELEASED and date_has_come


def deploys(ticket: PromotionRequest) -> bool:
    """Tells whether a job of the request is running, or what it deployed is verified, as far as the record tells."""
    return ticket.state is State.VERIFYING or (
        ticket.last.action is Action.DEPLOYING and ticket.last.job_id is not None
    )


def becomes_due(ticket: PromotionRequest) -> bool:
    """Tells whether an approved request that nobody holds waits for its date outside the line."""
    return ticket.state is State.APPROVED and ticket.hold is None and entered(ticket) is None


def ordered(places: Iterable[Place]) -> tuple[Place, ...]:
    """The line in its order, the request that deploys or is next first; those that one commit brought, by number.

    Whoever deploys is first though it passed somebody: that one's promotion may be begun anew meanwhile.
    """
    return tuple(sorted(places, key=lambda place: (not place.deploys, place.position, place.ticket_id)))


def ahead_of(ticket_id: str, places: Iterable[Place]) -> tuple[Place, ...] | None:
    """The places ahead of the request, the first in line first; None where the line does not have it."""
    line = ordered(places)
    index = next((index for index, place in enumerate(line) if place.ticket_id == ticket_id), None)
    return None if index is None else line[:index]
