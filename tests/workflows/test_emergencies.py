"""Emergencies from their declaration to the answer: launched past votes and freezes, and owed from there on."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.drift import DriftKind
from domain.emergencies import owes
from domain.ticket import State
from record.audit.verify import verify
from tests.awx_fixtures import Simulator
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import person_commits
from tests.rules import rule
from tests.signing import key_file
from tests.workflows.paths import URGENT, declare, emergency, failed_emergency
from tests.workflows.stage import Promoted, Stage, refused
from tests.workflows.test_clearance import ALICE
from tests.workflows.test_drift import looking
from tests.workflows.test_resume import short_of_breath
from workflows.debt import EmergencyDebt
from workflows.promotion import Promotion

APPROVE, RETRY, EMERGENCY = DecisionAction.APPROVE, DecisionAction.RETRY, DecisionAction.EMERGENCY
RATIFY, REFUTE = DecisionAction.RATIFY, DecisionAction.REFUTE


async def becomes_debt(stage: Stage, promoted: Promoted) -> Promoted:
    """The promotion, once its debt is what runs by its id."""
    for _ in range(300):
        found = await promoted.describe()
        if found.workflow_type == EmergencyDebt.__name__:
            return stage.environment.client.get_workflow_handle_for(Promotion.run, promoted.id)
        await asyncio.sleep(0.1)
    raise AssertionError("it never became a debt")


async def test_an_emergency_is_launched_and_waits_for_an_answer(dev_stage: Stage) -> None:
    """Past two votes and a freeze, by the one who may; its debt is a workflow of its own, and ends with the answer."""
    async with dev_stage.working():
        owing = await becomes_debt(dev_stage, await emergency(dev_stage))
        for by, why in ((JEAN, "OwnEmergency"), (PIERRE, "SelfApproval")):
            with pytest.raises(WorkflowUpdateFailedError) as said:
                await dev_stage.decide(owing, RATIFY, by)
            assert refused(said.value)[0] == why
        await dev_stage.decide(owing, REFUTE, ALICE)
        ended = await owing.result()
        with pytest.raises(Exception, match=r"completed|already"):
            await dev_stage.decide(owing, RATIFY, ALICE)
    assert ended.state is State.DEPLOYED
    assert not owes(ended)
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed", "refuted"]
    assert list(verify(dev_stage.git)) == []


async def test_a_failed_one_is_retried_and_then_answered_for(dev_stage: Stage) -> None:
    """By the same emergency, as long as nobody has answered; then it is over."""
    dev_stage.awx.faults(life=["failed"])
    person_commits(dev_stage.git, rule("urgent", emergency=URGENT))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await declare(dev_stage, promoted)
        await dev_stage.until(promoted, State.FAILED)
        await dev_stage.until_taken(promoted, RETRY, PIERRE)
        owing = await becomes_debt(dev_stage, promoted)
        await dev_stage.until_taken(owing, RATIFY, ALICE)
        await owing.result()
    assert dev_stage.actions()[-4:] == ["retried", "deploying", "deployed", "ratified"]
    assert list(verify(dev_stage.git)) == []


async def test_nothing_follows_the_answer_for_a_failed_one(dev_stage: Stage) -> None:
    """Its promotion ends with it."""
    async with dev_stage.working():
        promoted = await failed_emergency(dev_stage)
        assert (await promoted.result()).last.action == "ratified"
    assert list(verify(dev_stage.git)) == []


async def test_a_debt_survives_the_loss_of_the_engine(dev_stage: Stage, tmp_path: Path) -> None:
    """What lists differences finds it, and begins it again from the record; the answer is taken there."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        owing = await becomes_debt(dev_stage, await emergency(dev_stage))
        await looker.finds([])
        await dev_stage.lose(owing)
        (lost,) = await looker.finds([DriftKind.NO_PROMOTION])
        assert lost.subject == owing.id
        assert await looker.mending.mend(lost)
        again = await becomes_debt(dev_stage, owing)
        await looker.finds([])
        await dev_stage.until_taken(again, RATIFY, ALICE)
        await again.result()
        await looker.finds([])
    assert dev_stage.actions()[-1] == "ratified"
    assert list(verify(dev_stage.git)) == []


async def test_an_emergency_lapses_where_no_rule_has_it_any_more(dev_stage: Stage) -> None:
    """Before its launch: then it is a request like any other, and owes nothing."""
    dev_stage.awx.faults(launch=["too-many"] * 3)
    person_commits(dev_stage.git, rule("urgent", emergency=URGENT))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await declare(dev_stage, promoted)
        await dev_stage.asked_for_a_launch()
        person_commits(dev_stage.git, rule("urgent", emergency=False))
        await dev_stage.hint(promoted)
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert lapsed.last.reason is not None
        assert "No rule lets" in lapsed.last.reason
        assert not owes(lapsed)
        await dev_stage.until_taken(promoted, APPROVE, JEAN)
        ended = await promoted.result()
    assert ended.emergency is None
    assert list(verify(dev_stage.git)) == []


