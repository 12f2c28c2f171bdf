"""Records the history of each path that has none yet: `make histories`. A recorded one is never written over.

Where a change is meant to break with what is under way, delete the histories that it breaks, and record them anew.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from demo.company import prepare_repository
from tests.awx_fixtures import simulating
from tests.workflows.paths import HISTORIES, PATHS, Scene, come_to_rest
from tests.workflows.stage import Stage
from workflows.options import SEARCH_ATTRIBUTES


async def record(scene: Scene) -> str:
    """The scene's history as JSON, once its promotion has come to rest."""
    with TemporaryDirectory() as folder, simulating() as awx:
        prepare_repository(Path(folder) / "gitops.git", "main")
        async with await WorkflowEnvironment.start_local(
            data_converter=pydantic_data_converter,
            dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
            dev_server_log_level="error",
            search_attributes=SEARCH_ATTRIBUTES,
        ) as server:
            stage = Stage(server, Path(folder) / "gitops.git", awx)
            async with stage.working():
                promoted = await scene(stage)
                await come_to_rest(stage, promoted)
                history = await promoted.fetch_history()
    return json.dumps(history.to_json_dict(), separators=(",", ":"))


async def main() -> None:
    """Record what is missing."""
    HISTORIES.mkdir(exist_ok=True)
    for name, scene in PATHS.items():
        file = HISTORIES / f"{name}.json"
        if not file.exists():
            file.write_text(await record(scene) + "\n", encoding="utf-8")
            sys.stdout.write(f"recorded {name}\n")


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)  # the Temporal SDK's threads can crash an ordinary exit
