"""The SDK's fault that `engine.query_guard` guards against, without a line of ours in the way.

Red means that this version of the SDK shows the fault no longer: see docs/adr/0012 for what to do then.
"""

import asyncio
import uuid
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateStage
from temporalio.worker import Replayer, Worker
from temporalio.workflow import NondeterminismError

RUNS, TRIES = 6, 5
SOON = timedelta(minutes=1)


@workflow.defn(sandboxed=False)
class Plain:
    """A step, and another one after it; an update has a step of its own."""

    @workflow.run
    async def run(self) -> None:
        for step in ("first", "second"):
            await workflow.execute_activity("step", step, start_to_close_timeout=SOON)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def decide(self) -> None:
        await workflow.execute_activity("step", "decided", start_to_close_timeout=SOON)

    @workflow.query
    def ask(self) -> str:
        return "anything"


class Steps:
    def __init__(self) -> None:
        self.done = asyncio.Event()

    @activity.defn
    async def step(self, name: str) -> None:
        del name
        await self.done.wait()


async def overtaken(client: Client) -> list[WorkflowHandle[Plain, None]]:
    """Runs whose first step ends, and to which an update comes, while a query stands in the engine's line for them."""
    steps, queue = Steps(), f"plain-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, activities=[steps.step]):
        async with Worker(client, task_queue=queue, workflows=[Plain]):
            handles = [await client.start_workflow(Plain.run, id=f"{queue}-{n}", task_queue=queue) for n in range(RUNS)]
            await asyncio.gather(*(handle.query(Plain.ask) for handle in handles))
        asked = [asyncio.create_task(handle.query(Plain.ask)) for handle in handles]
        await asyncio.sleep(0.5)  # until the queries stand in line
        steps.done.set()
        await asyncio.sleep(0.5)  # until the steps' ends are in the histories
        deciding = [
            asyncio.create_task(handle.start_update(Plain.decide, wait_for_stage=WorkflowUpdateStage.COMPLETED))
            for handle in handles
        ]
        await asyncio.sleep(0.2)
        async with Worker(client, task_queue=queue, workflows=[Plain]):
            await asyncio.gather(*asked, *deciding, *(handle.result() for handle in handles))
    return handles


async def strands(handle: WorkflowHandle[Plain, None]) -> bool:
    """Tells whether the history that the run wrote can't be replayed by the very code that wrote it."""
    try:
        await Replayer(workflows=[Plain]).replay_workflow(await handle.fetch_history())
    except NondeterminismError:
        return True
    return False


async def test_a_query_still_makes_the_sdk_write_histories_that_it_cant_replay(temporal: Client) -> None:
    """As long as this holds, promotions need the guard; tried again where every query came too late."""
    for _ in range(TRIES):
        if any([await strands(handle) for handle in await overtaken(temporal)]):
            return
    pytest.fail("the SDK replays what a query read ahead of: the guard may go, see docs/adr/0012")
