"""One attempt's way through AWX: look, launch once, follow the job to its end."""

import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.awx import AwxActivities
    from activities.health import HealthActivities
    from activities.preflight import PreflightActivities
    from domain import lifecycle
    from domain.clearance import Cleared, Lapsed, Preflight, Superseded, Verdict
    from domain.deployment import (
        AwxReport,
        Deployment,
        Job,
        JobResult,
        Launch,
        Launched,
        LaunchOutcome,
        LaunchRefused,
        NotLaunched,
        job_number,
    )
    from domain.health import HealthResult, HealthWanted
    from domain.remarks import write
    from domain.ticket import HistoryEntry
    from workflows import options
    from workflows.creation import InitialState
    from workflows.ledger import Ledger


class Reports:
    """Hints that something is worth a look: AWX's callbacks, each heard once, and the record's changes.

    `news` are the jobs of which AWX told; `hinted`, whether the record changed since it was looked at.
    """

    def __init__(self) -> None:
        self._heard: set[AwxReport] = set()
        self.news: set[int] = set()
        self.hinted = False

    def hear(self, report: AwxReport) -> None:
        if report not in self._heard and len(self._heard) < options.REPORTS_KEPT:
            self._heard.add(report)
            self.news.add(report.job)

    def is_hinted(self) -> bool:
        return self.hinted


class Attempts:
    """A ticket's deployments, one after the other: each is launched once, whatever is lost or done twice.

    `launching` tells that AWX may be making a job that nobody has heard of yet: nothing stops the request then.
    """

    def __init__(self, ledger: Ledger, reports: Reports, begun: InitialState) -> None:
        self._ledger, self._reports, self._begun = ledger, reports, begun
        self._asked_at: datetime | None = None
        self._lost = self._not_now = self._hastened = self._followed = 0
        self._look_in = 0.0

    @property
    def launching(self) -> bool:
        return self._asked_at is not None

    @property
    def at_rest(self) -> bool:
        """Tells whether a new run would know as much as this one of what AWX was asked for."""
        return not self.launching and not self._lost

    @property
    def ask_again_at(self) -> datetime:
        """The time to ask AWX again, after it took nothing."""
        return workflow.now() + options.not_now(self._not_now)

    @property
    def _first_run(self) -> str | None:
        """The run before which nobody can have launched anything: the first, where it began with the submission.

        After a reset, another run goes on with this one's history. What follows from that is the activities' to say:
        the workflow itself does the same in both, or it could not be replayed.
        """
        return None if self._begun.key is None else workflow.info().first_execution_run_id

    async def look(self, deployment: Deployment | None) -> Verdict | None:
        """Asks the record and AWX about the ticket; None where it changed, or was hinted at, before they answered.

        A hint cuts no look short that waits until a launch can't be alive in AWX any more: hints may come sooner.
        """
        looked, reports = self._ledger.ticket, self._reports
        reports.hinted, hasty = False, self._first_run is not None and not self.launching
        question = Preflight(
            request_id=looked.id,
            revision=self._ledger.revision,
            requester=self._begun.requester,
            deployment=deployment,
            first_run=self._first_run,
            asked_at=self._asked_at,
        )
        summary = "looks whether it may be launched" if deployment else "looks whether it may still wait"
        looking: workflow.ActivityHandle[Verdict] = workflow.start_activity_method(
            PreflightActivities.look, question, **options.looking(summary)
        )
        await workflow.wait_condition(
            lambda: looking.done() or self._ledger.ticket is not looked or (hasty and reports.hinted)
        )
        said = await _unless_cancelled(looking)
        return said if self._ledger.ticket is looked else None

    async def launch(self, deployment: Deployment) -> Verdict | NotLaunched | None:
        """The attempt's job, once it is the ticket's turn; or what speaks against it.

        None where nobody knows yet, so that it has to be looked at again. An attempt that nobody can have launched is
        launched without a look, for the launch judges the record itself; what it won't do is then looked at. One whose
        job was followed already has one: the record was set back to before it.
        """
        if deployment.attempt <= self._followed and not self.launching:
            self.doubt()
        if self._first_run and not self.launching and self._hastened < deployment.attempt:
            self._hastened = deployment.attempt
            found = await self._ask(deployment, self._first_run, first=True)
            return self._noted(None if isinstance(found, NotLaunched) and not found.asked else found)
        said = await self.look(deployment)
        if said is None:
            return None
        self._asked_at = None
        if isinstance(said, Cleared):
            return self._noted(self._given_up() or await self._ask(deployment, workflow.info().run_id))
        return self._noted(said)

    def doubt(self) -> None:
        """Note that the job that AWX told of is not recorded: it is looked for before anybody asks AWX for another."""
        self._asked_at = workflow.now()
        self._lost += 1

    def _noted(self, found: Verdict | NotLaunched | None) -> Verdict | NotLaunched | None:
        if isinstance(found, NotLaunched):
            self._not_now += 1
        elif isinstance(found, Launched):
            self._not_now, self._look_in = 0, found.look_in
        elif isinstance(found, LaunchRefused | Lapsed | Superseded):  # and there is no job
            self._not_now = self._lost = 0
        return found

    def _given_up(self) -> LaunchRefused | None:
        if self._lost < options.LAUNCHES:
            return None
        return LaunchRefused(reason=f"{write('outcome-unknown')}: {write('never-answered', times=self._lost)}")

    async def _ask(self, deployment: Deployment, run: str, *, first: bool = False) -> LaunchOutcome | None:
        """AWX's answer to one launch by this run, None when nobody knows what became of it."""
        self._asked_at = workflow.now()
        summary = f"launches {deployment.target_name} {deployment.target_version}, attempt {deployment.attempt}"
        try:
            answer: LaunchOutcome = await workflow.execute_activity_method(
                AwxActivities.launch_job,
                Launch(deployment=deployment, run=run, first=first),
                **options.launching(summary),
            )
        except ActivityError as error:
            workflow.logger.warning("the answer to the launch of %s was lost: %s", deployment.marker, error.cause)
            self._lost += 1
            return None
        self._asked_at = None
        return answer

    async def follow(self, deployment: Deployment, launched: HistoryEntry) -> JobResult:
        """The end of the job that the entry names, as AWX tells it.

        Of one that an earlier run may have asked for, or that was asked for twice, twins are looked for.
        """
        self._followed = max(self._followed, deployment.attempt)
        asked = 1 + self._lost if self._first_run == workflow.info().run_id else options.LAUNCHES
        job = Job(deployment=deployment, job=job_number(str(launched.job_id)), since=launched.at, asked=asked)
        result = await _end_of(job, self._reports, self._look_in)
        self._lost, self._look_in, self._asked_at = 0, 0.0, None
        return result

    async def verify(self) -> None:
        """Wait for the end of the target's own check; every look is a try of one activity: the history stays short."""
        ticket = self._ledger.ticket
        deployment, last = Deployment.of(ticket), ticket.last
        wanted = HealthWanted(deployment=deployment, job=job_number(str(last.job_id)), deployment_id=last.deployment_id)
        found: HealthResult = await workflow.execute_activity_method(
            HealthActivities.look_at_health, wanted, **options.verifying(f"verifies {deployment.target_name}")
        )
        concluded = lifecycle.conclude_check(ticket, found.evidence.held, found.words, workflow.now())
        await self._ledger.advance(concluded, found.seal)


