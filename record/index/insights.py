"""Answers what promotions took, of those that a question finds: its cost grows with the weeks asked for, at most 53."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pyroaring import FrozenBitMap

from domain import insights
from domain.insights import AgeGroup, Asked, By, Figures, Stage
from domain.roles import Person, Scope
from domain.ticket import State
from record.index.finding import Finder
from record.index.query import TicketQuery
from record.index.spans import Names, SortedRows

MOST_WEEKS = 53
"""Weeks of a question: a year, so that no question costs more for an older record."""


@dataclass(frozen=True, slots=True)
class Team:
    """The people who decide in a tenant, by their addresses, comparable."""

    tenant: str
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightQuery:
    """A question for figures: of which tickets, from which week through which, by what.

    Who asks, what they may approve, and the teams that they may see are for the figures about people.
    """

    tickets: TicketQuery
    first: int
    last: int
    by: By
    zone: ZoneInfo
    now: datetime
    person: Person
    approves: Scope
    teams: tuple[Team, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.last - self.first < MOST_WEEKS:
            raise ValueError(f"must be from 1 to {MOST_WEEKS} weeks")


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures in all, and for each week, tenant, target or impact that has some, by name.

    `waiting` are pending requests by age; `mine` and `teams` who was asked, in the order of the question's teams.
    """

    overall: Figures
    parts: dict[str, Figures]
    waiting: tuple[AgeGroup, ...]
    mine: Asked
    teams: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads the figures of one index."""

    finder: Finder

    def to(self, query: InsightQuery) -> Insight:
        found, spans = self.finder.found(query.tickets), self.finder.spans
        spans.prepare(query.zone)
        kept = self._kept(query, None if self.finder.is_everything(found) else found)
        pending = self.finder.found(replace(query.tickets, state=(State.PENDING,)))
        now = int(query.now.timestamp())
        return Insight(
            overall=_figures(kept),
            parts=_by_week(kept) if query.by is By.WEEK else _split(kept, spans.names, query.by),
            waiting=insights.by_age(now - self.finder.created(row) for row in pending),
            mine=self._mine(query, found),
            teams=tuple(self._team(query, team, found, pending) for team in query.teams),
        )

    def _kept(self, query: InsightQuery, found: FrozenBitMap | None) -> list["_Kept"]:
        weeks = self.finder.spans.weeks
        asked = ((stage, week) for stage in Stage for week in range(query.first, query.last + 1))
        there = ((*each, weeks[each]) for each in asked if each in weeks)
        return [_Kept(stage, week, rows.among(found)) for stage, week, rows in there]

    def _mine(self, query: InsightQuery, found: FrozenBitMap) -> Asked:
        asked = replace(query.tickets, scope=query.approves, state=(State.PENDING,), decider=query.person)
        decided = self._decided(query, query.person.addresses, found)
        return Asked(waiting=len(self.finder.found(asked)), decided=decided)

    def _team(self, query: InsightQuery, team: Team, found: FrozenBitMap, pending: FrozenBitMap) -> Asked:
        theirs = self.finder.of_tenant(team.tenant)
        waiting = pending.intersection_cardinality(theirs)
        return Asked(waiting=waiting, decided=self._decided(query, team.addresses, found & theirs))

    def _decided(self, query: InsightQuery, addresses: frozenset[str], found: FrozenBitMap) -> int:
        first = insights.week_start(query.first, query.zone)
        last = insights.week_start(query.last + 1, query.zone)
        known = (self.finder.spans.decided.get(each) for each in addresses)
        return sum(rows.count(first, last, found) for rows in known if rows is not None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a question keeps of one stage and week."""

    stage: Stage
    week: int
    rows: SortedRows


def _figures(kept: Iterable[_Kept]) -> Figures:
    runs: defaultdict[Stage, list[Sequence[int]]] = defaultdict(list)
    for each in kept:
        runs[each.stage].append(each.rows.numbers)
    return insights.figures_of(runs)


def _by_week(kept: Iterable[_Kept]) -> dict[str, Figures]:
    weeks: defaultdict[int, list[_Kept]] = defaultdict(list)
    for each in kept:
        weeks[each.week].append(each)
    return {insights.week_name(week): _figures(some) for week, some in sorted(weeks.items())}


def _split(kept: Iterable[_Kept], names: Names, by: By) -> dict[str, Figures]:
    """The figures of each name. One list a name and stage takes all weeks: they are sorted together at once."""
    seconds: defaultdict[Stage, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for each in kept:
        of = seconds[each.stage]
        for number, name in zip(each.rows.numbers, names.of(each.rows.rows, by), strict=True):
            of[name].append(number)
    found = sorted({name for of in seconds.values() for name in of})
    return {
        name: insights.figures_of({stage: [sorted(of[name])] for stage, of in seconds.items() if name in of})
        for name in found
    }
