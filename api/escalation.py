"""The answer about escalation: whom rules of the company ask next while nobody decides, and whom they have asked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from domain.announcement import Event
from domain.delivery import Progress
from domain.escalation import Party, due_at, waiting_from, waits_since
from domain.roles import Role
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from domain.values import Frozen, Moment
from domain.votes import GroupName


class EscalationShown(Frozen):
    """Those whom a rule asks at a time while nobody decides, by role or group; the other one is null.

    `asked` tells when they were, null before. It gives nobody a right.
    """

    role: Role | None
    group: GroupName | None
    at: Moment
    asked: Moment | None

    @classmethod
    def of(cls, whom: Party, at: datetime, asked: datetime | None) -> Self:
        return cls(role=whom.role, group=whom.group, at=at, asked=asked)


def escalation_of(
    ticket: PromotionRequest, target: TargetFacts | None, told: Iterable[Progress]
) -> tuple[EscalationShown, ...]:
    """The steps for a request that waits, in their order: those that rules have now, and those that were taken."""
    if ticket.state is not State.PENDING:
        return ()
    since, begun = waits_since(ticket), waiting_from(ticket)
    first: dict[Party, datetime] = {}
    for each in sorted(told, key=lambda progress: progress.at):
        if each.escalates_to is not None and each.event is Event.ESCALATED and each.number >= begun:
            first.setdefault(each.escalates_to, each.at)
    steps = target.rules.escalation if target is not None and not target.faults else ()
    coming = {step.asked: due_at(step, since) for step in steps}
    whole = {**first, **coming}
    found = (EscalationShown.of(whom, at, first.get(whom)) for whom, at in whole.items())
    return tuple(sorted(found, key=lambda each: each.asked or each.at))


def escalated_at(ticket: PromotionRequest, target: TargetFacts, now: datetime) -> datetime | None:
    """The time at which rules last asked somebody further about a request that waits; None where they have not."""
    if ticket.state is not State.PENDING or target.faults:
        return None
    since = waits_since(ticket)
    return max((at for step in target.rules.escalation if (at := due_at(step, since)) <= now), default=None)
