"""Two people reconcile at once, or one is slow: what was found older a while ago may have gone on since."""

from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowUpdateStage

from domain.decision import DecisionAction
from domain.drift import Drift, DriftKind
from domain.ticket import State
from tests.domain.builders import ADA, JEAN, details
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_drift import looking
from workflows.promotion import Promotion


async def _run_of(promoted: Promoted) -> str | None:
    return (await promoted.describe()).run_id


async def test_a_promotion_that_caught_up_meanwhile_is_not_ended(dev_stage: Stage, tmp_path: Path) -> None:
    """The second mending meets the first one's promotion, which holds what people decided since: it stays."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit(request=details(scheduled_date=await dev_stage.now() + timedelta(days=1)))
        older = dev_stage.resumption(promoted.id)
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        await dev_stage.lose(promoted)
        await dev_stage.begin(older)
        [drift] = await looker.finds([DriftKind.BEHIND])
        assert await looker.mending.mend(drift)
        await dev_stage.until(promoted, State.APPROVED)
        mended = await _run_of(promoted)
        assert not await looker.mending.mend(drift)
        assert await _run_of(promoted) == mended


async def test_a_hold_that_git_could_not_take_outlives_a_late_mending(dev_stage: Stage, tmp_path: Path) -> None:
    """Whoever held it was answered 202: the promotion alone knows of it, and ending that would let it be launched."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit(request=details(scheduled_date=await dev_stage.now() + timedelta(days=1)))
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        found = Drift.of(DriftKind.BEHIND, promoted.id, "as it was a minute ago")
        hook = dev_stage.git / "hooks" / "pre-receive"
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        held = await dev_stage.decision(promoted, DecisionAction.HOLD, ADA)
        await promoted.start_update(Promotion.hold, held, id=held.id, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
        assert (await promoted.query(Promotion.ticket)).hold
        assert not await looker.mending.mend(found)
        assert (await promoted.query(Promotion.ticket)).hold
        hook.unlink()
        await dev_stage.lose(promoted)
    assert dev_stage.actions() == ["created", "approved", "held"]
