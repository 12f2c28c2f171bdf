"""The filters that lists take, in the query of their address; one that is misspelled is refused, not ignored."""

import contextlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, PlainValidator, ValidationInfo, field_validator

from domain.roles import Scope
from domain.ticket import State, TargetType
from domain.values import Email, Frozen, TargetName, Tenant
from record.index.query import MAX_LIMIT, Sort, TicketQuery


class Paging(Frozen):
    """The page of a list to show."""

    model_config = ConfigDict(validate_by_name=False)

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many on a page")] = 50
    cursor: Annotated[str | None, Field(max_length=500, description="Where the page before ended")] = None


FIRST_YEAR, LAST_YEAR = 1970, 9000
"""So that the neighbours of every day exist too, whatever the zone."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")


def _point(value: object) -> date | datetime:
    """A day as itself, so that it is not read as its midnight in UTC; an instant to the second."""
    text, found = str(value), None
    with contextlib.suppress(ValueError):  # such as the 30th of February
        if _DAY.fullmatch(text):
            found = date.fromisoformat(text)
        elif _INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text.upper()).replace(microsecond=0)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError("must be a day, such as 2026-01-31, or a moment with a zone, such as 2026-01-31T09:30:00Z")
    return found


Point = Annotated[date | datetime, PlainValidator(_point, json_schema_input_type=str)]


def in_order(until: date | datetime | None, given: ValidationInfo) -> date | datetime | None:
    """The end of a period, checked against its beginning, `since`."""
    return not_before(given.data.get("since"), until, "from")


def not_before(first: date | datetime | None, last: date | datetime | None, name: str) -> date | datetime | None:
    """The last point of a period; ValueError where it comes before the first, of that name."""
    if first and last and first_instant(first, UTC) >= instant_after(last, UTC):
        raise ValueError(f"must not come before {name}")
    return last


_ORDER = (
    "The order; a minus is descending. `scheduledDate`: those without a date last. `due`: by the date, or without one "
    "by when it was asked. `-impact`: of one impact, the oldest first"
)


class ListFilters(Paging):
    """The filters and the order of a list of requests; filters combine."""

    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None
    created_by: Annotated[Email | None, Field(description="The requester's e-mail address")] = None
    target: Annotated[TargetName | None, Field(description="The name of what is promoted")] = None
    type: Annotated[TargetType | None, Field(description="The kind of what is promoted")] = None
    since: Annotated[
        Point | None,
        Field(alias="from", description="Created on this day (in the zone of the statistics) or instant, or later"),
    ] = None
    until: Annotated[Point | None, Field(alias="to", description="Created on this day or instant, or earlier")] = None
    scheduled_from: Annotated[
        Point | None, Field(description="To be deployed on this day or instant, or later; none without a date")
    ] = None
    scheduled_to: Annotated[Point | None, Field(description="To be deployed on this day or instant, or earlier")] = None
    q: Annotated[str, Field(max_length=200, description="Words of names, justification, people; beginnings do")] = ""
    sort: Annotated[Sort, Field(description=_ORDER)] = Sort.NEWEST

    _in_order = field_validator("until")(in_order)

    @field_validator("scheduled_to")
    @classmethod
    def _scheduled_in_order(cls, last: date | datetime | None, given: ValidationInfo) -> date | datetime | None:
        return not_before(given.data.get("scheduled_from"), last, "scheduledFrom")

    def within(self, scope: Scope, zone: ZoneInfo) -> TicketQuery:
        """The query that finds these among what the scope lets the caller see; days are those of the zone."""
        return TicketQuery(
            scope=scope,
            tenant=self.tenant,
            created_by=self.created_by,
            target_name=self.target,
            target_type=self.type,
            created_after=None if self.since is None else first_instant(self.since, zone),
            created_before=None if self.until is None else instant_after(self.until, zone),
            scheduled_after=None if self.scheduled_from is None else first_instant(self.scheduled_from, zone),
            scheduled_before=None if self.scheduled_to is None else instant_after(self.scheduled_to, zone),
            q=self.q,
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
        )


class Filters(ListFilters):
    """The same filters for requests in any state."""

    state: Annotated[tuple[State, ...], Field(description="One or several states")] = ()
    approved_from: Annotated[
        Point | None, Field(description="Approved on this day or instant, or later, whatever came of it")
    ] = None
    rejected_from: Annotated[Point | None, Field(description="Rejected on this day or instant, or later")] = None
    deployed_from: Annotated[Point | None, Field(description="Deployed on this day or instant, or later")] = None

    def within(self, scope: Scope, zone: ZoneInfo) -> TicketQuery:
        def first(point: date | datetime | None) -> datetime | None:
            return None if point is None else first_instant(point, zone)

        return replace(
            super().within(scope, zone),
            state=self.state,
            approved_after=first(self.approved_from),
            rejected_after=first(self.rejected_from),
            deployed_after=first(self.deployed_from),
        )


def first_instant(point: date | datetime, zone: tzinfo) -> datetime:
    """The first instant of the point."""
    return point if isinstance(point, datetime) else datetime.combine(point, time(), zone)


def instant_after(point: date | datetime, zone: tzinfo) -> datetime:
    """The first instant after the point; tickets count in seconds."""
    if isinstance(point, datetime):
        return point + timedelta(seconds=1)
    return datetime.combine(point + timedelta(days=1), time(), zone)
