"""The worker's own pages: whether it lives and can work, with what isn't fit, and the alarms that it counts."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from bootstrap.health import WorkerHealth
from clients.awx.client import AwxClient
from clients.store.documents import ObjectDocuments
from clients.store.sealing import DocumentSealer
from domain.decision import DecisionAction
from domain.ticket import State
from engine.connection import converter
from engine.telemetry import Meter, meter
from record.git.repository import open_repository
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
from tests.workflows.test_watch import found
from workflows.watch import AwxWatch

TOLD = {"histories": "readable", "documents": "ok", "drift": "not looked for yet"}
ALL_WELL = {"temporal": "ok", "git": "ok", "awx": "ok", "key": "ok", **TOLD}


@asynccontextmanager
async def pages(
    stage: Stage, awx: AwxClient | None = None, temporal: Client | None = None, counted: Meter | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """The pages of a worker that runs for as long as the context lasts."""
    client, repository = stage.environment.client, open_repository(str(stage.git), "main", stage.git.parent / "clone")
    worker = Worker(client, task_queue=stage.queue, workflows=[AwxWatch])
    async with awx or stage.awx.client() as asked, worker:
        commits, counted = CommitProofs(KeyReader(repository)), counted or meter()
        (folder := stage.git.parent / "documents").mkdir(exist_ok=True)
        store = ObjectDocuments(folder.as_uri(), DocumentSealer(None))
        health = WorkerHealth(worker, temporal or client, repository, asked, commits, counted, store, encrypted=False)
        app = health.app()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as http:
            yield http
    await repository.close()


async def not_ready(http: httpx.AsyncClient, what: str) -> str:
    """The sentence on the one thing that is wrong; without the engine, nobody knows of drift either."""
    answer = await http.get("/readyz")
    said: dict[str, str] = answer.json()
    assert answer.status_code == 503
    assert said | {what: "ok", "drift": ALL_WELL["drift"]} == ALL_WELL
    return said[what]


async def test_a_worker_that_can_work_says_so(dev_stage: Stage) -> None:
    """200 twice; the first from when it takes tasks."""
    async with pages(dev_stage) as http:
        for _ in range(500):
            live = await http.get("/healthz")
            if live.is_success:
                break
            await asyncio.sleep(0.01)
        assert (live.status_code, live.json()) == (200, {"status": "ok"})
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, ALL_WELL)


async def test_an_unfit_template_is_told_with_what_mends_it(dev_stage: Stage) -> None:
    """Before anybody's promotion meets it; AWX is asked at most twice a minute."""
    dev_stage.awx.template(ask_variables_on_launch=False)
    async with pages(dev_stage) as http:
        assert "switch on 'Prompt on launch' for Variables" in await not_ready(http, "awx")
        dev_stage.awx.template(ask_variables_on_launch=True)
        assert "switch on 'Prompt on launch' for Variables" in await not_ready(http, "awx")
    async with pages(dev_stage) as http:
        assert (await http.get("/readyz")).status_code == 200


async def test_what_cannot_be_reached_is_told(dev_stage: Stage) -> None:
    """AWX, the Git server and Temporal, each apart from the others."""
    async with pages(dev_stage, awx=dev_stage.awx.client(root="http://127.0.0.1:9/api/")) as http:
        assert "AWX cannot be reached" in await not_ready(http, "awx")
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")), dev_server_log_level="error"
    ) as server:
        lost = server.client
    async with pages(dev_stage, temporal=lost) as http:
        assert "The Temporal server does not answer" in await not_ready(http, "temporal")
    async with pages(dev_stage) as http:
        with dev_stage.git_away():
            assert "The Git record is gone" in await not_ready(http, "git")


async def test_alarms_are_counted(dev_stage: Stage) -> None:
    """A second job for an attempt, a job that nobody approved, a ticket whose job is gone: one of each."""
    counted, client = meter(), dev_stage.environment.client
    dev_stage.environment = WorkflowEnvironment.from_client(
        await Client.connect(
            client.service_client.config.target_host,
            namespace=client.namespace,
            data_converter=converter(None),
            runtime=counted.runtime,
        )
    )
    dev_stage.awx.faults(launch=["cut"], life=["stuck-running", "stuck-pending"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "duplicate", json={"job": 1})
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        await promoted.result()
    for job in (1, 2):
        dev_stage.awx.control("POST", "vanish", json={"job": job})
    dev_stage.awx.control("POST", "launch", json={"extra_vars": {"request_id": "PR-2026-0077", "attempt": 1}})
    async with dev_stage.working():
        await found(dev_stage)
    async with pages(dev_stage, counted=counted) as http:
        text = (await http.get("/metrics")).text
    told = dict(re.findall(r"^(prodgate_awx_\w+)(?:\{[^}]*\})? (\d+)$", text, re.MULTILINE))
    assert told == {f"prodgate_awx_{what}_jobs": "1" for what in ("duplicate", "stray", "missing")}


async def test_a_store_of_documents_that_is_away_is_told_and_is_no_outage(dev_stage: Stage) -> None:
    """Promotions need none."""
    async with pages(dev_stage) as http:
        (dev_stage.git.parent / "documents").rmdir()
        answer = await http.get("/readyz")
    assert answer.status_code == 200
    assert "is no folder" in answer.json()["documents"]
