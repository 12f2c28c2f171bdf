"""Attacks on a target's line: never two deployments at once, and nobody waits for ever."""

import asyncio

from domain.decision import DecisionAction
from domain.ticket import State
from tests.domain.builders import JEAN, PIERRE
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_clearance import version

APPROVE, RETRY = DecisionAction.APPROVE, DecisionAction.RETRY


async def waits(promoted: Promoted, behind: str) -> None:
    """Return once its look has said so."""
    for _ in range(200):
        pending = (await promoted.describe()).raw_description.pending_activities
        if any(behind in each.last_failure.message for each in pending):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{promoted.id} never waited behind {behind}")


async def test_one_that_was_passed_waits_for_who_passed_it(dev_stage: Stage) -> None:
    """Its promotion had ended, so the next one deploys; begun anew, it launches nothing beside that one."""
    dev_stage.awx.faults(launch=["too-many"], life=["stuck-running"])
    async with dev_stage.working():
        passed = await dev_stage.submit(target=version("2.0.9"))
        await dev_stage.decide(passed, APPROVE, JEAN)
        await dev_stage.asked_for_a_launch()
        await passed.terminate()
        second = await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await dev_stage.decide(second, APPROVE, JEAN)
        await dev_stage.until(second, State.DEPLOYING)
        again = await dev_stage.resume(passed.id)
        await waits(again, second.id)
        assert len(dev_stage.awx.jobs()) == 1
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        assert (await second.result()).state is State.DEPLOYED
        lapsed = await dev_stage.until(again, State.PENDING)
        assert "PR-2026-0002" in (lapsed.last.reason or "")
        await again.terminate()


async def test_a_retry_that_a_newer_version_overtook_is_not_stuck(dev_stage: Stage) -> None:
    """Newer versions close older requests here; a failed one that is retried is none that could be closed."""
    dev_stage.let_newer_close_older()
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        old = await dev_stage.submit()
        await dev_stage.decide(old, APPROVE, JEAN)
        await dev_stage.until(old, State.FAILED)
        newer = await dev_stage.submit(id="PR-2026-0002", key="2" * 64, target=version("2.2.0"))
        await dev_stage.decide(newer, APPROVE, JEAN)
        assert (await newer.result()).state is State.DEPLOYED
        await dev_stage.decide(old, RETRY, PIERRE)
        lapsed = await dev_stage.until(old, State.PENDING)
        assert "PR-2026-0002" in (lapsed.last.reason or "")
        await old.terminate()
    assert dev_stage.actions()[-2:] == ["retried", "lapsed"]