async def test_a_retry_that_the_rules_no_longer_have_fails_and_stays_a_debt(dev_stage: Stage) -> None:
    """It never becomes an undecided request, from which its debt could vanish."""
    dev_stage.awx.faults(life=["failed"])
    person_commits(dev_stage.git, rule("urgent", emergency=URGENT))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await declare(dev_stage, promoted)
        await dev_stage.until(promoted, State.FAILED)
        person_commits(dev_stage.git, rule("urgent", emergency=False))
        await dev_stage.until_taken(promoted, RETRY, PIERRE)
        failed = await dev_stage.until(promoted, State.FAILED)
        assert failed.last.error is not None
        assert "nothing was launched" in failed.last.error
        assert owes(failed)
        await dev_stage.until_taken(promoted, REFUTE, ALICE)
        await promoted.result()
    assert len(dev_stage.awx.jobs()) == 1
    assert list(verify(dev_stage.git)) == []


async def test_who_goes_round_the_rule_is_refused_by_the_promotion(dev_stage: Stage) -> None:
    """Signed by the API or not: the validator judges it by the record."""
    person_commits(dev_stage.git, rule("urgent", emergency=URGENT))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        at = (await dev_stage.now()).replace(microsecond=0)
        given = {"at": at, "comment": "Payments are down since nine", "answer_by": at + timedelta(days=30)}
        for by, answer_by, why in (
            (PIERRE, at + timedelta(days=3), "SelfApproval"),
            (JEAN, at + timedelta(days=30), "StaleDecision"),
        ):
            with pytest.raises(WorkflowUpdateFailedError) as said:
                await dev_stage.decide(promoted, EMERGENCY, by, **{**given, "answer_by": answer_by})
            assert refused(said.value)[0] == why
        await promoted.terminate()
    assert dev_stage.actions() == ["created"]


async def test_an_answer_that_the_record_will_not_have_leaves_the_debt(dev_stage: Stage) -> None:
    """Its key ended before Git had it: the debt goes on, and waits for another answer."""
    dev_stage.sign()
    async with dev_stage.working():
        owing = await becomes_debt(dev_stage, await emergency(dev_stage))
        made = await dev_stage.decision(owing, RATIFY, ALICE)
        with dev_stage.git_away():
            answering = asyncio.create_task(owing.execute_update(Promotion.answer, made, id=made.id))
            await asyncio.sleep(1)
            assert (await owing.query(Promotion.ticket)).last.action == "ratified"
            person_commits(dev_stage.git.with_suffix(".away"), key_file(retired=datetime.now(UTC)), "Retire the key")
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await answering
        assert refused(caught.value)[0] == "KeyEnded"
        assert owes(await owing.query(Promotion.ticket))
        await asyncio.sleep(1)
        assert (await owing.describe()).status is WorkflowExecutionStatus.RUNNING
        await owing.terminate()
    assert dev_stage.actions()[-1] == "deployed"


async def test_a_debt_answers_late_decisions_as_a_promotion_does(dev_stage: Stage) -> None:
    """What is not possible any more is refused by its rule; one that was taken before is told again."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        person_commits(dev_stage.git, rule("urgent", emergency=URGENT))
        at = (await dev_stage.now()).replace(microsecond=0)
        said = {"at": at, "comment": "Payments are down since nine", "answer_by": at + timedelta(days=3)}
        made = await dev_stage.decision(promoted, EMERGENCY, JEAN, **said)
        for _ in range(50):  # until the worker has read the rule
            with contextlib.suppress(WorkflowUpdateFailedError):
                await promoted.execute_update(Promotion.approve, made, id=made.id)
                break
            await asyncio.sleep(0.1)
        owing = await becomes_debt(dev_stage, promoted)
        for action, why in (
            (APPROVE, "NotPending"),
            (RETRY, "NotRetryable"),
            (DecisionAction.CANCEL, "NotCancellable"),
        ):
            with pytest.raises(WorkflowUpdateFailedError) as late:
                await dev_stage.decide(owing, action, ALICE)
            assert refused(late.value)[0] == why
        assert owes(await owing.execute_update(Promotion.approve, made, id="delivered-again"))
        await owing.terminate()


async def test_a_debt_that_was_set_back_goes_on_as_a_promotion(dev_stage: Stage) -> None:
    """The record proves no more that it was launched: somebody has to go on with it."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.lose(promoted)
        begun = dev_stage.resumption(promoted.id)
        client, queue = dev_stage.environment.client, dev_stage.queue
        await client.start_workflow(EmergencyDebt.run, begun, id=promoted.id, task_queue=queue)
        await dev_stage.until_taken(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_a_debt_that_hears_late_signals_goes_on_in_a_new_run(tmp_path: Path, awx: Simulator) -> None:
    """AWX reports a job once more, again and again: none is kept, and the answer is taken in the last run."""
    async with short_of_breath(tmp_path, awx) as stage, stage.working():
        owing = await becomes_debt(stage, await emergency(stage))
        first = (await owing.describe()).run_id
        for number in range(40):
            await owing.signal("awx_report", {"odd": number})
            await owing.signal("look", "late")
        for _ in range(100):
            if (found := await owing.describe()).run_id != first:
                break
            await asyncio.sleep(0.1)
        assert found.run_id != first
        assert found.workflow_type == EmergencyDebt.__name__
        await stage.until_taken(owing, RATIFY, ALICE)
        assert (await owing.result()).last.action == "ratified"
    assert list(verify(stage.git)) == []
