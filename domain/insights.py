"""Figures about promotions, from the record alone: how long each stage takes, how often, and what fails.

Times are Unix seconds, as the record has whole seconds; durations are seconds.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Generic, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.ticket import Action, HistoryEntry, PromotionRequest
from domain.values import Frozen

Key = TypeVar("Key", str, int)
"""A name of a request: its id, or the index's row."""

SMALLEST_TEAM = 5
"""People of a team below which its figures would be figures about persons."""


class Stage(StrEnum):
    """Something that takes time: of a promotion, whose deployments end in one of two, or an outage, of a target."""

    APPROVAL = "approval"
    QUEUE = "queue"
    DEPLOYED = "deployed"
    FAILED = "failed"
    OUTAGE = "outage"


ENDS = frozenset({Stage.DEPLOYED, Stage.FAILED})
"""The ends of a deployment."""

NO_TIME = -1
"""The seconds of a deployment of which AWX made no job: it ended, and took no time."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stage that ended, and the seconds that it took, or NO_TIME."""

    stage: Stage
    ended: int
    seconds: int


def spans(ticket: PromotionRequest) -> Iterator[Span]:
    """The ended stages of one promotion.

    Approval: from creation to the approval that stands; one that lapsed counts no more. Queue: from the moment that
    the request may deploy (approved, its date come, released from a hold) to its launch; a retry has none. Deployment:
    from launch to the end, once for each attempt.
    """
    if ticket.status.approved_at is not None:
        yield _span(Stage.APPROVAL, ticket.metadata.created_at, ticket.status.approved_at)
    scheduled = ticket.spec.request.scheduled_date
    ready: datetime | None = None
    launched: datetime | None = None
    for entry in ticket.status.history:
        match entry.action:
            case Action.DEPLOYING:
                if ready is not None:
                    yield _span(Stage.QUEUE, ready, entry.at)
                launched = None if entry.job_id is None else entry.at
            case Action.DEPLOYED | Action.FAILED:
                yield _span(Stage(entry.action.value), launched, entry.at)
            case Action.RETRIED:
                launched = None
        ready = entry.at if _may_deploy(entry, scheduled) else None


def _may_deploy(entry: HistoryEntry, scheduled: datetime | None) -> bool:
    """Tells whether the request waits for nothing but its turn from this entry on; an agreed date comes with `due`."""
    if entry.action is Action.RELEASED:
        return scheduled is None or scheduled <= entry.at
    return entry.action is Action.DUE or (entry.action is Action.APPROVED and scheduled is None)


def _span(stage: Stage, start: datetime | None, end: datetime) -> Span:
    seconds = NO_TIME if start is None else max(int((end - start).total_seconds()), 0)
    return Span(stage, int(end.timestamp()), seconds)


@dataclass(frozen=True, slots=True)
class Decided:
    """An approval or a rejection, whether it stood or lapsed later."""

    by: str
    at: int


def decided(ticket: PromotionRequest) -> Iterator[Decided]:
    """The approvals and rejections of one request by people."""
    for entry in ticket.status.history:
        if entry.action in {Action.APPROVED, Action.REJECTED} and entry.by_person:
            yield Decided(entry.by, int(entry.at.timestamp()))


@dataclass(frozen=True, slots=True, order=True)
class Attempt(Generic[Key]):
    """The end of one deployment of a target. Of one second, failures come first. `ticket` names the request."""

    ended: int
    deployed: bool
    ticket: Key


@dataclass(frozen=True, slots=True)
class Outage(Generic[Key]):
    """A target's time from a failure to its next deployment; more failures before that belong to it.

    `ticket` is the request that failed first.
    """

    ended: int
    seconds: int
    ticket: Key


def outages(attempts: Iterable[Attempt[Key]]) -> Iterator[Outage[Key]]:
    """The outages that ended, of one target's attempts in whatever order."""
    failure: Attempt[Key] | None = None
    for attempt in sorted(attempts):
        if not attempt.deployed:
            failure = failure or attempt
        elif failure is not None:
            yield Outage(attempt.ended, attempt.ended - failure.ended, failure.ticket)
            failure = None


class Duration(Frozen):
    """A number of durations, and the seconds that 50 % and 90 % of them took at most."""

    count: int
    p50: int | None = None
    p90: int | None = None

    @classmethod
    def of(cls, *runs: Sequence[int]) -> Self:
        """Of durations in any number of runs, each in ascending order; NO_TIME is none."""
        known = [run[bisect_left(run, 0) :] if run[0] < 0 else run for run in runs if run]
        known = [run for run in known if run]
        count = sum(map(len, known))
        if not count:
            return cls(count=0)
        return cls(count=count, p50=_percentile(known, count, 50), p90=_percentile(known, count, 90))


