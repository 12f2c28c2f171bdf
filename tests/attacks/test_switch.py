"""The service's first key is published while promotions are under way: each still ends once, and none is stuck."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.ticket import State
from record.signing.signatures import private_text
from tests.domain.builders import JEAN
from tests.record.building import person_commits
from tests.signing import WORKER_KEY, key_file
from tests.workflows.paths import come_to_rest
from tests.workflows.stage import Stage, refused
from workflows.promotion import Promotion

APPROVE = DecisionAction.APPROVE


async def test_a_decision_from_before_the_switch_that_is_committed_after_it_is_decided_again(dev_stage: Stage) -> None:
    """Git is away while it is taken: what it was signed with proves nothing any more once it is back."""
    dev_stage.signs = True
    dev_stage.worker_key.write_text(private_text(WORKER_KEY))
    async with dev_stage.working():
        dev_stage.signs = False
        promoted = await dev_stage.submit()
        made = await dev_stage.decision(promoted, APPROVE, JEAN)
        with dev_stage.git_away():
            handle = asyncio.create_task(promoted.execute_update(Promotion.approve, made, id=made.id))
            await dev_stage.until(promoted, State.APPROVED)
            just_now = key_file(WORKER_KEY, key_class="service", created=made.at)
            person_commits(dev_stage.git.with_suffix(".away"), just_now, "Publish the worker's key")
        dev_stage.signs = True
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await handle
        assert refused(caught.value)[0] == "StaleDecision"
        await dev_stage.until_taken(promoted, APPROVE, JEAN)
        await come_to_rest(dev_stage, promoted)
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert len(dev_stage.awx.jobs()) == 1
