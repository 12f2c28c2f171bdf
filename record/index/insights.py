"""Answers what promotions took, of those that a question finds: its cost grows with the weeks asked for, at most 53."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pyroaring import FrozenBitMap

from domain import insights
from domain.insights import AgeGroup, By, Figures, Runs, Stage, Workload
from domain.roles import Person, Scope
from domain.ticket import State
from record.index.finding import Finder
from record.index.query import TicketQuery
from record.index.spans import Names, SortedRows

MOST_WEEKS = 53
"""Weeks of a question: a year, so that no question costs more for an older record."""


@dataclass(frozen=True, slots=True)
class Team:
    """The people who decide in a tenant: how many, and their addresses, comparable."""

    tenant: str
    people: int
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
    mine: Workload
    teams: tuple[Workload, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads the figures of one index."""

    finder: Finder

    def to(self, query: InsightQuery) -> Insight:
        found, spans = self.finder.found(query.tickets), self.finder.spans
        spans.prepare(query.zone)
        weeks = [(week, stage) for week in range(query.first, query.last + 1) for stage in Stage]
        there = [(week, stage, spans.weeks[stage, week]) for week, stage in weeks if (stage, week) in spans.weeks]
        some = None if self.finder.is_everything(found) else found
        parts = _by_week(there, some) if query.by is By.WEEK else _by_name(there, some, spans.names, query.by)
        pending = self.finder.found(replace(query.tickets, state=(State.PENDING,)))
        now = int(query.now.timestamp())
        return Insight(
            overall=insights.figures_of(_joined(parts.values())),
            parts={name: insights.figures_of(runs) for name, runs in parts.items()},
            waiting=insights.by_age(now - self.finder.created(row) for row in pending),
            mine=self._mine(query, found),
            teams=tuple(self._team(query, team, found, pending) for team in query.teams),
        )

    def _mine(self, query: InsightQuery, found: FrozenBitMap) -> Workload:
        asked = replace(query.tickets, scope=query.approves, state=(State.PENDING,), decider=query.person)
        decided = self._decided(query, query.person.addresses, found)
        return Workload(waiting=len(self.finder.found(asked)), decided=decided)

    def _team(self, query: InsightQuery, team: Team, found: FrozenBitMap, pending: FrozenBitMap) -> Workload:
        theirs = self.finder.of_tenant(team.tenant)
        waiting = pending.intersection_cardinality(theirs)
        return Workload(waiting=waiting, decided=self._decided(query, team.addresses, found & theirs))

    def _decided(self, query: InsightQuery, addresses: frozenset[str], found: FrozenBitMap) -> int:
        first = insights.week_start(query.first, query.zone)
        last = insights.week_start(query.last + 1, query.zone)
        known = (self.finder.spans.decided.get(each) for each in addresses)
        return sum(rows.count(first, last, found) for rows in known if rows is not None)


_There = Iterable[tuple[int, Stage, SortedRows]]
"""Week, stage and what ended then."""


def _by_week(there: _There, found: FrozenBitMap | None) -> dict[str, Runs]:
    parts: dict[str, dict[Stage, list[Sequence[int]]]] = {}
    for week, stage, rows in there:
        parts.setdefault(insights.week_name(week), {})[stage] = [rows.numbers_of(found)]
    return {name: runs for name, runs in parts.items() if any(len(run) for (run,) in runs.values())}


def _by_name(there: _There, found: FrozenBitMap | None, names: Names, by: By) -> dict[str, Runs]:
    """The durations by tenant, target or impact: one run takes all weeks, and is sorted at once."""
    seconds: defaultdict[Stage, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for _, stage, rows in there:
        of, kept = seconds[stage], rows.among(found)
        for number, name in zip(kept.numbers, names.of(kept.rows, by), strict=True):
            of[name].append(number)
    every = sorted({name for of in seconds.values() for name in of})
    return {name: {stage: [sorted(of[name])] for stage, of in seconds.items() if name in of} for name in every}


def _joined(parts: Iterable[Runs]) -> Runs:
    runs: defaultdict[Stage, list[Sequence[int]]] = defaultdict(list)
    for part in parts:
        for stage, some in part.items():
            runs[stage] += some
    return runs
