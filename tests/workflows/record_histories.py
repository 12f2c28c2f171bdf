"""Records the history of each path that has none yet: `make histories`. A recorded one is never written over.

Where a change is meant to break with what is under way, delete the histories that it breaks, and record them anew.
"""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from demo.company import prepare_repository
from domain.delivery import announcements_of
from tests.awx_fixtures import simulating
from tests.workflows.announced import ANNOUNCED
from tests.workflows.paths import HISTORIES, PATHS, Scene, come_to_rest
from tests.workflows.stage import Promoted, Stage
from workflows.options import SEARCH_ATTRIBUTES


async def record(scene: Scene, *, announced: bool = False) -> str:
    """The scene's history as JSON, once its promotion has come to rest; or that of its announcements."""
    with TemporaryDirectory() as folder, simulating() as awx:
        prepare_repository(Path(folder) / "gitops.git", "main")
        async with await WorkflowEnvironment.start_local(
            data_converter=pydantic_data_converter,
            dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
            dev_server_log_level="error",
            search_attributes=SEARCH_ATTRIBUTES,
        ) as server:
            stage = Stage(server, Path(folder) / "gitops.git", awx, cached=100 if announced else 0)
            async with stage.working():
                promoted = await scene(stage)
                await come_to_rest(stage, promoted)
                history = await (_announcements(server, promoted) if announced else promoted.fetch_history())
    return json.dumps(history.to_json_dict(), separators=(",", ":"))


async def _announcements(server: WorkflowEnvironment, promoted: Promoted) -> WorkflowHistory:
    handle = server.client.get_workflow_handle(announcements_of(promoted.id))
    with contextlib.suppress(WorkflowFailureError):  # something was given up
        await handle.result()
    return await handle.fetch_history()


async def main() -> None:
    """Record what is missing."""
    for folder, scenes in ((HISTORIES, PATHS), (HISTORIES / "announcements", ANNOUNCED)):
        folder.mkdir(exist_ok=True)
        for name, scene in scenes.items():
            file = folder / f"{name}.json"
            if not file.exists():
                file.write_text(await record(scene, announced=scenes is ANNOUNCED) + "\n", encoding="utf-8")
                sys.stdout.write(f"recorded {name}\n")


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # the Temporal SDK's threads can crash an ordinary exit
