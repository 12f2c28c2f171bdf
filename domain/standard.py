"""Standard changes: requests that a rule of the company approves, for what went well before.

A rule says what is standard, the target's past says what went well. What a rule approved proves nothing of the next
time: only what people approved counts, so that the privilege runs out unless they go on doing so.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple, Self

from pydantic import Field, StrictBool

from domain import remarks
from domain.roles import Person, same_address
from domain.ticket import Action, Impact, PromotionRequest, State
from domain.values import Frozen, Moment, RuleName, Tenant, TicketId, Version
from domain.versions import Direction, VersionStep, direction, identity, same, step

LONGEST = timedelta(days=366)
_STEPS = tuple(VersionStep)
_IMPACTS = tuple(Impact)


class StandardRule(Frozen):
    """The requests that need nobody's approval: so many clean deployments of the target within a time, and no more
    impact, and no greater step, than said. `evidence` asks for test evidence that was seen to hold."""

    impact: Impact = Impact.LOW
    deployments: Annotated[int, Field(ge=2, le=50)]
    within: Annotated[timedelta, Field(ge=timedelta(days=1), le=LONGEST)]
    change: VersionStep = VersionStep.PATCH
    evidence: StrictBool = False

    def __str__(self) -> str:
        tested = ", tests seen to hold" if self.evidence else ""
        clean = f"{self.deployments} clean deployments within {self.within.days} days"
        return f"impact {self.impact} at most, {self.change} step at most, {clean}{tested}"


class Sealed(Frozen):
    """The worker's sealed word on a submission: its test evidence was seen to hold; its contract was compared, and
    breaks callers."""

    tested: bool = False
    compared: bool = False
    breaking: bool = False


class PastEvent(Frozen):
    """The end of an attempt to change the target. `clean` is one that counts, `failed` one that ends the row; `stopped`
    is one that people did not let happen."""

    ticket_id: TicketId
    tenant: Tenant
    version: Version
    at: Moment
    clean: bool = False
    failed: bool = False
    stopped: bool = False

    @classmethod
    def of(cls, ticket: PromotionRequest, at: datetime, **ended: bool) -> Self:
        """The end, at that time, of an attempt of the ticket; `ended` are fields."""
        version, tenant = ticket.spec.target.version, ticket.metadata.tenant
        return cls(ticket_id=ticket.id, tenant=tenant, version=version, at=at, **ended)

    @property
    def deployed(self) -> bool:
        return not (self.failed or self.stopped)


class AskedChange(NamedTuple):
    """The change that a request asks for, as far as a rule looks at it; the impact is that by the target's owners, who
    may name a contract that is to be compared."""

    tenant: str
    version: str
    impact: Impact
    contract: bool = False


Past = Sequence[PastEvent]
"""The ends of attempts to change one target, oldest first."""


class StandardVerdict(Frozen):
    """A rule's word on a request: the facts for it, and what is missing, as remarks; nothing where it approves."""

    rule: RuleName
    clean: tuple[TicketId, ...]
    facts: str
    missing: tuple[str, ...]

    @property
    def approves(self) -> bool:
        return not self.missing


def went_well(ticket: PromotionRequest) -> bool:
    """Tells whether people approved it, no emergency, and its first attempt succeeded."""
    history = ticket.status.history
    others = any(entry.action is Action.FAILED or entry.rule is not None or entry.emergency for entry in history)
    return ticket.state is State.DEPLOYED and not others


def stopped(ticket: PromotionRequest) -> bool:
    """Tells whether people did not let it happen: they rejected or hold it, or it was withdrawn by another than its
    requester, or under somebody's hold."""
    if ticket.state is not State.CANCELLED:
        return ticket.state is State.REJECTED or ticket.hold is not None
    by_another = same_address(ticket.last.by) != same_address(ticket.metadata.created_by)
    return by_another or ticket.status.history[-2].action is Action.HELD


