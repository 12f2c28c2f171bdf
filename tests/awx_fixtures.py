"""A simulated AWX and a receiver of its notifications, each a real HTTP server; and a promotion's way through them."""

import asyncio
import dataclasses
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.awx import LAUNCH_UNKNOWN, AwxActivities, AwxTimings
from clients.awx.client import AwxClient, AwxConnection
from demo.awx.app import create_app
from demo.awx.model import Pace, SimulatorConfig
from domain.deployment import Deployment, JobLookup, Launch, LaunchOutcome, NotLaunched
from domain.ticket import TargetType

TOKEN = "token-of-the-service"
TEMPLATE = "Deploy to PROD"
QUICK = Pace(pending=0.02, waiting=0.02, running=0.06, reaped=0.3, slow=0.3, late=0.6, explanation=0.1)


@contextmanager
def serving(app: FastAPI, certificate: Path | None = None, known_by: Path | None = None) -> Iterator[str]:
    """The application's address, while a thread serves it; over TLS with a file of key and certificate.

    `known_by` is the authority whose certificates callers have to show.
    """
    # asyncio switches Nagle's delay off only on sockets that name their protocol: 40 ms for each answer otherwise.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            log_level="critical",
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
            ssl_ca_certs=str(known_by) if known_by else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if known_by else ssl.CERT_NONE,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            eventually(lambda: server.started)
            yield f"http{'s' if certificate else ''}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(120)
            assert not thread.is_alive(), "the server goes on"


def eventually(check: Callable[[], object], within: float = 90) -> None:
    """Wait until the check holds; AssertionError after `within` seconds."""
    until = time.monotonic() + within
    while not check():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)


class Simulator:
    """The simulated AWX as a test sees it: its control path, and its API as somebody with the token."""

    def __init__(self, address: str, config: SimulatorConfig) -> None:
        self.address = address
        self.root = f"{address}{config.prefix}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.http = httpx.Client(base_url=address, headers=headers, timeout=90, verify=False)  # noqa: S501  no TLS here

    def api(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.http.request(method, f"{self.root}v2/{path}", **given)

    def control(self, method: str, path: str, **given: Any) -> Any:
        answer = self.http.request(method, f"/control/{path}", **given)
        assert answer.is_success, answer.text
        return answer.json()

    def faults(self, **faults: Any) -> None:
        self.control("PUT", "faults", json=faults)

    def template(self, **changes: Any) -> None:
        self.control("PATCH", "templates/7", json=changes)

    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "jobs")["jobs"]
        return found

    def job(self, number: int) -> dict[str, Any]:
        return next(job for job in self.jobs() if job["id"] == number)

    def ran(self) -> int:
        """The number of jobs that were ever made to run."""
        return sum(job["ever_ran"] for job in self.jobs())

    def until_status(self, number: int, *statuses: str) -> None:
        eventually(lambda: self.job(number)["status"] in statuses)

    def connection(self, **changes: Any) -> AwxConnection:
        given: dict[str, Any] = {"root": self.root, "template": TEMPLATE, "token": TOKEN, "launch_seconds": 2.0}
        return AwxConnection(**{**given, **changes})

    def client(self, **changes: Any) -> AwxClient:
        return AwxClient(self.connection(**changes))


@contextmanager
def simulating(**config: Any) -> Iterator[Simulator]:
    """A simulator with a quick pace, and with whatever the test configures."""
    given: dict[str, Any] = {"template": TEMPLATE, "token": TOKEN, "pace": QUICK}
    made = SimulatorConfig(**{**given, **config})
    with serving(create_app(made)) as address:
        simulator = Simulator(address, made)
        yield simulator
        simulator.http.close()


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Simulator]:
    """Started once; its notifications go to a port where nobody listens."""
    with simulating(callback_url="http://127.0.0.1:9/") as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Simulator:
    """A simulator that knows nothing yet."""
    shared_simulator.control("POST", "reset")
    return shared_simulator


class Receiver:
    """The receiver of notifications; it answers with the statuses it was told, then with 204."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.methods: list[str] = []
        self.answers: list[Response] = []
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self._receive, methods=["POST", "PUT"])

    async def _receive(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        self.headers.append(dict(request.headers))
        self.methods.append(request.method)
        return self.answers.pop(0) if self.answers else Response(status_code=204)

    def statuses(self) -> list[str | None]:
        return [body.get("status") for body in self.bodies]


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    made = Receiver()
    with serving(made.app) as address:
        yield made, f"{address}/v1/webhooks/awx/job-complete"


def deployment(number: int = 1, attempt: int = 1) -> Deployment:
    """An approved attempt."""
    return Deployment(
        request_id=f"PR-2026-{number:04}",
        attempt=attempt,
        tenant="tenant-finance",
        target_type=TargetType.API,
        target_name="payments",
        target_version="2.1.0",
        source_environment="staging",
        target_environment="prod",
        requester="pierre.durand@cab-i.com",
        approver="jean.dupont@cab-i.com",
    )


IMPATIENT = AwxTimings(
    request_lifetime=timedelta(seconds=1),
    look_every=timedelta(milliseconds=200),
    poll_fastest=timedelta(milliseconds=50),
    poll_slowest=timedelta(milliseconds=200),
    report_within=timedelta(0),
    settle=timedelta(milliseconds=300),
)
"""Of a worker that follows this AWX's jobs."""

TIMINGS = AwxTimings(
    request_lifetime=timedelta(seconds=0.3),
    launch_within=timedelta(seconds=2),
    look_every=timedelta(seconds=0.1),
    report_within=timedelta(0),
)
ATTEMPT = deployment()


def environment(scheduled: timedelta = timedelta(0)) -> ActivityEnvironment:
    made = ActivityEnvironment()
    asked = datetime.now(UTC) - scheduled
    made.info = dataclasses.replace(
        made.info, current_attempt_scheduled_time=asked, started_time=asked, heartbeat_timeout=timedelta(seconds=0.06)
    )
    return made


def launch_of(attempt: Deployment) -> Launch:
    """A launch by the run that the environment's activities belong to."""
    return Launch(deployment=attempt, run=str(ActivityEnvironment().info.workflow_run_id))


LAUNCH = launch_of(ATTEMPT)


async def no_objection(_deployment: Deployment, _asked: object) -> None:
    """As where the record shows everything that is asked for as approved."""


async def find(awx: AwxActivities, attempt: Deployment = ATTEMPT, asked_at: datetime | None = None) -> LaunchOutcome:
    """The answer of `find_job`, asked again as Temporal would while it is too early."""
    while True:
        try:
            return await environment().run(awx.find_job, JobLookup(deployment=attempt, asked_at=asked_at))
        except ApplicationError as error:
            if error.category is not ApplicationErrorCategory.BENIGN or error.next_retry_delay is None:
                raise
            await asyncio.sleep(error.next_retry_delay.total_seconds())


async def launch(awx: AwxActivities, attempt: Deployment = ATTEMPT) -> LaunchOutcome:
    return await environment().run(awx.launch_job, launch_of(attempt))


async def promote(awx: AwxActivities, attempt: Deployment = ATTEMPT) -> LaunchOutcome:
    asked_at = None
    for _ in range(2):
        found = await find(awx, attempt, asked_at)
        if not isinstance(found, NotLaunched):
            return found
        asked_at = datetime.now(UTC)
        try:
            return await launch(awx, attempt)
        except ApplicationError as error:
            if (error.type, error.non_retryable) != (LAUNCH_UNKNOWN, True):
                raise
    return await find(awx, attempt, asked_at)
