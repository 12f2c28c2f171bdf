"""AWX's side of a promotion: find the attempt's job, launch it once, read how it ended.

`launch_job` never looks and `find_job` never launches: the look before a launch calls `find_job` wherever an answer was
lost or another run may have launched, so that a job is looked for, never guessed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client import Counter
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from clients.awx.client import AwxClient
from clients.awx.errors import AwxError, AwxForbidden, AwxMissing, AwxRefused, AwxUnavailable, AwxUnknown
from clients.awx.output import OUTPUT_BYTES, excerpt
from clients.awx.rows import TemplateRow
from clients.awx.template import Marking, marking
from domain import awx_answers
from domain.awx_answers import AwxJob, cut, unknown
from domain.deployment import (
    Deployment,
    Job,
    JobLookup,
    JobOutcome,
    JobResult,
    Launch,
    Launched,
    LaunchOutcome,
    LaunchRefused,
    NotLaunched,
)
from domain.grants import GRANT
from domain.remarks import write
from domain.signing import JobFinding
from record.errors import RecordUnavailable
from record.facts.line import UNREADABLE

LAUNCH_UNKNOWN = "LaunchUnknown"
"""Type of the failure after which only `find_job` with `asked_at` can tell whether there is a job."""
NOT_YET = "NotYet"
"""Type of the failure that asks for another look: nothing is wrong, it is only too early."""
DUPLICATES = "prodgate_awx_duplicate_jobs"
LAUNCHES = Counter("prodgate_awx_launches", "Launches that AWX was asked for, by what came of it", ["outcome"])
_OUTCOMES = {Launched: "launched", LaunchRefused: "refused", NotLaunched: "not launched"}
CLOCK_SKEW = timedelta(minutes=5)
"""The most that AWX's clock may be off from ours when jobs are searched by their time of creation."""


@dataclass(frozen=True)
class AwxTimings:
    """The limits on how long things may take, and the pace at which AWX is asked."""

    request_lifetime: timedelta = timedelta(seconds=150)
    """Counted from `asked_at`: a launch is sent within `launch_within` of it, and AWX's gateway and workers drop what
    takes over 120 s; after that, an unanswered launch makes no job."""
    launch_within: timedelta = timedelta(seconds=20)
    """A launch that could not be sent this long after it was asked for is not sent: it might outlive its lifetime."""
    look_every: timedelta = timedelta(seconds=5)
    poll_fastest: timedelta = timedelta(seconds=2)
    poll_slowest: timedelta = timedelta(seconds=30)
    poll_fraction: float = 0.1
    """The next look at a job comes after this part of its age, so that short jobs are followed closely."""
    report_within: timedelta = timedelta(seconds=30)
    """The time to wait for AWX's callback of a job's end before the job is looked at unasked."""
    settle: timedelta = timedelta(seconds=60)
    """The time after its end in which a job that did not succeed may still change its mind, or lack output."""
    pending_deadline: timedelta = timedelta(hours=1)
    grant_life: timedelta = timedelta(minutes=65)
    """The life of a launch's grant: longer than a job may wait to start."""
    running_deadline: timedelta = timedelta(hours=4)


@dataclass(frozen=True)
class _Mark:
    """The marker as a launch carries it; `known` tells that its label was there before, None where it has none."""

    labels: list[int] = field(default_factory=list)
    skip_tags: str | None = None
    known: bool | None = None


Verifies = Callable[[Deployment], bool]
"""Tells whether the catalogue names a check of the target now. Raises RecordUnavailable until that can be told."""

Objection = Callable[[Deployment, activity.Info], Awaitable[LaunchRefused | NotLaunched | None]]
"""Tells why a launch that this activity was asked for must not be, whoever asked."""

Granting = Callable[[Deployment, datetime], Awaitable[str | None]]
"""Makes the grant that a launch carries, for the playbook to check; None where the service signs nothing."""


async def ungranted(_deployment: Deployment, _at: datetime) -> str | None:
    """No grant, as where the service signs nothing."""
    return None


