"""What a promotion costs from the caller's side, beside the least that the engine needs for one message.

The whole product runs as `prodgate up` starts it, on a folder of its own; the floor is a workflow on the same Temporal
server that does nothing but take an update. Ratios travel between machines, milliseconds don't.
"""

import asyncio
import contextlib
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

from bench.floor import Floor
from bench.record_read import percentiles
from domain.delivery import announcements_of
from tests.e2e.stack import JEAN, PIERRE, Stack, submission

EACH = 40
CROWDS = (1, 16)


async def timed(crowd: int, calls: Sequence[Callable[[], Awaitable[Any]]]) -> tuple[list[float], float, list[Any]]:
    """Each call's time, calls a second over all, and what they answered; `crowd` of them at once."""
    turn = asyncio.Semaphore(crowd)

    async def one(call: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
        async with turn:
            started = time.perf_counter()
            answer = await call()
            return time.perf_counter() - started, answer

    started = time.perf_counter()
    done = await asyncio.gather(*map(one, calls))
    return [taken for taken, _ in done], len(calls) / (time.perf_counter() - started), [answer for _, answer in done]


class Bench:
    """The product and the floor, on one Temporal server."""

    def __init__(self, stack: Stack, temporal: Client, http: httpx.AsyncClient) -> None:
        self.stack, self.temporal, self.http = stack, temporal, http

    async def call(self, person: str, path: str, body: object) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.stack.token(person)}"}
        answer = await self.http.post(f"/v1/requests/prod{path}", json=body, headers=headers)
        answer.raise_for_status()
        ticket: dict[str, Any] = answer.json()
        return ticket

    async def notify(self, ticket_id: str, number: int) -> None:
        """Tell of a job as AWX does; what it says of this one is looked up, and found to be nothing."""
        secret = json.loads((self.stack.data / "secrets.json").read_text(encoding="utf-8"))["callback"]
        body = {"id": number, "status": "running", "extra_vars": {"request_id": ticket_id}}
        headers = {"X-Prodgate-Secret": secret}
        (await self.http.post("/v1/webhooks/awx/job-complete", json=body, headers=headers)).raise_for_status()

    async def measure(self, crowd: int) -> None:
        """Print one crowd's figures."""
        floor = await self._floor(crowd)
        asked = [partial(self.call, PIERRE, "", _of_its_own(crowd, n)) for n in range(EACH)]
        creating, created_rate, tickets = await timed(crowd, asked)
        ids = [ticket["metadata"]["id"] for ticket in tickets]
        approving, approved_rate, _ = await timed(
            crowd, [partial(self.call, JEAN, f"/{i}/approve", {"comment": "Reviewed"}) for i in ids]
        )
        calling, called_rate, _ = await timed(crowd, [partial(self.notify, i, 10_000 + n) for n, i in enumerate(ids)])
        print(f"\n{crowd} at once, {EACH} promotions")
        for name, taken, rate in (
            ("an update of an empty workflow", *floor),
            ("POST, recorded in Git", creating, created_rate),
            ("approve, recorded in Git", approving, approved_rate),
            ("AWX's callback, answered", calling, called_rate),
        ):
            print(f"  {name:32} {percentiles(taken)}   {rate:6.1f}/s   {rate / floor[1]:5.2f} of the floor's rate")
        await self._steps(ids[-1])

    async def _floor(self, crowd: int) -> tuple[list[float], float]:
        handles: list[WorkflowHandle[Floor, None]] = [
            await self.temporal.start_workflow(Floor.run, id=f"floor-{uuid.uuid4()}", task_queue="floor")
            for _ in range(EACH)
        ]
        taken, rate, _ = await timed(crowd, [partial(handle.execute_update, Floor.touch) for handle in handles])
        for handle in handles:
            await handle.signal(Floor.end)
        return taken, rate

    async def _steps(self, ticket_id: str) -> None:
        """Print how many engine steps one promotion took, from submission to deployed, and its announcements beside."""
        for name, workflow_id in (("promotion", ticket_id), ("announcements", announcements_of(ticket_id))):
            handle = self.temporal.get_workflow_handle(workflow_id)
            await handle.result()
            history = await handle.fetch_history()
            size = sum(event.ByteSize() for event in history.events)
            tasks = sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events)
            print(
                f"  {ticket_id}, {name}: {len(history.events)} events in {tasks} tasks, {size / 1024:.1f} KB of history"
            )


def _of_its_own(crowd: int, number: int) -> dict[str, Any]:
    """A promotion of a target that no other one waits for."""
    body = submission(f"1.{crowd}.{number}")
    return body | {"target": body["target"] | {"name": f"api-{crowd}-{number}"}}


async def measure_promotions(folder: Path) -> None:
    """Start the product in the folder, print the figures, stop it."""
    stack = Stack(folder / "data", job_seconds=0.3, settings={"PRODGATE_OPEN_REQUESTS_PERSON": "1000000"})
    try:
        await asyncio.to_thread(stack.start)
        stack.open_catalogue()
        for person in (PIERRE, JEAN):
            await asyncio.to_thread(stack.token, person)  # signing in is no part of what is measured
        address = f"127.0.0.1:{stack.ports['temporal-port']}"
        temporal = await Client.connect(address, data_converter=pydantic_data_converter)
        async with (
            httpx.AsyncClient(base_url=stack.api, timeout=60, trust_env=False) as http,
            Worker(temporal, task_queue="floor", workflows=[Floor]),
        ):
            for crowd in CROWDS:
                await Bench(stack, temporal, http).measure(crowd)
    finally:
        await asyncio.to_thread(stack.end)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(measure_promotions(Path(folder)))


if __name__ == "__main__":
    main()
