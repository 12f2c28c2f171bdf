"""The routes of reports, and of the links to their files."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.dependencies import LINK, FromLinks, FromReports, FromTrail, needs
from api.entry import SignedInRoute
from api.limits import network
from api.links import LinkBody, Links, MadeLink
from api.making import OrderBody, ShownReport
from api.openapi import headers, problems
from api.paging import PAGED, paged
from api.trail import audited
from domain.documents import MEDIA_TYPES
from domain.links import LONGEST_LINK
from domain.reports import ReportId
from domain.roles import Permission, Person
from domain.trail import AuditAction
from record.trail.writing import Trail

router = APIRouter(
    prefix="/v1",
    tags=["reports"],
    route_class=SignedInRoute,
    responses=problems(
        _401="No acceptable token",
        _403="No role of the caller gives reports there, or the link is somebody else's",
        _404="No such report, part or file, for this caller; or no link",
        _409="The part or the report is not in the state for this, or the stored file was changed",
        _410="The link was used or has expired, or the file is no longer kept",
        _413="The body is larger than 256 KB",
        _422="A field is refused; `errors` names it",
        _429="Too many requests; `Retry-After` says when to go on",
        _431="The headers are too large",
        _503="The engine, the store or the Git record can't be reached now",
    ),
)
Reporter = Annotated[Person, needs(Permission.REPORT)]
Report = Annotated[str, Path(alias="id", max_length=64)]
Token = Annotated[str, Path(max_length=LONGEST_LINK)]
_BYTES = {"type": "string", "format": "binary"}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind.partition(";")[0]: {"schema": _BYTES} for kind in MEDIA_TYPES.values()},
        "description": "The file",
        "headers": headers(Content_Disposition="The name to keep it under"),
    }
}


@router.post("/reports", status_code=202, responses={202: {"headers": headers(Location="The report")}})
async def create_report(
    request: Request, response: Response, reports: FromReports, trail: FromTrail, caller: Reporter, body: OrderBody
) -> ShownReport:
    """Have a report made: a document of each format for each tenant. It is made behind this answer."""
    made = await reports.order(caller, body)
    response.headers["Location"] = f"/v1/reports/{made.id}"
    tenant = made.parts[0].tenant if len(made.parts) == 1 else None
    trail.note(audited(request, AuditAction.REPORT, tenant=tenant, status=202, detail=_said(made)))
    return made


@router.get("/reports", response_model=list[ShownReport], responses={200: {"headers": PAGED}})
async def list_reports(
    request: Request,
    reports: FromReports,
    caller: Reporter,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: ReportId | None = None,
) -> Response:
    """The reports that were ordered, newest first: who, when, what, and what became of each part."""
    return paged(request, await reports.newest(caller, limit, cursor))


@router.get("/reports/{id}")
async def get_report(reports: FromReports, caller: Reporter, report: Report) -> ShownReport:
    """One report; of a part that is being made, why it is tried again."""
    return await reports.get(caller, report)


@router.post("/reports/{id}/cancel", status_code=202)
async def cancel_report(
    request: Request, reports: FromReports, trail: FromTrail, caller: Reporter, report: Report
) -> ShownReport:
    """Stop making a report: what is made stays, what is not yet made is cancelled."""
    found = await reports.cancel(caller, report)
    trail.note(audited(request, AuditAction.REPORT, status=202, detail=f"cancels {_said(found)}"))
    return found


@router.post("/reports/{id}/parts/{tenant}/retry", status_code=202)
async def retry_part(
    request: Request,
    reports: FromReports,
    trail: FromTrail,
    caller: Reporter,
    report: Report,
    tenant: Annotated[str, Path(max_length=63)],
) -> ShownReport:
    """Have a part made again that failed, was cancelled, or that nobody makes."""
    found = await reports.retry(caller, report, tenant)
    trail.note(audited(request, AuditAction.REPORT, tenant=tenant, status=202, detail=f"retries {_said(found)}"))
    return found


@router.post("/links", status_code=201)
async def create_link(
    request: Request, links: FromLinks, trail: FromTrail, caller: Reporter, body: LinkBody
) -> MadeLink:
    """Make a link to a file of a report. It works once, and for the caller alone unless they say otherwise."""
    made = await links.make(caller, body)
    said = f"{body.report} {body.form}, for {'themselves' if body.bound else 'whoever holds it'}"
    trail.note(audited(request, AuditAction.LINK, tenant=body.tenant, status=201, detail=said))
    return made


@router.get("/links/{token}", response_class=Response, responses=_FILE)
async def use_link(request: Request, links: FromLinks, trail: FromTrail, caller: Reporter, token: Token) -> Response:
    """The file of a link, once, for the person who made it."""
    return await _file(request, links, trail, token, caller, caller.subject or caller.email)


@router.get("/shared/{token}", response_class=Response, responses=_FILE, openapi_extra=LINK)
async def use_shared_link(request: Request, links: FromLinks, trail: FromTrail, token: Token) -> Response:
    """The file of a link, once, for whoever holds it."""
    return await _file(request, links, trail, token, None, network(request.client.host if request.client else ""))


async def _file(
    request: Request, links: Links, trail: Trail, token: str, holder: Person | None, counted: str
) -> Response:
    link = await links.read(token, holder, counted)
    content = await links.use(link)
    detail = f"{link.report} {link.name}, link of {link.email}"
    trail.note(audited(request, AuditAction.DOWNLOAD, tenant=link.tenant, status=200, detail=detail))
    said = {"Content-Disposition": f'attachment; filename="{link.name}"', "Cache-Control": "no-store"}
    return Response(content, headers=said, media_type=link.form.media_type)


def _said(report: ShownReport) -> str:
    tenants = f"{report.total} tenant{'s' if report.total != 1 else ''}"
    return f"{report.id}: {report.kind} {report.month or 'of everything'}, {tenants}"
