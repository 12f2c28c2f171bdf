"""Reports on the worker over HTTP: whether it lives, whether it can work, what it counts."""

import asyncio
import math
import time
from dataclasses import dataclass

import httpx
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from clients.awx.client import AwxClient
from clients.awx.errors import AwxError
from clients.awx.template import check_template
from domain.storage import DocumentStorage, StorageDown
from engine.schedules import last_drift
from engine.telemetry import Meter
from record.errors import RecordUnavailable
from record.facts.line import UNREADABLE
from record.git.repository import Repository
from record.signing.proofs import CommitProofs

FETCHED_WITHIN = 10.0
"""Seconds that a fetch may be old for the record to count as reachable."""

ASK_AWX_EVERY = 30.0
"""Seconds between two looks at AWX, and at what drift was found, however often somebody asks for readiness."""


@dataclass
class WorkerHealth:
    """`/healthz`, `/readyz` and `/metrics` of one worker."""

    worker: Worker
    temporal: Client
    repository: Repository
    awx: AwxClient
    proofs: CommitProofs
    counted: Meter
    storage: DocumentStorage
    encrypted: bool
    _awx_said: str = "ok"
    _drift_said: str = "not looked for yet"
    _awx_asked: float = -math.inf

    def app(self) -> Starlette:
        paths = {"/healthz": self.live, "/readyz": self.ready, "/metrics": self.metrics}
        return Starlette(routes=[Route(path, answer) for path, answer in paths.items()])

    async def live(self, _request: Request) -> JSONResponse:
        """200 while the worker takes tasks."""
        status = "ok" if self.worker.is_running and not self.worker.is_shutdown else "stopped"
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    async def ready(self, _request: Request) -> JSONResponse:
        """200 where everything that a promotion needs is there; otherwise 503, and what isn't.

        `histories` tells whether Temporal's are encrypted, `documents` whether their store is there, `drift` where
        the record and the engine were found to differ: no needs.
        """
        asked = (self._ask_temporal(), self._ask_git(), self._ask_awx(), self._ask_key())
        said = dict(zip(("temporal", "git", "awx", "key"), await asyncio.gather(*asked), strict=True))
        told = {"histories": "encrypted" if self.encrypted else "readable", "documents": await self._ask_storage()}
        told["drift"] = self._drift_said
        return JSONResponse(said | told, 200 if set(said.values()) == {"ok"} else 503)

    async def metrics(self, _request: Request) -> Response:
        """Prometheus: the record's and the process's own, then those of Temporal's SDK and of the activities."""
        async with httpx.AsyncClient(trust_env=False) as http:
            engine = await http.get(self.counted.address)
        return Response(generate_latest() + engine.content, media_type=CONTENT_TYPE_LATEST)

    async def _ask_temporal(self) -> str:
        try:
            await self.temporal.service_client.check_health()
        except RPCError as error:
            return f"The Temporal server does not answer: {error}"
        return "ok"

    async def _ask_git(self) -> str:
        try:
            await asyncio.to_thread(self.repository.fetch, FETCHED_WITHIN)
            found = self.repository.tip() is not None
        except (RecordUnavailable, OSError) as error:
            return f"The Git record can't be read: {error}"
        return "ok" if found else "The Git record is gone, or has no such branch"

    async def _ask_key(self) -> str:
        """Tells whether the record lets this worker sign what it does."""
        try:
            return await asyncio.to_thread(self.proofs.fault) or "ok"
        except UNREADABLE as error:
            return f"The record's keys can't be read: {error}"

    async def _ask_storage(self) -> str:
        try:
            await self.storage.check()
        except StorageDown as error:
            return str(error)
        return "ok"

    async def _ask_awx(self) -> str:
        """Tells whether AWX's job template is fit, as it was at the last look; drift is looked up with it."""
        if time.monotonic() - self._awx_asked > ASK_AWX_EVERY:
            self._awx_asked = time.monotonic()
            self._awx_said, self._drift_said = await asyncio.gather(self._look_at_awx(), last_drift(self.temporal))
        return self._awx_said

    async def _look_at_awx(self) -> str:
        try:
            found = await check_template(self.awx)
        except AwxError as error:
            return str(error)
        return " ".join(finding.sentence for finding in found.findings if finding.blocking) or "ok"
