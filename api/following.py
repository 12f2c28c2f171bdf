"""Fetches before a question is answered, so that the clone is as new as the question, where the record is a URL."""

import asyncio

import structlog
from starlette.concurrency import run_in_threadpool

from record.errors import RecordUnavailable
from record.git.repository import Repository

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that a question waits for the remote; after that, what is known already has to do."""


class SharedFetch:
    """Fetches when asked, one fetch at a time: whoever asks while one runs shares the next.

    A remote that is down keeps nobody waiting longer than PATIENCE, and after a failure nobody at all.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self.failure: str | None = None

    async def follow(self) -> None:
        """Return once the clone is as new as this call, if the remote lets it; otherwise log why and return."""
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        if self.failure is None:
            await asyncio.wait({self._next}, timeout=PATIENCE)

    async def _after(self, running: asyncio.Task[None] | None) -> None:
        if running is not None:
            await asyncio.wait({running})
        self._running, self._next = self._next, None
        try:
            await run_in_threadpool(self._repository.fetch)
        except RecordUnavailable as error:
            self.failure = str(error)
            log.warning("the record's remote can't be followed", error=self.failure)
        else:
            self.failure = None
