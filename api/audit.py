"""The routes of the audit trail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, StringConstraints, field_validator
from starlette.concurrency import run_in_threadpool

from api.dependencies import FromAudited, FromTrail, TimeZone, needs
from api.entry import SignedInRoute
from api.errors import TrailNotKept
from api.filters import Paging, Point, first_instant, in_order, instant_after
from api.openapi import Responses, problems
from api.paging import PAGED, paged
from api.trail import audited
from domain import roles
from domain.errors import NotAuthorized
from domain.roles import Permission, Person
from domain.trail import AuditAction, AuditEntry, Outcome
from domain.values import Tenant
from record.trail.export import ExportFormat, exported
from record.trail.index import TrailIndex
from record.trail.query import TrailQuery

_ANSWERS: Responses = {
    200: {
        "headers": PAGED,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/jsonl": {"schema": {"type": "string"}},
        },
    },
    **problems(
        _401="No acceptable token",
        _403="The caller's roles let them read no entries",
        _404="No audit trail is kept here",
        _422="A filter is refused; `errors` names it",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The identity provider, the Git record or the trail can't be read now",
    ),
}
_TOGETHER = 500
"""Lines of an export that are sent as one piece."""

router = APIRouter(prefix="/v1", tags=["audit"], route_class=SignedInRoute)


class AuditFormat(StrEnum):
    """A page as JSON, or all that the filters find as a file."""

    JSON = "json"
    CSV = "csv"
    JSONL = "jsonl"


class TrailFilters(Paging):
    """The filters of the audit trail; they combine."""

    person: Annotated[
        str | None, StringConstraints(min_length=1, max_length=255), Field(description="An e-mail address")
    ] = None
    action: Annotated[tuple[AuditAction, ...], Field(description="One or several acts")] = ()
    outcome: Annotated[tuple[Outcome, ...], Field(description="One or several outcomes")] = ()
    tenant: Annotated[Tenant | None, Field(description="A tenant's name")] = None
    ticket: Annotated[
        str | None, StringConstraints(min_length=1, max_length=40), Field(description="A request's id")
    ] = None
    since: Annotated[
        Point | None,
        Field(alias="from", description="On this day (in the zone of the statistics) or instant, or later"),
    ] = None
    until: Annotated[Point | None, Field(alias="to", description="On this day or instant, or earlier")] = None
    q: Annotated[
        str, Field(max_length=200, description="Words of people, tickets, kinds and details; beginnings do")
    ] = ""
    format: Annotated[AuditFormat, Field(description="`csv` and `jsonl` give all that the filters find, as a file")] = (
        AuditFormat.JSON
    )

    _in_order = field_validator("until")(in_order)

    def within(self, tenants: frozenset[str] | None, zone: ZoneInfo) -> TrailQuery:
        """The query that finds these among the tenants' entries; days are those of the zone."""
        return TrailQuery(
            tenants=tenants,
            person=self.person,
            action=self.action,
            outcome=self.outcome,
            tenant=self.tenant,
            ticket=self.ticket,
            since=None if self.since is None else first_instant(self.since, zone),
            until=None if self.until is None else instant_after(self.until, zone),
            q=self.q,
            limit=self.limit,
            cursor=self.cursor,
        )


@router.get("/audit", response_model=list[AuditEntry], responses=_ANSWERS)
async def list_audit_entries(
    audit_trail: FromAudited,
    trail: FromTrail,
    zone: TimeZone,
    caller: Annotated[Person, needs(Permission.AUDIT)],
    request: Request,
    filters: Annotated[TrailFilters, Query()],
) -> Response:
    """The acts and refusals that the caller may read, newest first: a `cpi` those of their tenants, `cpi_admin` all.

    `format=csv` and `format=jsonl` give all that the filters find, as a file; that is noted as an act itself.
    """
    query = filters.within(_tenants(caller), zone)
    if audit_trail is None:
        raise TrailNotKept("No audit trail is kept here, only a log: PRODGATE_AUDIT_REPO is not set")
    if filters.format is AuditFormat.JSON:
        return await run_in_threadpool(_page, audit_trail, query, request)
    form = ExportFormat(filters.format.value)
    total, lines = await run_in_threadpool(_export, audit_trail, query, form)
    asked = request.url.query[:200]
    detail = f"{total} entries of the audit trail: {asked}"
    trail.note(audited(request, AuditAction.EXPORT, tenant=filters.tenant, detail=detail))
    name = f"audit-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.{form}"
    told = {"Content-Disposition": f'attachment; filename="{name}"', "X-Total-Count": str(total)}
    return StreamingResponse(lines, headers=told, media_type=form.media_type)


def _tenants(caller: Person) -> frozenset[str] | None:
    """The tenants whose entries the caller may read; None for all entries. Raises NotAuthorized."""
    tenants = roles.scope(caller, Permission.AUDIT).tenants
    if tenants is not None and not tenants:
        raise NotAuthorized("Not authorized: reading the audit trail takes the role cpi or cpi_admin")
    return tenants


def _page(index: TrailIndex, query: TrailQuery, request: Request) -> Response:
    return paged(request, index.page(query))


def _export(index: TrailIndex, query: TrailQuery, form: ExportFormat) -> tuple[int, Iterator[str]]:
    total, documents = index.documents(query)
    return total, _pieces(exported(documents, form))


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(lines, _TOGETHER)):
        yield piece
