"""The worker's key is stolen and revoked from an earlier commit on, while promotions are under way."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from domain.decision import DecisionAction
from domain.ticket import PromotionRequest, State
from record.git.repository import open_repository
from record.index.reader import Index
from record.signing.signatures import new_key, private_text
from tests.domain.builders import JEAN
from tests.record.building import git, person_commits
from tests.signing import WORKER_KEY, key_file
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

APPROVE = DecisionAction.APPROVE
NEXT = new_key()


async def test_what_a_stolen_key_signed_is_shown_by_no_index_any_more(dev_stage: Stage, tmp_path: Path) -> None:
    """Neither by one made afterwards nor by one that had read it as proven, of this process or of one before it."""
    dev_stage.sign()
    dev_stage.awx.faults(life=["stuck-running"])
    repository = open_repository(str(dev_stage.git), "main", tmp_path)
    live, kept = Index(repository, tmp_path / "live.db"), Index(repository, tmp_path / "kept.db")
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        ours = git(dev_stage.git, "rev-parse", "main")
        await dev_stage.until(promoted, State.DEPLOYING)
        await dev_stage.lose(promoted)
    assert [state(each) for each in (live, kept)] == [State.DEPLOYING, State.DEPLOYING]
    kept.close()
    revoked = key_file(WORKER_KEY, key_class="service", revoked=datetime.now(UTC), revoked_from=ours)
    person_commits(dev_stage.git, revoked, "Revoke the worker's key")
    kept, made = (Index(repository, tmp_path / name) for name in ("kept.db", "made.db"))
    assert [state(each) for each in (live, kept, made)] == [State.APPROVED] * 3


async def test_a_promotion_that_goes_on_from_what_is_proven_no_more_names_the_commit(
    dev_stage: Stage, tmp_path: Path
) -> None:
    """Operators read in the pending activity what to repair; then it goes on from there, and finds the job it had."""
    dev_stage.sign()
    dev_stage.awx.faults(life=["stuck-running"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        ours = git(dev_stage.git, "rev-parse", "main")
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "running")
        await until_recorded(dev_stage, "deploying")
        stolen = git(dev_stage.git, "rev-parse", "main")
        revoked = key_file(WORKER_KEY, key_class="service", revoked=datetime.now(UTC), revoked_from=ours)
        person_commits(dev_stage.git, revoked | key_file(NEXT, key_class="service"), "Revoke the worker's key")
    dev_stage.worker_key.write_text(private_text(NEXT))
    async with dev_stage.working():
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        assert f"prodgate repair {stolen[:10]}" in await waits_for(promoted)
        assert dev_stage.actions()[-1] == "deploying"
        proven = git(dev_stage.git, "show", f"{ours}:{await path_of(promoted)}") + "\n"
        person_commits(dev_stage.git, {await path_of(promoted): proven}, "Put back what is proven")
        assert (await promoted.result()).state is State.DEPLOYED
    assert dev_stage.actions()[-2:] == ["deploying", "deployed"]
    assert len(dev_stage.awx.jobs()) == 1
    index = Index(open_repository(str(dev_stage.git), "main", tmp_path), tmp_path / "made.db")
    assert state(index) is State.DEPLOYED


async def test_a_file_that_is_set_back_without_proof_sets_no_promotion_back(dev_stage: Stage) -> None:
    """Whoever may push would have an approved request launched once more; it waits, and names their commit."""
    dev_stage.sign()
    dev_stage.awx.faults(life=["stuck-running"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        ours = git(dev_stage.git, "rev-parse", "main")
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "running")
        await until_recorded(dev_stage, "deploying")
        before = git(dev_stage.git, "show", f"{ours}:{await path_of(promoted)}") + "\n"
        forged = person_commits(dev_stage.git, {await path_of(promoted): before}, "Set it back")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        assert f"prodgate repair {forged[:10]}" in await waits_for(promoted)
        assert (await promoted.query(Promotion.ticket)).state is State.DEPLOYED
    assert len(dev_stage.awx.jobs()) == 1


async def until_recorded(stage: Stage, action: str) -> None:
    for _ in range(200):
        if stage.actions()[-1] == action:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{action} is not recorded")


async def path_of(promoted: Promoted) -> str:
    ticket: PromotionRequest = await promoted.query(Promotion.ticket)
    return ticket.path


async def waits_for(promoted: Promoted) -> str:
    """What a pending commit of the promotion failed with last."""
    for _ in range(200):
        for each in (await promoted.describe()).raw_description.pending_activities:
            if each.activity_type.name == "record_change" and each.last_failure.message:
                return each.last_failure.message
        await asyncio.sleep(0.05)
    raise AssertionError("no commit failed")


def state(index: Index) -> State:
    ticket = index.get("PR-2026-0001")
    assert ticket is not None
    return ticket.state
