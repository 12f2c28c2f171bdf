"""Messages that a promotion has from elsewhere: answers for emergencies, and decisions that nobody waits for."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.decision import Decision, DecisionAction
    from domain.ticket import PromotionRequest
    from workflows.decisions import TakenDecisions
    from workflows.facts import facts_of
    from workflows.ledger import Ledger


class TakesAnswers:
    """A workflow that holds a ticket, and takes what people decide on it."""

    _ledger: Ledger
    _decisions: TakenDecisions

    @workflow.update
    async def answer(self, decision: Decision) -> PromotionRequest:
        """Ratify or refute the emergency by which the ticket was launched."""
        return await self._decisions.take(decision)

    @answer.validator
    def _check_answer(self, decision: Decision) -> None:
        action = DecisionAction.REFUTE if decision.action is DecisionAction.REFUTE else DecisionAction.RATIFY
        self._decisions.check(decision, action, facts_of(self._ledger.ticket))


class TakesUnanswered:
    """The same for decisions of callers who do not wait for the verdict; a refused one is logged."""

    _decisions: TakenDecisions

    @workflow.signal(name="approve")
    async def approve_unanswered(self, decision: Decision) -> None:
        """Approve the ticket, for a caller who does not wait."""
        await self._decisions.take_unanswered(decision, DecisionAction.APPROVE)

    @workflow.signal(name="reject")
    async def reject_unanswered(self, decision: Decision) -> None:
        """Reject the ticket, for a caller who does not wait."""
        await self._decisions.take_unanswered(decision, DecisionAction.REJECT)
