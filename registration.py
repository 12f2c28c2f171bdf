"""What a worker registers, in production and in tests: every workflow, every activity, and the interceptors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from record.line import LineReader
from temporalio.client import Client
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
from record.index import Index
from record.proofs import Proofs
from record.repository import Repository
from workflows.announcing import Announcements
from workflows.claim import Claim
from workflows.door import Door
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

    def worker(self, **options: Any) -> Worker:
        """The worker, not started yet; `options` are the SDK's own."""
        directory = DirectoryReader(self.repository)
        proofs = Proofs.of(self.repository, self.index, directory)
        controls = Controls.of(self.repository, directory, self.index)
        controls.make()
        comparer = Comparer(self.index, controls.catalogue)
        lines = LineReader(self.repository, self.index, directory, proofs.keys, controls)
        record = RecordLook(self.repository, self.index, proofs.keys, lines, lambda ticket: fronts.abandoned(ticket))
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
            interceptors=[Door(proofs.check_decision, controls.of_ticket), Beating()],
            **options,
        )
