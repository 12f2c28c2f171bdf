"""Runs a promotion's story to its end, whoever asks the engine to cancel it and whichever rule breaks on the way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import RuleViolation

T = TypeVar("T")


class BrokenPromotion(Exception):
    """The promotion itself broke a rule: its workflow task fails, and is tried again until the code is mended."""


async def to_its_end(story: Coroutine[Any, Any, T]) -> T:
    """The story's result; nothing but itself ends it.

    A request to cancel, made past the API, is nobody's whom a ticket could name: it is dropped. A RuleViolation would
    fail the workflow for good, for `failure_exception_types` names it so that one in an update's handler fails that
    update: here it fails the task, which is done again.
    """
    running = asyncio.ensure_future(story)
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError:
            workflow.logger.warning("a request to cancel was dropped: a ticket is withdrawn through the API")
    try:
        return running.result()
    except RuleViolation as broken:
        raise BrokenPromotion(f"{type(broken).__name__}: {broken}") from broken
