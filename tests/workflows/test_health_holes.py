"""Whoever may write to the engine says nothing of a target's health: neither where to look, nor what was seen."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError

from domain import lifecycle
from domain.change import Change
from domain.decision import DecisionAction
from domain.deployment import Deployment, Job, JobResult
from domain.errors import Unproven
from domain.health import HealthCheck, HealthWanted, Stretch
from domain.signing import HealthNotes
from domain.ticket import PromotionRequest, State
from record.git.repository import open_repository
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs
from record.signing.signatures import Signer, new_key, sealed
from tests.domain.builders import JEAN, NOW
from tests.record.building import git
from tests.workflows.applications import QUICK, Application, name_check, serving
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_rogue import done
from workflows.promotion import Promotion

SLOW = QUICK | {"for": "PT1M", "within": "PT10M"}


@pytest.fixture
def signing(dev_stage: Stage) -> Stage:
    dev_stage.sign()
    return dev_stage


async def left(stage: Stage, state: State) -> PromotionRequest:
    """A request in the state, as the record has it, whose promotion is terminated: its id is free in the engine."""
    promoted = await stage.submit()
    await stage.decide(promoted, DecisionAction.APPROVE, JEAN)
    ticket = await stage.until(promoted, state)
    await stage.until_recorded(promoted)
    await promoted.terminate()
    return ticket


async def refused(stage: Stage, ticket: PromotionRequest) -> str:
    """The reason why the worker does not record this as its own act."""
    base = git(stage.git, "rev-parse", f"main:{ticket.path}")
    change = Change(ticket=ticket, base=base, actor_name="Prodgate")
    with pytest.raises(WorkflowFailureError) as error:
        await done(stage, ticket.id, "record_change", change, kind="Promotion")
    return str(error.value.cause.__cause__)


async def test_the_job_alone_deploys_nothing_that_is_checked(signing: Stage) -> None:
    """AWX's own word is good, and is no word on health; an earlier worker's promotion would say the same."""
    signing.awx.faults(life=["stuck-running"])
    async with serving(Application(500)) as address, signing.working():
        ticket = await left(signing, State.DEPLOYING)
        name_check(signing.git, {"http": {"url": address}} | SLOW)
        signing.awx.until_status(1, "running")
        signing.awx.control("POST", "finish", json={"job": 1})
        signing.awx.until_status(1, "successful")
        job = Job(deployment=Deployment.of(ticket), job=1, since=ticket.last.at)
        said = JobResult.model_validate(await done(signing, ticket.id, "read_result", job))
        assert said.verifies
        silent = said.model_copy(update={"verifies": False})
        why = await refused(signing, lifecycle.conclude(ticket, silent, await signing.now()))
    assert "asks for a check" in why


async def test_a_check_that_nobody_sealed_deploys_nothing(signing: Stage) -> None:
    async with serving(Application(500)) as address, signing.working():
        name_check(signing.git, {"http": {"url": address}} | SLOW)
        ticket = await left(signing, State.VERIFYING)
        why = await refused(signing, lifecycle.conclude_check(ticket, True, "all is well", await signing.now()))
    assert "Nobody sealed" in why


async def test_no_look_goes_where_a_workflow_says(signing: Stage) -> None:
    """A question has no address; one about what is not verified is not answered."""
    application = Application(200)
    async with serving(application) as address, signing.working():
        name_check(signing.git, {"http": {"url": address}} | SLOW)
        promoted: Promoted = await signing.submit()
        await signing.decide(promoted, DecisionAction.APPROVE, JEAN)
        ticket = await signing.until(promoted, State.VERIFYING)
        asked = HealthWanted(deployment=Deployment.of(ticket), job=77)
        with pytest.raises(WorkflowFailureError) as error:
            await done(signing, "rogue", "look_at_health", asked)
        assert "as one that is verified" in str(error.value.cause.__cause__)
        assert "url" not in json.dumps(HealthWanted.model_json_schema())
        assert (await promoted.query(Promotion.ticket)).state is State.VERIFYING


def test_only_the_workers_own_notes_count(signing: Stage, tmp_path: Path) -> None:
    """Temporal keeps them between two looks, so whoever reaches it could write some."""
    repository = open_repository(str(signing.git), "main", tmp_path)
    proofs = CommitProofs(KeyReader(repository), Signer(signing.worker_key))
    check = HealthCheck.model_validate({"http": {"url": "https://pay.example/"}} | SLOW)
    held = Stretch(digest=check.digest, last=NOW, looks=9, holding=timedelta(hours=1))
    notes = HealthNotes(ticket="PR-2026-0001", attempt=1, job=1, at=datetime.now(UTC), stretch=held)
    assert proofs.notes(proofs.seal(notes) or "") == notes
    for forged in (notes.model_dump_json(), sealed(notes, new_key()), "", "a.b.c"):
        with pytest.raises(Unproven):
            proofs.notes(forged)
