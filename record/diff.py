"""What a promotion changes: the ticket against what is in production for its target."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.ticket import PromotionRequest
from record.index import Index


@dataclass(frozen=True, slots=True)
class InProduction:
    """What was last deployed for a target and when (UTC); by which ticket, with its notes, for who may see that one."""

    ticket_id: str | None
    version: str
    release_notes: str | None
    deployed_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """The version and notes that a ticket brings, against what is in production: None where nothing ever was.

    For a ticket that is deployed itself, it is what was in production before it.
    """

    ticket_id: str
    version: str
    release_notes: str
    in_production: InProduction | None


def difference(index: Index, ticket: PromotionRequest, sees: Callable[[PromotionRequest], bool]) -> Difference:
    """What the ticket changes in production. Targets are the same when tenant, type, name and environment are."""
    found = index.in_production(ticket)
    at = found.status.deployed_at if found else None
    before = None
    if found is not None and at is not None:
        told = (found.id, found.spec.request.release_notes) if sees(found) else (None, None)
        before = InProduction(told[0], found.spec.target.version, told[1], at)
    return Difference(ticket.id, ticket.spec.target.version, ticket.spec.request.release_notes, before)
