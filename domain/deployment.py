"""The requests to AWX for an approved ticket, and the answers that AWX can give."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field

from domain import remarks
from domain.decision import Jws
from domain.ticket import SYSTEM, PromotionRequest, TargetType
from domain.values import (
    ArtifactDigest,
    Email,
    Environment,
    ErrorText,
    ExternalId,
    Frozen,
    Moment,
    TargetName,
    Tenant,
    TicketId,
    Version,
    iso,
)

JobNumber = Annotated[int, Field(ge=1)]
"""AWX's own number of a job."""


class Deployment(Frozen):
    """One attempt to deploy one approved ticket: validated identifiers only, nothing that a person typed freely."""

    request_id: TicketId
    attempt: Annotated[int, Field(ge=1)]
    tenant: Tenant
    target_type: TargetType
    target_name: TargetName
    target_version: Version
    target_digest: Annotated[ArtifactDigest | None, Field(exclude_if=lambda digest: digest is None)] = None
    source_environment: Environment
    target_environment: Environment
    requester: Email
    approver: Email | Literal["system"]

    @classmethod
    def of(cls, ticket: PromotionRequest) -> Self:
        """The ticket's current attempt; ValueError unless somebody approved it."""
        target = ticket.spec.target
        return cls.model_validate(
            {
                "request_id": ticket.id,
                "attempt": ticket.attempt,
                "tenant": ticket.metadata.tenant,
                "target_type": target.type,
                "target_name": target.name,
                "target_version": target.version,
                "target_digest": target.digest,
                "source_environment": target.source_environment,
                "target_environment": target.target_environment,
                "requester": ticket.metadata.created_by,
                "approver": SYSTEM if ticket.rule_approval else ticket.status.approved_by,
            }
        )

    @property
    def marker(self) -> str:
        """The mark that tells this attempt's job from every other: `prodgate-PR-2026-0001-1`."""
        return f"prodgate-{self.request_id}-{self.attempt}"

    def extra_vars(self) -> dict[str, str | int]:
        """AWX's extra_vars, snake_case keys as playbooks have them."""
        return self.model_dump(mode="json", by_alias=False)


class Launch(Frozen):
    """A request to AWX to launch an attempt. `run` is the engine's run that may make it: in any other, which a reset
    began, AWX may have been asked already. `first` tells that this run has asked nobody for the attempt before.
    """

    deployment: Deployment
    run: str
    first: Annotated[bool, Field(exclude_if=lambda first: not first)] = False


class Launched(Frozen):
    """AWX has a job for the attempt: `job` is its number.

    `look_in` is how many seconds to wait for AWX to report its end before looking unasked. `seal` is the worker's
    signature on AWX's answer.
    """

    outcome: Literal["launched"] = "launched"
    job: JobNumber
    look_in: Annotated[float, Field(ge=0)] = 0
    seal: Annotated[Jws | None, Field(exclude_if=lambda seal: seal is None)] = None


class LaunchRefused(Frozen):
    """AWX certainly made no job, or the one it made is cancelled; asking again the same way would fail the same way."""

    outcome: Literal["refused"] = "refused"
    reason: ErrorText


class NotLaunched(Frozen):
    """AWX certainly has no job for the attempt, and asking again is safe; `reason` says what happened.

    `asked` is False where AWX was not even asked, for the record spoke against it, or could not be read.
    """

    outcome: Literal["not-launched"] = "not-launched"
    reason: ErrorText
    asked: bool = True


LaunchOutcome = Annotated[Launched | LaunchRefused | NotLaunched, Field(discriminator="outcome")]


class JobLookup(Frozen):
    """A search for the job of an attempt; `asked_at` is when its launch was last asked for, None if it never was."""

    deployment: Deployment
    asked_at: Moment | None = None


class Job(Frozen):
    """A job to follow to its end: launched or adopted at `since`, after AWX was asked for it `asked` times."""

    deployment: Deployment
    job: JobNumber
    since: Moment
    asked: Annotated[int, Field(ge=0)] = 1


class JobOutcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class JobResult(Frozen):
    """A job's end as AWX tells it. `error` is AWX's explanation with the end of the output, when it did not succeed.

    `started_at` and `finished_at` are AWX's own times. `twins` are other jobs that AWX made for the same attempt.
    `verifies` tells that the catalogue names a check, which has to hold before the request counts as deployed.
    `seal` is the worker's signature on it.
    """

    job: JobNumber
    outcome: JobOutcome
    deployment_id: ExternalId | None = None
    error: ErrorText | None = None
    started_at: Moment | None = None
    finished_at: Moment | None = None
    twins: tuple[JobNumber, ...] = ()
    verifies: Annotated[bool, Field(exclude_if=lambda verifies: not verifies)] = False
    seal: Annotated[Jws | None, Field(exclude_if=lambda seal: seal is None)] = None

    @property
    def story(self) -> str | None:
        """Says in a sentence or two what AWX tells beside the outcome: when the job ran, and that it has twins."""
        told = []
        if self.started_at and self.finished_at:
            told.append(remarks.write("awx-ran", started=iso(self.started_at), finished=iso(self.finished_at)))
        if self.twins:
            told.append(remarks.write("awx-twins", jobs=", ".join(map(job_name, self.twins))))
        return " ".join(told) or None


class AwxReport(Frozen):
    """The content of a callback: a hint that this job is worth a look, never a result."""

    job: JobNumber
    status: Annotated[str, Field(max_length=32, pattern=r"^[a-z]*$")]


_JOB = "awx-job-"


def job_number(name: str) -> int:
    """AWX's number of a job that a ticket names."""
    return int(name.removeprefix(_JOB))


def job_name(job: int) -> str:
    """AWX's job number as the ticket writes it: `awx-job-5678`."""
    return f"{_JOB}{job}"
