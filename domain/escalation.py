"""Escalation: whom a rule of the company asks next while nobody decides. It tells people, and gives nobody a right."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from domain.roles import Person, Role
from domain.ticket import Action, PromotionRequest
from domain.values import Frozen, shifted
from domain.votes import GroupName

SOONEST, LATEST = timedelta(minutes=5), timedelta(days=366)
MOST_STEPS = 10
_SEEING = frozenset({Role.CPI, Role.CPI_ADMIN, Role.VIEWER})


class Party(Frozen):
    """Those whom a step asks: who hold the role for the tenant, or are in the group."""

    role: Role | None = None
    group: GroupName | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "Party":
        if (self.role is None) is (self.group is None):
            raise ValueError("name a role or a group, one of the two")
        if self.role is not None and self.role not in _SEEING:
            raise ValueError(f"{self.role} sees no request of others; name cpi, cpi_admin or viewer")
        return self

    def __str__(self) -> str:
        return self.group or (self.role.value if self.role else "")

    def has(self, person: Person, groups: Iterable[str], tenant: str) -> bool:
        """Tells whether the person, who is in these groups, is among them. A platform's role counts in each tenant."""
        if self.group is not None:
            return self.group in groups
        return any(grant.role is self.role and grant.reaches(tenant) for grant in person.grants)


class EscalationStep(Party):
    """One step: so long after the waiting began, these are asked."""

    after: Annotated[timedelta, Field(ge=SOONEST, le=LATEST)]

    @property
    def asked(self) -> Party:
        """Those whom it asks: a step is known by them, whatever time a rule gives it later."""
        return Party(role=self.role, group=self.group)

    def __str__(self) -> str:
        return f"{super().__str__()} after {self.model_dump(mode='json')['after']}"


Escalation = Annotated[tuple[EscalationStep, ...], Field(min_length=1, max_length=MOST_STEPS)]


def check_steps(steps: Sequence[EscalationStep]) -> None:
    """Raise ValueError unless the steps come in the order of their times, and ask nobody twice."""
    if any(later.after < earlier.after for earlier, later in pairwise(steps)):
        raise ValueError("the steps of an escalation come in the order of their times")
    if len({step.asked for step in steps}) < len(steps):
        raise ValueError("an escalation asks a role or a group once")


def waiting_from(ticket: PromotionRequest) -> int:
    """The number of the change by which the waiting began: the creation, or the last lapse; no vote begins it anew."""
    history = ticket.status.history
    return max((number for number, entry in enumerate(history, 1) if entry.action is Action.LAPSED), default=1)


def waits_since(ticket: PromotionRequest) -> datetime:
    """Since when somebody has to decide."""
    number = waiting_from(ticket)
    entry = ticket.status.history[number - 1]
    return entry.at if entry.action is Action.LAPSED else ticket.metadata.created_at


def due_at(step: EscalationStep, since: datetime) -> datetime:
    """The time at which the step asks, where the waiting began then."""
    return shifted(since, step.after)


def due(
    steps: Iterable[EscalationStep], since: datetime, told: Iterable[Party], now: datetime
) -> tuple[EscalationStep, ...]:
    """The steps whose time has come and whose people nobody has asked yet, the earliest first."""
    done = tuple(told)
    return tuple(step for step in steps if due_at(step, since) <= now and step.asked not in done)
