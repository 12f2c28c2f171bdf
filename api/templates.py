"""The routes of documents and of the templates that they are made by."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator, Field

from api.dependencies import PUBLIC, Caller, FromDocuments, FromTrail, needs
from api.documents import require
from api.entry import SignedInRoute
from api.errors import NotFound
from api.openapi import headers, problems
from api.preview import FRAME, FRAME_HEADERS
from api.trail import audited
from documents.rendering import Rendered
from domain.audience import Language
from domain.documents import (
    MEDIA_TYPES,
    DocumentFormat,
    DocumentKind,
    DocumentTemplate,
    TemplateFiles,
    TemplateVersionId,
    schema_of,
)
from domain.roles import Permission, Person
from domain.template_files import TEMPLATE_FILES
from domain.templates import RecordedTemplate, TemplateVersion
from domain.trail import AuditAction
from domain.values import Frozen, TicketId
from record.audit.receipts import PromotionReceipt

_REFUSALS = problems(
    _401="No acceptable token",
    _403="The caller may not",
    _404="No such request, template or version, for this caller",
    _409="Somebody else changed the template meanwhile",
    _412="The template is another version than If-Match names",
    _413="The body is larger than 256 KB",
    _422="A field is refused, or the template can't be rendered: `params` has file, line and reason",
    _429="Too many requests; `Retry-After` says when to go on",
    _431="The headers are too large",
    _503="The engine or the Git record can't be reached now",
)
_FILE = {"type": "string", "format": "binary"}
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind.partition(";")[0]: {"schema": _FILE} for kind in MEDIA_TYPES.values()},
        "description": "The document, in the format that was asked for",
        "headers": headers(Content_Disposition="The name of its file"),
    }
}
_RECEIPT: dict[int | str, dict[str, Any]] = {
    200: {
        "model": PromotionReceipt,
        "description": "The receipt, byte for byte as `prodgate verify --receipt` takes it",
        "headers": headers(Content_Disposition="The name of its file"),
    },
    **problems(_409="It is not over, no checkpoint holds its end yet (`params` has `due`), or it can't be proven"),
}
_PAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The policy of a document that is a page: its own styles, and nothing else."""


def _whole(files: TemplateFiles) -> TemplateFiles:
    if set(files) != set(TEMPLATE_FILES):
        raise ValueError(f"must have the files {', '.join(TEMPLATE_FILES)}")
    return files


Files = Annotated[TemplateFiles, AfterValidator(_whole)]


class TemplateBody(Frozen):
    """The files of a template."""

    files: Files


class PreviewBody(Frozen):
    """The files to try, the format and language of the document, and the request it is about: none for a sample."""

    files: Files
    format: DocumentFormat = DocumentFormat.HTML
    language: Language = Language.EN
    ticket: TicketId | None = None


class RestoreBody(Frozen):
    """The version whose files are to count again."""

    version: TemplateVersionId


class TemplateDetail(Frozen):
    """One version of a template; `variables` is the JSON schema of what it is given, beside `words` and `language`."""

    kind: DocumentKind
    version: TemplateVersionId
    files: TemplateFiles
    variables: dict[str, Any]
    versions: tuple[TemplateVersion, ...]


class ListedTemplate(Frozen):
    """A kind of documents, and the version of its template that counts."""

    kind: DocumentKind
    current: TemplateVersion
    versions: Annotated[int, Field(ge=1)]


router = APIRouter(prefix="/v1", tags=["documents"], responses=_REFUSALS, route_class=SignedInRoute)

Sees = Annotated[Person, needs(Permission.SEE)]
Audits = Annotated[Person, needs(Permission.AUDIT)]
Edits = Annotated[Person, needs(Permission.TEMPLATES)]
Kind = Annotated[DocumentKind, Path(alias="name")]
IfMatch = Annotated[str, Header(max_length=200, description="The version that was edited, as its ETag")]


@router.get("/requests/prod/{id}/evidence", response_class=Response, responses=_DOCUMENT)
async def get_evidence(
    request: Request,
    documents: FromDocuments,
    trail: FromTrail,
    caller: Sees,
    ticket_id: Annotated[str, Path(alias="id", examples=["PR-2026-0001"])],
    form: Annotated[DocumentFormat, Query(alias="format")] = DocumentFormat.PDF,
    language: Language = Language.EN,
) -> Response:
    """The evidence pack of a request: acts, proofs, jobs and the result of their verification."""
    ticket, made = await documents.evidence_pack(caller, ticket_id, form, language)
    said = f"{made.file_name}, template {made.template_version}"
    trail.note(audited(request, AuditAction.DOWNLOAD, tenant=ticket.metadata.tenant, ticket=ticket.id, detail=said))
    return _answered(made)


