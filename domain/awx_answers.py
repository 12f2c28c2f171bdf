"""Judges AWX's answers: what a job is to an attempt, and what its end means for a promotion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.deployment import Deployment, JobOutcome, JobResult
from domain.remarks import write
from domain.signing import JobEvidence, JobFinding, told_digest
from domain.ticket import Action
from domain.values import ExternalId

REASON_CHARACTERS = 8000
"""The longest that a sentence with AWX's own words may get; a ticket takes 8192 characters."""

ACTIVE = frozenset({"new", "pending", "waiting", "running"})
MANUAL = "manual"
REAPED = ("marked as failed", "not present in the job queue")
"""The words that AWX writes on a job it lost sight of (awx/main/dispatch/reaper.py)."""

ENDS = {
    "failed": write("job-failed"),
    "canceled": write("job-cancelled"),
    "error": write("job-lost"),
}

_EXTERNAL_ID = TypeAdapter[str](ExternalId)


@dataclass(frozen=True)
class JobSetup:
    """The set-up of a job, as of a template: project, playbook and inventory, by AWX's ids, and what narrows them."""

    project: int | None = None
    playbook: str = ""
    inventory: int | None = None
    limit: str = ""
    kind: str = "run"
    branch: str = ""


@dataclass(frozen=True)
class Watched:
    """Prodgate's own in AWX, for the watch: the one template, its set-up, and the variables that it adds."""

    template: int
    setup: JobSetup
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AwxJob:
    """A job as AWX tells of it, in its own words (`status`, `kind`, `launch_type`). Times are aware.

    `launched_by` is the id of AWX's user and `launcher` their name, None and empty where nobody launched it.
    `revision` is the commit of the playbook that it runs, as far as AWX knows it yet. `setup` is what it runs on.
    `output_complete` is False while AWX still writes output down. `ignored_fields` are those that a launch lost.
    """

    id: int
    status: str
    kind: str = "job"
    launch_type: str = ""
    launched_by: int | None = None
    launcher: str = ""
    template: int | None = None
    setup: JobSetup = JobSetup()
    revision: str = ""
    created: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    explanation: str = ""
    traceback: str = ""
    output_complete: bool = True
    variables: Mapping[str, Any] = field(default_factory=dict)
    skip_tags: tuple[str, ...] = ()
    artifacts: Any = None
    ignored_fields: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def ran(self) -> bool:
        """Tells whether the job has begun: from here on, cancelling it may leave half a deployment."""
        return self.started is not None

    @property
    def reaped(self) -> bool:
        """Failed because AWX lost sight of it: the run may go on, and yet write that it succeeded."""
        return self.status == "failed" and any(words in self.explanation for words in REAPED)

    def launched_as(self, user: int) -> bool:
        """Tells whether the user launched it by hand, as Prodgate does, rather than by a relaunch, schedule or hook."""
        return self.launch_type == MANUAL and self.launched_by == user

    def names(self, deployment: Deployment) -> bool:
        """Tells whether its variables name the attempt."""
        named = self.variables.get("request_id"), self.variables.get("attempt")
        return named == (deployment.request_id, deployment.attempt)


@dataclass(frozen=True)
class LaunchRules:
    """The settings of a job template that decide what a launch of it runs."""

    takes_variables: bool
    slices: int


def unfit(rules: LaunchRules) -> str | None:
    """Finds what in the template would make a launch something else than asked; None for nothing."""
    if not rules.takes_variables:
        return write("template-without-variables")
    if rules.slices != 1:
        return write("template-slices", slices=rules.slices)
    return None


def difference(job: AwxJob, deployment: Deployment) -> str | None:
    """Tells how a job differs from what was asked for: sliced, with fields ignored, or with other variables."""
    if job.kind != "job":
        return write("differs-in-kind", type=job.kind)
    if job.ignored_fields:
        return write("differs-in-fields", fields=", ".join(sorted(job.ignored_fields)))
    sent, have = deployment.extra_vars(), job.variables
    other = sorted(name for name, value in sent.items() if name not in have or have[name] != value)
    return write("differs-in-values", fields=", ".join(other)) if other else None