def _percentile(runs: Sequence[Sequence[int]], count: int, percent: int) -> int:
    """The nearest rank: the smallest value that so many per cent are no greater than. Nothing is merged or copied."""
    rank = -(-count * percent // 100)  # rounded up
    if len(runs) == 1:
        return runs[0][rank - 1]
    low, high = min(run[0] for run in runs), max(run[-1] for run in runs)
    while low < high:
        middle = (low + high) // 2
        if sum(bisect_right(run, middle) for run in runs) < rank:
            low = middle + 1
        else:
            high = middle
    return low


class Figures(Frozen):
    """The figures of some promotions in some time. Each stage counts where it ended.

    `deployed` and `failed` are ended deployments, retries included; `change_failure_rate` is the failed ones' part of
    both, from 0 to 1, None where none ended. `time_to_restore` is of outages that ended.
    """

    approval_wait: Duration
    queue: Duration
    deployment: Duration
    deployed: int
    failed: int
    change_failure_rate: float | None
    time_to_restore: Duration


Runs = Mapping[Stage, Sequence[Sequence[int]]]
"""Seconds of each stage to make figures of, in any number of runs, each in ascending order."""


def figures_of(runs: Runs) -> Figures:
    """The figures of these durations."""
    well, badly = runs.get(Stage.DEPLOYED, ()), runs.get(Stage.FAILED, ())
    deployed, failed = sum(map(len, well)), sum(map(len, badly))
    return Figures(
        approval_wait=Duration.of(*runs.get(Stage.APPROVAL, ())),
        queue=Duration.of(*runs.get(Stage.QUEUE, ())),
        deployment=Duration.of(*well, *badly),
        deployed=deployed,
        failed=failed,
        change_failure_rate=failed / (deployed + failed) if deployed + failed else None,
        time_to_restore=Duration.of(*runs.get(Stage.OUTAGE, ())),
    )


_WEEK = r"[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])"
Week = Annotated[str, Field(pattern=f"^{_WEEK}$", examples=["2026-W48"])]
"""A week of ISO 8601, from Monday: `2026-W48`."""

FIRST_YEAR, LAST_YEAR = 1970, 9000
"""So that the neighbours of every week exist too, whatever the zone. What is dated beyond lies in the last week."""

_FIRST, _LAST = (int(datetime(year, 2, 1, tzinfo=UTC).timestamp()) for year in (FIRST_YEAR, LAST_YEAR))
_QUARTER = 900
"""Seconds of a quarter of an hour: no zone's offset is finer, so that all of one lie in the same week."""


def week_of(moment: int, zone: ZoneInfo) -> int:
    """The number of the week, from year 1 on, in which the moment lies in the zone."""
    return _week_of(min(max(moment, _FIRST), _LAST) // _QUARTER, zone)


@lru_cache(maxsize=4_096)
def _week_of(quarter: int, zone: ZoneInfo) -> int:
    return week_number(datetime.fromtimestamp(quarter * _QUARTER, zone).date())


def week_start(number: int, zone: ZoneInfo) -> int:
    """The first moment of a week in the zone."""
    return int(datetime.combine(_monday(number), time(), zone).timestamp())


def week_number(day: date) -> int:
    """The number of a day's week; the first day of the calendar is a Monday."""
    return (day.toordinal() - 1) // 7


def _monday(number: int) -> date:
    return date.fromordinal(number * 7 + 1)


def week_name(number: int) -> str:
    """The number's week as ISO 8601 writes it."""
    year, week, _ = _monday(number).isocalendar()
    return f"{year:04}-W{week:02}"


def numbered(week: str) -> int:
    """The number of a week by its name; ValueError for one that its year does not have."""
    if not re.fullmatch(_WEEK, week) or not FIRST_YEAR < int(week[:4]) < LAST_YEAR:
        raise ValueError("must be a week of ISO 8601, such as 2026-W48")
    try:
        return week_number(date.fromisocalendar(int(week[:4]), int(week[6:]), 1))
    except ValueError as error:
        raise ValueError(f"{week[:4]} has no such week") from error


class By(StrEnum):
    """The split of figures."""

    WEEK = "week"
    TENANT = "tenant"
    TARGET = "target"
    IMPACT = "impact"


class Workload(Frozen):
    """Decisions that somebody, or a team, is asked for now, and those that they took in the period."""

    waiting: int
    decided: int


class AgeGroup(Frozen):
    """Requests that wait for a decision: how many have waited from so many seconds on, to less than so many."""

    at_least: int
    below: int | None
    count: int


_HOUR, _DAY = 3_600, 86_400
_AGES = (0, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY)


def by_age(ages: Iterable[int]) -> tuple[AgeGroup, ...]:
    """The ages, in seconds, in groups, the youngest first."""
    counts = [0] * len(_AGES)
    for age in ages:
        counts[bisect_right(_AGES, max(age, 0)) - 1] += 1
    ends = (*_AGES[1:], None)
    return tuple(AgeGroup(at_least=a, below=b, count=c) for a, b, c in zip(_AGES, ends, counts, strict=True))
