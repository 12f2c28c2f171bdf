"""The end of a session on its way into the record."""

import asyncio
import uuid
from pathlib import Path

from domain.sessions import Revocation
from record.git.repository import open_repository
from record.git.sessions import RevokedFollower
from tests.domain.builders import NOW
from tests.workflows.stage import Stage
from workflows.sessions import Logout


def listed(stage: Stage, folder: Path) -> list[Revocation]:
    return RevokedFollower(open_repository(str(stage.git), "main", folder)).news()[0]


async def test_a_logout_waits_for_git_and_is_recorded_once(stage: Stage, tmp_path: Path) -> None:
    """However long the repository is away; the workflow ends with the commit."""
    ended = Revocation(at=NOW, until=NOW, issuer="https://id.cab-i.example", sid=str(uuid.uuid4()))
    away = stage.git.with_name("away.git")
    async with stage.working():
        stage.git.rename(away)
        client = stage.environment.client
        handle = await client.start_workflow(Logout.run, ended, id=str(uuid.uuid4()), task_queue=stage.queue)
        await asyncio.sleep(1)
        away.rename(stage.git)
        await handle.result()
    assert listed(stage, tmp_path / "api").count(ended) == 1
