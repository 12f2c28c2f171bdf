"""Git and AWX misbehave while a promotion is under way: what was decided is kept, and nothing runs twice."""

import asyncio

from domain.decision import DecisionAction
from domain.ticket import State
from tests.domain.builders import JEAN
from tests.record.building import person_commits
from tests.workflows.stage import Stage
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction


async def test_a_decision_waits_for_git_and_nothing_is_launched_before_its_commit(dev_stage: Stage) -> None:
    """The engine holds the decision while Git is away; the commit follows, then the launch."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        made = await dev_stage.decision(promoted, APPROVE, JEAN)
        with dev_stage.git_away():
            deciding = asyncio.create_task(promoted.execute_update(Promotion.approve, made, id=made.id))
            await dev_stage.until(promoted, State.APPROVED)
            await asyncio.sleep(0.3)
            assert not deciding.done()
            assert dev_stage.awx.jobs() == []
        await deciding
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_a_file_edited_by_hand_stops_its_promotion_until_a_person_puts_it_back(dev_stage: Stage) -> None:
    """Nothing is overwritten, nothing is launched; when the file is back, the promotion goes on by itself."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        ticket = await promoted.query(Promotion.ticket)
        good = dev_stage.file(ticket)
        person_commits(dev_stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
        deciding = asyncio.create_task(dev_stage.decide(promoted, APPROVE, JEAN))
        await dev_stage.until(promoted, State.APPROVED)
        await asyncio.sleep(0.3)
        assert not deciding.done()
        assert "6.6.6" in dev_stage.file(ticket)
        assert dev_stage.awx.jobs() == []
        person_commits(dev_stage.git, {ticket.path: good})
        assert (await promoted.result()).state is State.DEPLOYED
        await deciding
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_a_gateway_that_takes_nothing_now_is_asked_later(stage: Stage) -> None:
    """429: certainly no job; the wait is a timer of the engine."""
    stage.awx.faults(launch=["too-many", "too-many"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        assert (await stage.ended(promoted)).state is State.DEPLOYED
    assert stage.awx.ran() == 1


async def test_an_awx_that_never_answers_a_launch_fails_as_unknown(stage: Stage) -> None:
    """Asked as often as is safe, then a person has to look; nobody claims to know what became of it."""
    stage.awx.faults(launch=["cut", "cut", "cut"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        failed = await stage.until(promoted, State.FAILED)
        await promoted.terminate()
    assert "Outcome unknown" in (failed.last.error or "")
    assert stage.awx.jobs() == []
