"""Messages that come late, twice, forged, malformed, or without waiting for an answer."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from api.engine_errors import refusal_of
from domain import lifecycle
from domain.decision import DecisionAction
from domain.errors import NewerFormat
from domain.roles import Person, Role
from domain.ticket import State
from record.files.writing import text_of
from tests.domain.builders import ADA, JEAN, PIERRE, VERA, person, submission
from tests.record.building import person_commits
from tests.workflows.stage import Stage, refused
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction
MIGHTY = person("ci@cab-i.com", Role.CPI_ADMIN, None, owner="jd@cab-i.com")
"""A service account with more roles than a file can give it."""


async def test_a_signal_approves_through_the_same_rules(stage: Stage) -> None:
    """For callers that don't wait for the verdict."""
    async with stage.working():
        promoted = await stage.submit()
        await promoted.signal("approve", await stage.decision(promoted, APPROVE, JEAN))
        assert (await stage.ended(promoted)).state is State.DEPLOYED
    assert stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_a_signal_rejects_through_the_same_rules(stage: Stage) -> None:
    """The reason arrives with it."""
    async with stage.working():
        promoted = await stage.submit()
        await promoted.signal("reject", await stage.decision(promoted, REJECT, JEAN))
        assert (await stage.ended(promoted)).state is State.REJECTED


@pytest.mark.parametrize("by", [PIERRE, VERA], ids=["requester", "viewer"])
async def test_a_signal_that_the_rules_refuse_changes_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture, by: Person
) -> None:
    """It is logged with its reason."""
    async with stage.working():
        promoted = await stage.submit()
        made = await stage.decision(promoted, APPROVE, by)
        await promoted.signal("approve", made)
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        await stage.decide(promoted, CANCEL, PIERRE, id="decision-2")
        await stage.ended(promoted)
    assert "was refused" in caplog.text
    assert stage.actions() == ["created", "cancelled"]
    assert stage.awx.jobs() == []


@pytest.mark.parametrize("by", [MIGHTY, JEAN], ids=["the account", "its owner of then"])
async def test_for_a_service_account_neither_it_nor_its_owner_of_then_decides(dev_stage: Stage, by: Person) -> None:
    """By update or signal, with whatever roles; the promotion asks nobody whose it was."""
    owner = JEAN.model_copy(update={"aliases": ("jd@cab-i.com", MIGHTY.email)})
    async with dev_stage.working():
        promoted = await dev_stage.submit(requester=MIGHTY, owner=owner)
        made = await dev_stage.decision(promoted, APPROVE, by)
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await promoted.execute_update(Promotion.approve, made)
        assert refused(failed.value) == ("SelfApproval", "Cannot approve your own request")
        await promoted.signal("approve", made)
        if by is MIGHTY:
            await promoted.signal("reject", await dev_stage.decision(promoted, REJECT, by))
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        await dev_stage.decide(promoted, REJECT, ADA)
        assert (await promoted.result()).state is State.REJECTED
    assert dev_stage.actions() == ["created", "rejected"]


async def test_the_same_decision_delivered_again_changes_nothing(stage: Stage) -> None:
    """As an update, as the same update, as a signal: one commit, one job."""
    stage.cached = 10  # a full cache drops a local activity under way, and its task then has to time out first
    async with stage.working():
        promoted = await stage.submit()
        made = await stage.decision(promoted, APPROVE, JEAN)
        await promoted.execute_update(Promotion.approve, made, id=made.id)
        await promoted.execute_update(Promotion.approve, made, id=made.id)
        await promoted.execute_update(Promotion.approve, made, id="another-update")
        await promoted.signal("approve", made)
        await stage.ended(promoted)
    assert stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert stage.awx.ran() == 1


async def test_a_decision_on_something_else_is_refused(stage: Stage) -> None:
    """Another digest, another ticket, another action than the message's: nothing is decided."""
    async with stage.working():
        promoted = await stage.submit()
        for made, violation in (
            (await stage.decision(promoted, APPROVE, JEAN, digest="f" * 64), "StaleDecision"),
            (await stage.decision(promoted, APPROVE, JEAN, ticket_id="PR-2026-0002"), "Unproven"),
            (await stage.decision(promoted, CANCEL, JEAN), "WrongTicket"),
        ):
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await promoted.execute_update(Promotion.approve, made)
            assert refused(failed.value)[0] == violation
        await stage.decide(promoted, CANCEL, PIERRE)
        await stage.ended(promoted)


