"""An approval names production as it was shown, by whichever way it comes."""

import pytest

from domain.decision import DecisionAction
from domain.ticket import State
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
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
