"""An engine that was restored from a backup begins where that stood: it has the record's and AWX's word of the rest."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.decision import DecisionAction
from domain.ticket import State
from engine.connection import converter
from record.audit.verify import verify
from tests.awx_fixtures import Simulator
from tests.company import found
from tests.dev_server import dev_server
from tests.domain.builders import JEAN, PIERRE, details
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion
from workflows.shown import SEARCH_ATTRIBUTES

APPROVE, RETRY = DecisionAction.APPROVE, DecisionAction.RETRY


@asynccontextmanager
async def engine(database: Path) -> AsyncIterator[WorkflowEnvironment]:
    """A server whose data is that file."""
    async with await dev_server(
        data_converter=converter(None),
        dev_server_database_filename=str(database),
        search_attributes=SEARCH_ATTRIBUTES,
    ) as server:
        yield server


class Loss:
    """A promotion that waits for its date when the engine is backed up; what follows is lost to the engine alone."""

    def __init__(self, folder: Path, awx: Simulator) -> None:
        self.backup, self.database = folder / "backup", folder / "engine" / "temporal.db"
        self.database.parent.mkdir()
        self.stage = Stage(WorkflowEnvironment, folder / "gitops.git", awx, signs=True)  # type: ignore[arg-type]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Stage]:
        """The engine with a worker."""
        async with engine(self.database) as self.stage.environment, self.stage.working():
            yield self.stage

    async def waits(self) -> str:
        """A promotion that is approved, backed up before its date has come."""
        async with self.running() as stage:
            date = (await stage.now() + timedelta(seconds=30)).replace(microsecond=0)
            promoted = await stage.submit(request=details(scheduled_date=date))
            await stage.decide(promoted, APPROVE, JEAN)
        shutil.copytree(self.database.parent, self.backup)
        assert stage.actions() == ["created", "approved"]
        return promoted.id

    def restore(self) -> None:
        """Put the backup in the place of the engine's data."""
        shutil.rmtree(self.database.parent)
        shutil.copytree(self.backup, self.database.parent)

    def promoted(self, ticket_id: str) -> Promoted:
        return self.stage.environment.client.get_workflow_handle_for(Promotion.run, ticket_id)


@pytest.fixture
def loss(tmp_path: Path, awx: Simulator) -> Loss:
    found(tmp_path / "gitops.git")
    return Loss(tmp_path, awx)


async def test_a_job_of_which_neither_engine_nor_record_knows_is_taken_for_the_attempt_s(loss: Loss) -> None:
    """AWX was asked, and all was lost before the record heard: the attempt's label tells, and its job is found."""
    ticket_id = await loss.waits()
    await loss.stage.launch_unheard(loss.stage.resumption(ticket_id).ticket)
    loss.restore()
    async with loss.running() as stage:
        assert (await loss.promoted(ticket_id).result()).state is State.DEPLOYED
    assert len(stage.awx.jobs()) == 1
    assert stage.actions() == ["created", "approved", "due", "deploying", "deployed"]
    assert list(verify(stage.git)) == []


@pytest.mark.parametrize("ends", [True, False])
async def test_what_the_record_has_is_gone_on_from(loss: Loss, ends: bool) -> None:
    """It was launched, with the job's end or without it, after the backup: nothing is launched again."""
    loss.stage.awx.faults(life=[] if ends else ["stuck-running"])
    ticket_id = await loss.waits()
    async with loss.running() as stage:
        await stage.until(loss.promoted(ticket_id), State.DEPLOYED if ends else State.DEPLOYING)
        await stage.until_recorded(loss.promoted(ticket_id))
    loss.restore()
    async with loss.running() as stage:
        if not ends:
            stage.awx.until_status(1, "running")
            stage.awx.control("POST", "finish", json={"job": 1})
        ended = await loss.promoted(ticket_id).result()
    assert stage.recorded(ended) == ended
    assert len(stage.awx.jobs()) == 1
    assert stage.actions() == ["created", "approved", "due", "deploying", "deployed"]
    assert list(verify(stage.git)) == []


async def test_what_the_record_has_is_retried_from(loss: Loss) -> None:
    """It failed after the backup: whoever retries it has a second attempt made, by one job."""
    loss.stage.awx.faults(life=["failed"])
    ticket_id = await loss.waits()
    async with loss.running() as stage:
        await stage.until(loss.promoted(ticket_id), State.FAILED)
        await stage.until_recorded(loss.promoted(ticket_id))
    loss.restore()
    async with loss.running() as stage:
        promoted = loss.promoted(ticket_id)
        await stage.until(promoted, State.FAILED)
        await stage.decide(promoted, RETRY, PIERRE)
        ended = await promoted.result()
    assert (ended.state, ended.attempt) == (State.DEPLOYED, 2)
    assert len(stage.awx.jobs()) == 2
    assert list(verify(stage.git)) == []
