"""A promotion goes on from whatever its ticket is: begun anew from the record, or in a new run of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from domain.decision import DecisionAction
from domain.ticket import Action, State
from engine.connection import converter
from tests.awx_fixtures import Simulator
from tests.company import found
from tests.dev_server import dev_server
from tests.domain.builders import ADA, JEAN, PIERRE, details
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion
from workflows.shown import SEARCH_ATTRIBUTES

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction


async def lost(stage: Stage, promoted: Promoted) -> Promoted:
    """The same ticket after the engine has lost its promotion, and it was begun anew from the record."""
    await stage.lose(promoted)
    return await stage.resume(promoted.id)


async def test_a_pending_one_is_decided(dev_stage: Stage) -> None:
    """By the same rules: its requester may still not approve it."""
    async with dev_stage.working():
        again = await lost(dev_stage, await dev_stage.submit())
        with pytest.raises(Exception, match="Workflow update failed"):
            await dev_stage.decide(again, APPROVE, PIERRE)
        await dev_stage.decide(again, APPROVE, JEAN)
        assert (await again.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_one_whose_time_to_decide_has_passed_expires(dev_stage: Stage) -> None:
    """As its submission said it would."""
    async with dev_stage.working():
        promoted = await dev_stage.submit(decide_by=await dev_stage.now() + timedelta(days=1))
        await dev_stage.lose(promoted)
        again = await dev_stage.resume(promoted.id, decide_by=await dev_stage.now())
        assert (await again.result()).state is State.EXPIRED


async def test_an_approved_one_is_launched_once_however_often_it_was(dev_stage: Stage) -> None:
    """The launch happened, and the engine lost all of it before the record heard: the job is found."""
    dev_stage.awx.faults(launch=["too-many"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.asked_for_a_launch()
        await promoted.terminate()
        await dev_stage.launch_unheard(await promoted.query(Promotion.ticket))
        again = await dev_stage.resume(promoted.id)
        assert (await again.result()).state is State.DEPLOYED
    assert len(dev_stage.awx.jobs()) == 1
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_a_held_one_stays_held(dev_stage: Stage) -> None:
    """Until somebody releases it."""
    async with dev_stage.working():
        date = (await dev_stage.now() + timedelta(seconds=5)).replace(microsecond=0)  # as the record tells times
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.decide(promoted, HOLD, JEAN)
        again = await lost(dev_stage, promoted)
        await dev_stage.decide(again, RELEASE, ADA)
        ended = await again.result()
    released = next(entry.at for entry in ended.status.history if entry.action is Action.RELEASED)
    waits = ["due"] if released < date else []  # on a busy machine the date comes while it is held
    assert dev_stage.actions() == ["created", "approved", "held", "released", *waits, "deploying", "deployed"]


async def test_one_whose_job_runs_follows_it(dev_stage: Stage) -> None:
    """AWX is not asked for another."""
    dev_stage.awx.faults(life=["stuck-running"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        again = await lost(dev_stage, promoted)
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        assert (await again.result()).state is State.DEPLOYED
    assert len(dev_stage.awx.jobs()) == 1


async def test_a_failed_one_is_retried_or_rests(dev_stage: Stage) -> None:
    """The retry is its second attempt, whoever remembers the first."""
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.FAILED)
        again = await lost(dev_stage, promoted)
        await dev_stage.decide(again, RETRY, PIERRE)
        ended = await again.result()
    assert (ended.state, ended.attempt) == (State.DEPLOYED, 2)


async def test_one_that_has_ended_ends_at_once(dev_stage: Stage) -> None:
    """Nothing is left to do."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, CANCEL, PIERRE)
        await promoted.result()
        again = await dev_stage.resume(promoted.id)
        assert (await again.result()).state is State.CANCELLED
    assert dev_stage.actions() == ["created", "cancelled"]


async def test_one_that_runs_is_left_alone(dev_stage: Stage) -> None:
    """Whoever begins it anew does no harm."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        before = (await promoted.describe()).run_id
        again = await dev_stage.resume(promoted.id)
        assert (await again.describe()).run_id == before


@asynccontextmanager
async def short_of_breath(folder: Path, awx: Simulator) -> AsyncIterator[Stage]:
    """A stage whose server asks for a new run after few events."""
    found(folder / "gitops.git")
    async with await dev_server(
        data_converter=converter(None),
        dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=30"],
        search_attributes=SEARCH_ATTRIBUTES,
    ) as server:
        yield Stage(server, folder / "gitops.git", awx)


async def test_a_long_history_goes_on_in_a_new_run(tmp_path: Path, awx: Simulator) -> None:
    """It is held and released many times; decisions of the runs before are known; it deploys once."""
    async with short_of_breath(tmp_path, awx) as stage, stage.working():
        later = details(scheduled_date=await stage.now() + timedelta(days=1))
        promoted = await stage.submit(request=later)
        first = (await promoted.describe()).run_id
        await stage.decide(promoted, APPROVE, JEAN)
        held = await stage.decision(promoted, HOLD, JEAN)
        await promoted.execute_update(Promotion.hold, held, id=held.id)
        for _ in range(4):
            await stage.decide(promoted, RELEASE, JEAN)
            await stage.decide(promoted, HOLD, JEAN)
        await stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.describe()).run_id != first
        again = await promoted.execute_update(Promotion.hold, held, id=f"{held.id}-again")
        assert again.hold is None
        await stage.decide(promoted, CANCEL, PIERRE)
        assert (await promoted.result()).state is State.CANCELLED
    assert stage.actions().count("held") == 5
