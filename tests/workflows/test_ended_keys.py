"""Keys end while promotions are under way: what they signed and Git does not have yet is decided again."""

import asyncio
from datetime import UTC, datetime

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.decision import DecisionAction
from domain.signing import SERVICE_TYPE
from domain.ticket import State
from record.git.message import SIGNATURE
from record.signing.signatures import kid_of, new_key, private_text
from tests.domain.builders import JEAN
from tests.record.building import git, person_commits
from tests.signing import KEY, WORKER_KEY, key_file
from tests.workflows.paths import come_to_rest
from tests.workflows.stage import Stage, refused
from workflows.promotion import Promotion

APPROVE = DecisionAction.APPROVE


async def test_a_decision_that_outlives_its_key_is_taken_back_and_told(dev_stage: Stage) -> None:
    """Git is away while its key is retired; the promotion goes on from the record, and takes another decision."""
    dev_stage.sign()
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        made = await dev_stage.decision(promoted, APPROVE, JEAN)
        with dev_stage.git_away():
            handle = asyncio.create_task(promoted.execute_update(Promotion.approve, made, id=made.id))
            await dev_stage.until(promoted, State.APPROVED)
            person_commits(dev_stage.git.with_suffix(".away"), key_file(retired=datetime.now(UTC)), "Retire the key")
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await handle
        assert refused(caught.value)[0] == "KeyEnded"
        assert (await promoted.query(Promotion.ticket)).state is State.PENDING
        assert dev_stage.actions() == ["created"]
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await promoted.execute_update(Promotion.approve, made, id="once-more")
        assert refused(caught.value)[0] in {"KeyEnded", "Unproven"}


async def test_a_worker_takes_up_a_new_key_while_it_works(dev_stage: Stage) -> None:
    """Its file is swapped between two acts of one promotion; each is signed by the key of its moment."""
    dev_stage.sign()
    dev_stage.awx.faults(life=["stuck-running"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        await asyncio.sleep(0.5)
        new = new_key()
        person_commits(dev_stage.git, key_file(new, key_class="service"), "Know the worker's next key")
        (draft := dev_stage.worker_key.with_suffix(".draft")).write_text(private_text(new))
        draft.replace(dev_stage.worker_key)
        ended = key_file(WORKER_KEY, key_class="service", retired=datetime.now(UTC))
        person_commits(dev_stage.git, ended, "Retire the worker's first key")
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        await come_to_rest(dev_stage, promoted)
    signatures = git(dev_stage.git, "log", f"--format=%(trailers:key={SIGNATURE},valueonly)", "main").split()
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]
    assert kid_of(signatures[0], SERVICE_TYPE) == new.thumbprint()
    assert kid_of(signatures[1], SERVICE_TYPE) == WORKER_KEY.thumbprint()
    assert kid_of(signatures[2]) == KEY.thumbprint()


async def test_a_worker_without_a_key_commits_nothing_of_the_service_once_the_record_has_one(dev_stage: Stage) -> None:
    """The promotion waits, unsigned and unlost, until a worker with a key takes it up."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await come_to_rest(dev_stage, promoted)
        dev_stage.sign()
        second = await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await dev_stage.decide(second, APPROVE, JEAN)
        await dev_stage.until(second, State.DEPLOYING)
        await asyncio.sleep(1)
        assert dev_stage.actions("PR-2026-0002") == ["created", "approved"]
    async with dev_stage.working():
        await come_to_rest(dev_stage, second)
    assert dev_stage.actions("PR-2026-0002") == ["created", "approved", "deploying", "deployed"]
    assert len(dev_stage.awx.jobs()) == 2
