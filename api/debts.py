"""The answers about emergencies: who may declare one, and for which somebody still has to answer."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import ConfigDict

from api.confirming import ConfirmedBody
from domain.emergencies import Debt, answer_of
from domain.targets import TargetFacts
from domain.ticket import Action, PromotionRequest, State, Target
from domain.values import Email, Frozen, Moment, Reason, RuleName, ShownVersion, Tenant, TicketId


class EmergencyBody(ConfirmedBody):
    """An emergency. `production` is the version in production that whoever declares it was shown, empty for none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Payments are down since nine"}]})

    reason: Reason
    production: ShownVersion | None = None


class EmergencyAllowed(Frozen):
    """The rule by which somebody may launch a request past votes and freezes.

    Somebody else has to answer for it within `answer_within`. `stops` tells that nobody may while an answer of the
    tenant is overdue.
    """

    rule: RuleName
    answer_within: timedelta
    stops: bool

    @classmethod
    def of(cls, ticket: PromotionRequest, target: TargetFacts | None) -> Self | None:
        """The rule that holds for a request that waits; None where none lets anybody."""
        held = target.rules if target is not None and target.controlled else None
        if ticket.state is not State.PENDING or held is None or held.emergency is None or held.emergency_of is None:
            return None
        rule = held.emergency
        return cls(rule=held.emergency_of, answer_within=rule.answer_within, stops=rule.stop_after_overdue)


class EmergencyShown(Frozen):
    """The emergency by which a request was approved. `owed` tells that it was launched, and nobody has answered yet.

    `answer` is ratified or refuted, with whoever said so; null before.
    """

    by: Email
    at: Moment
    reason: str
    answer_by: Moment
    owed: bool
    overdue: bool
    answer: Action | None = None
    answered_by: str | None = None
    answered_at: Moment | None = None
    answered_because: str | None = None

    @classmethod
    def of(cls, ticket: PromotionRequest, now: datetime) -> Self | None:
        """The emergency of the approval that stands; None for a usual one."""
        declared = ticket.emergency
        if declared is None or declared.answer_by is None:
            return None
        debt, answer = Debt.of(ticket), answer_of(ticket)
        return cls(
            by=declared.by,
            at=declared.at,
            reason=declared.comment or "",
            answer_by=declared.answer_by,
            owed=debt is not None,
            overdue=debt is not None and debt.is_overdue(now),
            answer=answer.action if answer else None,
            answered_by=answer.by if answer else None,
            answered_at=answer.at if answer else None,
            answered_because=answer.reason if answer else None,
        )


class OpenDebt(Frozen):
    """An emergency that was launched, and for which somebody has to answer. `may_answer`: by the caller."""

    ticket_id: TicketId
    tenant: Tenant
    target: Target
    state: State
    requested_by: Email
    declared_by: Email
    declared_at: Moment
    reason: str
    answer_by: Moment
    overdue: bool
    may_answer: bool

    @classmethod
    def of(cls, ticket: PromotionRequest, now: datetime, *, may_answer: bool) -> Self | None:
        """The debt of the ticket; None where it owes nothing any more."""
        debt = Debt.of(ticket)
        if debt is None:
            return None
        return cls(
            ticket_id=ticket.id,
            tenant=ticket.metadata.tenant,
            target=ticket.spec.target,
            state=ticket.state,
            requested_by=ticket.metadata.created_by,
            declared_by=debt.by,
            declared_at=debt.at,
            reason=debt.reason,
            answer_by=debt.answer_by,
            overdue=debt.is_overdue(now),
            may_answer=may_answer,
        )
