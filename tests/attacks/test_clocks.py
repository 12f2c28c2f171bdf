"""Attacks by clocks: a worker whose clock is wrong makes no second job, and gives up none that runs."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

import activities.awx
import activities.fronts
from activities.awx import AwxActivities
from activities.fronts import Fronts
from domain.decision import DecisionAction
from domain.deployment import Job, JobLookup, NotLaunched
from domain.lifecycle import apply
from tests.activities.conftest import awx
from tests.awx_fixtures import ATTEMPT, LAUNCH, TIMINGS, Simulator, environment, shared_simulator, simulator
from tests.domain.builders import JEAN, NOW, decision, pending

__all__ = ["awx", "shared_simulator", "simulator"]
AN_HOUR = timedelta(hours=1)


def clock(monkeypatch: pytest.MonkeyPatch, module: Any, off: timedelta) -> None:
    """The worker's clock is off by so much."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + off

    monkeypatch.setattr(module, "datetime", Wrong)


async def test_a_launch_whose_answer_was_lost_is_waited_for_by_the_engines_clock(
    simulator: Simulator, awx: AwxActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is an hour ahead says no sooner that there is certainly no job."""
    clock(monkeypatch, activities.awx, AN_HOUR)
    with pytest.raises(ApplicationError) as early:
        await environment().run(awx.find_job, JobLookup(deployment=ATTEMPT, asked_at=datetime.now(UTC)))
    assert early.value.category is ApplicationErrorCategory.BENIGN


async def test_a_job_that_waits_in_awx_is_given_up_by_the_engines_clock(
    simulator: Simulator, awx: AwxActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is hours ahead cancels nothing that was launched a moment ago."""
    simulator.faults(life=["stuck-pending"])
    template = await awx.client.template()
    job = await awx.client.launch(template.id, ATTEMPT.extra_vars(), [], None)
    clock(monkeypatch, activities.awx, 2 * AN_HOUR)
    with pytest.raises(ApplicationError) as early:
        await environment().run(awx.read_result, Job(deployment=ATTEMPT, job=job.id, since=datetime.now(UTC)))
    assert early.value.category is ApplicationErrorCategory.BENIGN
    assert simulator.job(job.id)["status"] == "pending"


async def test_a_launch_that_is_late_is_not_sent_by_a_worker_that_is_behind(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record took its time to answer; by the worker's clock the launch was not even asked for yet."""
    clock(monkeypatch, activities.awx, -AN_HOUR)

    async def slow(_deployment: object, _asked: object) -> None:
        await asyncio.sleep(0.4)

    timings = dataclasses.replace(TIMINGS, launch_within=timedelta(seconds=0.2))
    async with simulator.client() as client:
        outcome = await environment().run(AwxActivities(client, slow, timings).launch_job, LAUNCH)
    assert isinstance(outcome, NotLaunched)
    assert simulator.control("GET", "jobs")["launch_posts"] == 0


async def test_a_promotion_that_ended_a_moment_ago_is_passed_by_nobody(
    simulator: Simulator, awx: AwxActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last launch may be alive, whatever the clock of whoever looks."""
    clock(monkeypatch, activities.fronts, AN_HOUR)

    async def describe() -> Any:
        return SimpleNamespace(status=WorkflowExecutionStatus.TERMINATED, close_time=datetime.now(UTC))

    client: Any = SimpleNamespace(get_workflow_handle=lambda _id: SimpleNamespace(describe=describe))
    ticket = pending()
    ticket = apply(ticket, decision(ticket, DecisionAction.APPROVE, JEAN), NOW)
    assert not await environment().run(Fronts(client, awx).abandoned, ticket)
