"""A broken rule fails the update that broke it, and never the workflow; nobody cancels a story from outside."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from domain.errors import NotPending, RuleViolation
from workflows.story import to_its_end

MENDED = asyncio.Event()
"""Set where the code of the run is as it should be."""


@workflow.defn(sandboxed=False, failure_exception_types=[RuleViolation])
class Ruled:
    """Breaks a rule in an update's handler, and in `run` for as long as that is not mended."""

    def __init__(self) -> None:
        self.over = False

    @workflow.run
    async def run(self) -> str:
        return await to_its_end(self._story())

    async def _story(self) -> str:
        await workflow.wait_condition(lambda: self.over)
        if not MENDED.is_set():
            raise NotPending
        return "over"

    @workflow.update
    async def decide(self) -> None:
        raise NotPending("Request not pending: it is approved", state="approved")

    @workflow.signal
    def end(self) -> None:
        self.over = True


Running = WorkflowHandle[Ruled, str]


@pytest.fixture
async def running(temporal: Client) -> AsyncIterator[Running]:
    MENDED.clear()
    queue = f"ruled-{uuid.uuid4()}"
    async with Worker(temporal, task_queue=queue, workflows=[Ruled]):
        yield await temporal.start_workflow(Ruled.run, id=queue, task_queue=queue, task_timeout=timedelta(seconds=1))


async def events(running: Running) -> list[EventType.ValueType]:
    return [event.event_type for event in (await running.fetch_history()).events]


async def test_a_rule_that_an_update_s_handler_breaks_fails_that_update(running: Running) -> None:
    """The caller learns which rule, and the workflow goes on: no task fails, where it would be done again for ever."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await running.execute_update(Ruled.decide)
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.message) == ("NotPending", "Request not pending: it is approved")
    MENDED.set()
    await running.signal(Ruled.end)
    assert await running.result() == "over"
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in await events(running)


async def test_a_rule_that_the_story_breaks_fails_its_task_until_it_is_mended(running: Running) -> None:
    """The promotion's own mistake ends no promotion."""
    await running.signal(Ruled.end)
    for _ in range(400):
        if EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED in await events(running):
            break
        await asyncio.sleep(0.025)
    else:
        pytest.fail("no task failed")
    MENDED.set()
    assert await running.result() == "over"


async def test_a_request_to_cancel_is_dropped(running: Running) -> None:
    """However often it is asked for."""
    await running.cancel()
    await running.cancel()
    MENDED.set()
    await running.signal(Ruled.end)
    assert await running.result() == "over"
