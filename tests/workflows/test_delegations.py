"""Votes on somebody's behalf, by a worker: taken by delegations alone, and judged again before the launch."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.ticket import State
from record.audit.verify import verify
from record.people.delegations import text_of
from tests.delegating import delegation, withdraw
from tests.domain.builders import JEAN, PIERRE, details
from tests.record.building import person_commits
from tests.rules import two_of_cpi
from tests.workflows.handing import VICTOR, handed, votes
from tests.workflows.stage import Stage, refused
from tests.workflows.test_clearance import ALICE, TENANT, WITHOUT_JEAN

APPROVE, ENDORSE, REJECT = DecisionAction.APPROVE, DecisionAction.ENDORSE, DecisionAction.REJECT


async def test_a_vote_for_somebody_is_launched(dev_stage: Stage) -> None:
    """By one who may see alone; verify finds the delegation, and the vote signed."""
    dev_stage.sign()
    async with dev_stage.working():
        await handed(dev_stage)
        promoted = await dev_stage.submit()
        await votes(dev_stage, promoted)
        ended = await promoted.result()
    approval = ended.status.history[1]
    assert (approval.by, approval.on_behalf_of) == (VICTOR.email, JEAN.email)
    assert (ended.state, ended.status.approved_by) == (State.DEPLOYED, VICTOR.email)
    assert list(verify(dev_stage.git)) == []


async def test_a_rejection_for_somebody_closes_it(dev_stage: Stage) -> None:
    async with dev_stage.working():
        await handed(dev_stage)
        promoted = await dev_stage.submit()
        await votes(dev_stage, promoted, action=REJECT)
        assert (await promoted.result()).last.on_behalf_of == JEAN.email
    assert list(verify(dev_stage.git)) == []


async def test_giver_and_delegate_make_no_quorum_of_two(dev_stage: Stage) -> None:
    """Whichever comes first; somebody else completes it."""
    person_commits(dev_stage.git, two_of_cpi())
    async with dev_stage.working():
        await handed(dev_stage)
        promoted = await dev_stage.submit()
        await votes(dev_stage, promoted, action=ENDORSE)
        with pytest.raises(WorkflowUpdateFailedError) as again:
            await dev_stage.decide(promoted, APPROVE, JEAN)
        assert refused(again.value)[0] == "AlreadyVoted"
        await dev_stage.until_taken(promoted, APPROVE, ALICE)
        assert (await promoted.result()).state is State.DEPLOYED
    assert list(verify(dev_stage.git)) == []


async def test_a_vote_outlives_its_delegation(dev_stage: Stage) -> None:
    """It was good when it was given: withdrawn before the date that was agreed, it is launched all the same."""
    async with dev_stage.working():
        given = await handed(dev_stage)
        promoted = await dev_stage.submit(request=details(scheduled_date=await dev_stage.now() + timedelta(seconds=4)))
        approved = await votes(dev_stage, promoted)
        withdraw(dev_stage.git, given, JEAN.email, approved.last.at + timedelta(seconds=1), sub=JEAN.subject)
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions() == ["created", "approved", "due", "deploying", "deployed"]
    assert list(verify(dev_stage.git)) == []


@pytest.mark.parametrize("how", ["role", "file"])
async def test_a_vote_that_rests_on_nothing_any_more_lapses(dev_stage: Stage, how: str) -> None:
    """The giver lost their role, or the delegation's file is not what was proven."""
    async with dev_stage.working():
        given = await handed(dev_stage)
        date = await dev_stage.now() + timedelta(days=1)
        promoted = await dev_stage.submit(request=details(scheduled_date=date))
        await votes(dev_stage, promoted)
        longer = given.model_copy(update={"until": given.until + timedelta(days=1)})
        files = {TENANT: WITHOUT_JEAN} if how == "role" else {given.path: text_of(longer)}
        person_commits(dev_stage.git, files)
        lapsed = await dev_stage.until(promoted, State.PENDING)
        said = f"Nothing lets {VICTOR.email}, who approved, vote for {JEAN.email} any more"
        assert (lapsed.last.reason or "").startswith(said)
        await promoted.terminate()
    assert dev_stage.awx.jobs() == []


async def test_nobody_votes_for_whom_they_may_not(dev_stage: Stage) -> None:
    """Without a delegation, for the requester, by them, by one that a hand made, or by signal."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        with pytest.raises(WorkflowUpdateFailedError) as nothing:
            await dev_stage.decide(promoted, APPROVE, VICTOR, on_behalf_of=JEAN.email)
        assert refused(nothing.value)[0] == "NotDelegated"
        forged = delegation(JEAN.email, VICTOR.email, await dev_stage.now() - timedelta(minutes=1))
        person_commits(dev_stage.git, {forged.path: text_of(forged)})
        await handed(dev_stage, to=PIERRE)
        with pytest.raises(WorkflowUpdateFailedError) as own:
            await votes(dev_stage, promoted, PIERRE)
        assert refused(own.value)[0] == "SelfApproval"
        for action in (APPROVE, REJECT):
            with pytest.raises(WorkflowUpdateFailedError) as hand:
                await dev_stage.decide(promoted, action, VICTOR, on_behalf_of=JEAN.email)
            assert refused(hand.value)[0] == "NotDelegated"
        await handed(dev_stage)
        made = await dev_stage.decision(promoted, REJECT, VICTOR, on_behalf_of=JEAN.email)
        await promoted.signal("reject", made)
        await dev_stage.decide(promoted, REJECT, ALICE)
        assert (await promoted.result()).status.rejected_by == ALICE.email


async def test_one_that_ended_while_the_worker_was_away_gives_nothing(dev_stage: Stage) -> None:
    """Its time counts when the vote arrives, by the promotion's own clock."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        until = await dev_stage.now() + timedelta(seconds=2)
        await handed(dev_stage, until=until)
    await asyncio.sleep(3)
    async with dev_stage.working():
        with pytest.raises(WorkflowUpdateFailedError) as late:
            await dev_stage.decide(promoted, APPROVE, VICTOR, on_behalf_of=JEAN.email)
        assert refused(late.value)[0] == "NotDelegated"
        await promoted.terminate()
