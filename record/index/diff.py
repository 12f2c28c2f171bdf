"""Compares a ticket with what is in production for its target, and with what else is open of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain import targets
from domain.comparison import Comparison, OtherRequest
from domain.ticket import PromotionRequest, Target
from domain.values import Frozen, Moment, TicketId, Version
from domain.versions import Direction
from record.index.reader import Index
from record.people.catalogue import CatalogueReader

Sees = Callable[[PromotionRequest], bool]
"""Tells whether the person who asks may see a ticket."""


class InProduction(Frozen):
    """The version in production for a target: by which request and since when, where one brought it there.

    The request and its notes are for who may see that one; without a request, it is what the catalogue says.
    """

    ticket_id: TicketId | None
    version: Version
    release_notes: str | None
    deployed_at: Moment | None


class Difference(Frozen):
    """The change that a request brings, against what is in production for its target; null where nothing ever was."""

    ticket_id: TicketId
    version: Version
    release_notes: str
    in_production: InProduction | None
    direction: Direction
    others: tuple[OtherRequest, ...]


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A target as it is in production, and the ticket that brought it there; None for what the catalogue says."""

    target: Target
    ticket: PromotionRequest | None = None


@dataclass(frozen=True)
class Comparer:
    """Compares tickets with production. Each costs some look-ups in the index, however many tickets there are."""

    index: Index
    catalogue: CatalogueReader

    def difference(self, ticket: PromotionRequest, sees: Sees) -> Difference:
        """Compares the ticket, or a draft, with production; one that is deployed with what was there before it."""
        before = self._replaced(ticket)
        return Difference(
            ticket_id=ticket.id,
            version=ticket.spec.target.version,
            release_notes=ticket.spec.request.release_notes,
            in_production=before and _in_production(before, sees),
            direction=targets.way(before.target if before else None, ticket.spec.target),
            others=self._others(ticket, sees),
        )

    def comparison(self, ticket: PromotionRequest, sees: Sees) -> Comparison:
        """The same in short, for a row of a list."""
        before = self._replaced(ticket)
        return Comparison(
            ticket_id=ticket.id,
            replaces=before and before.target.version,
            direction=targets.way(before.target if before else None, ticket.spec.target),
            others=self._others(ticket, sees),
        )

    def comparisons(self, ticket_ids: Iterable[str], sees: Sees) -> list[Comparison]:
        """Those of the tickets that are recorded and that the person may see, in the order given."""
        with self.index.still():
            found = (self.index.get(each) for each in dict.fromkeys(ticket_ids))
            return [self.comparison(ticket, sees) for ticket in found if ticket and sees(ticket)]

    def _replaced(self, ticket: PromotionRequest) -> _Replaced | None:
        """Finds what is in production for the ticket's target, or was when it was deployed.

        It is the version of the target's last deployment, else the catalogue's.
        """
        if found := self.index.in_production(ticket):
            return _Replaced(found.spec.target, found)
        target = ticket.spec.target
        entry = self.catalogue.current().entry(target.type, target.name)
        if entry is None or (entry.tenant, entry.target) != (ticket.metadata.tenant, target.target_environment):
            return None
        return _Replaced(target.model_copy(update={"version": entry.version, "digest": None}))

    def _others(self, ticket: PromotionRequest, sees: Sees) -> tuple[OtherRequest, ...]:
        """The other open requests of the target that the person may see, the oldest first."""
        target, itself = ticket.spec.target, _identity(ticket)
        found = self.index.open_of(target.type, target.name, target.target_environment)
        tenant = None if self.index.switch() else ticket.metadata.tenant
        return tuple(
            _other(each, ticket)
            for each in found
            if _identity(each) != itself and tenant in {None, each.metadata.tenant} and sees(each)
        )


def _identity(ticket: PromotionRequest) -> tuple[object, ...]:
    """The pair that tells tickets apart, and a draft from the ticket whose number it has for want of one of its own."""
    return (ticket.id, ticket.metadata.created_at)


def _in_production(before: _Replaced, sees: Sees) -> InProduction:
    brought = before.ticket
    shown = brought if brought and sees(brought) else None
    return InProduction(
        ticket_id=shown and shown.id,
        version=before.target.version,
        release_notes=shown and shown.spec.request.release_notes,
        deployed_at=brought and brought.status.deployed_at,
    )


def _other(other: PromotionRequest, ticket: PromotionRequest) -> OtherRequest:
    return OtherRequest(
        id=other.id,
        version=other.spec.target.version,
        state=other.state,
        created_by=other.metadata.created_by,
        scheduled_date=other.spec.request.scheduled_date,
        direction=targets.way(ticket.spec.target, other.spec.target),
    )
