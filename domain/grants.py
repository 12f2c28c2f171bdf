"""Grants: what the worker signs of a launch, so that the playbook itself refuses what was not approved."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from domain.decision import Digest
from domain.deployment import Deployment
from domain.ticket import PromotionRequest
from domain.values import Frozen, TicketId

GRANT_TYPE = "prodgate-grant+jws"
"""The `typ` of a grant's signature."""

GRANT = "prodgate_grant"
"""The variable of a launch that carries it."""

SKEW = timedelta(minutes=1)
"""The most by which the clocks of the worker, the API and whoever runs the playbook may differ."""

_Seconds = Annotated[int, Field(ge=0)]


class LaunchGrant(Frozen):
    """The facts that the worker signs of one launch: one attempt of one approved request, for some minutes.

    `aud` is whom it is for, `variables` are all that the launch sends beside the grant, as playbooks read them.
    Times are in seconds.
    """

    aud: Literal["prodgate-playbook"] = "prodgate-playbook"
    ticket: TicketId
    attempt: Annotated[int, Field(ge=1)]
    digest: Digest
    marker: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    variables: dict[str, str | int]
    iat: _Seconds
    exp: _Seconds

    @classmethod
    def of(cls, ticket: PromotionRequest, deployment: Deployment, at: datetime, life: timedelta) -> Self:
        """The grant for the attempt of the ticket, from now on and for that long."""
        return cls(
            ticket=ticket.id,
            attempt=deployment.attempt,
            digest=ticket.digest,
            marker=deployment.marker,
            variables=deployment.extra_vars(),
            iat=int(at.timestamp()),
            exp=int((at + life).timestamp()),
        )

    def ended(self, now: datetime) -> bool:
        """Tells whether nobody takes it any more."""
        return now.timestamp() >= self.exp + SKEW.total_seconds()

    @property
    def at(self) -> datetime:
        """The time at which it was signed."""
        return datetime.fromtimestamp(self.iat, UTC)
