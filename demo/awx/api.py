"""The REST paths of the simulated AWX."""

import asyncio
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from demo.awx import http
from demo.awx.access import Access
from demo.awx.bodies import job_body, label_body, launch_body
from demo.awx.cluster import Cluster
from demo.awx.http import ApiError, json_body, page, select
from demo.awx.launch import Accepted, accept
from demo.awx.model import LaunchFault, NotifyFault, SimulatedJob, Template, User
from demo.awx.resources import Resources, Route

_JOB_TEXTS = {
    "name",
    "description",
    "status",
    "launch_type",
    "type",
    "job_tags",
    "skip_tags",
    "limit",
    "webhook_guid",
    "playbook",
}
_JOB_RELATIONS = {"id", "job_template", "unified_job_template", "created_by", "labels", "project", "inventory"}
JOB_FIELDS = frozenset(_JOB_TEXTS | _JOB_RELATIONS | {"created", "modified", "started", "finished", "failed"})
ONLY_JOB_FIELDS = frozenset(
    {"project", "inventory", "playbook", "job_template", "job_tags", "skip_tags", "limit", "webhook_guid"}
)
LABEL_FIELDS = frozenset(["id", "name", "organization"])
STDOUT_MAX = 1_048_576


class Api:
    """The REST routes under `{prefix}v2/`, over one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._config = cluster.config
        self._access = Access(cluster)

    def routes(self) -> APIRouter:
        """Every path that is answered; all end in a slash, as AWX's do."""
        routes = APIRouter(
            prefix=f"{self._config.prefix}v2", dependencies=[Depends(self._count), Depends(self._fault_on_read)]
        )
        answered: list[Route] = [
            ("GET", "/ping/", self.ping),
            ("GET", "/config/", self.about),
            ("GET", "/me/", self.me),
            ("GET", "/job_templates/{number}/launch/", self.launch_form),
            ("POST", "/job_templates/{number}/launch/", self.launch),
            ("GET", "/labels/", self.labels),
            ("POST", "/labels/", self.create_label),
            ("GET", "/labels/{number}/", self.label),
            ("GET", "/jobs/", self.jobs),
            ("GET", "/unified_jobs/", self.jobs),
            ("GET", "/jobs/{number}/", self.job),
            ("DELETE", "/jobs/{number}/", self.delete_job),
            ("GET", "/jobs/{number}/stdout/", self.stdout),
            ("GET", "/jobs/{number}/cancel/", self.can_cancel),
            ("POST", "/jobs/{number}/cancel/", self.cancel),
            ("POST", "/workflow_jobs/{number}/cancel/", self.cancel),
            ("POST", "/jobs/{number}/relaunch/", self.relaunch),
            ("GET", "/jobs/{number}/notifications/", self.notifications),
            *Resources(self._cluster, self._access).routes(),
        ]
        for method, path, endpoint in answered:
            routes.add_api_route(path, endpoint, methods=[method], response_model=None)
        return routes

    def _count(self, request: Request) -> None:
        """Count the request under its method and path, whatever is answered."""
        self._cluster.requests[f"{request.method} {request.scope['route'].path}"] += 1

    def _fault_on_read(self, request: Request) -> None:
        """Let a GET meet the next read fault instead of its answer."""
        if request.method != "GET" or not self._cluster.faults.reads:
            return
        match self._cluster.faults.reads.pop(0):
            case "500":
                raise http.FaultAnswer(http.server_error())
            case "502":
                raise http.FaultAnswer(http.gateway(502))
            case "too-many":
                raise http.FaultAnswer(http.too_many(self._cluster.config.pace.retry_after))
            case "migrating":
                raise http.FaultAnswer(http.migrating())

    def _job(self, user: User, number: int) -> SimulatedJob:
        """A job's row: 404 once it is gone, 403 once its template is, or where the caller may not see that."""
        job = self._cluster.store.jobs.get(number)
        if job is None:
            raise http.not_found("Job")
        if not self._access.sees_template(user, self._cluster.templates[job.template]):
            raise http.FORBIDDEN_ERROR
        return job

    def _body(self, job: SimulatedJob, detail: bool = True) -> dict[str, Any]:
        template = self._cluster.templates.get(job.template)
        return job_body(job, self._cluster.store.labels, self._config.prefix, template, detail)

    # Reading

    async def ping(self) -> dict[str, Any]:
        capacity = 0 if self._cluster.faults.no_capacity else 57
        instance = {"node": "awx-1", "node_type": "hybrid", "capacity": capacity, "version": self._config.version}
        group = {"name": "default", "capacity": capacity, "instances": ["awx-1"]}
        answer = {"ha": False, "version": self._config.version, "active_node": "awx-1", "install_uuid": "demo"}
        return answer | {"instances": [instance], "instance_groups": [group]}

    async def about(self, request: Request) -> dict[str, Any]:
        self._access.caller(request)
        return {"time_zone": "UTC", "version": self._config.version, "eula": ""}

    async def me(self, request: Request) -> dict[str, Any]:
        user = self._access.caller(request)
        return page([{"id": user.id, "username": user.name, "is_superuser": self._access.superuser(user)}], request)

    async def launch_form(self, number: int, request: Request) -> dict[str, Any]:
        return launch_body(self._access.template(self._access.caller(request), number))

    async def labels(self, request: Request) -> dict[str, Any]:
        self._access.caller(request)
        rows = [label_body(label) for label in self._cluster.store.labels.values()]
        return page(select(rows, request.query_params, "Label", LABEL_FIELDS), request)

    async def label(self, number: int, request: Request) -> dict[str, Any]:
        self._access.caller(request)
        if number not in self._cluster.store.labels:
            raise http.not_found("Label")
        return label_body(self._cluster.store.labels[number])

    async def jobs(self, request: Request) -> dict[str, Any]:
        user, templates = self._access.caller(request), self._cluster.templates
        kept = self._cluster.store.jobs.values()
        seen = [job for job in kept if self._access.sees_template(user, templates[job.template])]
        only_jobs = not request.url.path.endswith("/unified_jobs/")
        rows = [self._body(job, detail=False) for job in seen if job.type == "job" or not only_jobs]
        model, known = ("Job", JOB_FIELDS) if only_jobs else ("UnifiedJob", JOB_FIELDS - ONLY_JOB_FIELDS)
        return page(select(rows, request.query_params, model, known), request)

    async def job(self, number: int, request: Request) -> dict[str, Any]:
        return self._body(self._job(self._access.caller(request), number))

    async def stdout(self, number: int, request: Request) -> Response:
        job, form = self._job(self._access.caller(request), number), request.query_params.get("format", "html")
        size = len(job.stdout.encode())
        if form == "html":
            return Response(f"<html><body><pre>{job.stdout}</pre></body></html>", media_type="text/html")
        if size > STDOUT_MAX and not form.endswith("_download"):
            said = f"Standard Output too large to display ({size} bytes), "
            return PlainTextResponse(f"{said}only download supported for sizes over {STDOUT_MAX} bytes.")
        return PlainTextResponse(job.stdout)

    async def can_cancel(self, number: int, request: Request) -> dict[str, Any]:
        return {"can_cancel": self._job(self._access.caller(request), number).active}

    async def notifications(self, number: int, request: Request) -> dict[str, Any]:
        return page(list(self._job(self._access.caller(request), number).notifications), request)

    # Writing

    async def create_label(self, request: Request) -> Response:
        user = self._access.caller(request)
        body = await json_body(request)
        name, organization = str(body.get("name", "")), body.get("organization")
        if not name or not isinstance(organization, int):
            raise ApiError(400, {"organization" if name else "name": ["This field is required."]})
        if not self._access.may_label(user, organization):
            raise http.FORBIDDEN_ERROR
        known = self._cluster.store.labels.values()
        if any(label.name == name and label.organization == organization for label in known):
            raise ApiError(400, {"__all__": ["Label with this Name and Organization already exists."]})
        made = self._cluster.make_label(name, organization)
        if self._cluster.faults.labels and self._cluster.faults.labels.pop(0) == "racing":
            raise ApiError(400, {"detail": 'duplicate key value violates unique constraint "main_label_name_key"'})
        return JSONResponse(label_body(made), 201)

    async def delete_job(self, number: int, request: Request) -> Response:
        user = self._access.caller(request)
        if not self._access.superuser(user) or self._job(user, number).active:
            raise http.FORBIDDEN_ERROR
        self._cluster.store.delete_job(number)
        return Response(status_code=204)

    async def cancel(self, number: int, request: Request) -> Response:
        if self._cluster.faults.cancels and self._cluster.faults.cancels.pop(0) == "lost-502":
            return http.gateway(502)
        user = self._access.caller(request)
        job = self._job(user, number)
        if not job.active:
            if self._access.superuser(user):
                raise ApiError(405, {"detail": 'Method "POST" not allowed.'})
            raise http.FORBIDDEN_ERROR
        self._cluster.cancel(job)
        return Response(status_code=202)

    async def relaunch(self, number: int, request: Request) -> Response:
        user = self._access.caller(request)
        made = self._cluster.relaunch(self._job(user, number), user)
        return JSONResponse({"job": made.id} | self._body(made), 201)

    async def launch(self, number: int, request: Request) -> Response:
        """POST /job_templates/{id}/launch/, with the next launch fault in front of it."""
        self._cluster.launch_posts += 1
        fault = self._cluster.faults.launch.pop(0) if self._cluster.faults.launch else LaunchFault.NONE
        pace = self._cluster.config.pace
        match fault:
            case LaunchFault.CUT:
                return http.BrokenConnection()
            case LaunchFault.LOST_502:
                return http.gateway(502)
            case LaunchFault.LOST_504:
                return http.gateway(504)
            case LaunchFault.MIGRATING:
                return http.migrating()
            case LaunchFault.TOO_MANY:
                return http.too_many(pace.retry_after)
            case LaunchFault.SLOW:
                await asyncio.sleep(pace.slow)
        user = self._access.caller(request)
        template = _as_changed(self._access.template(user, number), fault)
        if not self._access.may_start(user, template):
            raise http.FORBIDDEN_ERROR
        accepted = accept(template, await json_body(request), self._cluster.store.labels)
        return await self._commit(user, template, accepted, fault)

    async def _commit(self, user: User, template: Template, accepted: Accepted, fault: LaunchFault) -> Response:
        fields = accepted.model_dump(exclude={"ignored"})
        if fault is LaunchFault.ALTERED:
            fields["extra_vars"] |= {"target_version": "0.0.0-altered"}
        if template.job_slice_count > 1:
            fields["type"] = "workflow_job"
        if fault is LaunchFault.LATE:
            self._cluster.later(self._cluster.config.pace.late, template, user, **fields)
            await asyncio.sleep(self._cluster.config.pace.late)
            return http.gateway(504)
        job = self._cluster.make_job(template, user, **fields)
        match fault:
            case LaunchFault.COMMIT_THEN_500:
                return http.server_error()
            case LaunchFault.COMMIT_THEN_504:
                return http.gateway(504)
            case LaunchFault.COMMIT_THEN_CUT:
                return http.BrokenConnection()
        if job.notify is NotifyFault.BEFORE_ANSWER:
            await self._cluster.ended(job)
        answer: dict[str, Any] = {job.type: job.id, "ignored_fields": accepted.ignored} | self._body(job)
        return JSONResponse(answer, 201, {"Location": answer["url"]})


def _as_changed(template: Template, fault: LaunchFault) -> Template:
    """The template as somebody changed it between a launcher's look and its launch."""
    match fault:
        case LaunchFault.UNPROMPTED:
            return template.model_copy(update={"ask_variables_on_launch": False})
        case LaunchFault.SLICED:
            return template.model_copy(update={"job_slice_count": 2})
    return template
