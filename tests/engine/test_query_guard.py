"""Queries that come ahead of a workflow's next task are refused, and strand nothing."""

import asyncio
import contextlib
import logging
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from engine.query_guard import QueryGuard

RUNS, WAIT, OVERTAKEN = 12, timedelta(seconds=5), 2
QUERIES, TRIES = 6, 5


class Gate:
    """The gate that runs wait at."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    @activity.defn
    async def pass_the_gate(self) -> None:
        await self.open.wait()


@workflow.defn
class TwoMessages:
    """Like a promotion: an update waits for the first step's end, and another one may come meanwhile."""

    def __init__(self) -> None:
        self.passed = self.decided = False

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity_method(Gate.pass_the_gate, start_to_close_timeout=timedelta(minutes=1))
        self.passed = True
        await workflow.wait_condition(lambda: self.decided)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def submit(self) -> None:
        await workflow.wait_condition(lambda: self.passed)

    @workflow.update
    async def decide(self) -> None:
        self.decided = True
        await workflow.execute_activity_method(Gate.pass_the_gate, start_to_close_timeout=timedelta(minutes=1))

    @workflow.query
    def waits(self) -> bool:
        return not self.decided


def worker(client: Client, queue: str) -> Worker:
    return Worker(
        client, task_queue=queue, workflows=[TwoMessages], workflow_runner=QueryGuard(UnsandboxedWorkflowRunner())
    )


async def waiting(
    client: Client, queue: str
) -> tuple[list[WorkflowHandle[Any, Any]], list[WorkflowUpdateHandle[None]]]:
    """Runs that wait at the gate, forgotten by the worker that began them, and what their submitters wait for."""
    handles, submitted = [], []
    async with worker(client, queue):
        for number in range(RUNS):
            start = WithStartWorkflowOperation(
                TwoMessages.run,
                id=f"{queue}-{number}",
                task_queue=queue,
                task_timeout=timedelta(seconds=2),
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
            update = await client.start_update_with_start_workflow(
                TwoMessages.submit, start_workflow_operation=start, wait_for_stage=WorkflowUpdateStage.ACCEPTED
            )
            submitted.append(update)
            handles.append(await start.workflow_handle())
    return handles, submitted


async def take_and_die(client: Client, queue: str) -> None:
    """Take tasks as a worker would that is killed before it answers any; leave queries about some that it took."""
    service = client.service_client.workflow_service
    request = PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=queue))
    begun, asked = set[str](), Counter[str]()
    with contextlib.suppress(TimeoutError):  # where every query came before its run's task, none is left
        async with asyncio.timeout(3):
            while sum(asked[run] < QUERIES for run in begun) < OVERTAKEN:
                task = await service.poll_workflow_task_queue(request)
                if task.query.query_type:
                    asked[task.workflow_execution.workflow_id] += 1
                else:
                    begun.add(task.workflow_execution.workflow_id)


async def no_trouble(client: Client, queue: str) -> None:
    del client, queue


Trouble = Callable[[Client, str], Awaitable[None]]
HONEST = {bool, WorkflowQueryFailedError}


async def asked_meanwhile(client: Client, trouble: Trouble, queries: int) -> list[object]:
    """The answers to queries that wait for a worker while a step ends and a decision comes; runs end and replay."""
    gate, queue = Gate(), f"query-guard-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, activities=[gate.pass_the_gate]):
        handles, submitted = await waiting(client, queue)
        asked = [asyncio.create_task(handle.query(TwoMessages.waits, rpc_timeout=WAIT)) for handle in handles * queries]
        await asyncio.sleep(0.5)  # until the queries stand in the engine's line
        gate.open.set()
        await asyncio.sleep(0.5)  # until the step's end is in the histories
        decided = [asyncio.create_task(handle.execute_update(TwoMessages.decide)) for handle in handles]
        await asyncio.sleep(0.5)
        await trouble(client, queue)
        async with worker(client, queue):
            answers = await asyncio.gather(*asked, return_exceptions=True)
            await asyncio.gather(*(update.result() for update in submitted), *decided)
            await asyncio.gather(*(handle.result() for handle in handles))
        replayer = Replayer(workflows=[TwoMessages], workflow_runner=UnsandboxedWorkflowRunner())
        for handle in handles:
            await replayer.replay_workflow(await handle.fetch_history())
    return list(answers)


@pytest.mark.parametrize(
    ("trouble", "queries", "possible"), [(no_trouble, 1, HONEST), (take_and_die, QUERIES, HONEST | {RPCError})]
)
async def test_a_query_that_reads_ahead_strands_nothing(
    temporal: Client, caplog: pytest.LogCaptureFixture, trouble: Trouble, queries: int, possible: set[type]
) -> None:
    """Each run goes on, and its history replays; tried again where a busy machine let every query come too late."""
    caplog.set_level(logging.INFO, "engine.query_guard")
    for _ in range(TRIES):
        answers = await asked_meanwhile(temporal, trouble, queries)
        assert {type(answer) for answer in answers} <= possible
        if "is refused" in caplog.text:
            break
    else:
        pytest.fail("no query overtook its task, so nothing was shown")
