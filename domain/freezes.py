"""Lists when freezes hold, for calendars of people who see the requests that they keep back."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from domain.calendars import Freeze
from domain.rules import Match, Rule, RuleName
from domain.values import Frozen, Moment, Reason

MOST_TIMES = 1_000
"""Times in one list; of more, those that come first are left in."""


class FreezeTime(Frozen):
    """One time in which a rule lets nothing be launched that it matches."""

    begins: Moment
    ends: Moment
    rule: RuleName
    reason: Reason
    match: Match


def freeze_times(rules: Iterable[Rule], tenants: Collection[str], since: datetime, until: datetime) -> list[FreezeTime]:
    """The times, in their order, in which freezes hold for one of the tenants at some moment between the two.

    Of a rule's match, the tenants are those that were asked for: it tells of no others.
    """
    seen = (
        each
        for each in rules
        if tenants and (not each.match.tenants or not set(tenants).isdisjoint(each.match.tenants))
    )
    times = (_times(rule, freeze, tenants, since, until) for rule in seen for freeze in rule.freezes)
    return list(islice(merge(*times, key=lambda each: (each.begins, each.ends, each.rule)), MOST_TIMES))


def _times(
    rule: Rule, freeze: Freeze, tenants: Collection[str], since: datetime, until: datetime
) -> Iterator[FreezeTime]:
    known = tuple(each for each in rule.match.tenants if each in tenants)
    match = rule.match.model_copy(update={"tenants": known})
    for begins, ends in freeze.between(since, until):
        yield FreezeTime(begins=begins, ends=ends, rule=rule.name, reason=freeze.reason, match=match)
