"""The changes of all tickets as they come: read once, told to however many listen."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from domain.ticket import PromotionRequest
from record.facts.revoked import RevokedSessions
from record.index.reader import Index

RECHECK_AFTER = 15.0
"""Seconds of silence after which a listener looks whether its caller may still listen; sooner where a session ended."""

RECENT = 1_000
"""Changes kept at hand; a listener who is further behind is served from the index."""

POLL_EVERY = 1.0


@dataclass(frozen=True)
class SequencedChange:
    """One change of one ticket; `sequence` numbers the changes of the branch, alike in every process."""

    sequence: int
    ticket: PromotionRequest


@dataclass
class Broadcast:
    """One thread waits for the index, whatever the number of listeners; each ticket is read once for all of them.

    It follows `revoked`, too: where a session ended, every listener looks whether it was its own.
    """

    index: Index
    revoked: RevokedSessions
    _ended: int = 0
    _recent: deque[SequencedChange] = field(default_factory=lambda: deque(maxlen=RECENT))
    _sequence: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    async def run(self) -> None:
        """Follow the index until `close`."""
        loop = asyncio.get_running_loop()
        tip: str | None = None
        with ThreadPoolExecutor(1, "events") as thread:
            self._sequence = await loop.run_in_executor(thread, self.index.sequence)
            while not self._closed:
                tip = await loop.run_in_executor(thread, self.index.wait_for_change, tip, POLL_EVERY)
                changes = await loop.run_in_executor(thread, self._read, self._sequence)
                await loop.run_in_executor(thread, self.revoked.follow)
                if changes:
                    self._recent.extend(changes)
                    self._sequence = changes[-1].sequence
                if changes or self._ended != self.revoked.changes:
                    self._ended = self.revoked.changes
                    self._wake_listeners()

    def close(self) -> None:
        """End every stream, so that the process can stop."""
        self._closed = True
        self._wake_listeners()

    async def listen(self, since: int | None) -> AsyncIterator[SequencedChange | None]:
        """Changes after `since` (from now on, where that is None), as they come.

        None is a silence, or the end of somebody's session.
        """
        at = self._sequence if since is None else since
        while not self._closed:
            changed = self._changed
            for change in await self._after(at):
                at = change.sequence
                yield change
            if at < self._sequence:
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECHECK_AFTER):
                    await changed.wait()
            if at >= self._sequence:
                yield None

    async def _after(self, sequence: int) -> list[SequencedChange]:
        if sequence >= self._sequence:
            return []
        if self._recent and self._recent[0].sequence <= sequence + 1:
            return [change for change in self._recent if change.sequence > sequence]
        return await asyncio.to_thread(self._read, sequence)

    def _read(self, since: int) -> list[SequencedChange]:
        """The next changes with their tickets as they are now; a ticket that changed twice stands once."""
        found = {ticket_id: sequence for sequence, ticket_id in self.index.changes_since(since, RECENT)}
        tickets = ((sequence, self.index.get(ticket_id)) for ticket_id, sequence in found.items())
        return sorted(
            (SequencedChange(at, ticket) for at, ticket in tickets if ticket), key=lambda change: change.sequence
        )

    def _wake_listeners(self) -> None:
        ended, self._changed = self._changed, asyncio.Event()
        ended.set()
