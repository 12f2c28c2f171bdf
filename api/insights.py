"""Figures about promotions: how long each stage takes, how often, and what fails, over what the caller may see."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field, field_validator

from api.dependencies import FromDelegations, FromDirectory, FromIndex, FromTrail, Now, TimeZone, needs
from api.entry import SignedInRoute
from api.figures import Insights, Picture, as_csv
from api.openapi import Responses, problems
from api.trail import audited
from domain import insights, roles
from domain.insights import SMALLEST_TEAM, By, Week
from domain.roles import Permission, Person, Scope
from domain.ticket import Impact, TargetType
from domain.trail import AuditAction
from domain.values import Frozen, TargetName, Tenant
from record.index.insights import MOST_WEEKS, InsightQuery, Team
from record.index.query import TicketQuery
from record.people.directory import Directory

router = APIRouter(prefix="/v1/insights", tags=["insights"], route_class=SignedInRoute)

_REFUSALS = problems(
    _401="No acceptable token",
    _403="Somebody acted by this address before, with another sign-in",
    _422="A field is refused; `errors` names it",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The identity provider or the Git record can't be reached now",
)
_CSV: Responses = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Sees = Annotated[Person, needs(Permission.SEE)]


class InsightFilters(Frozen):
    """The requests that figures are made of, the weeks, and what they are split by. Filters combine."""

    model_config = ConfigDict(validate_by_name=False)

    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None
    target: Annotated[TargetName | None, Field(description="The name of what is promoted")] = None
    type: Annotated[TargetType | None, Field(description="The kind of what is promoted")] = None
    impact: Annotated[Impact | None, Field(description="The impact that the request says")] = None
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS, description="The number of weeks; 13 are a quarter of a year")] = (
        13
    )
    to: Annotated[Week | None, Field(description="The last week; otherwise the one under way")] = None
    by: Annotated[By, Field(description="What the figures are split by")] = By.WEEK

    @field_validator("to")
    @classmethod
    def _there(cls, week: str | None) -> str | None:
        if week is not None:
            insights.numbered(week)
        return week

    def period(self, now: datetime, zone: ZoneInfo) -> tuple[int, int]:
        """The numbers of the first and the last week."""
        last = insights.week_of(int(now.timestamp()), zone) if self.to is None else insights.numbered(self.to)
        return last - self.weeks + 1, last


@router.get("", responses=_REFUSALS)
def get_insights(
    index: FromIndex,
    directory: FromDirectory,
    delegations: FromDelegations,
    now: Now,
    zone: TimeZone,
    caller: Sees,
    filters: Annotated[InsightFilters, Query()],
) -> Insights:
    """The figures of what the caller may see, by week, tenant, target or impact; durations are seconds."""
    query = _query(caller, directory.current(), filters, now, zone)
    query = replace(query, handed=delegations.decides_for(caller))
    return Insights.of(query, index.insights(query))


@router.get("/{picture}", response_class=Response, responses=_CSV | _REFUSALS)
def get_picture(
    request: Request,
    index: FromIndex,
    directory: FromDirectory,
    trail: FromTrail,
    now: Now,
    zone: TimeZone,
    caller: Sees,
    picture: Picture,
    filters: Annotated[InsightFilters, Query()],
) -> Response:
    """One picture's figures as CSV (RFC 4180), by the same filters."""
    query = _query(caller, directory.current(), filters, now, zone)
    text = as_csv(picture, Insights.of(query, index.insights(query)))
    trail.note(audited(request, AuditAction.EXPORT, tenant=filters.tenant, detail=f"insights: {picture}"))
    headers = {"Content-Disposition": f'attachment; filename="{picture}.csv"'}
    return Response(text, media_type="text/csv", headers=headers)


def _query(
    caller: Person, directory: Directory, filters: InsightFilters, now: datetime, zone: ZoneInfo
) -> InsightQuery:
    seen, (first, last) = roles.scope(caller, Permission.SEE), filters.period(now, zone)
    tenant, target, kind, impact = filters.tenant, filters.target, filters.type, filters.impact
    return InsightQuery(
        tickets=TicketQuery(scope=seen, tenant=tenant, target_name=target, target_type=kind, impact=impact),
        first=first,
        last=last,
        by=filters.by,
        zone=zone,
        now=now,
        person=caller,
        approves=roles.scope(caller, Permission.APPROVE),
        teams=tuple(team for team in _teams(directory, seen) if tenant in (None, team.tenant)),
    )


def _teams(directory: Directory, seen: Scope) -> Iterator[Team]:
    """The teams that decide in tenants which the caller sees; none so small that its figures were a person's."""
    people: defaultdict[str, list[Person]] = defaultdict(list)
    for person in directory.people:
        for tenant in {grant.tenant for grant in person.grants if Permission.APPROVE in person.allowed(grant.role)}:
            people[tenant or ""].append(person)
    for tenant in sorted(directory.tenants if seen.tenants is None else seen.tenants & directory.tenants.keys()):
        if len(people[tenant]) >= SMALLEST_TEAM:
            yield Team(tenant, len(people[tenant]), frozenset().union(*(each.addresses for each in people[tenant])))
