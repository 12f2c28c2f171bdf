"""The worker: builds clients and activities from the settings, and runs promotions until it is told to stop."""

import asyncio
import os
from datetime import timedelta

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from temporalio.worker import Worker

from activities.awx import AwxActivities, AwxTimings
from activities.record import RecordActivities
from clients.awx import AwxClient, AwxConnection
from record.errors import RecordUnavailable
from record.repository import open_repository
from serving import CannotServe, configure_logs, give_up, leave, serve, stop_signal
from settings import Settings, SettingsError
from workflows.connection import NoServer, connect
from workflows.door import Door
from workflows.promotion import Promotion

GRACE = timedelta(seconds=10)
"""How long running activities may go on after SIGTERM; what isn't done then is handed back to be done again."""


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = stop_signal()
    token = _plain(settings.git_token)
    repository = open_repository(settings.git_repo, settings.git_branch, settings.data_dir / "worker", token=token)
    async with AwxClient(awx_connection(settings)) as client:
        awx, record = AwxActivities(client, awx_timings(settings)), RecordActivities(repository)
        worker = Worker(
            await connect(),
            task_queue=settings.task_queue,
            workflows=[Promotion],
            activities=[record.record_change, awx.find_job, awx.launch_job, awx.read_result],
            interceptors=[Door()],
            graceful_shutdown_timeout=GRACE,
        )
        async with worker:
            await serve(health(worker), settings.worker_health_host, settings.worker_health_port, stop)
    await repository.close()


def awx_connection(settings: Settings) -> AwxConnection:
    return AwxConnection(
        root=settings.awx_url or "",
        template=settings.awx_template,
        token=_plain(settings.awx_token),
        user=settings.awx_user,
        password=_plain(settings.awx_password),
        ca_bundle=settings.awx_ca_bundle,
    )


def awx_timings(settings: Settings) -> AwxTimings:
    return AwxTimings(
        request_lifetime=settings.awx_request_lifetime,
        pending_deadline=settings.awx_pending_deadline,
        running_deadline=settings.awx_running_deadline,
    )


def health(worker: Worker) -> Starlette:
    """`/healthz`: 200 while the worker takes tasks."""

    async def live(_request: Request) -> JSONResponse:
        status = "ok" if worker.is_running and not worker.is_shutdown else "stopped"
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    return Starlette(routes=[Route("/healthz", live)])


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


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
