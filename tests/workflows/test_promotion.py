"""The promotion's paths, each to its end."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from domain.decision import DecisionAction
from domain.roles import Person
from domain.ticket import State
from tests.domain.builders import ADA, JEAN, PIERRE, details
from tests.workflows.stage import Stage, refused
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction


async def test_an_approved_promotion_is_deployed(stage: Stage) -> None:
    """Approve, launch, deployed: four commits, one job, and the workflow's result is the recorded ticket."""
    async with stage.working():
        promoted = await stage.submit()
        approved = await stage.decide(promoted, APPROVE, JEAN)
        ended = await stage.ended(promoted)
    assert approved.state is State.APPROVED
    assert ended.state is State.DEPLOYED
    assert stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert stage.recorded(ended) == ended
    assert stage.awx.ran() == 1


async def test_an_answered_decision_is_in_git_already(stage: Stage) -> None:
    """The commit exists when the update answers: nobody has to wait and look again."""
    async with stage.working():
        promoted = await stage.submit()
        assert stage.actions() == ["created"]
        await stage.decide(promoted, APPROVE, JEAN)
        assert stage.actions()[:2] == ["created", "approved"]
        await stage.ended(promoted)


async def test_a_rejected_promotion_launches_nothing(stage: Stage) -> None:
    """Reject ends it, with the reason in the ticket."""
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, REJECT, JEAN, reason="The rollback plan is thin")
        ended = await stage.ended(promoted)
    assert ended.status.rejection_reason == "The rollback plan is thin"
    assert stage.actions() == ["created", "rejected"]
    assert stage.awx.jobs() == []


async def test_its_requester_withdraws_a_pending_promotion(stage: Stage) -> None:
    """Cancel ends it."""
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, CANCEL, PIERRE)
        assert (await stage.ended(promoted)).state is State.CANCELLED
    assert stage.awx.jobs() == []


async def test_nobody_deciding_in_time_ends_as_expired_and_never_as_a_launch(stage: Stage) -> None:
    """A timeout is no approval."""
    async with stage.working():
        promoted = await stage.submit()
        ended = await stage.ended(promoted)
        with pytest.raises(RPCError) as late:
            await stage.decide(promoted, APPROVE, JEAN)
    assert ended.state is State.EXPIRED
    assert late.value.status is RPCStatusCode.NOT_FOUND
    assert stage.actions() == ["created", "expired"]
    assert stage.awx.jobs() == []


async def test_an_approved_promotion_waits_for_its_date(stage: Stage) -> None:
    """Decide now, deploy at the agreed time: no job before it."""
    async with stage.working():
        date = await stage.now() + timedelta(days=3)
        promoted = await stage.submit(request=details(scheduled_date=date))
        await stage.decide(promoted, APPROVE, JEAN)
        assert stage.awx.jobs() == []
        ended = await stage.ended(promoted)
    date = date.replace(microsecond=0)
    assert [entry.at >= date for entry in ended.status.history] == [False, False, True, True, True]
    assert stage.awx.ran() == 1


@pytest.mark.parametrize("by", [PIERRE, ADA], ids=["requester", "admin"])
async def test_a_promotion_that_waits_for_its_date_can_be_withdrawn(stage: Stage, by: Person) -> None:
    """Until the date comes, nothing is lost by changing one's mind."""
    async with stage.working():
        promoted = await stage.submit(request=details(scheduled_date=await stage.now() + timedelta(days=3)))
        await stage.decide(promoted, APPROVE, JEAN)
        await stage.decide(promoted, CANCEL, by)
        assert (await stage.ended(promoted)).state is State.CANCELLED
    assert stage.actions() == ["created", "approved", "cancelled"]
    assert stage.awx.jobs() == []


async def test_a_failed_deployment_is_retried_as_a_new_attempt(stage: Stage) -> None:
    """A retry launches a second job, for the second attempt; what was approved stays approved."""
    stage.awx.faults(life=["failed"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        failed = await stage.until(promoted, State.FAILED)
        retried = await stage.decide(promoted, RETRY, PIERRE)
        ended = await stage.ended(promoted)
    assert failed.last.error
    assert retried.state is State.DEPLOYING
    assert ended.state is State.DEPLOYED
    assert stage.actions() == ["created", "approved", "deploying", "failed", "retried", "deploying", "deployed"]
    assert stage.awx.ran() == 2


async def test_a_failed_promotion_closes_when_nobody_retries_it(stage: Stage) -> None:
    """It doesn't occupy the engine for ever."""
    stage.awx.faults(life=["failed"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        assert (await stage.ended(promoted)).state is State.FAILED
    assert stage.actions()[-1] == "failed"


async def test_a_launch_that_awx_refuses_fails_with_its_reason_and_can_be_retried(stage: Stage) -> None:
    """The template can't deploy what was approved: nothing runs, and a retry after mending it deploys."""
    stage.awx.template(ask_variables_on_launch=False)
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        failed = await stage.until(promoted, State.FAILED)
        stage.awx.template(ask_variables_on_launch=True)
        await stage.decide(promoted, RETRY, JEAN)
        await stage.ended(promoted)
    assert "variables" in (failed.last.error or "")
    assert stage.actions() == ["created", "approved", "deploying", "failed", "retried", "deploying", "deployed"]
    assert stage.awx.ran() == 1


async def test_a_promotion_survives_a_worker_that_stops_between_any_two_steps(stage: Stage) -> None:
    """Each step is another worker's; the history says the same."""
    async with stage.working():
        promoted = await stage.submit()
    async with stage.working():
        await stage.decide(promoted, APPROVE, JEAN)
    async with stage.working():
        assert (await stage.ended(promoted)).state is State.DEPLOYED
    assert stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert stage.awx.ran() == 1


async def test_the_requester_cannot_approve(stage: Stage) -> None:
    """Refused by the validator, with the contract's sentence, and nothing in the engine's history."""
    async with stage.working():
        promoted = await stage.submit()
        before = len((await promoted.fetch_history()).events)
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await stage.decide(promoted, APPROVE, PIERRE)
        assert refused(failed.value) == ("SelfApproval", "Cannot approve your own request")
        # A refused update leaves the bookkeeping of its task at most: no acceptance, no activity.
        added = [event.event_type for event in (await promoted.fetch_history()).events[before:]]
        assert all(kind in (5, 6, 7) for kind in added)
        assert stage.actions() == ["created"]
        await stage.decide(promoted, CANCEL, PIERRE)
        await stage.ended(promoted)


async def test_of_two_decisions_at_once_one_counts(stage: Stage) -> None:
    """Approve and reject race; whoever is second is told that it isn't pending any more."""
    async with stage.working():
        promoted = await stage.submit()
        approval, rejection = [await stage.decision(promoted, *one) for one in ((APPROVE, JEAN), (REJECT, ADA))]
        answers = await asyncio.gather(
            promoted.execute_update(Promotion.approve, approval),
            promoted.execute_update(Promotion.reject, rejection),
            return_exceptions=True,
        )
        errors = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
        kind, sentence = refused(*errors)
        assert (kind, sentence.split(":")[0]) == ("NotPending", "Request not pending")
        ended = await stage.ended(promoted)
    assert len([action for action in stage.actions() if action in ("approved", "rejected")]) == 1
    assert stage.awx.ran() == (ended.state is State.DEPLOYED)
