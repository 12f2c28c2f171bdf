"""Shows a tenant's people the company's rules that hold for its requests, so that nobody is surprised by one."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, Self

from api.votes import Needed
from domain.calendars import FURTHEST, Freeze, Period
from domain.emergencies import EmergencyRule
from domain.roles import Role
from domain.rules import Match, Pattern, Rule, RuleName
from domain.standard import StandardRule
from domain.ticket import Impact, TargetType
from domain.values import Frozen, Moment, Reason
from domain.versions import VersionStep
from domain.votes import GroupName
from record.facts.controls import Controls


class ComingPeriod(Frozen):
    """A freeze or a change window: the one that holds now or comes next. `every` is its recurrence (RFC 5545) by the
    wall clock of `zone`; a freeze has a reason."""

    begins: Moment
    ends: Moment
    every: str | None
    zone: str
    reason: Reason | None


class TenantEmergency(Frozen):
    """The person who may launch past votes and freezes: of the role or the group, the other one is null.

    Somebody else answers for it within so many seconds; `stop_after_overdue` says that none is declared while an answer
    of the tenant is overdue.
    """

    role: Role | None
    group: GroupName | None
    answer_within: int
    stop_after_overdue: bool

    @classmethod
    def of(cls, rule: EmergencyRule) -> Self:
        seconds = int(rule.answer_within.total_seconds())
        return cls(role=rule.role, group=rule.group, answer_within=seconds, stop_after_overdue=rule.stop_after_overdue)


class TenantStandard(Frozen):
    """The requests that the rule approves itself: so much impact and so great a step at most, after so many clean
    deployments within so many days; `evidence` asks for test evidence that was seen to hold."""

    impact: Impact
    change: VersionStep
    deployments: int
    within_days: int
    evidence: bool

    @classmethod
    def of(cls, rule: StandardRule) -> Self:
        return cls(
            impact=rule.impact,
            change=rule.change,
            deployments=rule.deployments,
            within_days=rule.within.days,
            evidence=rule.evidence,
        )


class TenantRule(Frozen):
    """A rule of the company as far as it holds for the tenant's requests: of the types and impacts, all where it names
    none, and of targets that the patterns name.

    `some_targets` says that it names targets, of which those of other tenants are not told. A part that is null says
    nothing, and leaves it to less specific rules; `none_of` are parts that the rule takes away. A freeze or a window
    that has none within a year is left out.
    """

    name: RuleName
    types: tuple[TargetType, ...]
    impacts: tuple[Impact, ...]
    targets: tuple[Pattern, ...]
    some_targets: bool
    approvals: tuple[Needed, ...] | None
    freezes: tuple[ComingPeriod, ...]
    windows: tuple[ComingPeriod, ...] | None
    standard: TenantStandard | None
    emergency: TenantEmergency | None
    supersede: bool | None
    none_of: tuple[Literal["standard", "emergency"], ...]

    @classmethod
    def of(cls, rule: Rule, targets: tuple[Pattern, ...], at: datetime) -> Self:
        """Shows the rule at that moment."""
        return cls(
            name=rule.name,
            types=rule.match.types,
            impacts=rule.match.impacts,
            targets=targets,
            some_targets=bool(rule.match.names),
            approvals=rule.approvals and tuple(map(Needed.of, rule.approvals)),
            freezes=tuple(_coming(rule.freezes, at)),
            windows=None if rule.windows is None else tuple(_coming(rule.windows, at)),
            standard=TenantStandard.of(rule.standard) if rule.standard else None,
            emergency=TenantEmergency.of(rule.emergency) if rule.emergency else None,
            supersede=rule.supersede,
            none_of=_taken_away(rule),
        )


def _taken_away(rule: Rule) -> tuple[Literal["standard", "emergency"], ...]:
    standard: tuple[Literal["standard"], ...] = ("standard",) if rule.standard is False else ()
    emergency: tuple[Literal["emergency"], ...] = ("emergency",) if rule.emergency is False else ()
    return (*standard, *emergency)


def _coming(periods: Iterable[Period], at: datetime) -> Iterator[ComingPeriod]:
    for period in periods:
        begins, ends = next(period.between(at, at + FURTHEST), (None, None))
        if begins and ends:
            reason = period.reason if isinstance(period, Freeze) else None
            yield ComingPeriod(begins=begins, ends=ends, every=period.every, zone=period.zone, reason=reason)


def rules_of(tenant: str, controls: Controls, at: datetime) -> tuple[TenantRule, ...]:
    """The company's rules that may hold for a request of the tenant now, by name; none before they are switched on."""
    if controls.index.switch() is None:
        return ()
    files = controls.files()
    own = {entry.name for entry in files.catalogue.entries if entry.tenant == tenant}
    found = []
    for rule in sorted(files.rules.rules, key=lambda each: each.name):
        named = rule.match.naming(own)
        if _reaches(rule.match, tenant) and (named or not rule.match.names or files.directory.rules.open_catalogue):
            found.append(TenantRule.of(rule, named, at))
    return tuple(found)


def _reaches(match: Match, tenant: str) -> bool:
    return not match.tenants or tenant in match.tenants
