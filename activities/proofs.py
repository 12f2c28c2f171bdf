"""Checks a signature as an activity, so that the answer is in the history and stays the same on replay."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from domain import roles, targets
from domain.errors import RuleViolation, Unproven
from domain.lifecycle import GRANTING, check_shown, check_vote
from domain.roles import Permission
from domain.signing import DeliveredDecision, Verdict
from record.facts.controls import Controls
from record.index.reader import Index
from record.signing.proofs import Proofs


@dataclass
class ProofActivities:
    """Asks the record about a decision that came as a signal: its keys, whose the target is, and its production."""

    proofs: Proofs
    controls: Controls
    index: Index

    @activity.defn
    async def check_decision(self, delivery: DeliveredDecision) -> Verdict:
        """Tell whether the API signed this decision, for this ticket, just now, and the record lets it pass.

        Running it twice is harmless: it reads.
        """
        try:
            await asyncio.to_thread(self._check, delivery)
        except RuleViolation as refused:
            return Verdict(refusal=str(refused))
        return Verdict(refusal=None)

    def _check(self, delivery: DeliveredDecision) -> None:
        self.proofs.check_decision(delivery.decision, delivery.ticket_id, delivery.at)
        if delivery.decision.action not in GRANTING:
            return
        self.index.catch_up(fetch=True)
        ticket = self.index.get(delivery.ticket_id)
        if ticket is None:
            raise Unproven("The record has no such request")
        facts = self.controls.of_ticket(ticket)
        if refused := targets.objection(facts, ticket.metadata.tenant, ticket.spec.target):
            raise refused
        if delivery.decision.action.votes:
            check_shown(facts, delivery.decision.production)
            own = delivery.decision.on_behalf_of is None  # the promotion takes no other vote by signal
            if own and roles.refusal(delivery.decision.person, Permission.APPROVE, ticket) is None:  # as it judges
                # Others' votes don't count: by the time the promotion takes the signal, they may be taken back.
                alone = facts.poll.model_copy(update={"voters": ()})
                check_vote(facts.model_copy(update={"poll": alone}), delivery.decision.action, delivery.decision.person)
