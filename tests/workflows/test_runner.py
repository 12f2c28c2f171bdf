"""Workflow tasks are taken whole, whatever queries come in between."""

import asyncio
import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from workflows.runner import WholeTasks

QUEUE, RUNS = f"whole-tasks-{uuid.uuid4()}", 12

gate = asyncio.Event()


@activity.defn
async def pass_the_gate() -> None:
    await gate.wait()


@workflow.defn
class TwoMessages:
    """Like a promotion: an update waits for the first step's end, and another one may come meanwhile."""

    def __init__(self) -> None:
        self.passed = self.decided = False

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(pass_the_gate, start_to_close_timeout=timedelta(minutes=1))
        self.passed = True
        await workflow.wait_condition(lambda: self.decided)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def submit(self) -> None:
        await workflow.wait_condition(lambda: self.passed)

    @workflow.update
    async def decide(self) -> None:
        self.decided = True
        await workflow.execute_activity(pass_the_gate, start_to_close_timeout=timedelta(minutes=1))

    @workflow.query
    def waits(self) -> bool:
        return not self.decided


def worker(client: Client) -> Worker:
    return Worker(
        client, task_queue=QUEUE, workflows=[TwoMessages], workflow_runner=WholeTasks(UnsandboxedWorkflowRunner())
    )


@pytest.fixture
def closed_gate() -> Iterator[None]:
    gate.clear()
    yield
    gate.set()


async def waiting(client: Client) -> tuple[list[WorkflowHandle[Any, Any]], list[WorkflowUpdateHandle[None]]]:
    """Runs that wait at the gate, forgotten by the worker that began them, and what their submitters wait for."""
    handles, submitted = [], []
    async with worker(client):
        for number in range(RUNS):
            start = WithStartWorkflowOperation(
                TwoMessages.run,
                id=f"{QUEUE}-{number}",
                task_queue=QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
            update = await client.start_update_with_start_workflow(
                TwoMessages.submit, start_workflow_operation=start, wait_for_stage=WorkflowUpdateStage.ACCEPTED
            )
            submitted.append(update)
            handles.append(await start.workflow_handle())
    return handles, submitted


async def test_a_query_that_reads_ahead_strands_nothing(
    temporal: Client, closed_gate: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Queries wait for a worker while a step ends and a decision arrives: each run goes on, and its history replays."""
    caplog.set_level(logging.INFO, "workflows.runner")
    async with Worker(temporal, task_queue=QUEUE, activities=[pass_the_gate]):
        handles, submitted = await waiting(temporal)
        asked = [asyncio.create_task(handle.query(TwoMessages.waits)) for handle in handles]
        await asyncio.sleep(0.5)  # until the queries stand in the engine's line
        gate.set()
        await asyncio.sleep(0.5)  # until the step's end is in the histories
        decided = [asyncio.create_task(handle.execute_update(TwoMessages.decide)) for handle in handles]
        await asyncio.sleep(0.5)
        async with worker(temporal):
            answers = await asyncio.gather(*asked, return_exceptions=True)
            await asyncio.gather(*(update.result() for update in submitted), *decided)
            await asyncio.gather(*(handle.result() for handle in handles))
        replayer = Replayer(workflows=[TwoMessages], workflow_runner=UnsandboxedWorkflowRunner())
        for handle in handles:
            await replayer.replay_workflow(await handle.fetch_history())
    assert "is refused" in caplog.text, "no query overtook its task, so nothing was shown"
    assert {type(answer) for answer in answers} <= {bool, WorkflowQueryFailedError}
