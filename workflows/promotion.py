"""The promotion: one durable workflow a ticket, from its submission, or from the record, to its end.

Messages it takes:
    submit      update  the submission that started it; answers with the ticket once that is recorded
    approve     update  a decision of a person, as are vote, reject, cancel, retry, hold, release and answer
    approve     signal  the same from a caller who does not wait for the verdict, as is reject; a refused one is logged
    awx_report  signal  AWX says that a job ended: look now
    look        signal  the record changed so that the ticket may go on, or no longer: look now
    ticket      query   the ticket as the engine holds it, recorded or about to be

A request to cancel the workflow changes nothing: a ticket is withdrawn by `cancel`, which says who.
"""

from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import lifecycle, line
    from domain.change import Resumed
    from domain.clearance import Hint
    from domain.decision import Decision, DecisionAction, Submission
    from domain.deployment import AwxReport, Deployment, Launched, LaunchRefused, NotLaunched
    from domain.emergencies import owes
    from domain.errors import RuleViolation, WrongTicket
    from domain.lifecycle import is_retryable
    from domain.remarks import write
    from domain.ticket import Action, PromotionRequest, State
    from workflows import options
    from workflows.creation import InitialState
    from workflows.debt import EmergencyDebt
    from workflows.decisions import TakenDecisions
    from workflows.deployment import Attempts, Reports
    from workflows.facts import facts_of
    from workflows.ledger import Ledger
    from workflows.messages import TakesAnswers, TakesUnanswered
    from workflows.story import to_its_end

Step = Callable[[], Awaitable[None]]


def _goes_on_anew(ticket: PromotionRequest) -> bool:
    """Tells whether a new run may take the ticket up as it is: not while its job is under way, or after its end."""
    return ticket.state in {State.PENDING, State.APPROVED, State.FAILED} or ticket.last.action is Action.RETRIED


