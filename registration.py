"""What a worker registers, in production and in tests: every workflow, every activity, and the interceptors."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.worker import Worker

from activities.announcing import AnnouncementActivities, Tell
from activities.awx import AwxActivities, AwxTimings
from activities.awx_watch import WatchActivities
from activities.beating import Beating
from activities.fronts import Fronts
from activities.looking import LookActivities, RecordLook
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
from record.line import LineReader
from record.proofs import Proofs
from record.repository import Repository
from workflows.announcing import Announcements
from workflows.claim import Claim
from workflows.door import SignatureInterceptor
from workflows.promotion import Promotion
from workflows.watch import AwxWatch


@dataclass(frozen=True)
class Registration:
    """One worker's parts, and the task queue that it serves. `look_every` is the shortest time between two looks."""

    client: Client
    task_queue: str
    repository: Repository
    index: Index
    awx: AwxClient
    timings: AwxTimings
    outlets: Mapping[Channel, Outlet]
    tell: Tell
    look_every: timedelta = timedelta(seconds=2)
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
        lines = LineReader(self.repository, self.index, directory, keys, controls)
        record = RecordLook(self.repository, self.index, keys, lines, lambda ticket: fronts.abandoned(ticket))
        awx = AwxActivities(self.awx, record.objection, self.timings)
        fronts = Fronts(self.client, awx)
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[Promotion, Announcements, Claim, AwxWatch],
            activities=[
                RecordActivities(self.repository, proofs, self.tell).record_change,
                AnnouncementActivities(self.outlets, self.repository, directory, comparer).deliver,
                ProofActivities(proofs, controls, self.index).check_decision,
                WatchActivities(self.awx, self.index).compare_jobs,
                LookActivities(record, awx.find_job, self.look_every).look,
                *(awx.launch_job, awx.read_result),
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
