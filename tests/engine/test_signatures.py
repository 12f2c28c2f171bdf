"""Messages sent past the API: forged, altered, replayed, stale. None changes anything; each is logged and counted."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import (
    WorkflowFailureError,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateStage,
)
from temporalio.service import RPCError

from domain.decision import Decision, DecisionAction
from domain.roles import Person
from domain.signing import FRESH
from domain.ticket import State
from record.signing.proofs import REFUSED
from record.signing.signatures import new_key, signed
from tests.domain.builders import ADA, JEAN, PIERRE, details, submission
from tests.record.building import branch_hangs, person_commits, publish_key
from tests.signing import KEY, key_file
from tests.workflows.stage import UPDATES, Promoted, Stage, refused
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction
DEPLOYED = ["created", "approved", "deploying", "deployed"]


@pytest.fixture
async def pending(dev_stage: Stage) -> AsyncIterator[Promoted]:
    """A pending promotion, while a worker runs."""
    async with dev_stage.working():
        yield await dev_stage.submit()


def forged(made: Decision, how: str) -> Decision:
    """The signed decision as somebody would send it who has no key of the gate."""
    match how:
        case "unsigned":
            return made.model_copy(update={"proof": None})
        case "another key":
            return signed(made, new_key())
        case "another person":
            return made.model_copy(update={"person": ADA})
        case "more rights":
            return made.model_copy(update={"person": made.person.model_copy(update={"grants": ADA.grants})})
        case "another comment":
            return made.model_copy(update={"comment": "Never said"})
        case _:
            return made.model_copy(update={"proof": f"{(made.proof or '')[:-86]}{'A' * 86}"})


FORGERIES = ["unsigned", "another key", "another person", "more rights", "another comment", "another signature"]


def counted() -> float:
    return sum(
        sample.value for metric in REFUSED.collect() for sample in metric.samples if sample.name.endswith("_total")
    )


@pytest.mark.parametrize("how", FORGERIES)
async def test_a_raw_message_with_a_forged_actor_changes_nothing(dev_stage: Stage, pending: Promoted, how: str) -> None:
    """As an update, which leaves nothing in history, and as a signal, which is dropped; both are in the audit log."""
    made, before = forged(await dev_stage.decision(pending, APPROVE, JEAN), how), counted()
    with structlog.testing.capture_logs() as lines:
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await pending.execute_update(Promotion.approve, made)
        await pending.signal("approve", made)
        await dev_stage.decide(pending, REJECT, JEAN)
    assert refused(failed.value)[0] == "Unproven"
    assert (await pending.result()).state is State.REJECTED
    assert dev_stage.actions() == ["created", "rejected"]
    assert dev_stage.awx.jobs() == []
    assert counted() >= before + 2  # a busy machine may hand a task out twice
    assert len(lines) >= 2
    told = {"event": "refused", "log_level": "warning", "by": made.person.email, "action": "approve"}
    assert all(line.items() >= {**told, "ticket": pending.id}.items() and line["why"] for line in lines)


async def test_a_record_that_hangs_keeps_no_promotion_waiting(dev_stage: Stage, pending: Promoted) -> None:
    """Whoever reads the branch waits for ever: decisions are judged meanwhile, and their commits wait for Git."""
    other = await dev_stage.submit(id="PR-2026-0002", key="1" * 64)
    approved = await dev_stage.decision(other, APPROVE, JEAN)
    rejected = await dev_stage.decision(pending, REJECT, JEAN)
    with branch_hangs(dev_stage.git):
        await asyncio.sleep(0.3)  # until the thread that follows the record hangs, too
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await pending.execute_update(Promotion.approve, forged(approved, "another signature"))
        assert refused(failed.value)[0] == "Unproven"
        taken = [
            await other.start_update(Promotion.approve, approved, wait_for_stage=WorkflowUpdateStage.ACCEPTED),
            await pending.start_update(Promotion.reject, rejected, wait_for_stage=WorkflowUpdateStage.ACCEPTED),
        ]
        assert (await pending.query(Promotion.ticket)).state is State.REJECTED
    assert [(await update.result()).state for update in taken] == [State.APPROVED, State.REJECTED]
    assert (await other.result()).state is State.DEPLOYED


@pytest.mark.parametrize("action", DecisionAction)
async def test_every_update_passes_the_door(dev_stage: Stage, pending: Promoted, action: DecisionAction) -> None:
    """None of them is a way around it."""
    made = forged(await dev_stage.decision(pending, action, ADA), "unsigned")
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await pending.execute_update(UPDATES[action], made)
    assert refused(failed.value)[0] == "Unproven"
    assert (await pending.query(Promotion.ticket)).state is State.PENDING


async def test_a_decision_replayed_on_another_ticket_changes_nothing(dev_stage: Stage, pending: Promoted) -> None:
    """As it is, or with the other ticket's id and digest written into it."""
    other = await dev_stage.submit(id="PR-2026-0002", key="1" * 64)
    ticket, made = await other.query(Promotion.ticket), await dev_stage.decision(pending, APPROVE, JEAN)
    for sent in (made, made.model_copy(update={"ticket_id": ticket.id, "digest": ticket.digest})):
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await other.execute_update(Promotion.approve, sent)
        assert refused(failed.value)[0] == "Unproven"
        await other.signal("approve", sent)
    await dev_stage.decide(other, CANCEL, PIERRE)
    assert (await other.result()).state is State.CANCELLED
    assert dev_stage.awx.jobs() == []


