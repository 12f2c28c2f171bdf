"""What a worker registers, in production and in tests: every workflow, every activity, and the interceptors."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from temporalio.plugin import SimplePlugin
from temporalio.worker import Worker

from activities.announcing import AnnouncementActivities, Tell
from activities.awx import AwxActivities, AwxTimings
from activities.awx_watch import WatchActivities
from activities.beating import Beating
from activities.clearance import ClearanceActivities
from activities.lane import LaneActivities
from activities.proofs import ProofActivities
from activities.record import RecordActivities
from clients.awx import AwxClient
from clients.channel import Outlet
from domain.announcement import Channel
from record.controls import Controls
from record.diff import Comparer
from record.directory import DirectoryReader
from record.identities import Identities
from record.index import Index
from record.keys import KeyReader
from record.known import KNOWN_FOR, KnownRecord
from record.proofs import Proofs
from record.repository import Repository
from workflows.announcing import Announcements
from workflows.claim import Claim
from workflows.door import SignatureInterceptor
from workflows.lane import Lane
from workflows.promotion import Promotion
from workflows.watch import AwxWatch


@dataclass(frozen=True)
class Registration:
    """One worker's parts; it serves the task queue that `lanes` has."""

    repository: Repository
    index: Index
    awx: AwxClient
    timings: AwxTimings
    lanes: LaneActivities
    outlets: Mapping[Channel, Outlet]
    tell: Tell
    known_for: float = KNOWN_FOR
    """Seconds that rights count which can't be looked up any more."""

    def worker(self, **options: Any) -> Worker:
        """The worker, not started yet; `options` are the SDK's own."""
        directory = DirectoryReader(self.repository)
        keys = KeyReader(self.repository)
        identities = Identities(self.repository, self.index, keys)
        proofs = Proofs(keys, lambda person: identities.check(directory.current(), person))
        controls = Controls.of(self.repository, directory, self.index)
        known = KnownRecord(self.repository, self.index, controls, keys, identities, self.known_for)
        comparer = Comparer(self.index, controls.catalogue)
        clearance = ClearanceActivities(self.repository, directory, self.index, keys, controls)
        awx = AwxActivities(self.awx, clearance.objection, self.timings)
        return Worker(
            self.lanes.client,
            task_queue=self.lanes.task_queue,
            workflows=[Promotion, Announcements, Lane, Claim, AwxWatch],
            activities=[
                RecordActivities(self.repository, proofs, self.tell).record_change,
                AnnouncementActivities(self.outlets, self.repository, directory, comparer).deliver,
                ProofActivities(proofs, controls, self.index).check_decision,
                WatchActivities(self.awx, self.index).compare_jobs,
                clearance.read_facts,
                self.lanes.stand_in_lane,
                *(awx.find_job, awx.launch_job, awx.read_result),
            ],
            interceptors=[
                SignatureInterceptor(Proofs(known, known.check_person).check_decision, known.target),
                Beating(),
            ],
            plugins=[SimplePlugin("known-record", run_context=partial(_following, known))],
            **options,
        )


@asynccontextmanager
async def _following(known: KnownRecord) -> AsyncIterator[None]:
    """Follow the record while the worker runs."""
    await asyncio.to_thread(known.start)
    try:
        yield
    finally:
        await asyncio.to_thread(known.close)
