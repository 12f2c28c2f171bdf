"""The promotion: one durable workflow a ticket, from submission to its end.

Messages it takes:
    submit      update  the submission that started it; answers with the ticket once that is recorded
    approve     update  a decision of a person, as are reject, cancel and retry; the rules are `domain.lifecycle`'s
    approve     signal  the same from a caller who does not wait for the verdict, as is reject; a refused one is logged
    awx_report  signal  AWX says that something happened to a job: look now
    ticket      query   the ticket as the engine holds it, recorded or about to be
    standing    query   its place in the target's lane, and who is ahead; null while it stands in none
"""

import asyncio
import contextlib
from collections import deque
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.record import RecordActivities
    from domain import lifecycle
    from domain.change import Proof
    from domain.decision import Decision, DecisionAction, Submission
    from domain.deployment import AwxReport, Deployment, LaunchRefused
    from domain.errors import RuleViolation, WrongTicket
    from domain.lane import Standing
    from domain.signing import proof_of
    from domain.targets import TargetFacts
    from domain.ticket import SYSTEM_NAME, PromotionRequest, State
    from workflows import options, shown
    from workflows.creation import change_of, created
    from workflows.deployment import Reports, follow, launch, refusal
    from workflows.door import facts_of
    from workflows.lane import Turn
    from workflows.story import to_its_end


