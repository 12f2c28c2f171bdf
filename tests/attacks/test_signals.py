"""An approval names production as it was shown, by whichever way it comes."""

import asyncio

import pytest

from domain.decision import DecisionAction
from domain.ticket import State
from record.audit.verify import verify
from tests.domain.builders import JEAN
from tests.record.building import person_commits
from tests.rules import two_of_cpi
from tests.workflows.stage import Stage
from tests.workflows.test_clearance import ALICE
from workflows.promotion import Promotion


async def test_a_signal_approves_nothing_that_was_shown_otherwise(
    dev_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """The update with it is refused; so is the signal."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        made = await dev_stage.decision(promoted, DecisionAction.APPROVE, JEAN, production="1.0.0")
        await promoted.signal("approve", made)
        await dev_stage.until_said(caplog, "a signal approve was dropped")
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        await promoted.terminate()
    assert "Production is at 2.0.0 now" in caplog.text


async def test_a_signal_completes_no_approval_by_a_vote_that_is_taken_back_meanwhile(
    dev_stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Both messages wait for one worker: the record that judges the signal still has the vote."""
    person_commits(dev_stage.git, two_of_cpi())
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, DecisionAction.ENDORSE, JEAN)
        completes = await dev_stage.decision(promoted, DecisionAction.APPROVE, ALICE)
        back = await dev_stage.decision(promoted, DecisionAction.UNENDORSE, JEAN)
    await promoted.signal("approve", completes)
    taking = asyncio.create_task(promoted.execute_update(Promotion.vote, back, id=back.id))
    async with dev_stage.working():
        assert (await taking).votes == ()
        await dev_stage.until_said(caplog, "a signal approve was dropped")
        await promoted.terminate()
    assert dev_stage.actions() == ["created", "endorsed", "unendorsed"]
    assert list(verify(dev_stage.git)) == []
