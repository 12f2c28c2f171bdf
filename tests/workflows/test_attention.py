"""Promotions are told when the record has something to see for them: their own looks are a fallback, and slow here."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta

from temporalio.service import RPCError

from domain.decision import DecisionAction
from domain.ticket import State
from tests.awx_fixtures import IMPATIENT
from tests.domain.builders import JEAN, details
from tests.record.building import person_commits
from tests.workflows.stage import Stage
from tests.workflows.test_clearance import TENANT, WITHOUT_JEAN, approved_and_queued, let_it_go, version
from workflows.promotion import Promotion

APPROVE = DecisionAction.APPROVE
SELDOM = timedelta(minutes=5)


async def test_the_next_in_line_goes_on_as_soon_as_the_one_ahead_has_ended(dev_stage: Stage) -> None:
    """Its own next look is minutes away."""
    dev_stage.look_every = SELDOM
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        await asyncio.sleep(1)  # it has looked once, and waits
        await let_it_go(dev_stage, promoted, State.DEPLOYED)


async def test_an_approval_lapses_when_it_happens_and_not_at_its_date(dev_stage: Stage) -> None:
    """The approver is gone from the directory, tomorrow's deployment is asked for anew today."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(days=1)
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        person_commits(dev_stage.git, {TENANT: WITHOUT_JEAN})
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert "holds no role any more" in (lapsed.last.reason or "")
        await promoted.terminate()


async def test_what_went_to_production_unseen_is_told_to_who_waits_for_a_date(dev_stage: Stage) -> None:
    """By the deployment's own commit."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(days=1)
        old = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(old, APPROVE, JEAN)
        fix = await dev_stage.submit(id="PR-2026-0002", key="2" * 64, target=version("2.1.1"))
        await dev_stage.decide(fix, APPROVE, JEAN)
        assert (await fix.result()).state is State.DEPLOYED
        lapsed = await dev_stage.until(old, State.PENDING)
        assert "Production was changed by PR-2026-0002 to 2.1.1" in (lapsed.last.reason or "")
        await old.terminate()


async def test_hints_starve_no_look_that_waits_for_a_launch_that_may_be_alive(dev_stage: Stage) -> None:
    """They come faster than a launch dies; the promotion that was begun anew looks on, and deploys."""
    dev_stage.timings = replace(IMPATIENT, request_lifetime=timedelta(seconds=2))
    dev_stage.awx.faults(launch=["too-many"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.asked_for_a_launch()
        await promoted.terminate()
        again = await dev_stage.resume(promoted.id)
        for _ in range(40):
            if (await again.query(Promotion.ticket)).state is State.DEPLOYED:
                break
            with contextlib.suppress(RPCError):  # it may end in between
                await dev_stage.hint(again)
            await asyncio.sleep(0.25)
        else:
            raise AssertionError("it never deployed while it was told to look")
    assert len(dev_stage.awx.jobs()) == 1


async def test_hints_have_awx_asked_no_sooner_again(dev_stage: Stage) -> None:
    """It takes no launch now: the pause is kept, or an outage of AWX would fill the history."""
    dev_stage.awx.faults(launch=["too-many"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.asked_for_a_launch()
        for _ in range(5):
            await dev_stage.hint(promoted)
            await asyncio.sleep(0.3)
        asked = dev_stage.awx.control("GET", "requests")
        assert sum(count for path, count in asked.items() if path.startswith("POST") and "launch" in path) == 1
        await promoted.terminate()
