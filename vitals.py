"""What the worker says of itself over HTTP: whether it lives, whether it can work, what it counts."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import Worker

from clients.awx import AwxClient
from clients.awx_errors import AwxError
from clients.awx_template import check_template
from record.errors import RecordUnavailable
from record.repository import Repository

Check = Callable[[], Awaitable[str]]
"""Answers `ok`, or a sentence that says what is wrong."""


@dataclass(frozen=True)
class Meter:
    """Where Temporal's SDK counts, its own and what activities count through it; served on the loopback address."""

    runtime: Runtime
    address: str


def meter() -> Meter:
    """A runtime whose metrics can be read. The SDK opens the port itself, and takes no 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    metrics = PrometheusConfig(bind_address=f"{host}:{port}")
    return Meter(Runtime(telemetry=TelemetryConfig(metrics=metrics)), f"http://{host}:{port}/metrics")


def vitals(worker: Worker, temporal: Client, repository: Repository, awx: AwxClient, counted: Meter) -> Starlette:
    """The worker's pages."""
    checks: dict[str, Check] = {
        "temporal": temporal_check(temporal),
        "git": git_check(repository),
        "awx": AwxCheck(awx),
    }
    return Vitals(worker, checks, counted.address).app()


@dataclass
class Vitals:
    """`/healthz`, `/readyz` and `/metrics` of one worker. `engine` is where Temporal's SDK serves its metrics."""

    worker: Worker
    checks: Mapping[str, Check]
    engine: str

    def app(self) -> Starlette:
        paths = {"/healthz": self.live, "/readyz": self.ready, "/metrics": self.metrics}
        return Starlette(routes=[Route(path, answer) for path, answer in paths.items()])

    async def live(self, _request: Request) -> JSONResponse:
        """200 while the worker takes tasks."""
        status = "ok" if self.worker.is_running and not self.worker.is_shutdown else "stopped"
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    async def ready(self, _request: Request) -> JSONResponse:
        """200 where everything that a promotion needs is there; otherwise 503, and what isn't."""
        said = await asyncio.gather(*(check() for check in self.checks.values()))
        return JSONResponse(dict(zip(self.checks, said, strict=True)), 200 if set(said) == {"ok"} else 503)

    async def metrics(self, _request: Request) -> Response:
        """Prometheus: the record's and the process's own, then those of Temporal's SDK and of the activities."""
        async with httpx.AsyncClient(trust_env=False) as http:
            engine = await http.get(self.engine)
        return Response(generate_latest() + engine.content, media_type=CONTENT_TYPE_LATEST)


def temporal_check(client: Client) -> Check:
    async def check() -> str:
        try:
            await client.service_client.check_health()
        except RPCError as error:
            return f"The Temporal server does not answer: {error}"
        return "ok"

    return check


def git_check(repository: Repository) -> Check:
    async def check() -> str:
        try:
            await asyncio.to_thread(repository.fetch, 10.0)
            found = repository.tip() is not None
        except (RecordUnavailable, OSError) as error:
            return f"The Git record can't be read: {error}"
        return "ok" if found else "The Git record is gone, or has no such branch"

    return check


@dataclass
class AwxCheck:
    """Whether AWX's job template is fit. AWX is asked at most once in so many seconds, however often this is."""

    client: AwxClient
    every: float = 30.0
    _said: str = "ok"
    _asked_at: float | None = field(default=None)

    async def __call__(self) -> str:
        if self._asked_at is None or time.monotonic() - self._asked_at > self.every:
            self._asked_at = time.monotonic()
            self._said = await self._ask()
        return self._said

    async def _ask(self) -> str:
        try:
            found = await check_template(self.client)
        except AwxError as error:
            return str(error)
        return " ".join(finding.sentence for finding in found.findings if finding.blocking) or "ok"