@dataclass
class AwxActivities:
    """The AWX side of a promotion. `secrets` are masked in whatever a ticket quotes, AWX's credentials always.

    `seal` signs what AWX told, for the commit that tells of it: no activity need ask AWX for it again. `granting` makes
    what a launch carries beside its variables: it stands in no history.
    """

    client: AwxClient
    objection: Objection
    timings: AwxTimings = AwxTimings()
    seal: Callable[[JobFinding], str | None] = lambda _: None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    granting: Granting = ungranted
    verifies: Verifies | None = None

    async def find_job(self, lookup: JobLookup) -> LaunchOutcome:
        """Find the attempt's job: the oldest that carries its marker and that we launched ourselves.

        Harmless twice: it only reads, but for cancelling younger twins and jobs with other variables than approved,
        which stay cancelled. With `asked_at`, an answer that there is no job is given only once the launch asked for
        then cannot be alive any more; until then it fails, benign, to be asked again.
        """
        looked_at = _asked_at()
        deployment = lookup.deployment
        try:
            if jobs := await self._jobs_of(deployment, lookup.asked_at):
                return await self._adopt(jobs, deployment)
        except AwxError as error:
            raise _retryable(error) from error
        if lookup.asked_at is None:
            return NotLaunched(reason="AWX has no job for this attempt")
        # asked_at has whole seconds: what was asked within its second is counted from the next.
        alive = lookup.asked_at + timedelta(seconds=1) + self.timings.request_lifetime - looked_at
        if alive > timedelta(0):
            raise _later(f"AWX may still be launching {deployment.marker}", min(alive, self.timings.look_every))
        return NotLaunched(reason="AWX made no job of the launch whose answer was lost")

    @activity.defn
    async def launch_job(self, launch: Launch) -> LaunchOutcome:
        """Ask AWX once to launch the attempt, marked as its own.

        Not harmless twice, which is why it is tried once: after LaunchUnknown or a timeout, `find_job` tells whether
        there is a job before anybody asks again.
        """
        try:
            outcome = await self._asked(launch, activity.info())
        except ApplicationError:
            LAUNCHES.labels("unknown").inc()
            raise
        LAUNCHES.labels(_OUTCOMES[type(outcome)]).inc()
        return outcome

    async def _asked(self, launch: Launch, asked: activity.Info) -> LaunchOutcome:
        """One launch, or why there is none."""
        began, deployment = time.monotonic(), launch.deployment
        if asked.workflow_run_id != launch.run:
            return NotLaunched(reason="Another run of the promotion may have asked AWX: it is looked at", asked=False)
        try:
            return await self.objection(deployment, asked) or await self._launch(launch, began)
        except AwxUnavailable as error:
            return NotLaunched(reason=cut(str(error)))
        except AwxRefused as error:
            return LaunchRefused(reason=cut(str(error)))
        except AwxUnknown as error:
            raise ApplicationError(cut(str(error)), type=LAUNCH_UNKNOWN, non_retryable=True) from error

    @activity.defn
    async def read_result(self, job: Job) -> JobResult:
        """Look once at the job; while it is under way, fail, benign, with the delay to the next look.

        Harmless twice: it reads, and cancels only a job that has not started within its deadline, and twins that have
        not run: of a launch that AWX was asked for twice, the lost one may be carried out late.
        """
        looked_at = min(datetime.now(UTC), _asked_at())  # AWX's own times are compared with it
        try:
            row = await self.client.job(job.job)
            if row.active and not row.names(job.deployment):  # whoever asks, nothing of somebody else's is cancelled
                raise _later(f"AWX job {row.id} is none of {job.deployment.marker}", self.timings.poll_slowest)
            if row.active:
                return self._sealed(await self._unfinished(job, row, looked_at), job.deployment, row)
            result = await self._ended(row, looked_at)
            twins = await self._cancel_twins(job) if job.asked > 1 and row.names(job.deployment) else []
            checked = result.outcome is JobOutcome.SUCCEEDED and await self._verifies(job.deployment)
            result = result.model_copy(update={"twins": tuple(twin.id for twin in twins), "verifies": checked})
            return self._sealed(result, job.deployment, row)
        except AwxMissing:
            return unknown(job.job, write("job-vanished"))
        except AwxForbidden:
            return unknown(job.job, write("job-hidden"))
        except AwxError as error:
            raise _retryable(error) from error

    async def _verifies(self, deployment: Deployment) -> bool:
        """Tells whether what the job deployed has to pass its target's own check; asked once the job is over."""
        try:
            return self.verifies is not None and await asyncio.to_thread(self.verifies, deployment)
        except RecordUnavailable as error:
            raise ApplicationError(cut(str(error)), type="RecordUnavailable") from error

    async def under_way(self, deployment: Deployment) -> bool:
        """Tells whether AWX has a job of the attempt that has not ended. Raises AwxError."""
        return any(job.active for job in await self._jobs_of(deployment, None))

    async def _jobs_of(self, deployment: Deployment, asked_at: datetime | None) -> list[AwxJob]:
        """Jobs of the attempt that we launched, oldest first; a person's relaunch is told, never taken for ours."""
        template, me = await self.client.template(), await self.client.me()
        since = asked_at - CLOCK_SKEW if asked_at else None
        marked = await self.client.jobs_labelled(deployment.marker)
        if template.ask_skip_tags_on_launch:
            marked += await self.client.jobs_tagged(template.id, deployment.marker)
        # Whatever became of the marker, the variables tell whose job it is.
        marked += [job for job in await self.client.newest_jobs(template.id, since) if job.names(deployment)]
        found = {job.id: job for job in marked if job.template in (None, template.id)}
        ours = {number for number, job in found.items() if job.launched_as(me.id)}
        for number in sorted(found.keys() - ours):
            by, how = found[number].launcher, found[number].launch_type
            activity.logger.warning("AWX job %s carries %s but is a %s of %s", number, deployment.marker, how, by)
        return [found[number] for number in sorted(ours)]

    async def _adopt(self, jobs: list[AwxJob], deployment: Deployment) -> LaunchOutcome:
        oldest, *younger = jobs
        await self._alarm(oldest.id, younger, deployment)
        return await self._accept(oldest, deployment)

    async def _cancel_twins(self, job: Job) -> list[AwxJob]:
        """The other jobs that AWX made for the attempt; what has not run of them is cancelled."""
        try:
            jobs = await self._jobs_of(job.deployment, job.since - self.timings.request_lifetime)
        except AwxRefused as error:
            activity.logger.warning("whether AWX job %s has twins can't be seen: %s", job.job, error)
            return []
        twins = [row for row in jobs if row.id != job.job]
        await self._alarm(job.job, twins, job.deployment)
        return twins

    async def _alarm(self, job: int, twins: list[AwxJob], deployment: Deployment) -> None:
        """Tell people of twins, and cancel those that have not run."""
        for twin in twins:
            activity.logger.error("AWX jobs %s and %s are both %s", job, twin.id, deployment.marker)
            if twin.active and not twin.ran:
                await self.client.cancel(twin)
        if twins:
            activity.metric_meter().create_counter(DUPLICATES, "Jobs beyond the first for one attempt").add(len(twins))

    # Launching

    async def _mark(self, template: TemplateRow, marker: str) -> _Mark:
        """The marker, in the first that the template lets through; a label is there from now on."""
        match marking(template):
            case Marking.LABEL if template.organization is not None:
                label = await self.client.ensure_label(marker, template.organization)
                return _Mark(labels=[label.id], known=not label.made)
            case Marking.SKIP_TAGS:
                return _Mark(skip_tags=",".join(filter(None, (template.skip_tags, marker))))
        return _Mark()

    async def _launch(self, launch: Launch, began: float) -> LaunchOutcome:
        deployment, template = launch.deployment, await self.client.template()
        if fault := awx_answers.unfit(template.rules):
            return LaunchRefused(reason=fault)
        variables = await self._variables(deployment)
        mark = await self._mark(template, deployment.marker)
        if await self._asked_before(launch, mark):
            raise AwxUnknown(f"AWX knows {deployment.marker}, of which its promotion does not")
        if _waited(began) > self.timings.launch_within:
            return NotLaunched(reason="The launch could not be sent in time, so it was not sent")
        job = await self.client.launch(template.id, variables, mark.labels, mark.skip_tags)
        try:
            return await self._accept(job, deployment)
        except AwxError as error:
            # The job is there and must go: find_job meets it again, and cancels it until AWX obeys.
            raise AwxUnknown(str(error)) from error

    async def _variables(self, deployment: Deployment) -> dict[str, str | int]:
        """The variables of a launch, the grant among them."""
        try:
            grant = await self.granting(deployment, _asked_at())
        except UNREADABLE as error:
            raise AwxUnavailable(f"No grant can be made, for the record can't be read: {error}") from error
        return deployment.extra_vars() | ({} if grant is None else {GRANT: grant})

    async def _asked_before(self, launch: Launch, mark: _Mark) -> bool:
        """Tells whether somebody may have asked AWX for the attempt, of which an engine from a backup knows nothing.

        A label that was made just now was never launched with. One that was there is of a launch that may be alive, but
        where this run has asked before. Without a label, only a job that is there already can be found.
        """
        if mark.known is False:
            return False
        return bool(mark.known and launch.first) or bool(await self._jobs_of(launch.deployment, None))

    async def _accept(self, job: AwxJob, deployment: Deployment) -> LaunchOutcome:
        """Take the job as the attempt's, or cancel it where AWX would run something else than was approved."""
        fault = awx_answers.difference(job, deployment)
        if fault is None:
            seal = self.seal(awx_answers.launch_found(deployment, job, _asked_at()))
            return Launched(job=job.id, look_in=self.timings.report_within.total_seconds(), seal=seal)
        activity.logger.error("AWX job %s is not what was asked for, and is cancelled: %s", job.id, fault)
        sentence = f"{write('job-differs', job=job.id)} ({fault})"
        return LaunchRefused(reason=cut(f"{sentence}; {await self._stop(job)}"))

    async def _stop(self, job: AwxJob) -> str:
        """Cancel a job that must not run; the end of the sentence about it, which says what is known of its course."""
        if job.active:
            await self.client.cancel(job)
        # /jobs/ has no workflow job: of a sliced launch nobody knows how far its parts have come.
        return awx_answers.progress(await self.client.job(job.id) if job.kind == "job" else job)

    # The result

    def _sealed(self, result: JobResult, deployment: Deployment, row: AwxJob) -> JobResult:
        """The result with the worker's signature on it; none on a job of something else, whoever asked for it."""
        if not row.names(deployment):
            return result
        return result.model_copy(
            update={"seal": self.seal(awx_answers.end_found(deployment, result, row, _asked_at()))}
        )

    async def _unfinished(self, job: Job, row: AwxJob, looked_at: datetime) -> JobResult:
        """Ask for another look, or give up on a job past its deadline."""
        timings = self.timings
        if job.asked > 1:
            await self._cancel_twins(job)
        if row.started and looked_at - row.started > timings.running_deadline:
            return unknown(row.id, write("still-running", after=timings.running_deadline), row)
        since = (
            max(job.since, row.created - CLOCK_SKEW) if row.created else job.since
        )  # whoever reaches Temporal says it
        waited = _asked_at() - since
        if row.started is None and waited > timings.pending_deadline:
            said = row.explanation or row.status
            sentence = write("not-started", within=timings.pending_deadline, explanation=said)
            return unknown(row.id, f"{sentence}; {await self._give_up(row)}", row)
        delay = max(timings.poll_fastest, min(timings.poll_slowest, waited * timings.poll_fraction))
        raise _later(f"AWX job {row.id} is {row.status}", delay)

    async def _give_up(self, row: AwxJob) -> str:
        """Cancel a job that has not started; the end of the sentence about it."""
        try:
            await self.client.cancel(row)
        except AwxRefused as error:
            return f"{write('not-cancelled')}: {error}"
        return write("was-cancelled")

    async def _ended(self, row: AwxJob, looked_at: datetime) -> JobResult:
        if row.status == "successful":
            return _succeeded(row)
        settles_in = awx_answers.settles_in(row, looked_at, self.timings.settle)
        if awx_answers.unsettled(row) and settles_in > timedelta(0):
            raise _later(f"AWX job {row.id} is {row.status}, which may change", settles_in)
        output = await self._output(row, may_retry=settles_in > timedelta(0))
        grant = row.variables.get(GRANT)
        secrets = (*self.secrets, *self.client.connection.secrets, *([grant] if isinstance(grant, str) else ()))
        return awx_answers.not_succeeded(row, excerpt(awx_answers.ending(row), output, secrets))

    async def _output(self, row: AwxJob, may_retry: bool) -> str:
        """The end of the job's output, or why it cannot be had; an old job's result does not wait for it."""
        try:
            # Twice what is kept: a secret cut in two at the front is cut off again after masking.
            return await self.client.output_tail(row.id, 2 * OUTPUT_BYTES) if row.started else ""
        except AwxError as error:
            if may_retry and isinstance(error, AwxUnavailable):
                raise
            return f"({write('output-unread')}: {error})"