@router.get("/requests/prod/{id}/receipt", response_class=Response, responses=_RECEIPT)
async def get_receipt(
    request: Request,
    documents: FromDocuments,
    trail: FromTrail,
    caller: Audits,
    ticket_id: Annotated[str, Path(alias="id", examples=["PR-2026-0001"])],
) -> Response:
    """The receipt of a request that is over: one file that proves its history by a checkpoint, without the record.

    It shows keys, rules and members as they stood at each act, so it takes `cpi_admin` for the whole platform.
    """
    ticket, made = await documents.receipt(caller, ticket_id)
    name = f"{ticket.id}.receipt.json"
    trail.note(audited(request, AuditAction.DOWNLOAD, tenant=ticket.metadata.tenant, ticket=ticket.id, detail=name))
    said = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(made, headers=said, media_type="application/json")


@router.get("/templates")
def list_templates(documents: FromDocuments, caller: Edits) -> list[ListedTemplate]:
    """The templates of documents, each with the version that counts."""
    require(caller)
    versions = [(kind, documents.templates.versions(kind)) for kind in DocumentKind]
    return [ListedTemplate(kind=kind, current=found[0], versions=len(found)) for kind, found in versions]


@router.get("/templates/frame", response_class=HTMLResponse, openapi_extra=PUBLIC)
def get_preview_frame() -> HTMLResponse:
    """An empty page that shows the document which the page around it gives it, and runs nothing of it."""
    return HTMLResponse(FRAME, headers=FRAME_HEADERS)


@router.get("/templates/{name}", responses={200: {"headers": headers(ETag="The version, for If-Match")}})
def get_template(
    documents: FromDocuments,
    caller: Edits,
    response: Response,
    kind: Kind,
    version: Annotated[TemplateVersionId | None, Query(description="An earlier version; none for the newest")] = None,
) -> TemplateDetail:
    """A template: its files, the variables that it is given, and all of its versions."""
    require(caller)
    template = documents.templates.at(kind, version) if version else documents.templates.current(kind)
    if template is None:
        raise NotFound
    response.headers["ETag"] = f'"{template.version}"'
    return TemplateDetail(
        kind=kind,
        version=template.version,
        files=template.files,
        variables=schema_of(kind),
        versions=documents.templates.versions(kind),
    )


@router.post("/templates/{name}/preview", response_class=Response, responses=_DOCUMENT)
async def preview_template(documents: FromDocuments, caller: Edits, kind: Kind, body: PreviewBody) -> Response:
    """Make a document by files that are not recorded, of a request's own data or of the sample's."""
    template = DocumentTemplate(kind=kind, version="draft", files=body.files)
    return _answered(await documents.preview(caller, template, body.ticket, body.format, body.language))


@router.put("/templates/{name}")
async def change_template(
    request: Request,
    documents: FromDocuments,
    trail: FromTrail,
    by: Caller,
    _: Edits,
    kind: Kind,
    body: TemplateBody,
    if_match: IfMatch,
) -> RecordedTemplate:
    """Record other files, once they make every document of the sample. It is a commit before this answers 200."""
    made = await documents.change(by, kind, _version(if_match), body.files)
    trail.note(audited(request, AuditAction.TEMPLATE, detail=f"{kind} is now {made.version}"))
    return made


@router.post("/templates/{name}/restore")
async def restore_template(
    request: Request,
    documents: FromDocuments,
    trail: FromTrail,
    by: Caller,
    _: Edits,
    kind: Kind,
    body: RestoreBody,
    if_match: IfMatch,
) -> RecordedTemplate:
    """Record the files of an earlier version again, as a version of its own."""
    made = await documents.restore(by, kind, _version(if_match), body.version)
    trail.note(audited(request, AuditAction.TEMPLATE, detail=f"{kind} is {body.version} again: {made.version}"))
    return made


def _version(tag: str) -> str:
    return tag.strip().removeprefix("W/").strip('"')


def _answered(made: Rendered) -> Response:
    """The document: a page is shown and runs nothing, another file is kept."""
    page = made.media_type == MEDIA_TYPES[DocumentFormat.HTML]
    said = {"Content-Disposition": f'{"inline" if page else "attachment"}; filename="{made.file_name}"'}
    said |= {"Cache-Control": "no-store", "X-Template-Version": made.template_version}
    if page:
        said["Content-Security-Policy"] = _PAGE_POLICY
    return Response(made.content, headers=said, media_type=made.media_type)
