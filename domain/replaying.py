"""Replays past launches under other rules than those of their time: which of them would have been stopped, and by what.

What `domain.rules` decides for one moment is decided here for hundreds of thousands: the rules for a request are found
once for all that are like it, and a period's beginnings and ends once for a month.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from domain.calendars import Period
from domain.roles import same_address
from domain.rules import Applied, Rule, applied
from domain.ticket import Action, HistoryEntry, Impact, PromotionRequest, TargetType

_VOTES = frozenset({Action.ENDORSED, Action.APPROVED})
"""The actions by which somebody votes for a launch."""

_ENDS = frozenset({Action.DEPLOYED, Action.FAILED})

ImpactOf = Callable[[Impact, TargetType, str], Impact]
"""Raises the impact that a request says to what the owners of the target, by its type and name, ask for at least."""


@dataclass(frozen=True, slots=True)
class PastLaunch:
    """A launch that was: when, the people whose approval stood then, and how it ended, None where it did not yet.

    `by_rule` tells that a rule had approved it, and nobody else; `by_emergency`, that one person had in an emergency.
    """

    at: datetime
    votes: int
    ended: Action | None
    by_rule: bool = False
    by_emergency: bool = False


def launches(ticket: PromotionRequest) -> Iterator[PastLaunch]:
    """Every launch of the ticket, oldest first; of a retry too, for which the approval of before counts."""
    voters, history, by_rule, emergency = set[str](), ticket.status.history, False, False
    for place, entry in enumerate(history, 1):
        if entry.action is Action.LAPSED:
            voters.clear()
            by_rule = emergency = False
        elif entry.rule is not None:
            by_rule = True
        elif entry.action in _VOTES:
            emergency = entry.emergency is True
            voters = {same_address(entry.by)} | (set() if emergency else voters)
        elif entry.action is Action.DEPLOYING and entry.job_id is not None:
            yield PastLaunch(entry.at, len(voters), _end(history[place:]), by_rule, emergency)


def _end(following: Sequence[HistoryEntry]) -> Action | None:
    """The end of a launch by what followed it, whether its target's check came in between or not."""
    steps = (entry.action for entry in following if entry.action is not Action.VERIFYING)
    first = next(steps, None)
    return first if first in _ENDS else None


class Effect(StrEnum):
    """The reason why a launch would not have been."""

    UNDECIDED = "undecided"
    FROZEN = "frozen"
    OUTSIDE = "outside-of-windows"
    VOTES = "votes"


@dataclass(frozen=True, slots=True, order=True)
class Stop:
    """The rule that would have stopped a launch, and by what; `votes` are those that its approval would have taken."""

    rule: str
    effect: Effect
    votes: int = 0


class Replay:
    """Finds what stops launches, by one state of the rules."""

    def __init__(self, rules: Iterable[Rule], impact_of: ImpactOf) -> None:
        self._rules, self._impact_of = tuple(rules), impact_of
        self._held: dict[tuple[str, TargetType, str, Impact], Applied] = {}

    @property
    def approves_alone(self) -> bool:
        """Tells whether any rule approves something by itself."""
        return any(rule.standard for rule in self._rules)

    def impact(self, ticket: PromotionRequest) -> Impact:
        """The impact of the request, with what the owners of its target ask for at least."""
        target = ticket.spec.target
        return self._impact_of(ticket.spec.request.impact_assessment, target.type, target.name)

    def held(self, ticket: PromotionRequest) -> Applied:
        """The rules that hold for the request."""
        tenant, target = ticket.metadata.tenant, ticket.spec.target
        said = ticket.spec.request.impact_assessment
        key = (tenant, target.type, target.name, said)
        if (found := self._held.get(key)) is None:
            found = applied(self._rules, tenant, target, self._impact_of(said, target.type, target.name))
            self._held[key] = found
        return found


def stops(held: Applied, launch: PastLaunch) -> Iterator[Stop]:
    """The reasons why the launch would not have been; none where it would have been as it was."""
    if held.undecided:
        yield Stop(" and ".join(held.undecided), Effect.UNDECIDED)
        return
    if launch.by_emergency and held.emergency:
        return
    if frozen := next((rule for rule, freeze in held.freezes if _holds(freeze, launch.at)), None):
        yield Stop(frozen, Effect.FROZEN)
    elif held.windows is not None and not any(_holds(window, launch.at) for window in held.windows):
        yield Stop(held.windows_of or "", Effect.OUTSIDE)
    votes = sum(need.count for need in held.approvals)
    if votes > launch.votes and not (launch.by_rule and held.standard):
        yield Stop(held.approvals_of or "", Effect.VOTES, votes)


_STRETCH = timedelta(days=30)
"""A time of which all beginnings and ends of a period are found at once."""
_EPOCH = datetime.fromtimestamp(0, UTC)


def _holds(period: Period, at: datetime) -> bool:
    """Tells whether the period holds at the moment, as `domain.calendars.within` does."""
    return any(begins <= at < ends for begins, ends in _near(period, (at - _EPOCH) // _STRETCH))


@lru_cache(maxsize=100_000)
def _near(period: Period, stretch: int) -> frozenset[tuple[datetime, datetime]]:
    """Beginnings and ends of whatever holds at some moment of a stretch, which are counted from 1970.

    Goes from each moment to the latest beginning that is known there, so that none is left out.
    """
    at, found = _EPOCH + stretch * _STRETCH, set[tuple[datetime, datetime]]()
    until = at + _STRETCH
    while True:
        known = set(period.around(at))
        found |= known
        latest = max((begins for begins, _ in known), default=at)
        if latest <= at or latest > until:
            return frozenset(found)
        at = latest