def progress(job: AwxJob) -> str:
    """The end of a sentence about a job that was told to stop: how far it came, as far as AWX knows."""
    if job.ran:
        return write("had-begun", status=job.status)
    return write("cancelled-before") if job.status == "canceled" else write("told-to-stop")


def settles_in(job: AwxJob, looked_at: datetime, settle: timedelta) -> timedelta:
    """The rest of the time after its end, `settle`, in which a job may still change its mind, or lack output."""
    return (job.finished or looked_at) + settle - looked_at


def unsettled(job: AwxJob) -> bool:
    """Tells whether a job that did not succeed may yet be told otherwise."""
    return job.reaped or not job.output_complete


def succeeded(job: AwxJob) -> JobResult:
    """The result of a job that AWX calls successful; without a deployment id that can't be written down."""
    return JobResult(
        job=job.id,
        outcome=JobOutcome.SUCCEEDED,
        deployment_id=_deployment_id(job),
        started_at=job.started,
        finished_at=job.finished,
    )


def not_succeeded(job: AwxJob, error: str) -> JobResult:
    """AWX's `error` says that it lost the job, not that nothing happened: the outcome is unknown."""
    outcome = JobOutcome.UNKNOWN if job.status == "error" else JobOutcome.FAILED
    return JobResult(job=job.id, outcome=outcome, error=error, started_at=job.started, finished_at=job.finished)


def unknown(job: int, sentence: str, found: AwxJob | None = None) -> JobResult:
    """Nobody can say what became of the job; `sentence` says why."""
    error = cut(f"{write('outcome-unknown')}. {sentence}")
    return JobResult(job=job, outcome=JobOutcome.UNKNOWN, error=error, started_at=found.started if found else None)


def launch_found(deployment: Deployment, job: AwxJob, at: datetime) -> JobFinding:
    """AWX's word that it has a job of the attempt."""
    return _finding(deployment, job, Action.DEPLOYING, told_digest(None, None, None), at)


def end_found(deployment: Deployment, result: JobResult, job: AwxJob, at: datetime) -> JobFinding:
    """AWX's word on how the attempt's job ended."""
    action = Action.DEPLOYED if result.outcome is JobOutcome.SUCCEEDED else Action.FAILED
    return _finding(deployment, job, action, told_digest(result.story, result.deployment_id, result.error), at)


def _finding(deployment: Deployment, job: AwxJob, action: Action, words: str, at: datetime) -> JobFinding:
    evidence = JobEvidence(
        job=job.id,
        status=job.status[:32],
        revision=job.revision[:200] or None,
        created=job.created,
        started=job.started,
        finished=job.finished,
    )
    return JobFinding(
        ticket=deployment.request_id, attempt=deployment.attempt, action=action, words=words, at=at, job=evidence
    )


def given_id(job: AwxJob) -> object | None:
    """The `deployment_id` that the playbook set with set_stats, whatever it is; None where it set none."""
    return job.artifacts.get("deployment_id") if isinstance(job.artifacts, dict) else None


def _deployment_id(job: AwxJob) -> str | None:
    try:
        return _EXTERNAL_ID.validate_python(given_id(job))
    except ValidationError:
        return None


def ending(job: AwxJob) -> str:
    """The reason why a job did not succeed, in AWX's own words: whoever shows it masks the secrets in it."""
    said = [ENDS.get(job.status, write("job-ended", status=job.status)), job.explanation, job.traceback]
    return ". ".join(text.strip().rstrip(".") for text in said if text.strip()) + "."


def cut(text: str, size: int = REASON_CHARACTERS) -> str:
    """The text, its end cut off where it is longer than `size` characters."""
    return text if len(text) <= size else f"{text[: size - 1]}…"
