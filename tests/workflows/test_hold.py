"""An approved request is held and let go on by whoever may approve it; until AWX is asked, it can be withdrawn."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.ticket import State
from tests.awx_fixtures import IMPATIENT
from tests.domain.builders import ADA, JEAN, PIERRE, details
from tests.record.building import person_commits
from tests.workflows.stage import Stage, refused
from tests.workflows.test_clearance import approved_and_queued, let_it_go
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction


async def test_a_held_request_stands_in_no_line(dev_stage: Stage) -> None:
    """It is held while it waits for its turn; the turn comes, another goes ahead, and the approval lapses."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        held = await dev_stage.decide(promoted, HOLD, JEAN)
        assert held.hold is not None
        assert (held.state, held.hold.by, held.hold.reason) == (State.APPROVED, JEAN.email, "Not tested enough")
        await let_it_go(dev_stage, promoted, State.APPROVED)
        third = await dev_stage.submit(id="PR-2026-0003", key="3" * 64)
        await dev_stage.until_taken(third, APPROVE, JEAN)  # the worker's memory may be a moment behind the branch
        assert (await third.result()).state is State.DEPLOYED
        assert len(dev_stage.awx.jobs()) == 2
        lapsed = await dev_stage.until(promoted, State.PENDING)  # the third went ahead, approved later
        assert "Production was changed by PR-2026-0003" in (lapsed.last.reason or "")
        await dev_stage.decide(promoted, CANCEL, PIERRE)
    assert dev_stage.actions() == ["created", "approved", "held", "lapsed", "cancelled"]


async def test_a_release_lets_the_request_deploy(dev_stage: Stage) -> None:
    """Nothing changed meanwhile."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        await dev_stage.decide(promoted, HOLD, ADA)
        await let_it_go(dev_stage, promoted, State.APPROVED)
        await dev_stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "held", "released", "deploying", "deployed"]


async def test_a_date_that_comes_under_a_hold_waits_for_the_release(dev_stage: Stage) -> None:
    """The release is how it enters its line then: no `due` comes after it."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(seconds=8)
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.decide(promoted, HOLD, JEAN)
        await asyncio.sleep((date - await dev_stage.now()).total_seconds() + 1.5)
        assert dev_stage.awx.jobs() == []
        await dev_stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "held", "released", "deploying", "deployed"]


async def test_a_hold_before_the_date_delays_nothing_once_it_is_released(dev_stage: Stage) -> None:
    """The request becomes due at its date."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(seconds=8)
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.decide(promoted, HOLD, JEAN)
        await dev_stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "held", "released", "due", "deploying", "deployed"]


async def test_the_requester_holds_nothing_and_nobody_twice(dev_stage: Stage) -> None:
    """The right is the approver's; a hold has a reason, and one at a time."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        with pytest.raises(WorkflowUpdateFailedError) as own:
            await dev_stage.decide(promoted, HOLD, PIERRE)
        assert refused(own.value)[0] == "SelfApproval"
        with pytest.raises(WorkflowUpdateFailedError) as early:
            await dev_stage.decide(promoted, RELEASE, JEAN)
        assert refused(early.value) == ("NotHeld", "Request not held: it is approved")
        await dev_stage.decide(promoted, HOLD, JEAN)
        with pytest.raises(WorkflowUpdateFailedError) as twice:
            await dev_stage.decide(promoted, HOLD, ADA)
        assert refused(twice.value) == ("NotHoldable", "Request can't be held: it is held")
        await dev_stage.decide(promoted, CANCEL, PIERRE)
        assert (await promoted.result()).state is State.CANCELLED
    assert len(dev_stage.awx.jobs()) == 1


async def test_whoever_waits_in_line_can_be_withdrawn(dev_stage: Stage) -> None:
    """It leaves the line, and the next one goes on."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        await dev_stage.decide(promoted, CANCEL, PIERRE)
        assert (await promoted.result()).state is State.CANCELLED
        third = await dev_stage.submit(id="PR-2026-0003", key="3" * 64)
        await dev_stage.decide(third, APPROVE, JEAN)
        await let_it_go(dev_stage, third, State.DEPLOYED)
    assert len(dev_stage.awx.jobs()) == 2


async def test_nothing_stops_a_launch_whose_answer_is_awaited(dev_stage: Stage) -> None:
    """A job may be there that nobody has heard of: neither hold nor cancel; once AWX has certainly none, both."""
    dev_stage.awx.faults(launch=["cut", "too-many", "too-many"])
    dev_stage.timings = replace(IMPATIENT, request_lifetime=timedelta(seconds=4))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.asked_for_a_launch()
        for action in (CANCEL, HOLD):
            with pytest.raises(WorkflowUpdateFailedError) as too_late:
                await dev_stage.decide(promoted, action, ADA)
            assert refused(too_late.value)[1].endswith("it is deploying")
        await dev_stage.asked_for_a_launch(2)
        await dev_stage.until_taken(promoted, CANCEL, ADA)
        assert (await promoted.result()).state is State.CANCELLED
    assert dev_stage.awx.jobs() == []


async def test_a_hint_fails_nothing_that_only_waits(dev_stage: Stage) -> None:
    """Somebody edits the file of a pending request, or of a held one: it waits on, and goes on when it is back."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        for action in (APPROVE, None):
            ticket = await promoted.query(Promotion.ticket)
            good = dev_stage.file(ticket)
            person_commits(dev_stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
            await dev_stage.hint(promoted)
            await dev_stage.looked(promoted)
            person_commits(dev_stage.git, {ticket.path: good})
            if action:
                dev_stage.awx.faults(launch=["too-many"])
                await dev_stage.decide(promoted, action, JEAN)
                await dev_stage.asked_for_a_launch()
                await dev_stage.decide(promoted, HOLD, JEAN)
        await dev_stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_a_decision_counts_as_it_was_when_the_look_answered(dev_stage: Stage) -> None:
    """Holds and releases in quick turns, while looks come and go: it deploys once, after the last release."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        for _ in range(3):
            await dev_stage.decide(promoted, HOLD, JEAN)
            await dev_stage.decide(promoted, RELEASE, JEAN)
        await dev_stage.decide(promoted, HOLD, JEAN)
        await let_it_go(dev_stage, promoted, State.APPROVED)
        assert (await promoted.query(Promotion.ticket)).hold is not None
        await dev_stage.decide(promoted, RELEASE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.awx.ran() == 2
