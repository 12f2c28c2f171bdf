"""Several people approve, one after the other or at once: nothing is launched before the rules have all of them."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.ticket import State
from record.audit.verify import verify
from tests.domain.builders import JEAN, details
from tests.record.building import person_commits
from tests.rules import two_of_cpi
from tests.workflows.stage import Stage, refused
from tests.workflows.test_clearance import ALICE, TENANT, WITHOUT_JEAN
from workflows.promotion import Promotion

APPROVE, ENDORSE, UNENDORSE = DecisionAction.APPROVE, DecisionAction.ENDORSE, DecisionAction.UNENDORSE


@pytest.fixture
def ruled(dev_stage: Stage) -> Stage:
    """A stage whose company wants two approvals."""
    person_commits(dev_stage.git, two_of_cpi())
    return dev_stage


async def test_the_second_vote_completes_the_approval(ruled: Stage) -> None:
    """Nothing is launched after the first; verify finds both, each signed."""
    async with ruled.working():
        promoted = await ruled.submit()
        with pytest.raises(WorkflowUpdateFailedError) as alone:
            await ruled.decide(promoted, APPROVE, JEAN, id="too-early")
        assert refused(alone.value) == (
            "VotesMissing",
            "Others have to approve, too: with your vote, 1 of cpi are missing",
        )
        voted = await ruled.decide(promoted, ENDORSE, JEAN)
        assert voted.state is State.PENDING
        await ruled.until_taken(promoted, APPROVE, ALICE)
        assert (await promoted.result()).status.approved_by == ALICE.email
    assert ruled.actions() == ["created", "endorsed", "approved", "deploying", "deployed"]
    assert list(verify(ruled.git)) == []
    assert len(ruled.awx.jobs()) == 1


async def test_two_votes_at_once_are_both_kept(ruled: Stage) -> None:
    """One of them would complete the approval, and says that it does not: whoever gave it is asked to look again."""
    async with ruled.working():
        promoted = await ruled.submit()
        said = await asyncio.gather(
            ruled.decide(promoted, ENDORSE, JEAN, id="vote-0001"),
            ruled.decide(promoted, ENDORSE, ALICE, id="vote-0002"),
            return_exceptions=True,
        )
        kinds = [refused(each)[0] for each in said if isinstance(each, WorkflowUpdateFailedError)]
        assert kinds == ["StaleDecision"]
        await promoted.terminate()
    assert ruled.actions() == ["created", "endorsed"]


async def test_a_vote_costs_the_engine_as_much_as_any_decision(ruled: Stage) -> None:
    """Two tasks and 13 events at most, of the promotion's history."""
    async with ruled.working():
        promoted = await ruled.submit()
        before = (await promoted.fetch_history()).events
        await ruled.decide(promoted, ENDORSE, JEAN)
        vote = (await promoted.fetch_history()).events[len(before) :]
        await promoted.terminate()
    tasks = [event for event in vote if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    assert 0 < len(tasks) <= 2
    assert len(vote) <= 13


async def test_a_vote_is_taken_back(ruled: Stage) -> None:
    """Then it counts no more."""
    async with ruled.working():
        promoted = await ruled.submit()
        await ruled.decide(promoted, ENDORSE, JEAN)
        await ruled.decide(promoted, UNENDORSE, JEAN)
        with pytest.raises(WorkflowUpdateFailedError) as alone:
            await ruled.decide(promoted, APPROVE, ALICE)
        assert refused(alone.value)[0] == "VotesMissing"
        await promoted.terminate()
    assert ruled.actions() == ["created", "endorsed", "unendorsed"]
    assert list(verify(ruled.git)) == []


async def test_votes_stand_after_the_engine_has_lost_the_promotion(ruled: Stage) -> None:
    """The one from the record knows who voted, and takes no vote twice; the next one completes the approval."""
    async with ruled.working():
        promoted = await ruled.submit()
        vote = await ruled.decision(promoted, ENDORSE, JEAN)
        await promoted.execute_update(Promotion.vote, vote, id=vote.id)
        await ruled.lose(promoted)
        again = await ruled.restore(promoted.id)
        repeated = await again.execute_update(Promotion.vote, vote, id=f"{vote.id}-again")
        assert len(repeated.votes) == 1
        with pytest.raises(WorkflowUpdateFailedError):
            await ruled.decide(again, ENDORSE, JEAN)
        await ruled.until_taken(again, APPROVE, ALICE)
        assert (await again.result()).status.approved_by == ALICE.email
    assert ruled.actions() == ["created", "endorsed", "approved", "deploying", "deployed"]
    assert list(verify(ruled.git)) == []
    assert len(ruled.awx.jobs()) == 1


async def test_who_lost_the_role_has_voted_for_nothing(ruled: Stage) -> None:
    """Before the launch the rules are asked again, under today's roles: the approval lapses."""
    async with ruled.working():
        date = await ruled.now() + timedelta(days=1)
        promoted = await ruled.submit(request=details(scheduled_date=date))
        await ruled.decide(promoted, ENDORSE, JEAN)
        await ruled.until_taken(promoted, APPROVE, ALICE)
        person_commits(ruled.git, {TENANT: WITHOUT_JEAN})
        lapsed = await ruled.until(promoted, State.PENDING)
        assert lapsed.last.reason is not None
        assert "votes are missing: 1 of cpi" in lapsed.last.reason
        await promoted.terminate()
    assert ruled.awx.jobs() == []


async def test_a_rule_that_comes_after_the_approval_holds_before_the_launch(dev_stage: Stage) -> None:
    """One approval was enough, and is not any more."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(days=1)
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        person_commits(dev_stage.git, two_of_cpi())
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert "votes are missing: 1 of cpi" in (lapsed.last.reason or "")
        await dev_stage.until_taken(promoted, ENDORSE, JEAN)
        await promoted.terminate()
    assert dev_stage.actions() == ["created", "approved", "lapsed", "endorsed"]
    assert list(verify(dev_stage.git)) == []
