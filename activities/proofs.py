"""The check of a signature as an activity: its answer is history, and never changes when that is replayed."""

import asyncio
from dataclasses import dataclass

from temporalio import activity

from domain.errors import Unproven
from domain.signing import Delivery, Verdict
from record.proofs import Proofs


@dataclass
class ProofActivities:
    """Asks the record's keys about a decision that came as a signal."""

    proofs: Proofs

    @activity.defn
    async def check_decision(self, delivery: Delivery) -> Verdict:
        """Whether the API signed this decision, for this ticket, just now.

        Running it twice is harmless: it reads.
        """
        check = self.proofs.check_decision
        try:
            await asyncio.to_thread(check, delivery.decision, delivery.ticket_id, delivery.at)
        except Unproven as refused:
            return Verdict(refusal=str(refused))
        return Verdict(refusal=None)
