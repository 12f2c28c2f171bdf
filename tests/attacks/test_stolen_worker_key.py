"""The worker's key is stolen and revoked from an earlier commit on, while promotions are under way."""

from datetime import UTC, datetime
from pathlib import Path

from domain.decision import DecisionAction
from domain.ticket import State
from record.git.repository import open_repository
from record.index.reader import Index
from tests.domain.builders import JEAN
from tests.record.building import git, person_commits
from tests.signing import WORKER_KEY, key_file
from tests.workflows.stage import Stage

APPROVE = DecisionAction.APPROVE


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


def state(index: Index) -> State:
    ticket = index.get("PR-2026-0001")
    assert ticket is not None
    return ticket.state
