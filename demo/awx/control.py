"""The simulator's own control path, which no AWX has: faults to come, the jobs that were made, a person's relaunch."""

import json
from collections import Counter
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from demo.awx.cluster import Cluster
from demo.awx.model import ADMIN, PERSON, REVISION, Faults, Pace, SimulatedJob, Template, User


class JobRef(BaseModel):
    """The job that is meant."""

    job: int


class Artifacts(JobRef):
    artifacts: dict[str, Any]


class Hook(BaseModel):
    """The address that is asked before jobs run, as `host:port`, and the token that it is asked with."""

    address: str
    token: str


class NewJob(BaseModel):
    """A job somebody launches in AWX's own pages, past Prodgate."""

    template: int = 7
    extra_vars: dict[str, Any] = {}
    labels: list[int] = []
    skip_tags: str = ""
    times: int = 1
    by: Literal["person", "service", "admin"] = "person"
    launch_type: str = "manual"
    limit: str | None = None
    scm_branch: str = ""
    revision: str = REVISION
    workflow_job: int | None = None


def _attempt(job: SimulatedJob) -> str:
    return f"{job.extra_vars.get('request_id')}-{job.extra_vars.get('attempt')}"


class Control:
    """Routes under /control, without credentials: the simulator listens on the loopback address."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def routes(self) -> APIRouter:
        routes = APIRouter(prefix="/control")
        for method, path, endpoint in (
            ("GET", "/faults", self.read_faults),
            ("PUT", "/faults", self.set_faults),
            ("PATCH", "/pace", self.change_pace),
            ("GET", "/jobs", self.jobs),
            ("GET", "/requests", self.requests),
            ("GET", "/templates/{number}", self.template),
            ("PATCH", "/templates/{number}", self.change_template),
            ("POST", "/templates", self.add_template),
            ("PUT", "/policy", self.set_policy),
            ("PUT", "/grants", self.set_grants),
            ("POST", "/launch", self.launch),
            ("POST", "/duplicate", self.duplicate),
            ("POST", "/relaunch", self.relaunch),
            ("POST", "/finish", self.finish),
            ("POST", "/vanish", self.vanish),
            ("POST", "/artifacts", self.set_artifacts),
            ("POST", "/reset", self.reset),
        ):
            routes.add_api_route(path, endpoint, methods=[method])
        return routes

    def _job(self, ref: JobRef) -> SimulatedJob:
        if ref.job not in self._cluster.store.jobs:
            raise HTTPException(404, "no such job")
        return self._cluster.store.jobs[ref.job]

    async def read_faults(self) -> Faults:
        return self._cluster.faults

    async def set_faults(self, faults: Faults) -> Faults:
        """Replace the faults in force; `{}` ends them all."""
        self._cluster.misbehave(faults)
        return faults

    async def change_pace(self, changes: dict[str, float]) -> Pace:
        """Change how long things take from now on, such as `{"late": 2}`."""
        self._cluster.config = self._cluster.config.model_copy(
            update={"pace": Pace.model_validate(self._cluster.config.pace.model_dump() | changes)}
        )
        return self._cluster.config.pace

    async def jobs(self) -> dict[str, Any]:
        """Every job, and for each attempt (`PR-2026-0001-1`) how many jobs exist and how many of them ever ran."""
        jobs = list(self._cluster.store.jobs.values())
        made, ran = Counter(map(_attempt, jobs)), Counter(_attempt(job) for job in jobs if job.ever_ran)
        return {
            "count": len(jobs),
            "launch_posts": self._cluster.launch_posts,
            "attempts": {attempt: {"jobs": made[attempt], "ran": ran[attempt]} for attempt in made},
            "jobs": [job.model_dump(mode="json") for job in jobs],
        }

    async def requests(self) -> dict[str, int]:
        """Counts the requests to each path of the REST API, by `GET /api/v2/jobs/{number}/`."""
        return dict(self._cluster.requests)

    async def template(self, number: int) -> Template:
        return self._cluster.templates[number]

    async def change_template(self, number: int, changes: dict[str, Any]) -> Template:
        """Change flags of a template, such as `{"ask_labels_on_launch": false}` or `{"deleted": true}`."""
        changed = Template.model_validate(self._cluster.templates[number].model_dump() | changes)
        self._cluster.templates[number] = changed
        return changed

    async def add_template(self, template: Template) -> Template:
        self._cluster.adopt(template)
        return template

    async def set_policy(self, hook: Hook) -> Hook:
        """Have that address be asked before each job of the organisation and of the inventory runs."""
        self._cluster.directory.ask(hook.address, hook.token)
        return hook

    async def set_grants(self, setup: dict[str, Any]) -> dict[str, Any]:
        """Have each job's grant be judged from now on, by what the role's `prodgate.json` would say; by `{}`, none."""
        self._cluster.playbook.setup = json.dumps(setup) if setup else None
        return setup

    async def launch(self, new: NewJob) -> JobRef:
        """Launch as another person, as the admin, or as whoever stole the service's token."""
        by = {"person": PERSON, "admin": ADMIN, "service": self._cluster.service}[new.by]
        return self._make(by, new)

    async def duplicate(self, ref: JobRef) -> JobRef:
        """Launch the same once more as the service's own user, as a request sent twice would."""
        job = self._job(ref)
        copied = NewJob(template=job.template, extra_vars=job.extra_vars, labels=job.labels, skip_tags=job.skip_tags)
        return self._make(self._cluster.service, copied)

    def _make(self, by: User, new: NewJob) -> JobRef:
        template = self._cluster.templates[new.template]
        fields = new.model_dump(exclude={"template", "times", "by"})
        made = [self._cluster.make_job(template, by, **fields) for _ in range(new.times)]
        return JobRef(job=made[-1].id)

    async def set_artifacts(self, given: Artifacts) -> JobRef:
        """Replace what a job's playbook set with set_stats."""
        job = self._job(given)
        job.artifacts = given.artifacts
        self._cluster.store.save(job)
        return given

    async def reset(self) -> Faults:
        """Begin anew, with nothing but the first template."""
        await self._cluster.reset()
        return self._cluster.faults

    async def relaunch(self, ref: JobRef) -> JobRef:
        """Relaunch a job as another person."""
        return JobRef(job=self._cluster.relaunch(self._job(ref)).id)

    async def finish(self, ref: JobRef) -> JobRef:
        """Let a stuck job go on."""
        self._cluster.finish(self._job(ref))
        return ref

    async def vanish(self, ref: JobRef) -> JobRef:
        """Delete a job's row, as the weekly clean-up does."""
        self._cluster.store.delete_job(self._job(ref).id)
        return ref