def _succeeded(row: AwxJob) -> JobResult:
    result, given = awx_answers.succeeded(row), awx_answers.given_id(row)
    if result.deployment_id is None and given is not None:
        activity.logger.warning("AWX job %s set a deployment_id that is none: %r", row.id, given)
    return result


def _asked_at() -> datetime:
    """The time by the engine's clock, or a little before: a worker's own may be wrong."""
    return activity.info().current_attempt_scheduled_time


def _waited(began: float) -> timedelta:
    """The time since the launch was asked for, at least; a clock that is behind does not tell of it."""
    return max(datetime.now(UTC) - _asked_at(), timedelta(seconds=time.monotonic() - began))


def _later(sentence: str, delay: timedelta) -> ApplicationError:
    """Nothing is wrong, it is only too early: no log line, no metric, no worker slot until then."""
    return ApplicationError(sentence, type=NOT_YET, next_retry_delay=delay, category=ApplicationErrorCategory.BENIGN)


def _retryable(error: AwxError) -> ApplicationError:
    """Could not find out: Temporal asks again, after the time that AWX or its gateway named."""
    wait = error.retry_after if isinstance(error, AwxUnavailable) else None
    return ApplicationError(
        cut(str(error)), type=type(error).__name__, next_retry_delay=timedelta(seconds=wait) if wait else None
    )
