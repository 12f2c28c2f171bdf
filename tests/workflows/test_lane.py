"""Deployments of one target take turns, in the order in which people let them through."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from domain.decision import DecisionAction
from domain.lane import Queue
from domain.ticket import State, Target, TargetType
from tests.awx_fixtures import Simulator
from tests.domain.builders import JEAN, details
from tests.record.building import catalogue_opens
from tests.workflows.stage import Promoted, Stage
from workflows.lane import Lane
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction
LANE = "lane/tenant-finance/prod/api/payment-api"


@pytest.fixture
def side_by_side(awx: Simulator) -> Simulator:
    """AWX would let the template's jobs run at once: what queues, queues here."""
    awx.template(allow_simultaneous=True)
    return awx


async def approved(stage: Stage, number: int, **fields: Any) -> Promoted:
    promoted = await stage.submit(id=f"PR-2026-{number:04}", key=f"{number:064}", **fields)
    await stage.decide(promoted, APPROVE, JEAN, id=f"decision-{number:04}")
    return promoted


async def until_behind(stage: Stage, promoted: Promoted, *ahead: str) -> None:
    for _ in range(400):
        standing = await promoted.query(Promotion.standing)
        if standing and standing.ahead == ahead:
            return
        await stage.environment.sleep(0.025)
    raise AssertionError(f"it stands at {standing}, never behind {ahead}")


async def finish(stage: Stage, job: int) -> None:
    stage.awx.until_status(job, "running")
    stage.awx.control("POST", "finish", json={"job": job})


async def test_one_deployment_of_a_target_at_a_time_in_order_of_approval(
    dev_stage: Stage, side_by_side: Simulator
) -> None:
    """The second waits, and says behind whom; so does the third, which was asked for before both."""
    side_by_side.faults(life=["stuck-running"])
    async with dev_stage.working():
        early = await dev_stage.submit(id="PR-2026-0003", key="3" * 64)
        first = await approved(dev_stage, 1)
        await dev_stage.until(first, State.DEPLOYING)
        second = await approved(dev_stage, 2)
        await until_behind(dev_stage, second, "PR-2026-0001")
        await dev_stage.environment.sleep(1)  # approvals are told apart by whole seconds
        await dev_stage.decide(early, APPROVE, JEAN, id="decision-0003")
        await until_behind(dev_stage, early, "PR-2026-0001", "PR-2026-0002")
        assert len(side_by_side.jobs()) == 1
        await finish(dev_stage, 1)
        assert [(await each.result()).state for each in (first, second, early)] == [State.DEPLOYED] * 3
    made = [job["extra_vars"]["request_id"] for job in side_by_side.jobs()]
    assert made == ["PR-2026-0001", "PR-2026-0002", "PR-2026-0003"]
    spans = [(job["started"], job["finished"]) for job in side_by_side.jobs()]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


async def test_what_waits_for_a_person_or_a_date_holds_nothing(dev_stage: Stage, side_by_side: Simulator) -> None:
    """One is pending, one is scheduled, one has failed and may be retried: another of the same target deploys."""
    side_by_side.faults(life=["failed"])
    async with dev_stage.working():
        failed = await approved(dev_stage, 1)
        await dev_stage.until(failed, State.FAILED)
        date = await dev_stage.now() + timedelta(days=1)
        pending = await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        scheduled = await approved(dev_stage, 3, request=details(scheduled_date=date))
        assert (await (await approved(dev_stage, 4)).result()).state is State.DEPLOYED
        for promoted in (failed, pending, scheduled):
            assert await promoted.query(Promotion.standing) is None
            await promoted.terminate()


async def test_other_targets_do_not_wait(dev_stage: Stage, side_by_side: Simulator) -> None:
    """A lane is one tenant's, one environment's, one type's, one name's."""
    catalogue_opens(dev_stage.git)
    side_by_side.faults(life=["stuck-running"])
    async with dev_stage.working():
        first = await approved(dev_stage, 1)
        await dev_stage.until(first, State.DEPLOYING)
        other = await approved(dev_stage, 2, target=Target(type=TargetType.POLICY, name="payment-api", version="1"))
        assert (await other.result()).state is State.DEPLOYED
        await finish(dev_stage, 1)
        await first.result()


async def test_a_promotion_that_ended_without_a_word_blocks_nobody(dev_stage: Stage, side_by_side: Simulator) -> None:
    """Terminated by an operator while it deployed: whoever waits finds out, and goes on."""
    side_by_side.faults(life=["stuck-running"])
    async with dev_stage.working():
        first = await approved(dev_stage, 1)
        await dev_stage.until(first, State.DEPLOYING)
        second = await approved(dev_stage, 2)
        await until_behind(dev_stage, second, "PR-2026-0001")
        await first.terminate()
        assert (await second.result()).state is State.DEPLOYED


async def test_lost_and_doubled_messages_neither_block_nor_double(dev_stage: Stage, side_by_side: Simulator) -> None:
    """A lane is terminated while one waits; a place is joined again after it left: the deployments go on."""
    side_by_side.faults(life=["stuck-running"])
    async with dev_stage.working():
        first = await approved(dev_stage, 1)
        await dev_stage.until(first, State.DEPLOYING)
        standing = await first.query(Promotion.standing)
        assert standing is not None
        lane: WorkflowHandle[Lane, None] = dev_stage.environment.client.get_workflow_handle_for(Lane.run, LANE)
        await lane.signal(Lane.join, standing.place)
        second = await approved(dev_stage, 2)
        await until_behind(dev_stage, second, "PR-2026-0001")
        await finish(dev_stage, 1)
        assert (await first.result()).state is State.DEPLOYED
        third = await approved(dev_stage, 3)
        assert (await second.result()).state is State.DEPLOYED
        assert (await third.result()).state is State.DEPLOYED
    assert side_by_side.control("GET", "jobs")["attempts"] == {
        f"PR-2026-000{number}-1": {"jobs": 1, "ran": 1} for number in (1, 2, 3)
    }


async def test_a_lane_that_somebody_terminated_is_made_anew(dev_stage: Stage, side_by_side: Simulator) -> None:
    """Who waited joins again; who deployed leaves a lane that doesn't know it, which changes nothing."""
    side_by_side.faults(life=["stuck-running"])
    async with dev_stage.working():
        first = await approved(dev_stage, 1)
        await dev_stage.until(first, State.DEPLOYING)
        second = await approved(dev_stage, 2)
        await until_behind(dev_stage, second, "PR-2026-0001")
        await dev_stage.environment.client.get_workflow_handle(LANE).terminate()
        assert (await second.result()).state is State.DEPLOYED
        await finish(dev_stage, 1)
        assert (await first.result()).state is State.DEPLOYED


async def test_an_empty_lane_ends(dev_stage: Stage) -> None:
    """Nothing stays open in the engine for targets that nobody deploys."""
    async with dev_stage.working():
        await (await approved(dev_stage, 1)).result()
        lane: WorkflowHandle[Lane, None] = dev_stage.environment.client.get_workflow_handle_for(Lane.run, LANE)
        await lane.result()
        assert (await lane.describe()).status is WorkflowExecutionStatus.COMPLETED
        assert await lane.query(Lane.queue) == Queue()
