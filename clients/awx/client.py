"""AWX's REST API as Prodgate uses it: one method, one call; every failure is one of `clients.awx.errors`.

Every path ends in a slash, no redirect is followed and nothing is sent twice here: a redirected or repeated launch is a
launch with its variables lost, or a second deployment.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from pydantic import ValidationError

from clients.awx.errors import AwxMissing, AwxRefused, AwxUnavailable, AwxUnknown, from_answer, from_transport, json_of
from clients.awx.rows import (
    HookRow,
    JobRow,
    LabelRow,
    LaunchForm,
    ListPage,
    Named,
    NotificationRow,
    ProjectRow,
    Row,
    TemplateRow,
    UserRow,
)
from clients.tls import ClientCertificate, context
from domain.awx_answers import AwxJob
from domain.remarks import write

_TRACER = trace.get_tracer("prodgate")

RowT = TypeVar("RowT", bound=Row)
Query = Mapping[str, str | int]

PAGE_SIZE = 100
MAX_PAGES = 20
IDLE_SECONDS = 2.0
"""The time an idle connection is kept: less than gateways do, so that a launch never meets one just closed."""


@dataclass(frozen=True)
class AwxConnection:
    """The address of AWX, and who asks. `root` is the API root, `https://awx.example/api/` or `…/api/controller/`."""

    root: str
    template: str
    """The job template's name, or its id in digits."""
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_bundle: Path | None = None
    certificate: ClientCertificate | None = None
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    launch_seconds: float = 130.0
    """AWX's own gateway gives up after 120 s: a launch that is answered at all is answered by then."""

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.token, self.password)))


@dataclass(frozen=True)
class EnsuredLabel:
    """A label that is there; `made` tells that it was not before."""

    id: int
    made: bool


