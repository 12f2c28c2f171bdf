"""The debt of an emergency: a promotion that ended goes on as this, until somebody else has answered for it.

Messages it takes:
    answer  update  a decision of a person that ratifies or refutes the emergency
    submit  update  the submission of its ticket once more, which is refused: the ticket is recorded
    ticket  query   the ticket as the engine holds it

It has the promotion's id, and begins from the record as well: when the engine has lost it, `prodgate reconcile` has the
promotion go on, which goes on as this. That an answer is overdue is told by whoever follows the record.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.change import Resumed
    from domain.decision import Submission
    from domain.emergencies import Debt
    from domain.errors import RuleViolation, WrongTicket
    from domain.ticket import PromotionRequest
    from workflows.creation import InitialState
    from workflows.decisions import TakenDecisions
    from workflows.ledger import Ledger
    from workflows.messages import TakesAnswers
    from workflows.story import to_its_end


@workflow.defn(failure_exception_types=[RuleViolation])
class EmergencyDebt(TakesAnswers):
    """Holds the ticket that owes an answer."""

    @workflow.init
    def __init__(self, begun: Resumed) -> None:
        state = InitialState.of(begun)
        self._ledger = Ledger(state)
        self._decisions = TakenDecisions(self._ledger, None, state)

    @workflow.run
    async def run(self, _begun: Resumed) -> PromotionRequest:
        """Wait for the answer, and show from its date on that it is overdue; the result is the ticket."""
        return await to_its_end(self._story())

    async def _story(self) -> PromotionRequest:
        self._ledger.show()
        while (debt := Debt.of(self._ledger.ticket)) is not None:
            overdue = debt.is_overdue(workflow.now())
            if await self._ledger.unchanged_until(None if overdue else debt.answer_by, "the answer is due", _never):
                self._ledger.show(overdue=True)
        await self._ledger.settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._ledger.ticket

    @workflow.update
    async def submit(self, submission: Submission) -> PromotionRequest:
        """Refuse the submission."""
        del submission
        return self.ticket()

    @submit.validator
    def _check_submit(self, submission: Submission) -> None:
        raise WrongTicket(f"{submission.id} is recorded")

    @workflow.query
    def ticket(self) -> PromotionRequest:
        """The ticket as the engine holds it."""
        return self._ledger.ticket


def _never() -> bool:
    return False
