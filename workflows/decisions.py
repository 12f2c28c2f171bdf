"""People's decisions on a promotion's ticket: judged by the rules, taken once, answered when they are recorded."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain import lifecycle, passkeys
    from domain.decision import Decision, DecisionAction
    from domain.errors import RuleViolation, WrongTicket
    from domain.signing import proof_of
    from domain.targets import TargetFacts
    from domain.ticket import PromotionRequest
    from workflows.creation import InitialState, Transition
    from workflows.deployment import Attempts
    from workflows.ledger import Ledger


class TakenDecisions:
    """Takes each decision once; of those that an earlier run has taken, the id alone is known.

    `attempts` are None where nothing is launched any more.
    """

    def __init__(self, ledger: Ledger, attempts: Attempts | None, begun: InitialState) -> None:
        self._ledger, self._attempts, self._begun = ledger, attempts, begun
        self._taken: dict[str, Decision | None] = dict.fromkeys(begun.decided)
        self._transitions: dict[str, Transition] = {}

    @property
    def taken(self) -> tuple[str, ...]:
        """The ids of the decisions that were taken, in their order; without those that the record won't have."""
        return tuple(each for each in self._taken if not self._dropped(each))

    def _dropped(self, decision_id: str) -> ApplicationError | None:
        made = self._transitions.get(decision_id)
        return made.dropped if made else None

    def check(self, decision: Decision, action: DecisionAction, target: TargetFacts | None = None) -> None:
        """Raise the RuleViolation that refuses the decision now."""
        if decision.action is not action:
            raise WrongTicket(f"The message says {decision.action} where {action} is meant")
        if not self._took(decision):
            asker, launching = self._begun.requester, self._attempts is not None and self._attempts.launching
            lifecycle.check(self._ledger.ticket, decision, workflow.now(), asker, target, launching=launching)
            passkeys.check_given(target, decision)

    async def take(self, decision: Decision) -> PromotionRequest:
        """The ticket with the decision, once recorded. The same decision delivered again changes nothing.

        Fails as KeyEnded or StaleDecision where the record won't have it: the person has to decide again.
        """
        if self._took(decision):
            await self._ledger.settled()
            if dropped := self._dropped(decision.id):
                raise dropped
            return self._ledger.ticket
        decided = lifecycle.apply(self._ledger.ticket, decision, workflow.now())
        self._taken[decision.id] = decision
        made = self._ledger.become(decided, decision.person.name, proof_of(decision))
        self._transitions[decision.id] = made
        await self._ledger.record(made)
        return decided

    async def take_unanswered(self, decision: Decision, action: DecisionAction) -> None:
        """The same for somebody who does not wait for the verdict; a refusal is logged."""
        try:
            self.check(decision, action)
            await self.take(decision)
        except (RuleViolation, ApplicationError) as violation:
            workflow.logger.warning("%s by %s was refused: %s", action, decision.person.email, violation)

    def _took(self, decision: Decision) -> bool:
        return decision.id in self._taken and self._taken[decision.id] in (decision, None)