async def _unless_cancelled(looking: "workflow.ActivityHandle[Verdict]") -> Verdict | None:
    """The look's answer; one that is not there yet is not waited for."""
    if not looking.done():
        looking.cancel()
    try:
        return await looking
    except ActivityError as error:
        if is_cancelled_exception(error):
            return None
        raise


async def _end_of(job: Job, reports: Reports, look_in: float) -> JobResult:
    """The end of the job, as AWX itself tells it.

    Looks when AWX reports that the job ended, and unasked after `look_in` seconds; polls without a slot from then on.
    """
    with contextlib.suppress(TimeoutError):  # of 0 seconds, it is looked at at once
        await workflow.wait_condition(
            lambda: job.job in reports.news,
            timeout=timedelta(seconds=look_in),
            timeout_summary=f"until AWX reports the end of job {job.job}",
        )
    while True:
        reports.news.discard(job.job)
        if result := await _look(job, reports):
            return result


async def _look(job: Job, reports: Reports) -> JobResult | None:
    """The end of the job, or None as soon as a callback makes it worth looking before the next poll is due."""
    looking: workflow.ActivityHandle[JobResult] = workflow.start_activity_method(
        AwxActivities.read_result, job, **options.looking(f"follows AWX job {job.job}")
    )
    await workflow.wait_condition(lambda: looking.done() or job.job in reports.news)
    if not looking.done():
        looking.cancel()
    try:
        return await looking
    except ActivityError as error:
        if job.job in reports.news and is_cancelled_exception(error):
            return None
        raise
