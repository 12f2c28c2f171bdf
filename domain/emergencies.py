"""Emergencies: one person launches past votes and freezes, where a rule lets them, and somebody else answers for it.

declared ─ launched → owed ─ ratified or refuted → answered
   └ lapsed: as if there had been none

A request whose emergency was launched never waits for votes again: it is deployed or failed, and owes an answer.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool

from domain.decision import SHORTEST
from domain.errors import IllegalTransition
from domain.ticket import SYSTEM, Action, HistoryEntry, PromotionRequest
from domain.values import Email, Frozen, Moment, Tenant, TicketId, iso
from domain.votes import Need

SOONEST, LATEST = timedelta(hours=1), timedelta(days=31)

ANSWERS = frozenset({Action.RATIFIED, Action.REFUTED})
"""The acts that answer for an emergency."""


class EmergencyRule(Need):
    """The person who may launch past votes and freezes: of a role in the tenant, or of a group, one alone.

    Somebody else has to answer for it within `answer_within`. `stop_after_overdue` says that nobody may declare another
    emergency of the tenant while an answer is overdue.
    """

    count: Annotated[int, Field(ge=1, le=1)] = 1
    answer_within: Annotated[timedelta, Field(ge=SOONEST, le=LATEST)]
    stop_after_overdue: StrictBool = False

    def __str__(self) -> str:
        stops = ", none while one is overdue" if self.stop_after_overdue else ""
        return f"{super().__str__()}, answered within {self.answer_within}{stops}"


class Phase(StrEnum):
    """The stage of a request's emergency."""

    NONE = "none"
    DECLARED = "declared"
    OWED = "owed"
    ANSWERED = "answered"


def following(phase: Phase, entry: HistoryEntry) -> Phase:
    """The phase after one more entry. Raises IllegalTransition where the entry can't follow."""
    match entry.action:
        case Action.APPROVED:
            return Phase.DECLARED if entry.emergency else Phase.NONE
        case Action.DEPLOYING if phase is Phase.DECLARED:
            return Phase.OWED
        case Action.LAPSED if phase is Phase.OWED or phase is Phase.ANSWERED:
            raise IllegalTransition("The approval of an emergency that was launched can't lapse")
        case Action.LAPSED:
            return Phase.NONE
        case Action.RETRIED if phase is Phase.ANSWERED:
            raise IllegalTransition("An emergency that was answered for can't be retried")
        case Action.RATIFIED | Action.REFUTED:
            if phase is not Phase.OWED:
                raise IllegalTransition(f"A request that owes no answer can't be {entry.action}")
            return Phase.ANSWERED
    return phase


def check_entry(entry: HistoryEntry) -> None:
    """Raise IllegalTransition unless an emergency is a person's approval with a reason and a date, and nothing else."""
    declared = entry.emergency is not None
    if declared is (entry.answer_by is None) or (declared and entry.action is not Action.APPROVED):
        raise IllegalTransition("An emergency is an approval, and says until when somebody answers for it")
    if declared and (entry.by == SYSTEM or len((entry.comment or "").strip()) < SHORTEST):
        raise IllegalTransition("An emergency is somebody's, with a reason")
    if entry.answer_by is not None and entry.answer_by <= entry.at:
        raise IllegalTransition("An emergency leaves time to answer for it")
    if entry.action in ANSWERS and entry.reason is None:
        raise IllegalTransition("Whoever answers for an emergency says why")


def phase_of(ticket: PromotionRequest) -> Phase:
    """The phase of the ticket's emergency."""
    phase = Phase.NONE
    if any(entry.emergency for entry in ticket.status.history):  # most have none
        for entry in ticket.status.history:
            phase = following(phase, entry)
    return phase


class Debt(Frozen):
    """An emergency that was launched, and for which nobody has answered: who declared it, and when it was launched."""

    ticket_id: TicketId
    tenant: Tenant
    by: Email
    reason: str
    at: Moment
    since: Moment
    answer_by: Moment

    @classmethod
    def of(cls, ticket: PromotionRequest) -> Self | None:
        """The debt of the ticket; None where it owes nothing."""
        declared = ticket.emergency
        if declared is None or phase_of(ticket) is not Phase.OWED:
            return None
        launched = (entry for entry in ticket.status.history if entry.action is Action.DEPLOYING)
        since = next(entry.at for entry in launched if entry.at >= declared.at)
        found = {"by": declared.by, "at": declared.at, "answer_by": declared.answer_by, "reason": declared.comment}
        return cls.model_validate({"ticket_id": ticket.id, "tenant": ticket.metadata.tenant, "since": since, **found})

    def is_overdue(self, now: datetime) -> bool:
        return now >= self.answer_by


def owes(ticket: PromotionRequest) -> bool:
    """Tells whether somebody has to answer for an emergency of the ticket."""
    return phase_of(ticket) is Phase.OWED


def answer_by(ticket: PromotionRequest, rule: EmergencyRule, at: datetime) -> datetime:
    """The time until which somebody has to answer for an emergency declared then; an agreed date is waited for."""
    scheduled = ticket.spec.request.scheduled_date
    due = max(at, scheduled) if scheduled else at
    try:
        return due + rule.answer_within
    except OverflowError:  # recorded dates are read whatever they are
        return datetime.max.replace(tzinfo=due.tzinfo, microsecond=0)


def stopping(rule: EmergencyRule, debts: Collection[Debt], now: datetime) -> tuple[Debt, ...]:
    """The overdue debts of the tenant for which the rule lets nobody declare another emergency."""
    return tuple(each for each in debts if each.is_overdue(now)) if rule.stop_after_overdue else ()


def told(debts: Collection[Debt]) -> str:
    """The debts as people read them."""
    return ", ".join(f"{each.ticket_id} (until {iso(each.answer_by)})" for each in debts)


def named(debts: Collection[Debt]) -> str:
    """The debts by their ids alone, which every language reads."""
    return ", ".join(each.ticket_id for each in debts)


Answer = Literal[Action.RATIFIED, Action.REFUTED]


def answer_of(ticket: PromotionRequest) -> HistoryEntry | None:
    """The answer that somebody gave for the ticket's emergency."""
    return next((entry for entry in ticket.status.history if entry.action in ANSWERS), None)
