"""Has promotions go on from the record where the engine has lost them, or has older ones. It launches nothing."""

import asyncio
from dataclasses import dataclass

from domain.change import Resumed
from domain.drift import APPLIED, Drift, DriftKind
from domain.lifecycle import is_over
from engine.promotions import EnginePromotions
from record.facts.resuming import ResumptionReader

FETCHED_WITHIN = 1.0
"""Seconds that a fetch may be old for what a promotion goes on from: thousands of tickets are not fetched for each."""


@dataclass(frozen=True)
class Mending:
    """Mends drift. Two at once do no harm: the ticket's id is the workflow's, so one begins it and the other sees it.

    Whatever began it, a promotion from the record looks in AWX for its job before it asks for one (docs/adr/0002).
    """

    promotions: EnginePromotions
    resumptions: ResumptionReader

    async def mend(self, drift: Drift) -> bool:
        """Mend it, where that needs no person; True for done. Raises RPCError, RecordUnavailable."""
        resumed = await self._resumed(drift.subject) if drift.kind in APPLIED else None
        if resumed is None:
            return False
        if drift.kind is DriftKind.BEHIND:
            return await self.promotions.replace(resumed)
        if not await self.promotions.resume(resumed):
            await self._resume_ended(drift.subject)
        return True

    async def _resume_ended(self, ticket_id: str) -> None:
        """Have it go on unless it has recorded its end, as one does that ends in good order: so read again."""
        resumed = await self._resumed(ticket_id, fetched_within=0)
        if resumed is not None and not is_over(resumed.ticket):
            await self.promotions.resume_ended(resumed)

    async def _resumed(self, ticket_id: str, fetched_within: float = FETCHED_WITHIN) -> Resumed | None:
        return await asyncio.to_thread(self._read, ticket_id, fetched_within)

    def _read(self, ticket_id: str, fetched_within: float) -> Resumed | None:
        self.resumptions.repository.fetch(fetched_within)
        return self.resumptions.of(ticket_id)
