"""The way of one attempt through AWX: a job exactly once, then how it ended."""

from collections.abc import Awaitable, Callable, Collection

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.awx import AwxActivities
    from activities.clearance import ClearanceActivities
    from domain import clearance
    from domain.change import Revision
    from domain.decision import Decision, DecisionAction
    from domain.deployment import (
        AwxReport,
        Deployment,
        Job,
        JobResult,
        Launched,
        LaunchOutcome,
        LaunchRefused,
        Lookup,
        NotLaunched,
    )
    from domain.remarks import write
    from domain.roles import Requester
    from domain.ticket import PromotionRequest
    from workflows import options


class Reports:
    """What AWX's callbacks said, each thing heard once; `news` are the jobs worth a look."""

    def __init__(self) -> None:
        self._heard: set[AwxReport] = set()
        self.news: set[int] = set()

    def hear(self, report: AwxReport) -> None:
        if report not in self._heard and len(self._heard) < options.REPORTS_KEPT:
            self._heard.add(report)
            self.news.add(report.job)


async def launch(deployment: Deployment, refusal: Callable[[], Awaitable[LaunchRefused | None]]) -> Job | LaunchRefused:
    """The attempt's job, to follow, or the certainty that there is none.

    Always looks before it asks, and asks only where `refusal` says nothing against it. An answer that was lost is
    waited out (`find_job` looks until the request can no longer be alive in AWX); only then is AWX asked once more.
    """
    asked_at, lost, not_now = None, 0, 0
    while True:
        found = await _find(Lookup(deployment=deployment, asked_at=asked_at))
        if not isinstance(found, NotLaunched):
            return _followed(found, deployment, lost)
        if lost == options.LAUNCHES:
            return LaunchRefused(reason=f"{write('outcome-unknown')}: {write('never-answered', times=lost)}")
        if refused := await refusal():
            return refused
        asked_at = workflow.now()
        outcome = await _ask(deployment)
        if outcome is None:
            lost += 1
        elif isinstance(outcome, NotLaunched):
            asked_at, not_now = None, not_now + 1
            await workflow.sleep(options.not_now(not_now), summary="AWX takes no launch now")
        else:
            return _followed(outcome, deployment, lost + 1)


def _followed(outcome: Launched | LaunchRefused, deployment: Deployment, asked: int) -> Job | LaunchRefused:
    if isinstance(outcome, LaunchRefused):
        return outcome
    return Job(deployment=deployment, job=outcome.job, since=workflow.now(), asked=asked)


async def refusal(
    ticket: PromotionRequest, recorded: Revision | None, decided: Collection[Decision], requester: Requester
) -> LaunchRefused | None:
    """Why the launch must not be asked for, though it was approved; the record is read for it right before."""
    approvals = (each.person.subject for each in decided if each.action is DecisionAction.APPROVE)
    facts = await workflow.execute_activity_method(
        ClearanceActivities.read_facts,
        clearance.claim(ticket, next(approvals, None)),
        **options.looking("checks that it is still approved, by somebody who still may"),
    )
    refused = clearance.refusal(ticket, recorded, facts, requester)
    return LaunchRefused(reason=str(refused)) if refused else None


async def _find(lookup: Lookup) -> LaunchOutcome:
    summary = f"looks for job {lookup.deployment.marker}"
    return await workflow.execute_activity_method(AwxActivities.find_job, lookup, **options.looking(summary))


async def _ask(deployment: Deployment) -> LaunchOutcome | None:
    """AWX's answer to one launch, None when nobody knows what became of it."""
    summary = f"launches {deployment.target_name} {deployment.target_version}, attempt {deployment.attempt}"
    try:
        return await workflow.execute_activity_method(
            AwxActivities.launch_job, deployment, **options.launching(summary)
        )
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        workflow.logger.warning("the answer to the launch of %s was lost: %s", deployment.marker, error.cause)
        return None


async def follow(job: Job, reports: Reports) -> JobResult:
    """How the job ended, as AWX itself says: polled without a slot, and looked at anew when a callback reports."""
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
