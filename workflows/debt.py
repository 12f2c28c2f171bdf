"""The debt of an emergency: a promotion that ended goes on as this, until somebody else has answered for it.

Messages it takes:
    answer  update  a decision of a person that ratifies or refutes the emergency
    submit  update  the submission of its ticket once more, which is refused: the ticket is recorded
    others  update  what a promotion takes, which is refused unless it was taken before: then it is told again
    others  signal  what its promotion was told late, and nobody waits for: it is dropped
    ticket  query   the ticket as the engine holds it

It has the promotion's id, and begins from the record as well: when the engine has lost it, `prodgate reconcile` has the
promotion go on, which goes on as this. That an answer is overdue is told by whoever follows the record.
"""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from domain.change import Resumed
    from domain.decision import Decision, Submission
    from domain.emergencies import Debt, answer_of
    from domain.errors import NotRetryable, RuleViolation, WrongTicket
    from domain.ticket import PromotionRequest
    from workflows.creation import InitialState
    from workflows.decisions import TakenDecisions
    from workflows.ledger import Ledger
    from workflows.messages import TakesAnswers
    from workflows.story import to_its_end


GOES_ON_ANEW = "debt-goes-on-anew"
"""The patch by which a debt whose history grows long goes on in a new run."""


@workflow.defn(failure_exception_types=[RuleViolation])
class EmergencyDebt(TakesAnswers):
    """Holds the ticket that owes an answer."""

    @workflow.init
    def __init__(self, begun: Resumed) -> None:
        self._begun = InitialState.of(begun)
        self._ledger = Ledger(self._begun)
        self._decisions = TakenDecisions(self._ledger, None, self._begun)

    @workflow.run
    async def run(self, _begun: Resumed) -> PromotionRequest:
        """Wait for the answer, and show from its date on that it is overdue; the result is the ticket."""
        return await to_its_end(self._story())

    async def _story(self) -> PromotionRequest:
        """An answer that the record won't have is taken back: then the debt waits for another one."""
        while (debt := Debt.of(self._ledger.ticket)) is not None:
            long = workflow.info().is_continue_as_new_suggested()
            if long and workflow.patched(GOES_ON_ANEW):
                await self._continue_as_new()
            overdue = debt.is_overdue(workflow.now())
            self._ledger.show(overdue=overdue)
            grows = _never if long else workflow.info().is_continue_as_new_suggested
            await self._ledger.unchanged_until(None if overdue else debt.answer_by, "the answer is due", grows)
            await self._ledger.settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        if answer_of(ticket := self._ledger.ticket) is None:  # the record was set back to before it was owed
            begun = self._begun.resumed(ticket, self._ledger.recorded, self._decisions.taken)
            workflow.continue_as_new(workflow="Promotion", args=[begun])
        return ticket

    async def _continue_as_new(self) -> None:
        """Go on in a new run before the history grows too long, unless somebody has answered meanwhile."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self._ledger.settled()
        if Debt.of(ticket := self._ledger.ticket) is not None:
            workflow.continue_as_new(self._begun.resumed(ticket, self._ledger.recorded, self._decisions.taken))

    @workflow.signal(dynamic=True)
    def drop(self, name: str, args: Sequence[RawValue]) -> None:
        """Drop what a promotion would hear: nothing is launched any more. Unheard, it would be kept for ever."""
        del name, args

    @workflow.update
    async def submit(self, submission: Submission) -> PromotionRequest:
        """Refuse the submission."""
        del submission
        return self.ticket()

    @submit.validator
    def _check_submit(self, submission: Submission) -> None:
        raise WrongTicket(f"{submission.id} is recorded")

    @workflow.update(dynamic=True)
    async def decide(self, name: str, args: Sequence[RawValue]) -> PromotionRequest:
        """Tell again what was taken before."""
        del name
        return await self._decisions.take(_decision(args))

    @decide.validator
    def _check_decide(self, name: str, args: Sequence[RawValue]) -> None:
        del name
        decision = _decision(args)
        self._decisions.check(decision, decision.action)
        if decision.id not in self._decisions.taken:  # one that failed, which its promotion would have taken in time
            raise NotRetryable("Request failed too long ago; make a new one")

    @workflow.query
    def ticket(self) -> PromotionRequest:
        """The ticket as the engine holds it."""
        return self._ledger.ticket


def _decision(args: Sequence[RawValue]) -> Decision:
    return workflow.payload_converter().from_payload(args[0].payload, Decision)


def _never() -> bool:
    return False
