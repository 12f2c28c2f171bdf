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
from record.index.spans import Spans

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

    Who asks, what they may approve, for whom they decide, and the teams that they may see are for the figures about
    people.
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
    handed: tuple[tuple[Scope, Person], ...] = ()

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
        some = None if self.finder.is_everything(found) else found
        if query.by is By.WEEK:
            parts = _by_week(spans, range(query.first, query.last + 1), some)
        else:
            parts = spans.split(query.by).runs(query.first, query.last, some)
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
        asked = replace(query.tickets, scope=query.approves, state=(State.PENDING,))
        asked = replace(asked, decider=query.person, handed=query.handed)
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


def _by_week(spans: Spans, weeks: Iterable[int], found: FrozenBitMap | None) -> dict[str, Runs]:
    parts: dict[str, Runs] = {}
    for week in weeks:
        there = ((stage, spans.weeks[stage, week]) for stage in Stage if (stage, week) in spans.weeks)
        runs = {stage: [numbers] for stage, rows in there if len(numbers := rows.numbers_of(found))}
        if runs:
            parts[insights.week_name(week)] = runs
    return parts


def _joined(parts: Iterable[Runs]) -> Runs:
    runs: defaultdict[Stage, list[Sequence[int]]] = defaultdict(list)
    for part in parts:
        for stage, some in part.items():
            runs[stage] += some
    return runs
