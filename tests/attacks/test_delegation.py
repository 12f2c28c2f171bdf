"""Votes that were handed over, by people who would make more of them than they are: each is held off here."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ActivityError, ApplicationError

from domain.decision import DecisionAction
from domain.delegations import DelegationChange
from domain.roles import Person
from record.audit.verify import verify
from record.signing.signatures import new_key
from tests.delegating import change_of, delegation, hand_over, withdraw
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import person_commits
from tests.rules import rule, two_of_cpi
from tests.workflows.handing import VICTOR, handed, votes
from tests.workflows.stage import Promoted, Stage, refused
from tests.workflows.test_clearance import ALICE, FILE, TENANT
from workflows.delegations import ChangeDelegation, delegation_change_of

APPROVE, REJECT = DecisionAction.APPROVE, DecisionAction.REJECT
CLAIRE_ALIAS = ", name: Claire Moreau, role: cpi, aliases: [pierre.durand@cab-i.com]"


async def kind(stage: Stage, promoted: Promoted, by: Person, giver: str, action: DecisionAction = APPROVE) -> str:
    """The name of what refuses the vote."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await stage.decide(promoted, action, by, on_behalf_of=giver)
    return str(refused(failed.value)[0])


async def told(stage: Stage, change: DelegationChange) -> str:
    """The name of what refuses the act on a delegation."""
    started = stage.environment.client.execute_workflow(
        ChangeDelegation.run, change, id=delegation_change_of(change), task_queue=stage.queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await started
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    return str(failed.value.cause.cause.type)


async def test_the_requester_gets_no_vote_by_an_alias(dev_stage: Stage) -> None:
    """Pierre's address stands among Claire's: she is the requester, whoever votes for her."""
    people = FILE.replace(", name: Claire Moreau, role: cpi", CLAIRE_ALIAS)
    assert people != FILE
    person_commits(dev_stage.git, {TENANT: people})
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        now = await dev_stage.now() - timedelta(minutes=1)
        hand_over(dev_stage.git, delegation("claire.moreau@cab-i.com", VICTOR.email, now))
        await handed(dev_stage, to=PIERRE)
        assert await kind(dev_stage, promoted, PIERRE, JEAN.email) in {"SelfApproval", "NotDelegated"}
        with pytest.raises(WorkflowUpdateFailedError) as own:
            await votes(dev_stage, promoted, PIERRE)
        assert refused(own.value)[0] == "SelfApproval"
        assert await kind(dev_stage, promoted, VICTOR, "claire.moreau@cab-i.com") == "SelfApproval"
        assert await kind(dev_stage, promoted, VICTOR, "claire.moreau@cab-i.com", REJECT) == "SelfApproval"
        await promoted.terminate()


async def test_nothing_is_handed_on(dev_stage: Stage) -> None:
    """Jean to Victor, and Victor, whose own right it never was, to Sophie: she votes for neither."""
    sophie = VICTOR.model_copy(update={"email": "sophie.martin@cab-i.com", "subject": "sub-sophie"})
    async with dev_stage.working():
        await handed(dev_stage)
        await handed(dev_stage, VICTOR, sophie)
        promoted = await dev_stage.submit()
        for giver in (VICTOR.email, JEAN.email):
            assert await kind(dev_stage, promoted, sophie, giver) == "NotDelegated"
        await promoted.terminate()
    assert [each.rule for each in verify(dev_stage.git)] == ["delegation-not-allowed"]


async def test_what_is_withdrawn_while_somebody_votes_gives_no_vote(dev_stage: Stage) -> None:
    """The worker that takes the vote has read it by then: it looks at the record ten times a second."""
    async with dev_stage.working():
        given = await handed(dev_stage)
        promoted, other = await dev_stage.submit(), await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await votes(dev_stage, promoted)
        await promoted.result()  # before its launch it would lapse
        withdraw(dev_stage.git, given, VICTOR.email, await dev_stage.now(), sub=VICTOR.subject)
        assert await kind(dev_stage, other, VICTOR, JEAN.email) == "NotDelegated"
        await other.terminate()
    assert list(verify(dev_stage.git)) == []


async def test_a_withdrawal_by_a_clock_that_is_ahead_gives_no_vote_until_then(dev_stage: Stage) -> None:
    """The record has it: that counts, not the time it says."""
    async with dev_stage.working():
        given, promoted = await handed(dev_stage), await dev_stage.submit()
        ahead = await dev_stage.now() + timedelta(minutes=3)
        withdraw(dev_stage.git, given, VICTOR.email, ahead, sub=VICTOR.subject)
        assert await kind(dev_stage, promoted, VICTOR, JEAN.email) == "NotDelegated"
        await promoted.terminate()


async def test_no_vote_takes_the_place_of_the_one_that_was_enough(dev_stage: Stage) -> None:
    """Victor voted for an admin, and nothing is missing since: a vote for Jean in its place would approve what lacks
    the admin's, and `verify` would name the gate for it.
    """
    person_commits(dev_stage.git, two_of_cpi())
    async with dev_stage.working():
        await handed(dev_stage)
        await handed(dev_stage, ALICE)
        promoted = await dev_stage.submit()
        await votes(dev_stage, promoted, giver=ALICE, action=DecisionAction.ENDORSE)
        person_commits(dev_stage.git, rule("two", approvals=[{"role": "cpi_admin"}]))
        for _ in range(20):  # by the old rule, and once the worker has read the new one
            assert await kind(dev_stage, promoted, VICTOR, JEAN.email) == "AlreadyVoted"
            await asyncio.sleep(0.05)
        await votes(dev_stage, promoted, giver=ALICE)
        await promoted.result()
    assert list(verify(dev_stage.git)) == []


async def test_no_emergency_is_declared_with_anothers_vote(dev_stage: Stage) -> None:
    """Nor anything else that is no vote: the message itself can't say so."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        for action in (DecisionAction.EMERGENCY, DecisionAction.RATIFY, DecisionAction.HOLD, DecisionAction.CANCEL):
            with pytest.raises(ValidationError, match="a vote alone"):
                await dev_stage.decision(promoted, action, VICTOR, on_behalf_of=JEAN.email)
        await promoted.terminate()


async def test_whoever_reaches_the_engine_commits_no_delegation(dev_stage: Stage) -> None:
    """Without the API's signature on that very act, of somebody who has a vote, to another person of the directory."""
    now = await dev_stage.now()
    given = delegation(JEAN.email, VICTOR.email, now)
    longer = given.model_copy(update={"until": given.until + timedelta(days=9)})
    async with dev_stage.working():
        honest, _ = change_of(given)
        assert await told(dev_stage, honest.model_copy(update={"delegation": longer})) == "Unproven"
        assert await told(dev_stage, change_of(given, new_key())[0]) == "Unproven"
        for giver, to, why in (
            (VICTOR.email, JEAN.email, "NoVoteToGive"),
            (JEAN.email, "nobody@cab-i.com", "DelegateUnfit"),
            ("nobody@cab-i.com", JEAN.email, "NoVoteToGive"),
        ):
            assert await told(dev_stage, change_of(delegation(giver, to, now))[0]) == why
        hand_over(dev_stage.git, given)
        ended = given.ended_by("sophie.martin@cab-i.com", now)
        assert await told(dev_stage, change_of(ended)[0]) == "NotAuthorized"
        change, _ = change_of(given.ended_by(ALICE.email, now))
        client = dev_stage.environment.client
        await client.execute_workflow(ChangeDelegation.run, change, id="ends", task_queue=dev_stage.queue)
    assert list(verify(dev_stage.git)) == []