class AwxClient:
    """Calls to one AWX, for one job template. Close it with `aclose`, or use it as a context.

    Making one raises CertificateUnusable.
    """

    def __init__(self, connection: AwxConnection) -> None:
        self.connection = connection
        auth = None
        headers = {"Accept": "application/json"}
        if connection.token:
            headers["Authorization"] = f"Bearer {connection.token}"
        elif connection.user and connection.password:
            auth = httpx.BasicAuth(connection.user, connection.password)
        self._http = httpx.AsyncClient(
            base_url=f"{connection.root.rstrip('/')}/v2/",
            auth=auth,
            headers=headers,
            verify=context(connection.ca_bundle, connection.certificate),
            timeout=httpx.Timeout(connection.read_seconds, connect=connection.connect_seconds),
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    # Reading

    async def version(self) -> str:
        """AWX's version (GET /ping/, which needs no credentials)."""
        return str((await self._get("ping/")).get("version", "unknown"))

    async def me(self) -> UserRow:
        """The user that the credentials belong to (GET /me/)."""
        rows = await self._rows(UserRow, "me/", {})
        if len(rows) != 1:
            raise AwxUnavailable(f"AWX shows {len(rows)} users for these credentials, not one")
        return rows[0]

    async def templates(self) -> list[TemplateRow]:
        """Every job template that the setting names and the user may see: one, where all is well."""
        wanted = self.connection.template
        if not wanted.isdigit():
            return await self._rows(TemplateRow, "job_templates/", {"name": wanted})
        try:
            return [await self._row(TemplateRow, f"job_templates/{wanted}/")]
        except AwxMissing:
            return []

    async def template(self) -> TemplateRow:
        """The job template to launch; AwxRefused unless the setting names exactly one."""
        found = await self.templates()
        if len(found) != 1:
            raise AwxRefused(write("awx-templates", found=len(found), template=repr(self.connection.template)), 404)
        return found[0]

    async def launch_form(self, template: int) -> LaunchForm:
        """Asks what a launch would still need (GET /job_templates/{id}/launch/)."""
        return await self._row(LaunchForm, f"job_templates/{template}/launch/")

    async def policy_hook(self) -> HookRow:
        """AWX's policy hook (GET /settings/opa/); AwxForbidden for most users, AwxMissing where AWX has none."""
        return await self._row(HookRow, "settings/opa/")

    async def project(self, number: int) -> ProjectRow:
        """A project by its number (GET /projects/{id}/)."""
        return await self._row(ProjectRow, f"projects/{number}/")

    async def inventory_name(self, number: int) -> str:
        """The name of an inventory (GET /inventories/{id}/)."""
        return (await self._row(Named, f"inventories/{number}/")).name

    async def notifications(self, template: int, kind: str) -> list[NotificationRow]:
        """The template's own notifications of one kind: started, success or error."""
        return await self._rows(NotificationRow, f"job_templates/{template}/notification_templates_{kind}/", {})

    async def job(self, number: int) -> AwxJob:
        """A job by its number (GET /jobs/{id}/); AwxMissing once deleted, AwxForbidden once its template is."""
        return (await self._row(JobRow, f"jobs/{number}/")).value()

    async def jobs_labelled(self, label: str) -> list[AwxJob]:
        """Jobs that carry a label, a sliced template's workflow job included; oldest first (GET /unified_jobs/)."""
        return await self._jobs("unified_jobs/", {"labels__name": label, "order_by": "id"})

    async def jobs_tagged(self, template: int, tag: str) -> list[AwxJob]:
        """Jobs of a template that skip a tag; oldest first (GET /jobs/)."""
        query: Query = {"job_template": template, "skip_tags__contains": tag, "order_by": "id"}
        # `contains` also finds a longer tag that begins with this one.
        return [job for job in await self._jobs("jobs/", query) if tag in job.skip_tags]

    async def newest_jobs(self, template: int, since: datetime | None = None) -> list[AwxJob]:
        """The template's jobs, newest first: all of them created after `since`, or else the newest hundred."""
        query: Query = {"job_template": template, "order_by": "-id"}
        if since is None:
            return await self._jobs("jobs/", query, pages=1)
        found = await self._jobs("jobs/", {**query, "created__gt": since.isoformat()})
        # Jobs made while the pages are read push others from one page to the next, where they come again.
        return list({job.id: job for job in found}.values())

    async def jobs_like(self, template: TemplateRow, since: datetime) -> list[AwxJob]:
        """Every job created after `since` that is of the template, or runs its playbook, or on its inventory.

        As far as the user sees them: those of copies take the organisation's role Auditor.
        """
        queries: list[Query] = [{"job_template": template.id}]
        if template.project is not None and template.playbook:
            queries.append({"project": template.project, "playbook": template.playbook})
        if template.inventory is not None:
            queries.append({"inventory": template.inventory})
        when: Query = {"order_by": "-id", "created__gt": since.isoformat()}
        found = [job for query in queries for job in await self._jobs("jobs/", {**query, **when})]
        return list({job.id: job for job in found}.values())

    async def output_tail(self, number: int, size: int) -> str:
        """The last `size` bytes of a job's output, colour codes included (GET /jobs/{id}/stdout/?format=txt_download).

        The download is the one form that AWX gives for outputs over 1 MiB; it is read as a stream, never held whole.
        """
        tail = b""
        path = f"jobs/{number}/stdout/"
        async with self._stream(path, {"format": "txt_download"}) as answer:
            async for piece in answer.aiter_bytes():
                tail = (tail + piece)[-size:]
        return tail.decode("utf-8", errors="replace")

    # Writing

    async def ensure_label(self, name: str, organization: int) -> EnsuredLabel:
        """A label that exists from now on (POST /labels/); safe to repeat."""
        try:
            made = await self._post("labels/", {"name": name, "organization": organization}, repeatable=True)
            return EnsuredLabel(_understood(LabelRow, made).id, made=True)
        except AwxRefused as error:
            # A duplicate is answered with 400, in two forms; whether the label is there tells them from other faults.
            query: Query = {"name": name, "organization": organization}
            if error.status == 400 and (rows := await self._rows(LabelRow, "labels/", query)):
                return EnsuredLabel(rows[0].id, made=False)
            raise

    async def launch(
        self, template: int, extra_vars: Mapping[str, Any], labels: list[int], skip_tags: str | None
    ) -> AwxJob:
        """Launch once (POST /job_templates/{id}/launch/); a sliced template answers with type `workflow_job`.

        AwxRefused: no job. AwxUnavailable: no job, ask again later. AwxUnknown: there may be one.
        """
        body: dict[str, Any] = {"extra_vars": dict(extra_vars)}
        if labels:
            body["labels"] = labels
        if skip_tags is not None:
            body["skip_tags"] = skip_tags
        answer = await self._post(
            f"job_templates/{template}/launch/", body, repeatable=False, seconds=self.connection.launch_seconds
        )
        try:
            return JobRow.model_validate(answer).value()
        except ValidationError as error:
            raise AwxUnknown(f"AWX's answer to the launch names no job: {error}") from error

    async def cancel(self, job: AwxJob) -> None:
        """Ask AWX to cancel a job (POST …/cancel/); nothing happens to one that has ended. Safe to repeat."""
        try:
            await self._post(f"{job.kind}s/{job.id}/cancel/", None, repeatable=True)
        except AwxRefused as error:
            # AWX answers 405 to superusers and 403 to others when the job has ended meanwhile.
            if error.status not in (403, 405) or job.kind != "job" or (await self.job(job.id)).active:
                raise

    # The wire

    async def _row(self, model: type[RowT], path: str) -> RowT:
        return _understood(model, await self._get(path))

    async def _jobs(self, path: str, query: Query, pages: int = MAX_PAGES) -> list[AwxJob]:
        return [row.value() for row in await self._rows(JobRow, path, query, pages)]

    async def _rows(self, model: type[RowT], path: str, query: Query, pages: int = MAX_PAGES) -> list[RowT]:
        """The rows of a list, page after page, at most `pages` of them."""
        rows: list[RowT] = []
        for number in range(1, pages + 1):
            page = _understood(ListPage, await self._get(path, {**query, "page_size": PAGE_SIZE, "page": number}))
            rows += [_understood(model, row) for row in page.results]
            if not page.next:
                break
        return rows

    async def _get(self, path: str, query: Query | None = None) -> dict[str, Any]:
        return await self._ask("GET", path, repeatable=True, params=query)

    async def _post(
        self, path: str, body: dict[str, Any] | None, repeatable: bool, seconds: float | None = None
    ) -> dict[str, Any]:
        timeout = httpx.Timeout(seconds or self.connection.read_seconds, connect=self.connection.connect_seconds)
        return await self._ask("POST", path, repeatable, json=body, timeout=timeout)

    async def _ask(self, method: str, path: str, repeatable: bool, **given: Any) -> dict[str, Any]:
        """One request; the JSON object of a 2xx, empty where it has no body."""
        what = f"{method} {path}"
        try:
            with _calling(method, path) as span:
                answer = await self._http.request(method, path, **given)
                span.set_attribute("http.response.status_code", answer.status_code)
        except httpx.RequestError as error:
            raise from_transport(error, what, repeatable) from error
        if failure := from_answer(answer, what, repeatable):
            raise failure
        if not answer.content:
            return {}
        body = json_of(answer)
        if isinstance(body, dict):
            return body
        sentence = f"Something answered {what} in AWX's place: {answer.headers.get('content-type', 'no type')}"
        raise AwxUnavailable(sentence) if repeatable else AwxUnknown(sentence)

    @asynccontextmanager
    async def _stream(self, path: str, query: dict[str, str]) -> AsyncIterator[httpx.Response]:
        what = f"GET {path}"
        stream = self._http.stream("GET", path, params=query, headers={"Accept": "*/*"})
        try:
            with _calling("GET", path):
                async with stream as answer:
                    if not answer.is_success:
                        await answer.aread()
                    if failure := from_answer(answer, what, repeatable=True):
                        raise failure
                    yield answer
        except httpx.RequestError as error:
            raise from_transport(error, what, repeatable=True) from error


def _calling(method: str, path: str) -> AbstractContextManager[Span]:
    """The span of one call, named by its path with every number and label left out."""
    template = re.sub(r"[0-9]+", "{id}", path)
    said = {"http.request.method": method, "url.template": template}
    return _TRACER.start_as_current_span(f"AWX {method} {template}", kind=SpanKind.CLIENT, attributes=said)


def _understood(model: type[RowT], body: object) -> RowT:
    """A body of AWX as a row; AwxUnavailable where it has another shape, as when another service answers."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise AwxUnavailable(f"AWX's answer is not understood: {error}") from error