async def test_a_malformed_message_changes_nothing(dev_stage: Stage) -> None:
    """Whatever is sent past the API: the promotion goes on waiting."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        for raw in ({"approve": True}, "yes", None):
            for signal in ("approve", "reject", "awx_report"):
                await promoted.signal(signal, raw)
                await promoted.signal(signal, args=[raw, raw])
                await promoted.signal(signal, args=[])
            for update in ("approve", "reject", "cancel", "retry", "submit"):
                with pytest.raises(WorkflowUpdateFailedError):
                    await promoted.execute_update(update, raw)
                with pytest.raises(WorkflowUpdateFailedError):
                    await promoted.execute_update(update, args=[])
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        await dev_stage.decide(promoted, CANCEL, PIERRE)
        assert (await promoted.result()).state is State.CANCELLED


async def test_a_callback_is_a_hint_and_awx_decides(stage: Stage) -> None:
    """A forged success, for this job or another, ends nothing: AWX says that the job failed."""
    stage.awx.faults(life=["failed"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        for job, status in ((1, "successful"), (99, "successful"), (1, "successful"), (1, "running")):
            await stage.report(promoted, job, status)
        failed = await stage.until(promoted, State.FAILED)
        await stage.report(promoted, 1, "successful")
        assert (await promoted.query(Promotion.ticket)) == failed
        await promoted.terminate()
    assert stage.awx.ran() == 1


async def test_a_callback_is_acted_upon_before_the_next_poll(dev_stage: Stage) -> None:
    """With the next look a day away, the callback alone makes the promotion end in time."""
    dev_stage.timings = dev_stage.timings.__class__(poll_fastest=timedelta(days=1), poll_slowest=timedelta(days=1))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "successful")
        await dev_stage.report(promoted, 1, "successful")
        await dev_stage.until(promoted, State.DEPLOYED)


async def test_the_same_submission_again_is_answered_with_its_ticket(stage: Stage) -> None:
    """A caller whose answer was lost repeats, and gets the ticket that there is."""
    async with stage.working():
        promoted = await stage.submit()
        again = await stage.submit()
        assert again.id == promoted.id
        assert stage.actions() == ["created"]
        await stage.decide(promoted, CANCEL, PIERRE)
        await stage.ended(promoted)


async def test_another_submission_with_the_number_is_refused(stage: Stage) -> None:
    """Two requests never share a number; the first one's ticket stays as it is."""
    async with stage.working():
        promoted = await stage.submit()
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await stage.submit(key="1" * 64)
        assert refused(failed.value)[0] == "WrongTicket"
        assert stage.actions() == ["created"]
        await stage.decide(promoted, CANCEL, PIERRE)
        await stage.ended(promoted)


async def test_a_number_that_the_record_has_already_is_refused(stage: Stage) -> None:
    """After a lost engine, or a restored backup: the record knows, and the old ticket is untouched."""
    now = await stage.now()
    old = lifecycle.create(submission(at=now - timedelta(seconds=5)))
    person_commits(stage.git, {old.path: text_of(old)})
    async with stage.working():
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await stage.submit(key="1" * 64)
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.type == "TicketExists"
        with pytest.raises(WorkflowFailureError):
            await stage.environment.client.get_workflow_handle(old.id).result()
    assert stage.recorded(old) == old


async def test_a_submission_that_breaks_the_rules_makes_no_ticket(dev_stage: Stage) -> None:
    """Started past the API by somebody without a role: the workflow fails, and nothing is recorded."""
    async with dev_stage.working():
        now = await dev_stage.now()
        forged = submission(at=now, decide_by=now + timedelta(days=1), requester=VERA)
        with pytest.raises(RPCError, match="aborted by closing workflow"):
            await dev_stage.start(forged)
        with pytest.raises(WorkflowFailureError):
            await dev_stage.environment.client.get_workflow_handle(forged.id).result()
    assert dev_stage.actions() == []


async def test_a_message_of_a_later_release_is_refused_by_name_and_changes_nothing(dev_stage: Stage) -> None:
    """A new API before an old worker: whoever decided is answered, and the promotion goes on waiting."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        made = await dev_stage.decision(promoted, APPROVE, JEAN)
        later = {**made.model_dump(mode="json"), "format": 2, "urgency": "high"}
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await promoted.execute_update("approve", later)
        answered = refusal_of(refused.value)
        assert isinstance(answered, NewerFormat)
        assert "has format 2, and this release reads up to format 1" in str(answered)
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        await dev_stage.decide(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def task_failure(promoted: WorkflowHandle[Any, Any]) -> str:
    """The root of why the first workflow task that failed did."""
    while True:
        async for event in promoted.fetch_history_events():
            if event.HasField("workflow_task_failed_event_attributes"):
                failure = event.workflow_task_failed_event_attributes.failure
                while failure.HasField("cause"):
                    failure = failure.cause
                return failure.message


async def test_a_promotion_that_a_later_release_began_waits_for_a_worker_that_reads_it(dev_stage: Stage) -> None:
    """It neither fails nor goes on without what it can't read."""
    later = {**submission(id="PR-2026-0777").model_dump(mode="json"), "format": 2}
    async with dev_stage.working():
        promoted = await dev_stage.environment.client.start_workflow(
            Promotion.__name__, later, id="PR-2026-0777", task_queue=dev_stage.queue
        )
        failure = await task_failure(promoted)
        assert "has format 2, and this release reads up to format 1" in failure
        assert (await promoted.describe()).status is WorkflowExecutionStatus.RUNNING
        await promoted.terminate()
