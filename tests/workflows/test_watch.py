"""The watch: AWX's jobs against the record, with what is wrong in the workflow's result."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleActionResult, ScheduleHandle, WorkflowHandle

from domain.decision import DecisionAction
from domain.ticket import State
from domain.watch import JobComparison
from engine.connection import converter
from engine.schedules import keep_watch
from tests.dev_server import dev_server
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
from workflows.watch import WATCH, AwxWatch

APPROVE = DecisionAction.APPROVE


async def found(stage: Stage) -> JobComparison:
    """The findings of one look of the watch."""
    client = stage.environment.client
    return await client.execute_workflow(AwxWatch.run, id=str(uuid.uuid4()), task_queue=stage.queue)


async def deployed(stage: Stage) -> None:
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_jobs_that_tickets_explain_are_no_news(dev_stage: Stage) -> None:
    """A deployed ticket and its job."""
    await deployed(dev_stage)
    async with dev_stage.working():
        assert await found(dev_stage) == JobComparison()


async def test_a_job_that_nobody_approved_is_told(dev_stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Launched by somebody in AWX's pages, with variables of no ticket: in the result, and as an error in the log."""
    dev_stage.awx.control("POST", "launch", json={"extra_vars": {"request_id": "PR-2026-0077", "attempt": 1}})
    async with dev_stage.working():
        orphans = (await found(dev_stage)).strays
    assert [(orphan.job, orphan.reason) for orphan in orphans] == [
        (1, "somebody-else started it (manual), not Prodgate")
    ]
    assert [record.levelname for record in caplog.records if "not Prodgate" in record.message] == ["ERROR"]


async def test_a_deployed_ticket_whose_job_is_gone_is_told(dev_stage: Stage) -> None:
    """The record says that something ran which AWX knows nothing of."""
    await deployed(dev_stage)
    dev_stage.awx.control("POST", "vanish", json={"job": 1})
    async with dev_stage.working():
        missing = (await found(dev_stage)).missing
    assert [(each.request_id, each.reason) for each in missing] == [
        ("PR-2026-0001", "it is deployed by awx-job-1, which AWX doesn't have")
    ]


async def test_a_twin_that_comes_late_is_cancelled(dev_stage: Stage) -> None:
    """A launch carried out after its ticket has long ended: told, and stopped before it runs."""
    await deployed(dev_stage)
    dev_stage.awx.faults(life=["stuck-pending"])
    dev_stage.awx.control("POST", "duplicate", json={"job": 1})
    async with dev_stage.working():
        orphans = (await found(dev_stage)).strays
    assert [(orphan.job, orphan.twin_of) for orphan in orphans] == [(2, 1)]
    assert orphans[0].reason.endswith("it had not run and was cancelled")
    dev_stage.awx.until_status(2, "canceled")
    assert dev_stage.awx.ran() == 1


async def test_the_schedule_is_made_once_and_runs(dev_stage: Stage) -> None:
    """Whichever worker starts last says how often; the engine's own scheduler does the rest."""
    async with await dev_server(
        data_converter=converter(None),
    ) as server:
        dev_stage.environment = server
        async with dev_stage.working():
            await keep_watch(server.client, dev_stage.queue, timedelta(hours=1))
            await keep_watch(server.client, dev_stage.queue, timedelta(seconds=1))
            schedule = server.client.get_schedule_handle(WATCH)
            recent = await _recent_actions(schedule)
            run = recent[0].action
            assert isinstance(run, ScheduleActionExecutionStartWorkflow)
            watched: WorkflowHandle[AwxWatch, JobComparison] = server.client.get_workflow_handle_for(
                AwxWatch.run, run.workflow_id
            )
            assert await watched.result() == JobComparison()


async def _recent_actions(schedule: ScheduleHandle) -> Sequence[ScheduleActionResult]:
    """The actions that the schedule has started, once there are some."""
    for _ in range(100):
        if recent := (await schedule.describe()).info.recent_actions:
            return recent
        await asyncio.sleep(0.2)
    raise AssertionError("the schedule started nothing")
