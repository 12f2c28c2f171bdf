"""Judges a ticket right before its launch: only what the record allows at that moment goes to production."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain import coverage
from domain.change import Revision
from domain.coverage import Grounds
from domain.deployment import Deployment, Launched, LaunchRefused
from domain.emergencies import owes
from domain.errors import NotPending, StaleDecision, Unproven
from domain.lifecycle import waits_for_date
from domain.remarks import unlaunched, write
from domain.roles import Requester
from domain.signing import Signed, proving
from domain.ticket import BY_PEOPLE, Action, PromotionRequest, State
from domain.values import Frozen, Moment, Reason, TicketId

AFFECTS_OTHERS = frozenset(Action) - {
    *(Action.CREATED, Action.ENDORSED, Action.UNENDORSED, Action.REJECTED),
    *(Action.EXPIRED, Action.DUE, Action.RELEASED, Action.RATIFIED, Action.REFUTED),
}
"""Acts after which another request of the target may go on, or no longer."""


class Preflight(Frozen):
    """A question to the record about one ticket, whose file its promotion wrote as `revision`.

    `deployment` is the attempt that is about to be launched; None where only the request itself is looked at.
    `first_run` is the engine's run before which nobody can have launched it, None where somebody may have; `asked_at`
    is when AWX was asked and its answer lost.
    """

    request_id: TicketId
    revision: Revision | None
    requester: Requester | None = None
    deployment: Deployment | None = None
    first_run: str | None = None
    asked_at: Moment | None = None


class Hint(Frozen):
    """Says that the record has news for a ticket, and why; it decides nothing."""

    ticket_id: TicketId
    why: Annotated[str, Field(max_length=200)]


class Cleared(Frozen):
    """The ticket may go on now."""

    outcome: Literal["clear"] = "clear"


class Lapsed(Frozen):
    """The approval no longer covers the request."""

    outcome: Literal["lapsed"] = "lapsed"
    reason: Reason


class Superseded(Frozen):
    """A newer version of the target was approved, and closes this request."""

    outcome: Literal["superseded"] = "superseded"
    newer: TicketId

    @property
    def reason(self) -> str:
        return f"{self.newer} asks for a newer version, and was approved"


SUPERSEDABLE = frozenset({State.PENDING, State.APPROVED})
"""States of a request that a newer one closes; a failed one that is retried goes on, or its approval lapses."""

Objection = Lapsed | Superseded | LaunchRefused
Verdict = Annotated[Cleared | Launched | Objection, Field(discriminator="outcome")]


def verdict(ticket: PromotionRequest, grounds: Grounds, requester: Requester | None, now: datetime) -> Objection | None:
    """Finds the reason why the ticket may not go on now. Tickets from before the newer rules fail, others lapse."""
    if grounds.newer is not None and ticket.state in SUPERSEDABLE:
        return Superseded(newer=grounds.newer)
    if ticket.status.approved_at is None:
        return None
    if not grounds.target.controlled:
        gone = coverage.approver_gone(ticket, grounds, requester)
        return LaunchRefused(reason=f"{gone}; {write('nothing-launched')}") if gone else None
    reason = coverage.uncovered(ticket, grounds, requester, now)
    if reason and owes(ticket):  # it was launched, and does not wait for votes again
        return LaunchRefused(reason=f"{reason}; {write('nothing-launched')}")
    return Lapsed(reason=f"{reason}; {write('approve-anew')}") if reason else None


def approval(deployment: Deployment, ticket: PromotionRequest, signed: Collection[Signed], at: datetime) -> Signed:
    """Finds the signed approval that allows a launch at this moment. Raises the rule that the launch would break.

    `ticket` is the record's, `signed` what its commits prove. Raises StaleDecision, NotPending or Unproven.
    """
    if ticket.status.approved_at is None or Deployment.of(ticket) != deployment:
        raise StaleDecision(unlaunched("no-such-approval"))
    if not launchable(ticket):
        raise NotPending(unlaunched("not-approved", state=ticket.state))
    if waits_for_date(ticket, at):
        raise NotPending(unlaunched("date-not-come"))
    approvals = _proof_of_last(ticket, {Action.APPROVED}, signed)
    votes = (proving(ticket, place + 1, signed) for place in ticket.votes)
    if not approvals or not all(votes) or not _proof_of_last(ticket, BY_PEOPLE, signed):
        raise Unproven(unlaunched("not-proven"))
    return approvals[-1]


def _proof_of_last(
    ticket: PromotionRequest, actions: Collection[Action], signed: Collection[Signed]
) -> tuple[Signed, ...]:
    """The claims that prove the last of these actions in the ticket's history."""
    history = ticket.status.history
    return proving(ticket, max(number for number, entry in enumerate(history, 1) if entry.action in actions), signed)


def launchable(ticket: PromotionRequest) -> bool:
    """Tells whether the next thing that happens to the ticket may be its launch."""
    if ticket.state is State.DEPLOYING:
        return ticket.last.action is Action.RETRIED
    return ticket.state is State.APPROVED and ticket.hold is None
