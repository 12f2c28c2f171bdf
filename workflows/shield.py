"""The shield around a promotion's `run`: neither a request to cancel nor a broken rule ends a ticket's workflow."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import RuleViolation

T = TypeVar("T")


class BrokenRule(Exception):
    """The product tried what its rules forbid. The workflow task fails, and is done again by code that is mended."""


async def shielded(story: Coroutine[Any, Any, T]) -> T:
    """The story's result, whoever asks the engine to cancel it meanwhile.

    A ticket is withdrawn by a decision, which names somebody; a request to cancel names nobody, so it is dropped, and
    the log says so. Raises BrokenRule where the story breaks a rule: that fails the task, never the workflow.
    """
    running = asyncio.ensure_future(story)
    while not running.done():
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            workflow.logger.warning("a request to cancel was dropped: a ticket is withdrawn through the API")
        except RuleViolation as broken:
            raise BrokenRule(str(broken)) from broken
    return running.result()
