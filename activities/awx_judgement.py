"""Tells what AWX's rows mean for a promotion: pure functions, used by the activities of `activities.awx`."""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from clients.awx.errors import AwxError
from clients.awx.output import masked, plain, tail
from clients.awx.rows import JobRow, TemplateRow
from domain.deployment import Deployment, JobOutcome, JobResult
from domain.remarks import write
from domain.values import ExternalId

OUTPUT_BYTES = 4096
"""The most that a ticket keeps of a job's output."""
REASON_CHARACTERS = 8000
"""The longest that a sentence with AWX's own words may get; a ticket takes 8192 characters."""

ENDS = {
    "failed": write("job-failed"),
    "canceled": write("job-cancelled"),
    "error": write("job-lost"),
}

_EXTERNAL_ID = TypeAdapter[str](ExternalId)


def names(job: JobRow, deployment: Deployment) -> bool:
    """Tells whether a job's variables name the attempt."""
    variables = job.variables
    return (variables.get("request_id"), variables.get("attempt")) == (deployment.request_id, deployment.attempt)


def unfit(template: TemplateRow) -> str | None:
    """Finds what in the template would make a launch something else than asked; flags may have changed a minute ago."""
    if not template.ask_variables_on_launch:
        return write("template-without-variables")
    if template.job_slice_count != 1:
        return write("template-slices", slices=template.job_slice_count)
    return None


def difference(job: JobRow, deployment: Deployment) -> str | None:
    """Tells how a job differs from what was asked for: sliced, with fields ignored, or with other variables."""
    if job.type != "job":
        return write("differs-in-kind", type=job.type)
    if job.ignored_fields:
        return write("differs-in-fields", fields=", ".join(sorted(job.ignored_fields)))
    sent, have = deployment.extra_vars(), job.variables
    other = sorted(name for name, value in sent.items() if name not in have or have[name] != value)
    return write("differs-in-values", fields=", ".join(other)) if other else None


def succeeded(row: JobRow) -> JobResult:
    return JobResult(
        job=row.id,
        outcome=JobOutcome.SUCCEEDED,
        deployment_id=deployment_id(row),
        started_at=row.started,
        finished_at=row.finished,
    )


def not_succeeded(row: JobRow, error: str) -> JobResult:
    """AWX's `error` says that it lost the job, not that nothing happened: the outcome is unknown."""
    outcome = JobOutcome.UNKNOWN if row.status == "error" else JobOutcome.FAILED
    return JobResult(job=row.id, outcome=outcome, error=error, started_at=row.started, finished_at=row.finished)


def unknown(job: int, sentence: str, row: JobRow | None = None) -> JobResult:
    """Nobody can say what became of the job; `sentence` says why."""
    error = cut(f"{write('outcome-unknown')}. {sentence}")
    return JobResult(job=job, outcome=JobOutcome.UNKNOWN, error=error, started_at=row.started if row else None)


def deployment_id(row: JobRow) -> str | None:
    """The `deployment_id` that the playbook set with set_stats; None where it set none that can be written down."""
    given = row.artifacts.get("deployment_id") if isinstance(row.artifacts, dict) else None
    try:
        return _EXTERNAL_ID.validate_python(given) if given is not None else None
    except ValidationError:
        activity.logger.warning("AWX job %s set a deployment_id that is none: %r", row.id, given)
        return None


def explained(row: JobRow, output: str, secrets: Iterable[str]) -> str:
    """The reason why a job did not succeed: AWX's explanation and the end of its output, without secrets."""
    said = [ENDS.get(row.status, write("job-ended", status=row.status)), row.job_explanation, row.result_traceback]
    told = (text.strip().rstrip(".") for text in said if text.strip())
    secrets = tuple(secrets)
    head = cut(masked(plain(". ".join(told) + "."), secrets), REASON_CHARACTERS - OUTPUT_BYTES)
    end = tail(masked(plain(output), secrets), OUTPUT_BYTES).strip()
    return f"{head}\n\n{end}" if end else head


def reason(error: AwxError) -> str:
    return cut(str(error))


def cut(text: str, size: int = REASON_CHARACTERS) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
