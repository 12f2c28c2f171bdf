"""Explains for one request which of the company's rules decide, and why the others do not."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

from domain.rules import Applied, Closed, Match, Ranked, Rule, RuleName, applied, closed
from domain.ticket import Impact, Target
from domain.values import Frozen, Moment


class MatchPart(StrEnum):
    """A part of a match, in the order in which they count."""

    NAME = "name"
    TENANT = "tenant"
    TYPE = "type"
    IMPACT = "impact"


class RulePart(StrEnum):
    """A part of a rule that other rules may have too."""

    APPROVALS = "approvals"
    FREEZES = "freezes"
    WINDOWS = "windows"
    STANDARD = "standard"
    SUPERSEDE = "supersede"
    EMERGENCY = "emergency"
    ESCALATION = "escalation"


class PartVerdict(StrEnum):
    """The place of a rule's part beside the same part of other rules. Freezes add up: each of them holds."""

    DECIDES = "decides"
    ADDS = "adds"
    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    GIVES_WAY = "gives-way"


class PartExplained(Frozen):
    """A rule's part and its place; `others` are the rules that it agrees with, contradicts, or gives way to."""

    part: RulePart
    verdict: PartVerdict
    others: tuple[RuleName, ...] = ()


class RuleExplained(Frozen):
    """A rule beside one request: the rank of its match and what becomes of its parts, or what does not fit."""

    name: RuleName
    holds: bool
    unfit: tuple[MatchPart, ...] = ()
    rank: tuple[int, ...] = ()
    parts: tuple[PartExplained, ...] = ()


class Explanation(Frozen):
    """The rules for one request: those that hold first, the most specific first; then what holds in the end."""

    rules: tuple[RuleExplained, ...]
    held: Applied
    at: Moment
    closed: Closed | None
    """The freeze or window that keeps the request from being launched at that moment."""


_SAID: dict[RulePart, Callable[[Rule], object | None]] = {
    RulePart.APPROVALS: lambda rule: rule.approvals,
    RulePart.WINDOWS: lambda rule: rule.windows,
    RulePart.STANDARD: lambda rule: rule.standard,
    RulePart.SUPERSEDE: lambda rule: rule.supersede,
    RulePart.EMERGENCY: lambda rule: rule.emergency,
    RulePart.ESCALATION: lambda rule: rule.escalation,
}
"""The parts of which one rule alone decides, None where a rule says nothing."""


def explained(rules: Iterable[Rule], tenant: str, target: Target, impact: Impact, at: datetime) -> Explanation:
    """Every rule beside a tenant's request, and what holds for it at the moment."""
    every = sorted(rules, key=lambda rule: rule.name)
    ranks = {rule.name: rule.match.specificity(tenant, target, impact) for rule in every}
    ranked = [(rank, rule) for rule in every if (rank := ranks[rule.name]) is not None]
    ranked.sort(key=lambda each: (each[0], each[1].name), reverse=True)
    holding = [
        RuleExplained(name=rule.name, holds=True, rank=rank, parts=tuple(_parts(rule, ranked))) for rank, rule in ranked
    ]
    others = [
        RuleExplained(name=rule.name, holds=False, unfit=_unfit(rule.match, tenant, target, impact))
        for rule in every
        if ranks[rule.name] is None
    ]
    held = applied(every, tenant, target, impact)
    return Explanation(rules=(*holding, *others), held=held, at=at, closed=closed(held, at))


def _unfit(match: Match, tenant: str, target: Target, impact: Impact) -> tuple[MatchPart, ...]:
    """The parts that don't fit the request, each looked at as if it stood alone."""
    alone = {
        MatchPart.NAME: Match(names=match.names),
        MatchPart.TENANT: Match(tenants=match.tenants),
        MatchPart.TYPE: Match(types=match.types),
        MatchPart.IMPACT: Match(impacts=match.impacts),
    }
    return tuple(part for part, each in alone.items() if each.specificity(tenant, target, impact) is None)


def _parts(rule: Rule, ranked: Ranked) -> Iterable[PartExplained]:
    for part in RulePart:
        if part is RulePart.FREEZES and rule.freezes:
            yield PartExplained(part=part, verdict=PartVerdict.ADDS)
        elif (said := _SAID.get(part)) is not None and said(rule) is not None:
            yield _beside(rule, part, ranked)


def _beside(rule: Rule, part: RulePart, ranked: Ranked) -> PartExplained:
    """The place of a part that one rule decides."""
    said = _SAID[part]
    saying = [(rank, each) for rank, each in ranked if said(each) is not None]
    highest, first = saying[0]
    top = [each for rank, each in saying if rank == highest]
    if rule not in top:
        return PartExplained(part=part, verdict=PartVerdict.GIVES_WAY, others=(first.name,))
    if against := tuple(sorted(each.name for each in top if said(each) != said(rule))):
        return PartExplained(part=part, verdict=PartVerdict.CONTRADICTS, others=against)
    voting = next(((rank, each) for rank, each in ranked if each.approvals is not None), None)
    if part is RulePart.STANDARD and rule.standard and voting and voting[0] > highest:
        return PartExplained(part=part, verdict=PartVerdict.GIVES_WAY, others=(voting[1].name,))
    if rule == first:
        return PartExplained(part=part, verdict=PartVerdict.DECIDES)
    return PartExplained(part=part, verdict=PartVerdict.AGREES, others=(first.name,))
