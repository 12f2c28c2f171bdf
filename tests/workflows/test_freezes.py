"""Nothing is launched in a freeze or outside of the windows for changes, on any path; what ends it lets go on."""

import asyncio
from datetime import datetime, timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.ticket import State
from record.audit.verify import verify
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import person_commits
from tests.rules import freeze, frozen, rule
from tests.workflows.stage import Promoted, Stage, refused

APPROVE, CANCEL, RETRY = DecisionAction.APPROVE, DecisionAction.CANCEL, DecisionAction.RETRY
SELDOM = timedelta(minutes=5)


async def frozen_and_approved(stage: Stage, files: dict[str, str] | None = None) -> Promoted:
    person_commits(stage.git, files or frozen(await stage.now()))
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


async def waits_for(stage: Stage, promoted: Promoted) -> str:
    """What the operators read of the look that goes on."""
    for _ in range(600):
        found = await promoted.describe()
        for each in found.raw_description.pending_activities:
            if "nothing is launched" in each.last_failure.message:
                return each.last_failure.message
        await asyncio.sleep(0.1)
    raise AssertionError("it waits for no freeze")


async def test_what_is_approved_in_a_freeze_waits_and_goes_on_when_the_rule_is_gone(dev_stage: Stage) -> None:
    """Whoever looks reads until when, and why; the change of rules is heard at once, though the next look is far."""
    dev_stage.look_every = SELDOM
    async with dev_stage.working():
        promoted = await frozen_and_approved(dev_stage)
        said = await waits_for(dev_stage, promoted)
        assert "by the rule year-end: The books are closed" in said
        assert "until 20" in said
        assert dev_stage.awx.jobs() == []
        person_commits(dev_stage.git, {"rules/year-end.yaml": None})
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert list(verify(dev_stage.git)) == []


async def test_a_freeze_that_ends_lets_go_on(dev_stage: Stage) -> None:
    """At its end, by the promotion's own timer."""
    async with dev_stage.working():
        now: datetime = await dev_stage.now()
        ends = (now + timedelta(seconds=70)).replace(second=0, microsecond=0)
        short = rule("short", freezes=[freeze(now - timedelta(hours=1), ends)])
        promoted = await frozen_and_approved(dev_stage, short)
        await waits_for(dev_stage, promoted)
        ended = await promoted.result()
    assert ended.state is State.DEPLOYED
    assert ended.status.history[2].at >= ends
    assert len(dev_stage.awx.jobs()) == 1


async def test_nothing_is_launched_outside_of_the_windows(dev_stage: Stage) -> None:
    """The window is tomorrow's; whoever waits can be withdrawn."""
    async with dev_stage.working():
        now = await dev_stage.now()
        window = freeze(now + timedelta(days=1), now + timedelta(days=1, hours=2))
        del window["reason"]
        promoted = await frozen_and_approved(dev_stage, rule("tomorrow", windows=[window]))
        assert "by the rule tomorrow" in await waits_for(dev_stage, promoted)
        assert (await dev_stage.decide(promoted, CANCEL, PIERRE)).state is State.CANCELLED
    assert dev_stage.awx.jobs() == []


async def test_a_retry_waits_too(dev_stage: Stage) -> None:
    """The freeze begins between the failure and the retry."""
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.FAILED)
        person_commits(dev_stage.git, frozen(await dev_stage.now()))
        await dev_stage.until_taken(promoted, RETRY, JEAN)
        await waits_for(dev_stage, promoted)
        assert len(dev_stage.awx.jobs()) == 1
        await promoted.terminate()


async def test_a_rule_that_can_not_be_read_lets_nothing_through(dev_stage: Stage) -> None:
    """It may be the one that forbids it; once it is mended, the same approval is taken."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        odd = rule("odd", freezes=[])
        person_commits(dev_stage.git, {path: text.replace("freezes", "frezes") for path, text in odd.items()})
        await asyncio.sleep(1.5)  # the worker's memory may be a moment behind the branch
        with pytest.raises(WorkflowUpdateFailedError) as broken:
            await dev_stage.decide(promoted, APPROVE, JEAN)
        kind, said = refused(broken.value)
        assert (kind, "rules/odd.yaml" in said, "frezes" in said) == ("FaultyFile", True, True)
        person_commits(dev_stage.git, odd)
        await dev_stage.until_taken(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert len(dev_stage.awx.jobs()) == 1
