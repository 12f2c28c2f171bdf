"""Looks at what a job deployed, again and again, until the check that the catalogue names held or ended."""

import asyncio
from dataclasses import dataclass

from prometheus_client import Counter, Histogram
from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.awx import NOT_YET
from clients.health.probe import HealthProbe
from domain import health
from domain.errors import Unproven
from domain.health import HealthResult, HealthWanted, Look, Stretch
from domain.signing import HealthFinding, HealthNotes, told_digest
from record.errors import RecordUnavailable
from record.facts.health import CheckUnreadable, HealthReader
from record.signing.proofs import CommitProofs

LOOKS = Counter("prodgate_health_looks", "Looks at what was deployed, by whether the probe held", ["outcome"])
CHECKS = Counter("prodgate_health_checks", "Checks of what was deployed that ended, by how", ["outcome"])
VERIFYING = Histogram(
    "prodgate_verifying_seconds",
    "Seconds that a target's check was watched until it held or ended",
    buckets=(5, 15, 60, 120, 300, 600, 1_200, 3_600, 7_200, 21_600),
)


@dataclass
class HealthActivities:
    """Looks by the check that the record names, and seals what came of it with the worker's key: whoever starts a
    workflow has no say in where a look goes, nor in what it saw before.
    """

    probe: HealthProbe
    reader: HealthReader
    proofs: CommitProofs

    @activity.defn
    async def look_at_health(self, wanted: HealthWanted) -> HealthResult:
        """Look once; while the check is open, fail, benign, with the delay to the next look.

        Harmless twice: it only reads. What was seen so far is handed on by heartbeats, which outlive a worker.
        """
        before = await asyncio.to_thread(self._before, wanted)
        if before is not None:
            await self._hand_on(wanted, before)
        try:
            check = await asyncio.to_thread(self.reader.as_of_job, wanted)
        except CheckUnreadable as fault:
            return await self._sealed(wanted, health.unreadable(str(fault)))
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        if check is None:
            return await self._sealed(wanted, health.unnamed())
        seen = await self.probe.look(check)
        LOOKS.labels("held" if seen.held else "not held").inc()
        look = Look(at=activity.info().started_time, held=seen.held, seen=seen.words)
        stretch = health.looked(before, look, check)
        if stretch.held(check) is None:
            await self._hand_on(wanted, stretch)
            raise ApplicationError(
                f"The check is open: {seen.words}",
                type=NOT_YET,
                next_retry_delay=check.interval,
                category=ApplicationErrorCategory.BENIGN,
            )
        VERIFYING.observe(stretch.watched.total_seconds())
        return await self._sealed(wanted, health.ended(stretch, check))

    async def _hand_on(self, wanted: HealthWanted, stretch: Stretch) -> None:
        """Leave what was seen so far to the next look, whichever worker takes it."""
        notes = HealthNotes(
            ticket=wanted.deployment.request_id,
            attempt=wanted.deployment.attempt,
            job=wanted.job,
            at=stretch.last,
            stretch=stretch,
        )
        sealed = await asyncio.to_thread(self.proofs.seal, notes)
        activity.heartbeat(sealed or notes.model_dump_json())

    def _before(self, wanted: HealthWanted) -> Stretch | None:
        """The looks so far at this very job; none where they are not the worker's own word."""
        handed = activity.info().heartbeat_details
        if not handed or not isinstance(handed[0], str):
            return None
        try:
            notes = self.proofs.notes(handed[0])
        except (Unproven, ValidationError, ValueError) as error:
            activity.logger.warning("what was seen before does not count: %s", error)
            return None
        meant = (wanted.deployment.request_id, wanted.deployment.attempt, wanted.job)
        return notes.stretch if (notes.ticket, notes.attempt, notes.job) == meant else None

    async def _sealed(self, wanted: HealthWanted, result: HealthResult) -> HealthResult:
        """The result with the worker's signature on it and on the words that the entry will have."""
        CHECKS.labels("held" if result.evidence.held else "failed").inc()
        finding = HealthFinding(
            ticket=wanted.deployment.request_id,
            attempt=wanted.deployment.attempt,
            job=wanted.job,
            words=self._words(wanted, result),
            at=activity.info().started_time,
            health=result.evidence,
        )
        return result.model_copy(update={"seal": await asyncio.to_thread(self.proofs.seal, finding)})

    def _words(self, wanted: HealthWanted, result: HealthResult) -> str:
        if result.evidence.held:
            return told_digest(result.words, wanted.deployment_id, None)
        return told_digest(None, None, result.words)