@workflow.defn
class Promotion:
    """Holds one value, the ticket; every change of it is a lifecycle function, then a commit, then what follows."""

    @workflow.init
    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._ticket = created(submission)
        self._revision: str | None = None
        self._unrecorded = deque([(self._ticket, submission.requester.name, proof_of(submission))])
        self._recording = asyncio.Lock()
        self._never: ApplicationError | None = None
        self._decided: set[Decision] = set()
        self._reports = Reports()
        self._turn = Turn()

    @workflow.run
    async def run(self, submission: Submission) -> PromotionRequest:
        """The promotion's story; its result is the ticket as it ended. A request to cancel the workflow is dropped."""
        return await to_its_end(self._story())

    async def _story(self) -> PromotionRequest:
        await self._record_creation()
        await self._wait_for_decision()
        await self._wait_for_date()
        while self._ticket.state in (State.APPROVED, State.DEPLOYING):
            await self._deploy()
            await self._wait_for_retry()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._ticket

    # -- steps -----------------------------------------------------------------------------------------------------

    async def _record_creation(self) -> None:
        workflow.set_current_details(shown.details(self._ticket))
        try:
            await self._record()
        except ActivityError as error:
            kind = getattr(error.cause, "type", None)  # TicketExists, or Unproven: nothing else ends this activity
            self._never = ApplicationError(str(error.cause), type=kind, non_retryable=True)
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise self._never from error

    async def _wait_for_decision(self) -> None:
        await self._left(State.PENDING, self._submission.decide_by, "expires undecided")
        if self._ticket.state is State.PENDING:
            await self._advance(lifecycle.expire(self._ticket, workflow.now()))
        await self._settled()

    async def _wait_for_date(self) -> None:
        scheduled = self._ticket.spec.request.scheduled_date
        if scheduled is not None and self._ticket.state is State.APPROVED:
            await self._left(State.APPROVED, scheduled, "deploys at the agreed date")
            await self._settled()

    async def _deploy(self) -> None:
        deployment = Deployment.of(self._ticket)
        await self._turn.come(self._ticket, deployment)
        approved = (self._ticket, self._revision, self._decided, self._submission.asked_by)
        job = await launch(deployment, lambda: refusal(*approved))
        if isinstance(job, LaunchRefused):
            await self._turn.leave()  # first: recording may wait for a person
            await self._fail_launch(job)
            return
        await self._advance(lifecycle.start(self._ticket, job.job, workflow.now()))
        await self._advance(lifecycle.conclude(self._ticket, await follow(job, self._reports), workflow.now()))
        await self._turn.leave()

    async def _fail_launch(self, refused: LaunchRefused) -> None:
        if self._ticket.state is State.APPROVED:
            self._become(lifecycle.start(self._ticket, None, workflow.now()))
        await self._advance(lifecycle.fail(self._ticket, refused.reason, workflow.now()))

    async def _wait_for_retry(self) -> None:
        await self._left(State.FAILED, workflow.now() + options.RETRY_WINDOW, "closes unless retried")
        await self._settled()

    async def _left(self, state: State, until: datetime, summary: str) -> None:
        """Wait until the ticket is in this state no longer, at most until the moment."""
        while self._ticket.state is state and (left := until - workflow.now()) > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._ticket.state is not state, timeout=left, timeout_summary=summary
                )

    async def _settled(self) -> None:
        """Wait until the ticket is recorded as it is."""
        await workflow.wait_condition(lambda: not self._unrecorded)

    def _become(self, ticket: PromotionRequest, by: str = SYSTEM_NAME, proof: Proof | None = None) -> None:
        """Make this the ticket, at once; it is recorded with whatever is recorded next."""
        self._ticket = ticket
        self._unrecorded.append((ticket, by, proof))
        shown.show(ticket)

    async def _advance(self, ticket: PromotionRequest) -> None:
        """Make this the ticket, by the service itself, at once; return when it is recorded."""
        self._become(ticket)
        await self._record()

    async def _record(self) -> None:
        """Commit what isn't committed yet: in order, one transition at a time, whoever asks."""
        async with self._recording:
            while self._unrecorded:
                change = change_of(self._submission, self._revision, *self._unrecorded[0])
                summary = f"commits {change.ticket.last.action} by {change.ticket.last.by}"
                recorded = await workflow.execute_activity_method(
                    RecordActivities.record_change, change, **options.recording(summary)
                )
                self._revision = recorded.revision
                self._unrecorded.popleft()

    def _check(self, decision: Decision, action: DecisionAction, target: TargetFacts | None = None) -> None:
        if decision.action is not action:
            raise WrongTicket(f"The message says {decision.action} where {action} is meant")
        if decision not in self._decided:
            lifecycle.check(self._ticket, decision, workflow.now(), self._submission.asked_by, target)

    async def _take(self, decision: Decision) -> PromotionRequest:
        """The ticket with the decision, once recorded. The same decision delivered again changes nothing."""
        if decision in self._decided:
            await self._settled()
            return self._ticket
        self._decided.add(decision)
        decided = lifecycle.apply(self._ticket, decision, workflow.now())
        self._become(decided, decision.person.name, proof_of(decision))
        await self._record()
        return decided

    async def _take_unanswered(self, decision: Decision, action: DecisionAction) -> None:
        try:
            self._check(decision, action)
        except RuleViolation as violation:
            workflow.logger.warning("%s by %s was refused: %s", action, decision.person.email, violation)
            return
        await self._take(decision)

    # -- messages --------------------------------------------------------------------------------------------------

    @workflow.update
    async def submit(self, submission: Submission) -> PromotionRequest:
        """Wait until the submission is recorded. Fails as TicketExists where its number is given, or as Unproven."""
        await workflow.wait_condition(lambda: self._revision is not None or self._never is not None)
        return self.ticket()

    @submit.validator
    def _check_submit(self, submission: Submission) -> None:
        if submission.key != self._submission.key:
            raise WrongTicket(f"{self._ticket.id} is another submission's number")

    @workflow.update
    async def approve(self, decision: Decision) -> PromotionRequest:
        """Approve the ticket."""
        return await self._take(decision)

    @approve.validator
    def _check_approve(self, decision: Decision) -> None:
        self._check(decision, DecisionAction.APPROVE, facts_of(self._ticket))

    @workflow.update
    async def reject(self, decision: Decision) -> PromotionRequest:
        """Reject the ticket, with a reason."""
        return await self._take(decision)

    @reject.validator
    def _check_reject(self, decision: Decision) -> None:
        self._check(decision, DecisionAction.REJECT)

    @workflow.update
    async def cancel(self, decision: Decision) -> PromotionRequest:
        """Withdraw the ticket."""
        return await self._take(decision)

    @cancel.validator
    def _check_cancel(self, decision: Decision) -> None:
        self._check(decision, DecisionAction.CANCEL)

    @workflow.update
    async def retry(self, decision: Decision) -> PromotionRequest:
        """Deploy again after a failure."""
        return await self._take(decision)

    @retry.validator
    def _check_retry(self, decision: Decision) -> None:
        self._check(decision, DecisionAction.RETRY, facts_of(self._ticket))

    @workflow.signal(name="approve")
    async def approve_unanswered(self, decision: Decision) -> None:
        """Approve the ticket, for a caller who does not wait."""
        await self._take_unanswered(decision, DecisionAction.APPROVE)

    @workflow.signal(name="reject")
    async def reject_unanswered(self, decision: Decision) -> None:
        """Reject the ticket, for a caller who does not wait."""
        await self._take_unanswered(decision, DecisionAction.REJECT)

    @workflow.signal
    def awx_report(self, report: AwxReport) -> None:
        """Note that a job is worth a look; what became of it is AWX's to say."""
        self._reports.hear(report)

    @workflow.query
    def ticket(self) -> PromotionRequest:
        """The ticket as the engine holds it. Fails where it never became one."""
        if self._never:
            raise self._never
        return self._ticket

    @workflow.query
    def standing(self) -> Standing | None:
        """Its place in the target's lane, and who is ahead of it."""
        return self._turn.standing
