"""What a promotion changes: the ticket against what is in production for its target."""

from collections.abc import Callable

from domain.ticket import PromotionRequest
from domain.values import Frozen, Moment, TicketId, Version
from record.index import Index


class InProduction(Frozen):
    """What was last deployed for a target and when; by which request, with its notes, for who may see that one."""

    ticket_id: TicketId | None
    version: Version
    release_notes: str | None
    deployed_at: Moment


class Difference(Frozen):
    """What a request brings, against what is in production for its target; null where nothing ever was."""

    ticket_id: TicketId
    version: Version
    release_notes: str
    in_production: InProduction | None


def difference(index: Index, ticket: PromotionRequest, sees: Callable[[PromotionRequest], bool]) -> Difference:
    """What the ticket changes in production; of one that is deployed itself, what it changed then.

    Targets are the same when tenant, type, name and environment are.
    """
    target, notes = ticket.spec.target, ticket.spec.request.release_notes
    before = _in_production(index.in_production(ticket), sees)
    return Difference(ticket_id=ticket.id, version=target.version, release_notes=notes, in_production=before)


def _in_production(found: PromotionRequest | None, sees: Callable[[PromotionRequest], bool]) -> InProduction | None:
    if found is None or found.status.deployed_at is None:
        return None
    shown = sees(found)
    return InProduction(
        ticket_id=found.id if shown else None,
        version=found.spec.target.version,
        release_notes=found.spec.request.release_notes if shown else None,
        deployed_at=found.status.deployed_at,
    )
