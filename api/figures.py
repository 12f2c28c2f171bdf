"""Figures as they are answered: as JSON, and each picture of them as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from domain import insights
from domain.insights import AgeGroup, By, Duration, Figures, Week, Workload
from domain.ticket import Impact, TargetType
from domain.values import Frozen, TargetName, Tenant
from record.index.insights import Insight, InsightQuery
from record.trail.export import cell

MOST_PARTS = 50
"""Tenants, or targets, of one answer: those with the most deployments."""

_Absent = Field(exclude_if=lambda value: value is None)


class PartOf(Frozen):
    """Names what a part's figures are of: a week, a tenant, an impact, or a target of a tenant."""

    week: Annotated[Week | None, _Absent] = None
    tenant: Annotated[Tenant | None, _Absent] = None
    type: Annotated[TargetType | None, _Absent] = None
    target: Annotated[TargetName | None, _Absent] = None
    impact: Annotated[Impact | None, _Absent] = None

    @classmethod
    def of(cls, by: By, name: str) -> Self:
        """By the name that the index gives it."""
        if by is By.TARGET:
            tenant, kind, target, _ = name.split("\n")
            return cls(tenant=tenant, type=TargetType(kind), target=target)
        return cls.model_validate({by.value: name})


class Part(PartOf):
    """Figures of a week, a tenant, an impact or a target."""

    figures: Figures


class TeamWorkload(Workload):
    """The same of the team that decides in a tenant; told from five people on."""

    tenant: Tenant
    people: int


class Insights(Frozen):
    """Figures about promotions, over what the caller may see.

    `overall` is of the whole period. `parts` split it: every week, or tenants, targets or impacts that have figures;
    `more` are left out. `waiting` are pending requests by age now. `mine` is the caller's own: what they could decide
    now, and what they decided in the period.
    """

    from_: Annotated[Week, Field(alias="from")]
    to: Week
    timezone: str
    by: By
    overall: Figures
    parts: tuple[Part, ...]
    more: int
    waiting: tuple[AgeGroup, ...]
    mine: Workload
    teams: tuple[TeamWorkload, ...]

    @classmethod
    def of(cls, query: InsightQuery, found: Insight) -> Self:
        parts = _weeks(query, found) if query.by is By.WEEK else _most(found.parts)
        teams = (
            TeamWorkload(tenant=team.tenant, people=team.people, waiting=asked.waiting, decided=asked.decided)
            for team, asked in zip(query.teams, found.teams, strict=True)
        )
        return cls(
            from_=insights.week_name(query.first),
            to=insights.week_name(query.last),
            timezone=query.zone.key,
            by=query.by,
            overall=found.overall,
            parts=tuple(Part(figures=each, **dict(PartOf.of(query.by, name))) for name, each in parts.items()),
            more=0 if query.by is By.WEEK else len(found.parts) - len(parts),
            waiting=found.waiting,
            mine=found.mine,
            teams=tuple(sorted(teams, key=lambda team: (-team.waiting, -team.decided, team.tenant))),
        )


def _weeks(query: InsightQuery, found: Insight) -> dict[str, Figures]:
    """Every week of the period, those too in which nothing ended."""
    names = map(insights.week_name, range(query.first, query.last + 1))
    return {name: found.parts.get(name) or insights.figures_of({}) for name in names}


def _most(parts: dict[str, Figures]) -> dict[str, Figures]:
    """The parts with the most deployments, the most first."""

    def rank(name: str) -> tuple[int, int, str]:
        figures = parts[name]
        return -(figures.deployed + figures.failed), -figures.approval_wait.count, name

    return {name: parts[name] for name in sorted(parts, key=rank)[:MOST_PARTS]}


class Picture(StrEnum):
    """A picture of the console's page, and a file of figures."""

    APPROVAL_WAIT = "approval-wait"
    QUEUE = "queue"
    DEPLOYMENT = "deployment"
    TIME_TO_RESTORE = "time-to-restore"
    DEPLOYMENTS = "deployments"
    WAITING = "waiting"
    TEAMS = "teams"


Row = Sequence[str | int | float | None]


def as_csv(picture: Picture, told: Insights) -> str:
    """The picture's figures, a header first; what was not measured is an empty cell, and no text is a formula."""
    text = io.StringIO()
    rows = ([cell(each) if isinstance(each, str) else each for each in row] for row in _rows(picture, told))
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _rows(picture: Picture, told: Insights) -> Iterator[Row]:
    match picture:
        case Picture.WAITING:
            yield "at_least_seconds", "below_seconds", "requests"
            for group in told.waiting:
                yield group.at_least, group.below, group.count
        case Picture.TEAMS:
            yield "tenant", "people", "waiting", "decided"
            for team in told.teams:
                yield team.tenant, team.people, team.waiting, team.decided
        case Picture.DEPLOYMENTS:
            yield *_names(told.by), "deployed", "failed", "change_failure_rate"
            for name, figures in _told(told):
                yield *name, figures.deployed, figures.failed, figures.change_failure_rate
        case _:
            yield *_names(told.by), "count", "p50_seconds", "p90_seconds"
            for name, figures in _told(told):
                duration: Duration = getattr(figures, picture.replace("-", "_"))
                yield *name, duration.count, duration.p50, duration.p90


def _names(by: By) -> list[str]:
    return ["tenant", "type", "target"] if by is By.TARGET else [by.value]


def _told(told: Insights) -> Iterator[tuple[Row, Figures]]:
    columns = _names(told.by)
    for part in told.parts:
        name = part.model_dump(mode="json", include=set(columns))
        yield [name[column] for column in columns], part.figures
