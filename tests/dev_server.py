"""Starts Temporal's dev server for tests."""

import sys
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

TEMPORAL = Path(sys.executable).with_name("temporal")
TRIES = 5


async def dev_server(**given: Any) -> WorkflowEnvironment:
    """A server of its own, with what `WorkflowEnvironment.start_local` is given besides.

    The SDK waits five seconds for it, which pass where others have the processors; so it is started again.
    """
    options = {"dev_server_existing_path": str(TEMPORAL), "dev_server_log_level": "error"} | given
    for left in reversed(range(TRIES)):
        try:
            return await WorkflowEnvironment.start_local(**options)
        except RuntimeError:
            if not left:
                raise
    raise AssertionError("every try returns or raises")