@pytest.mark.parametrize("age", [FRESH + timedelta(seconds=30), timedelta(days=90), -timedelta(hours=1)], ids=str)
async def test_a_stale_click_changes_nothing(dev_stage: Stage, pending: Promoted, age: timedelta) -> None:
    """Properly signed, kept for later, delivered as something new."""
    made = await dev_stage.decision(pending, APPROVE, JEAN, at=await dev_stage.now() - age)
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await pending.execute_update(Promotion.approve, made)
    assert "too long ago" in refused(failed.value)[1]
    await pending.signal("approve", made)
    assert (await pending.query(Promotion.ticket)).state is State.PENDING
    await pending.terminate()
    assert dev_stage.actions() == ["created"]


@pytest.mark.parametrize("requester", [PIERRE, ADA], ids=["devops", "admin"])
async def test_a_promotion_started_past_the_api_makes_no_ticket(dev_stage: Stage, requester: Person) -> None:
    """A forged requester, even one who might ask: nothing in Git, and the engine shows no ticket either."""
    now = await dev_stage.now()
    asked = submission(at=now, decide_by=now + timedelta(days=1), requester=requester)
    async with dev_stage.working():
        with pytest.raises((RPCError, WorkflowUpdateFailedError)):
            await dev_stage.start(asked)
        promoted: Promoted = dev_stage.environment.client.get_workflow_handle_for(Promotion.run, asked.id)
        with pytest.raises(WorkflowFailureError):
            await promoted.result()
        with pytest.raises(WorkflowQueryFailedError):
            await promoted.query(Promotion.ticket)
    assert dev_stage.actions() == []


async def test_an_altered_submission_makes_no_ticket(dev_stage: Stage) -> None:
    """More time, another subject or no owner than was signed for: who may decide, and when, would change."""
    now = await dev_stage.now()
    asked = signed(submission(at=now, decide_by=now + timedelta(days=1), owner=JEAN), KEY)
    somebody = PIERRE.model_copy(update={"subject": "nobody-at-all"})
    changes = ({"decide_by": now + timedelta(days=99)}, {"requester": somebody}, {"owner": None})
    async with dev_stage.working():
        for number, change in enumerate(changes, 1):
            altered = asked.model_copy(update=change)
            client = dev_stage.environment.client
            promoted = await client.start_workflow(
                Promotion.run, altered, id=asked.id, task_queue=dev_stage.queue, request_eager_start=False
            )
            with pytest.raises(WorkflowFailureError) as failed:
                await promoted.result()
            assert "not the one that was signed" in str(failed.value.cause), number
    assert dev_stage.actions() == []


async def test_a_dropped_signal_stays_dropped_when_its_key_is_published(
    dev_stage: Stage, pending: Promoted, caplog: pytest.LogCaptureFixture
) -> None:
    """The stage replays the history at each task: a verdict that changed would approve it now."""
    key = new_key()
    await pending.signal("approve", signed(await dev_stage.decision(pending, APPROVE, JEAN), key))
    await dev_stage.until_said(caplog, "a signal approve was dropped")
    assert (await pending.query(Promotion.ticket)).state is State.PENDING
    person_commits(dev_stage.git, key_file(key))
    assert (await pending.query(Promotion.ticket)).state is State.PENDING
    await dev_stage.decide(pending, REJECT, JEAN)
    assert (await pending.result()).state is State.REJECTED


async def test_a_taken_signal_stays_taken_when_its_key_is_removed(dev_stage: Stage, pending: Promoted) -> None:
    """A signal proven when it came needs no key any more; new decisions do."""
    await pending.signal("approve", await dev_stage.decision(pending, APPROVE, JEAN))
    await dev_stage.until(pending, State.DEPLOYING)
    person_commits(dev_stage.git, dict.fromkeys(key_file()))
    assert (await pending.result()).state is State.DEPLOYED
    assert dev_stage.actions() == DEPLOYED
    publish_key(dev_stage.git)


async def tasks_of(promoted: Promoted) -> list[int]:
    """The events that ended the promotion's workflow tasks."""
    events = (await promoted.fetch_history()).events
    return [event.event_id for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]


async def reset(stage: Stage, promoted: Promoted, *, to: int) -> Promoted:
    """Reset the promotion to after this of its completed workflow tasks, by number; the new run."""
    client, tasks = stage.environment.client, await tasks_of(promoted)
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=promoted.id, run_id=promoted.run_id or ""),
            reason="a test",
            request_id=str(uuid.uuid4()),
            workflow_task_finish_event_id=tasks[to],
        )
    )
    return client.get_workflow_handle_for(Promotion.run, promoted.id)


