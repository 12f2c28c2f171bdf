"""The worker: builds clients and activities from the settings, and runs promotions until it is told to stop."""

import asyncio
import os
from datetime import timedelta

from prometheus_client import REGISTRY
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.announcing import AnnouncementActivities
from activities.awx import AwxActivities
from activities.awx_watch import WatchActivities
from activities.beating import Beating
from activities.clearance import ClearanceActivities
from activities.lane import LaneActivities
from activities.proofs import ProofActivities
from activities.record import RecordActivities
from channels import outlets, teller
from clients.awx import AwxClient
from doctor import awx_connection, awx_timings, plain
from record.directory import DirectoryReader
from record.errors import RecordUnavailable
from record.index import Index
from record.metrics import RecordCollector
from record.proofs import Proofs
from record.repository import open_repository
from serving import CannotServe, configure_logs, give_up, leave, serve, stop_signal
from settings import Settings, SettingsError
from vitals import meter, vitals
from workflows.announcing import Announcements
from workflows.claim import Claim
from workflows.connection import NoServer, connect
from workflows.door import Door
from workflows.lane import Lane
from workflows.promotion import Promotion
from workflows.runner import WholeTasks
from workflows.watch import AwxWatch, keep_watch

GRACE, STICKY = timedelta(seconds=10), timedelta(seconds=5)
"""How long running activities may go on after SIGTERM, before they are handed back to be done again; and how long a
promotion waits for the worker that knows it, before any other takes it up."""


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop, counted = stop_signal(), meter()
    temporal = await connect(counted.runtime)
    folder, token = settings.data_dir / "worker", plain(settings.git_token)
    repository = open_repository(settings.git_repo, settings.git_branch, folder, token=token)
    proofs = Proofs.of(repository)
    REGISTRY.register(RecordCollector(repository))
    async with AwxClient(awx_connection(settings)) as client, outlets(settings) as channels:
        directory, index = DirectoryReader(repository), Index(repository, folder / "index.db")
        clearance = ClearanceActivities(repository, directory, index, proofs.keys)
        awx = AwxActivities(client, clearance.objection, awx_timings(settings))
        lanes = LaneActivities(temporal, settings.task_queue)
        record = RecordActivities(repository, proofs, teller(settings, temporal, channels))
        worker = Worker(
            temporal,
            task_queue=settings.task_queue,
            workflows=[Promotion, Announcements, Lane, Claim, AwxWatch],
            activities=[
                record.record_change,
                AnnouncementActivities(channels, directory).deliver,
                ProofActivities(proofs).check_decision,
                lanes.stand_in_lane,
                clearance.read_facts,
                WatchActivities(client, index).compare_jobs,
                *(awx.find_job, awx.launch_job, awx.read_result),
            ],
            interceptors=[Door(proofs.check_decision), Beating()],
            workflow_runner=WholeTasks(SandboxedWorkflowRunner()),
            graceful_shutdown_timeout=GRACE,
            sticky_queue_schedule_to_start_timeout=STICKY,
        )
        async with worker:
            await keep_watch(temporal, settings.task_queue, settings.awx_watch_every)
            app = vitals(worker, temporal, repository, client, counted)
            await serve(app, settings.worker_health_host, settings.worker_health_port, stop)
    await repository.close()


def main() -> None:
    """Run with the settings of the environment."""
    try:
        settings = Settings.from_environment(os.environ)
        settings.require("awx_url")
    except SettingsError as error:
        give_up("prodgate worker", error, 2)
    configure_logs(settings.log_level)
    try:
        asyncio.run(run(settings))
    except (CannotServe, NoServer, RecordUnavailable) as error:
        give_up("prodgate worker", error, 1)
    leave(0)


if __name__ == "__main__":
    main()