@workflow.defn(failure_exception_types=[RuleViolation])
class Promotion(TakesAnswers, TakesUnanswered):
    """Holds one value, the ticket; every change of it is a lifecycle function, then a commit, then what follows."""

    @workflow.init
    def __init__(self, begun: Submission | Resumed) -> None:
        self._begun = InitialState.of(begun)
        self._ledger = Ledger(self._begun)
        self._reports = Reports()
        self._attempts = Attempts(self._ledger, self._reports, self._begun)
        self._decisions = TakenDecisions(self._ledger, self._attempts, self._begun)

    @workflow.run
    async def run(self, _begun: Submission | Resumed) -> PromotionRequest:
        """Go on from whatever the ticket is until it ends; its result is the ticket as it ended."""
        return await to_its_end(self._story())

    async def _story(self) -> PromotionRequest:
        await self._ledger.record_creation()
        await self._ledger.approve_by_rule()
        while (step := self._next()) is not None or not workflow.all_handlers_finished():
            await (step or self._let_handlers_finish)()
            await self._ledger.settled()
        return self._ledger.ticket

    async def _let_handlers_finish(self) -> None:
        """Wait at the end for decisions that came meanwhile, a retry perhaps."""
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _next(self) -> Step | None:
        """The step that the ticket is at; None at its end."""
        ticket = self._ledger.ticket
        waits = ticket.state is State.PENDING or ticket.hold is not None or line.becomes_due(ticket)
        if workflow.info().is_continue_as_new_suggested() and self._attempts.at_rest and _goes_on_anew(ticket):
            return self._continue_as_new
        match ticket.state:
            case State.PENDING | State.APPROVED if waits and self._reports.hinted:
                return self._review
            case State.PENDING:
                return self._wait_for_decision
            case State.APPROVED:
                return self._wait_for_date if waits else self._launch
            case State.DEPLOYING:
                return self._launch if ticket.last.action is Action.RETRIED else self._follow
            case State.VERIFYING:
                return self._attempts.verify
            case State.FAILED if is_retryable(ticket) and workflow.now() < ticket.last.at + options.RETRY_WINDOW:
                return self._wait_for_retry
        return self._continue_as_debt if owes(ticket) else None

    # -- steps -----------------------------------------------------------------------------------------------------

    async def _wait_for_decision(self) -> None:
        until = lifecycle.decide_by(self._ledger.ticket, self._begun.decide_by)
        if await self._ledger.unchanged_until(until, "expires undecided", self._reports.is_hinted):
            await self._ledger.advance(lifecycle.expire(self._ledger.ticket, workflow.now()))

    async def _wait_for_date(self) -> None:
        ticket = self._ledger.ticket
        date = None if ticket.hold else ticket.spec.request.scheduled_date
        if await self._ledger.unchanged_until(date, "the agreed date comes", self._reports.is_hinted):
            await self._ledger.advance(lifecycle.become_due(self._ledger.ticket, workflow.now()))

    async def _wait_for_retry(self) -> None:
        until = self._ledger.ticket.last.at + options.RETRY_WINDOW
        await self._ledger.unchanged_until(until, "closes unless retried", lambda: False)

    async def _review(self) -> None:
        """See whether the record still lets the ticket wait; what only a launch would fail on is left to the launch."""
        said = await self._attempts.look(None)
        if not isinstance(said, LaunchRefused):
            await self._ledger.heed(said, self._begun.decide_by)

    async def _launch(self) -> None:
        """Wait for the ticket's turn, then have AWX make the attempt's job, once."""
        said = await self._attempts.launch(Deployment.of(self._ledger.ticket))
        if isinstance(said, Launched):
            started = lifecycle.start(self._ledger.ticket, said.job, workflow.now())
            if not await self._ledger.advance(started, said.seal):
                self._attempts.doubt()
        elif isinstance(said, NotLaunched):
            await self._ledger.unchanged_until(self._attempts.ask_again_at, "AWX takes no launch now", lambda: False)
        else:
            await self._ledger.heed(said, self._begun.decide_by)

    async def _follow(self) -> None:
        """Wait for the end of the job; of an attempt that has none nobody knows what became of it."""
        ticket = self._ledger.ticket
        if ticket.last.job_id is None:
            await self._ledger.advance(lifecycle.fail(ticket, write("outcome-unknown"), workflow.now()))
            return
        ended = await self._attempts.follow(Deployment.of(ticket), ticket.last)
        await self._ledger.advance(lifecycle.conclude(ticket, ended, workflow.now()), ended.seal)

    async def _continue_as_new(self) -> None:
        """Go on in a new run before the history grows too long."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self._ledger.settled()
        if _goes_on_anew(ticket := self._ledger.ticket):  # a decision may have come meanwhile
            workflow.continue_as_new(self._begun.resumed(ticket, self._ledger.recorded, self._decisions.taken))

    async def _continue_as_debt(self) -> None:
        """Go on as the debt of an emergency that was launched, by the same id."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self._ledger.settled()
        if owes(ticket := self._ledger.ticket) and self._next() == self._continue_as_debt:
            begun = self._begun.resumed(ticket, self._ledger.recorded, self._decisions.taken)
            workflow.continue_as_new(begun, workflow=EmergencyDebt.run)

    # -- messages --------------------------------------------------------------------------------------------------

    @workflow.update
    async def submit(self, _submission: Submission) -> PromotionRequest:
        """Wait until the submission is recorded. Fails as TicketExists where its number is given, or as Unproven."""
        await self._ledger.created()
        return self.ticket()

    @submit.validator
    def _check_submit(self, _submission: Submission) -> None:
        if _submission.key != self._begun.key:
            raise WrongTicket(f"{self._ledger.ticket.id} is another submission's number")

    @workflow.update
    async def approve(self, decision: Decision) -> PromotionRequest:
        """Approve the ticket, or declare an emergency."""
        return await self._decisions.take(decision)

    @approve.validator
    def _check_approve(self, decision: Decision) -> None:
        action = DecisionAction.EMERGENCY if decision.action is DecisionAction.EMERGENCY else DecisionAction.APPROVE
        self._decisions.check(decision, action, facts_of(self._ledger.ticket))

    @workflow.update
    async def vote(self, decision: Decision) -> PromotionRequest:
        """Vote for the ticket, where others have to approve it, too; or take the vote back."""
        return await self._decisions.take(decision)

    @vote.validator
    def _check_vote(self, decision: Decision) -> None:
        action = DecisionAction.UNENDORSE if decision.action is DecisionAction.UNENDORSE else DecisionAction.ENDORSE
        self._decisions.check(decision, action, facts_of(self._ledger.ticket))

    @workflow.update
    async def reject(self, decision: Decision) -> PromotionRequest:
        """Reject the ticket, with a reason."""
        return await self._decisions.take(decision)

    @reject.validator
    def _check_reject(self, decision: Decision) -> None:
        facts = None if decision.on_behalf_of is None else facts_of(self._ledger.ticket)
        self._decisions.check(decision, DecisionAction.REJECT, facts)

    @workflow.update
    async def cancel(self, decision: Decision) -> PromotionRequest:
        """Withdraw the ticket."""
        return await self._decisions.take(decision)

    @cancel.validator
    def _check_cancel(self, decision: Decision) -> None:
        self._decisions.check(decision, DecisionAction.CANCEL)

    @workflow.update
    async def retry(self, decision: Decision) -> PromotionRequest:
        """Deploy again after a failure."""
        return await self._decisions.take(decision)

    @retry.validator
    def _check_retry(self, decision: Decision) -> None:
        self._decisions.check(decision, DecisionAction.RETRY, facts_of(self._ledger.ticket))

    @workflow.update
    async def hold(self, decision: Decision) -> PromotionRequest:
        """Keep the approved ticket from being launched, with a reason."""
        return await self._decisions.take(decision)

    @hold.validator
    def _check_hold(self, decision: Decision) -> None:
        self._decisions.check(decision, DecisionAction.HOLD)

    @workflow.update
    async def release(self, decision: Decision) -> PromotionRequest:
        """Let the held ticket go on, with a reason."""
        return await self._decisions.take(decision)

    @release.validator
    def _check_release(self, decision: Decision) -> None:
        self._decisions.check(decision, DecisionAction.RELEASE, facts_of(self._ledger.ticket))

    @workflow.signal
    def awx_report(self, report: AwxReport) -> None:
        """Note that a job is worth a look; what became of it is AWX's to say."""
        self._reports.hear(report)

    @workflow.signal
    def look(self, hint: Hint) -> None:
        """Note that the record is worth a look."""
        self._reports.hinted |= hint.ticket_id == self._ledger.ticket.id

    @workflow.query
    def ticket(self) -> PromotionRequest:
        """The ticket as the engine holds it. Fails where it never became one."""
        if self._ledger.never:
            raise self._ledger.never
        return self._ledger.ticket
