"""Drift between the record, the engine and AWX: found, mended from the record, and never by a launch."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.drift import DriftActivities, DriftReader
from domain.decision import DecisionAction
from domain.drift import Drift, DriftKind
from domain.ticket import State
from engine.mending import Mending
from engine.promotions import EnginePromotions
from record.facts.resuming import ResumptionReader
from record.git.repository import open_repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from tests.domain.builders import ADA, JEAN, PIERRE, details
from tests.record.building import person_commits
from tests.workflows.stage import Stage
from workflows import options
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction
SETTLES = 0.5


@dataclass
class Looker:
    """Somebody with the command, beside whatever workers there are."""

    reader: DriftReader
    mending: Mending

    async def finds(self, kinds: Collection[DriftKind], within: float = 90) -> list[Drift]:
        """The drift, once it is of these kinds: the engine's lists are late."""
        for _ in range(int(within / 0.1)):
            found = await self.reader.find()
            if sorted(each.kind for each in found) == sorted(kinds):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"found {found}, never {kinds}")

    async def mends(self) -> list[bool]:
        return [await self.mending.mend(each) for each in await self.reader.find()]


@asynccontextmanager
async def looking(stage: Stage, folder: Path) -> AsyncIterator[Looker]:
    repository = open_repository(str(stage.git), "main", folder)
    index = Index(repository, folder / "looking.db")
    promotions = EnginePromotions(stage.environment.client, stage.queue)
    resumptions = ResumptionReader(repository, index, KeyReader(repository), stage.plan.expiry)
    yield Looker(DriftReader(index, promotions, options.RETRY_WINDOW, SETTLES), Mending(promotions, resumptions))
    index.close()
    await repository.close()


async def test_nothing_differs_while_all_is_well(dev_stage: Stage, tmp_path: Path) -> None:
    """Pending ones, held ones, ended ones."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        await dev_stage.submit()
        done = await dev_stage.submit(id="PR-2026-0002", key="2" * 64)
        await dev_stage.decide(done, CANCEL, PIERRE)
        await done.result()
        await looker.finds([])


async def test_a_lost_one_goes_on_from_the_record_once_however_many_look(dev_stage: Stage, tmp_path: Path) -> None:
    """Two mend at once: one promotion, which knows requester, deadline and what was decided."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit(request=details(scheduled_date=await dev_stage.now() + timedelta(days=1)))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        held = await dev_stage.decision(promoted, HOLD, ADA)
        await promoted.execute_update(Promotion.hold, held, id=held.id)
        await dev_stage.lose(promoted)
        [drift] = await looker.finds([DriftKind.NO_PROMOTION])
        assert (drift.subject, drift.found) == (promoted.id, "it is approved, and no promotion runs")
        assert all(await asyncio.gather(looker.mending.mend(drift), looker.mending.mend(drift)))
        runs = [
            each.run_id async for each in dev_stage.environment.client.list_workflows(f"WorkflowId = '{promoted.id}'")
        ]
        assert len(set(runs)) <= 2
        again = await promoted.execute_update(Promotion.hold, held, id=f"{held.id}-again")
        assert again.hold is not None
        await dev_stage.decide(promoted, CANCEL, PIERRE)
    assert dev_stage.actions() == ["created", "approved", "held", "cancelled"]


async def test_its_deadline_is_what_its_submission_said(dev_stage: Stage, tmp_path: Path) -> None:
    """It passed while the engine was away: it expires at once, and is not given another month."""
    async with looking(dev_stage, tmp_path) as looker:
        async with dev_stage.working():
            promoted = await dev_stage.submit(decide_by=await dev_stage.now() + timedelta(seconds=4))
            await dev_stage.lose(promoted)
        await asyncio.sleep(4)
        await looker.finds([DriftKind.NO_PROMOTION])
        assert await looker.mends() == [True]
        async with dev_stage.working():
            assert (await promoted.result()).state is State.EXPIRED


async def test_a_job_that_ended_meanwhile_is_read_and_none_is_launched(dev_stage: Stage, tmp_path: Path) -> None:
    """The record knows that it is deploying; AWX has known for a while how it ended."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        dev_stage.awx.faults(life=["stuck-running"])
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        await dev_stage.lose(promoted)
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        await looker.finds([DriftKind.NO_PROMOTION])
        assert await looker.mends() == [True]
        assert (await promoted.result()).state is State.DEPLOYED
        assert len(dev_stage.awx.jobs()) == 1


async def test_a_promotion_older_than_the_record_is_replaced(dev_stage: Stage, tmp_path: Path) -> None:
    """As after a restore of Temporal alone: the record says that it was rejected, and that counts."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit()
        await dev_stage.lose(promoted)
        older = dev_stage.resumption(promoted.id)
        await dev_stage.begin(older)
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYED)
        await promoted.result()
        await dev_stage.begin(older)
        [drift] = await looker.finds([DriftKind.BEHIND])
        assert drift.found == "the record ends with deployed, its promotion with created"
        assert await looker.mending.mend(drift)
        assert (await promoted.result()).state is State.DEPLOYED
        await looker.finds([])
    assert len(dev_stage.awx.jobs()) == 1


async def test_what_is_not_proven_begins_nothing(dev_stage: Stage, tmp_path: Path) -> None:
    """Somebody pushed an approval: it is named with its commit, and the ticket waits for the repair."""
    dev_stage.sign()
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit()
        ticket = await promoted.query(Promotion.ticket)
        await dev_stage.lose(promoted)
        good = dev_stage.file(ticket)
        person_commits(dev_stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
        [drift] = await looker.finds([DriftKind.UNPROVEN])
        assert drift.subject == promoted.id
        assert "prodgate repair" in drift.found
        assert await looker.mends() == [False]
        assert not await looker.reader.promotions.runs(promoted.id)


async def test_a_commit_that_git_could_not_take_is_written_by_the_promotion_itself(
    dev_stage: Stage, tmp_path: Path
) -> None:
    """While Git is away the command can't look; afterwards nothing differs any more."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit()
        ticket = await promoted.query(Promotion.ticket)
        good = dev_stage.file(ticket)
        person_commits(dev_stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
        await promoted.signal("reject", await dev_stage.decision(promoted, REJECT, JEAN))
        await dev_stage.until(promoted, State.REJECTED)
        [drift] = await looker.finds([DriftKind.CONFLICT])
        assert await looker.mending.mend(drift) is False
        person_commits(dev_stage.git, {ticket.path: good})
        await promoted.result()
        await looker.finds([])


async def test_a_promotion_without_a_ticket_is_named(dev_stage: Stage, tmp_path: Path) -> None:
    """The branch lost its file, and nothing is made of it."""
    async with dev_stage.working(), looking(dev_stage, tmp_path) as looker:
        promoted = await dev_stage.submit()
        ticket = await promoted.query(Promotion.ticket)
        person_commits(dev_stage.git, {ticket.path: None})
        [drift] = await looker.finds([DriftKind.NO_TICKET])
        assert drift.subject == promoted.id
        assert await looker.mending.mend(drift) is False


async def test_a_look_says_what_it_found(dev_stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a schedule it mends nothing: it logs a line each, and answers with how many."""
    async with looking(dev_stage, tmp_path) as looker:
        async with dev_stage.working():
            await dev_stage.lose(await dev_stage.submit())
        await looker.finds([DriftKind.NO_PROMOTION])
        report = await ActivityEnvironment().run(DriftActivities(looker.reader).find_drift)
        assert str(report) == "1 no-promotion: see `prodgate reconcile`"
        assert "no promotion runs" in caplog.text
