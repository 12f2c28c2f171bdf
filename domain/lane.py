"""The lane of a target: its deployments one at a time, in the order in which people let them through."""

from typing import Annotated, Self

from pydantic import Field

from domain.deployment import Deployment
from domain.values import Frozen, Moment, TicketId


class Place(Frozen):
    """One attempt's place in its target's lane; `since` is when a person let it through."""

    request_id: TicketId
    attempt: Annotated[int, Field(ge=1)]
    since: Moment


class Queue(Frozen):
    """Who deploys now, and who waits, in order. Nobody waits while nobody deploys."""

    front: Place | None = None
    waiting: tuple[Place, ...] = ()

    def joined(self, place: Place) -> Self:
        """With the place, once: in front where nobody deploys, else in the order in which people let them through."""
        if place == self.front or place in self.waiting:
            return self
        if self.front is None:
            return self.model_copy(update={"front": place})
        waiting = sorted((*self.waiting, place), key=lambda each: (each.since, each.request_id))
        return self.model_copy(update={"waiting": tuple(waiting)})

    def left(self, place: Place) -> Self:
        """Without the place; the next comes to the front."""
        if place != self.front:
            return self.model_copy(update={"waiting": tuple(each for each in self.waiting if each != place)})
        return self.model_copy(update={"front": next(iter(self.waiting), None), "waiting": self.waiting[1:]})

    def ahead_of(self, place: Place) -> tuple[Place, ...] | None:
        """The places ahead, the one that deploys first: none when it is its turn; None where the place is not here."""
        standing = (self.front, *self.waiting) if self.front else ()
        return standing[: standing.index(place)] if place in standing else None


class Standing(Frozen):
    """An attempt in a lane, as the attempt knows it: who is ahead, None before it has heard."""

    lane: str
    place: Place
    ahead: tuple[TicketId, ...] | None = None


def lane_of(deployment: Deployment) -> str:
    """The lane's name: `lane/tenant-finance/prod/api/payment-api`. Names that differ in case share a lane."""
    tenant, environment = deployment.tenant, deployment.target_environment
    return f"lane/{tenant}/{environment}/{deployment.target_type}/{deployment.target_name.casefold()}"