async def why_tasks_failed(promoted: Promoted) -> set[int]:
    events = (await promoted.fetch_history()).events
    return {
        event.workflow_task_failed_event_attributes.cause
        for event in events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    }


async def came_to_rest(promoted: Promoted) -> None:
    """Return when it has ended, says that the record has something else, or has nothing under way."""
    for _ in range(200):
        shown = (await promoted.describe()).raw_description
        works = shown.pending_activities or shown.HasField("pending_workflow_task")
        if not works or "RecordConflict" in str(shown.pending_activities):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it neither ends nor meets the record")


async def end(promoted: Promoted) -> None:
    """Terminate it, unless it has ended: what is decided anew within the second is what the record has already."""
    with contextlib.suppress(RPCError):
        await promoted.terminate()


@pytest.mark.parametrize("by_signal", [False, True], ids=["update", "signal"])
async def test_a_reset_to_before_the_decision_launches_nothing_again(
    dev_stage: Stage, pending: Promoted, by_signal: bool
) -> None:
    """The server delivers the decision anew; the record shows that the story went on already, and stays as it is."""
    made = await dev_stage.decision(pending, APPROVE, JEAN)
    await (pending.signal("approve", made) if by_signal else pending.execute_update(Promotion.approve, made))
    ended = await pending.result()
    again = await reset(dev_stage, pending, to=0)
    await came_to_rest(again)
    assert dev_stage.actions() == DEPLOYED
    assert dev_stage.recorded(ended) == ended
    assert dev_stage.awx.ran() == 1
    await end(again)


async def test_a_reset_to_after_the_decision_goes_on_where_it_was(dev_stage: Stage, pending: Promoted) -> None:
    """Approved for a date: it is still approved, and deploys once."""
    await dev_stage.decide(pending, REJECT, JEAN)
    date = await dev_stage.now() + timedelta(seconds=6)
    scheduled = await dev_stage.submit(id="PR-2026-0002", key="1" * 64, request=details(scheduled_date=date))
    await dev_stage.decide(scheduled, APPROVE, JEAN)
    again = await reset(dev_stage, scheduled, to=-1)
    assert (await again.query(Promotion.ticket)).state is State.APPROVED
    assert (await again.result()).state is State.DEPLOYED
    assert dev_stage.actions("PR-2026-0002") == ["created", "approved", "due", "deploying", "deployed"]
    assert dev_stage.awx.ran() == 1


async def test_a_reset_to_any_task_is_replayed_and_launches_nothing_again(dev_stage: Stage, pending: Promoted) -> None:
    """AWX was asked by another run, so it is looked at. What the record has already stays: an operator sees the
    conflict, or the same end.
    """
    await dev_stage.decide(pending, APPROVE, JEAN)
    ended = await pending.result()
    client, first = dev_stage.environment.client, (await pending.describe()).run_id
    original: Promoted = client.get_workflow_handle_for(Promotion.run, pending.id, run_id=first)
    for number in range(3, len(await tasks_of(original))):
        again = await reset(dev_stage, original, to=number)
        await came_to_rest(again)
        assert await why_tasks_failed(again) == {WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW}
        await end(again)
    assert dev_stage.actions() == DEPLOYED
    assert dev_stage.recorded(ended) == ended
    assert dev_stage.awx.ran() == 1


async def test_a_reset_revives_no_refused_decision(dev_stage: Stage, pending: Promoted) -> None:
    """A forged signal in the history is delivered again with everything else, and dropped again."""
    await pending.signal("approve", forged(await dev_stage.decision(pending, APPROVE, JEAN), "unsigned"))
    await dev_stage.decide(pending, CANCEL, PIERRE)
    await pending.result()
    again = await reset(dev_stage, pending, to=0)
    await came_to_rest(again)
    assert dev_stage.actions() == ["created", "cancelled"]
    assert dev_stage.awx.jobs() == []
    await end(again)


async def test_a_request_to_cancel_past_the_api_changes_nothing(dev_stage: Stage, pending: Promoted) -> None:
    """The engine's own cancellation names nobody: the promotion stays as it is, and goes on when it is decided."""
    await pending.cancel()
    assert (await pending.query(Promotion.ticket)).state is State.PENDING
    await dev_stage.decide(pending, APPROVE, JEAN)
    await pending.cancel()
    assert (await pending.result()).state is State.DEPLOYED
    assert dev_stage.actions() == DEPLOYED


async def test_a_request_to_cancel_leaves_no_activity_undone(dev_stage: Stage, pending: Promoted) -> None:
    """Git is away while it arrives: the decision is committed all the same."""
    with dev_stage.git_away():
        made = await dev_stage.decision(pending, REJECT, JEAN)
        update = await pending.start_update(Promotion.reject, made, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
        await pending.cancel()
    assert (await update.result()).state is State.REJECTED
    assert dev_stage.actions() == ["created", "rejected"]
