"""The worker: builds clients and activities from the settings, and runs promotions until it is told to stop."""

import asyncio
import os

from prometheus_client import REGISTRY
from temporalio.service import RPCError

from bootstrap.channels import channel_clients
from bootstrap.composition import monthly_order, registered, worker_folder
from bootstrap.doctor import awx_connection, warn_of_histories
from bootstrap.documents import documents
from bootstrap.health import WorkerHealth
from bootstrap.keys import check_key
from bootstrap.process import CannotServe, configure_logs, give_up, leave, serve, stop_signal
from bootstrap.traces import begin
from clients.awx.client import AwxClient
from clients.tls import CertificateUnusable
from engine.codec import PayloadKeysUnusable
from engine.connection import NoServer, connect
from engine.schedules import keep_drift_watch, keep_reports, keep_watch
from engine.telemetry import meter
from engine.versioning import life
from record.errors import RecordUnavailable
from record.git.repository import open_repository
from record.metrics import RecordCollector
from settings import Settings, SettingsError, plain

CANNOT_RUN = (CannotServe, CertificateUnusable, NoServer, PayloadKeysUnusable, RecordUnavailable, RPCError)


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop, counted, traced = stop_signal(), meter(), begin(settings, "prodgate-worker")
    temporal = await connect(keys := settings.payload_keys, counted.runtime, traced.plugins)
    warn_of_histories(settings)
    token = plain(settings.git_token)
    repository = open_repository(settings.git_repo, settings.git_branch, worker_folder(settings), token=token)
    REGISTRY.register(RecordCollector(repository))
    async with AwxClient(awx_connection(settings)) as client, channel_clients(settings, repository) as channels:
        registration = registered(settings, temporal, repository, client, channels)
        await asyncio.to_thread(check_key, repository, registration.commits)
        worker = registration.worker(**life(settings.worker_deployment, settings.build_id))
        await registration.follow()
        async with worker:
            await keep_watch(temporal, settings.task_queue, settings.awx_watch_every)
            await keep_drift_watch(temporal, settings.task_queue, settings.reconcile_every)
            await keep_reports(temporal, settings.task_queue, monthly_order(settings), settings.time_zone)
            store, encrypted = documents(settings), keys is not None
            health = WorkerHealth(worker, temporal, repository, client, registration.commits, counted, store, encrypted)
            await serve(health.app(), settings.worker_health_host, settings.worker_health_port, stop)
    await repository.close()
    await asyncio.to_thread(traced.close)


def main() -> None:
    """Run with the settings of the environment."""
    try:
        settings = Settings.from_environment(os.environ, "awx_url")
        configure_logs(settings.log_level)
        asyncio.run(run(settings))
    except (SettingsError, *CANNOT_RUN) as error:
        give_up("prodgate worker", error, 2 if isinstance(error, SettingsError) else 1)
    leave(0)


if __name__ == "__main__":
    main()