def approved_alone(ticket: PromotionRequest, known: Callable[[str], Person | None]) -> bool:
    """Tells whether its requester is among those who approved it, as people are `known` by address."""
    voted = (ticket.status.history[place] for place in ticket.votes)
    people = (known(each) for entry in voted for each in (entry.by, entry.on_behalf_of) if each is not None)
    return any(person is not None and person.is_requester(ticket) for person in people)


def counted(past: Past, tenant: str, since: datetime) -> tuple[PastEvent, ...]:
    """The clean deployments that count for the tenant: after the last failure, the last one of another tenant, and the
    last way back to an older version, which says that a newer one did not go well.

    Of each day (UTC) the first one counts, of each version the first of these.
    """
    row: dict[date, PastEvent] = {}
    before: str | None = None
    for event in (each for each in past if each.at >= since and not each.stopped):
        if event.failed or event.tenant != tenant or goes_back(before, event):
            row = {}
        elif event.clean:
            row.setdefault(event.at.date(), event)
        before = None if event.failed else event.version  # nobody looks for what was there before a failure
    found: dict[object, PastEvent] = {}
    for event in row.values():
        found.setdefault(identity(event.version), event)
    return tuple(found.values())


def goes_back(production: str | None, event: PastEvent) -> bool:
    """Tells whether it took production back to an older version."""
    return event.deployed and direction(production, event.version) is Direction.OLDER


def judged(
    named: RuleName,
    rule: StandardRule,
    asked: AskedChange,
    past: Past,
    production: str | None,
    sealed: Sealed,
    at: datetime,
) -> StandardVerdict:
    """The rule's word on what is asked for. `at` ends the time that counts."""
    impact, clean = asked.impact, counted(past, asked.tenant, at - rule.within)
    stepped = None if production is None else step(production, asked.version)
    missing = (
        _of_impact(rule, impact),
        _of_step(rule, production, stepped),
        _of_count(rule, len(clean)),
        _of_stopped(asked, production, [each for each in past if each.at >= at - LONGEST]),
        remarks.write("standard-breaking") if sealed.breaking else None,
        remarks.write("standard-not-compared") if asked.contract and not sealed.compared else None,
        remarks.write("standard-untested") if rule.evidence and not sealed.tested else None,
    )
    named_clean = tuple(each.ticket_id for each in clean)
    facts = remarks.write(
        "standard-approves",
        rule=named,
        impact=impact.value,
        step=stepped.value if stepped else "other",
        before=production or "nothing",
        count=len(clean),
        tickets=", ".join(named_clean[-rule.deployments :]),  # a comment has a bound
    )
    return StandardVerdict(rule=named, clean=named_clean, facts=facts, missing=tuple(_given(missing)))


def _given(said: Iterable[str | None]) -> Iterable[str]:
    return (each for each in said if each is not None)


def _of_impact(rule: StandardRule, impact: Impact) -> str | None:
    if _IMPACTS.index(impact) <= _IMPACTS.index(rule.impact):
        return None
    return remarks.write("standard-impact", impact=impact.value, highest=rule.impact.value)


def _of_step(rule: StandardRule, production: str | None, stepped: VersionStep | None) -> str | None:
    if stepped is None:
        return remarks.write("standard-not-forward", before=production or "nothing")
    if _STEPS.index(stepped) <= _STEPS.index(rule.change):
        return None
    return remarks.write("standard-step", step=stepped.value, largest=rule.change.value)


def _of_stopped(asked: AskedChange, production: str | None, past: Past) -> str | None:
    """A version that people stopped, and that this one is, or takes along: production has not come past it since.

    Of another tenant's nothing is told.
    """
    for event in (each for each in past if each.stopped and each.tenant == asked.tenant):
        ahead = production is None or direction(production, event.version) is Direction.NEWER
        taken_along = ahead and direction(event.version, asked.version) is Direction.NEWER
        if taken_along or same(event.version, asked.version):
            return remarks.write("standard-stopped", ticket=event.ticket_id, version=event.version)
    return None


def _of_count(rule: StandardRule, found: int) -> str | None:
    if found >= rule.deployments:
        return None
    return remarks.write("standard-count", count=found, wanted=rule.deployments, days=rule.within.days)
