"""What a promotion changes: the ticket against what is in production for its target, and what else is open of it."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.ticket import PromotionRequest, State
from domain.values import Email, Frozen, Moment, TicketId, Version
from domain.versions import Direction, direction
from record.catalogue import CatalogueReader
from record.index import Index

Sees = Callable[[PromotionRequest], bool]
"""Whether the person who asks may see a ticket."""


class OtherRequest(Frozen):
    """An open request of the same target; `direction` is its version's, seen from the one it stands beside."""

    id: TicketId
    version: Version
    state: State
    created_by: Email
    scheduled_date: Moment | None
    direction: Direction


class Comparison(Frozen):
    """The version that a request replaces, null for none, which way it goes, and what else is open of its target."""

    ticket_id: TicketId
    replaces: Version | None
    direction: Direction
    others: tuple[OtherRequest, ...]


class InProduction(Frozen):
    """What is in production for a target: by which request and since when, where one brought it there.

    The request and its notes are for who may see that one; without a request, it is what the catalogue says.
    """

    ticket_id: TicketId | None
    version: Version
    release_notes: str | None
    deployed_at: Moment | None


class Difference(Frozen):
    """What a request brings, against what is in production for its target; null where nothing ever was."""

    ticket_id: TicketId
    version: Version
    release_notes: str
    in_production: InProduction | None
    direction: Direction
    others: tuple[OtherRequest, ...]


@dataclass(frozen=True)
class Comparer:
    """Compares tickets with production. Each costs some look-ups in the index, however many tickets there are."""

    index: Index
    catalogue: CatalogueReader

    def difference(self, ticket: PromotionRequest, sees: Sees) -> Difference:
        """What the ticket changes in production; of one that is deployed itself, what it changed then."""
        target, before = ticket.spec.target, self.in_production(ticket, sees)
        return Difference(
            ticket_id=ticket.id,
            version=target.version,
            release_notes=ticket.spec.request.release_notes,
            in_production=before,
            direction=direction(before.version if before else None, target.version),
            others=self.others(ticket, sees),
        )

    def comparison(self, ticket: PromotionRequest, sees: Sees) -> Comparison:
        """The same in short, for a row of a list."""
        before = self.in_production(ticket, sees)
        replaces = before.version if before else None
        way = direction(replaces, ticket.spec.target.version)
        return Comparison(ticket_id=ticket.id, replaces=replaces, direction=way, others=self.others(ticket, sees))

    def in_production(self, ticket: PromotionRequest, sees: Sees, *, draft: bool = False) -> InProduction | None:
        """What is in production for the ticket's target, or was when it was deployed; its number counts for no draft.

        It is the version of the target's last deployment, else the catalogue's.
        """
        found = self.index.in_production(ticket, but=None if draft else ticket.id)
        if found is not None:
            shown = sees(found)
            return InProduction(
                ticket_id=found.id if shown else None,
                version=found.spec.target.version,
                release_notes=found.spec.request.release_notes if shown else None,
                deployed_at=found.status.deployed_at,
            )
        entry = self.catalogue.current().entry(ticket.spec.target.type, ticket.spec.target.name)
        if entry is None or entry.tenant != ticket.metadata.tenant:
            return None
        return InProduction(ticket_id=None, version=entry.version, release_notes=None, deployed_at=None)

    def others(self, ticket: PromotionRequest, sees: Sees, *, draft: bool = False) -> tuple[OtherRequest, ...]:
        """The other open requests of the target that the person may see, the oldest first."""
        target = ticket.spec.target
        found = self.index.open_of(target.type, target.name, target.target_environment)
        return tuple(_other(each, ticket) for each in found if (draft or each.id != ticket.id) and sees(each))


def _other(other: PromotionRequest, ticket: PromotionRequest) -> OtherRequest:
    version = other.spec.target.version
    return OtherRequest(
        id=other.id,
        version=version,
        state=other.state,
        created_by=other.metadata.created_by,
        scheduled_date=other.spec.request.scheduled_date,
        direction=direction(ticket.spec.target.version, version),
    )
