"""Tells promotions that the record has something to see for them, so that they need not poll for it."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

import pygit2
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.leading import BEHIND, Lease
from domain import clearance
from domain.clearance import Hint
from domain.following import Called, Followed
from domain.ticket import Action, PromotionRequest, State
from record import schema
from record.acts import Acts, Trail
from record.errors import RecordError
from record.line import LineReader
from record.query import every
from record.requesters import requester_in

_LOG = logging.getLogger(__name__)

ATTENTION = Followed(name="attention")
LOOK = "look"
"""The signal by which a promotion is told."""

LOOK_EVERY, ALL_EVERY = 1.0, 60.0
"""Seconds between two looks at the record, which a commit of this process cuts short; and between two looks at every
approved request, for approvals grow old by themselves, and a hint may be lost."""

_MOVES = frozenset(Action) - {Action.CREATED, Action.REJECTED, Action.EXPIRED, Action.DUE, Action.RELEASED}
"""Acts after which another request of the target may go on, or no longer."""

UNREADABLE = (RecordError, OSError, sqlite3.Error, pygit2.GitError)


@dataclass
class Attention:
    """Follows the record, and signals; what it says decides nothing, and saying it twice costs one look."""

    acts: Acts
    lines: LineReader
    client: Client
    _called: int = 0
    _all_at: float = field(default=0.0)

    async def follow(self, lease: Lease) -> None:
        """Tell promotions until cancelled."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        repository = self.acts.repository
        with ThreadPoolExecutor(1, ATTENTION.name) as thread, repository.listening(wake):
            trail = await loop.run_in_executor(thread, lambda: Trail(self.acts, repository.tip()))
            while True:
                woken.clear()
                try:
                    hints = await loop.run_in_executor(thread, self._read, trail)
                except UNREADABLE as error:
                    _LOG.warning("%s waits for the record: %s", ATTENTION.name, error)
                    hints = []
                await self._tell(hints, lease)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await woken.wait()

    async def _tell(self, hints: Iterable[Hint], lease: Lease) -> None:
        for hint in hints:
            lease.check()
            try:
                await self.client.get_workflow_handle(hint.ticket_id).signal(LOOK, hint)
                self._called += 1
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # one that has ended needs no hint
                    _LOG.warning("%s could not be told to look: %s", hint.ticket_id, error)
        lease.details = Called(called=self._called)

    # -- beside -----------------------------------------------------------------------------------------------------

    def _read(self, trail: Trail) -> list[Hint]:
        """The hints that follow from what was committed since, and now and then from every approved request."""
        self.acts.repository.fetch(LOOK_EVERY)
        trail.look()
        moved: dict[str, PromotionRequest] = {}
        everything = time.monotonic() - self._all_at >= ALL_EVERY
        while (commit := trail.next()) is not None:
            everything = everything or not commit.acts  # people, rules or the catalogue changed
            moved |= {schema.what_of(act.ticket): act.ticket for act in commit.acts if act.ticket.last.action in _MOVES}
            trail.passed()
        BEHIND.labels(ATTENTION.name).set(len(trail))
        others = chain.from_iterable(map(self._others, moved.values()))
        if everything:
            self._all_at = time.monotonic()
            others = chain(others, self._undecided())
        found = {ticket.id: ticket for ticket in others}
        return [hint for hint in map(self._hint, found.values()) if hint is not None]

    def _others(self, ticket: PromotionRequest) -> Iterator[PromotionRequest]:
        """The target's open requests but the one that acted: it knows what it did."""
        target = ticket.spec.target
        found = self.acts.index.open_of(target.type, target.name, target.target_environment)
        return (each for each in found if each.id != ticket.id)

    def _undecided(self) -> Iterator[PromotionRequest]:
        """Every request whose waiting may have become pointless; pending ones where newer versions close older ones."""
        closes = self.lines.directory.current().rules.supersede
        return every(self.acts.index.page, *((State.PENDING,) if closes else ()), State.APPROVED)

    def _hint(self, ticket: PromotionRequest) -> Hint | None:
        """The reason for which the ticket's promotion should look; None for nothing new."""
        signed = self.acts.claims(ticket.id)
        grounds = self.lines.grounds_of(ticket, signed)
        if grounds.target.faults:
            return None
        if ticket.state in {State.PENDING, State.APPROVED} or clearance.launchable(ticket):
            said = clearance.verdict(ticket, grounds, requester_in(signed), datetime.now(UTC))
            if said is not None:
                return Hint(ticket_id=ticket.id, why=said.reason[:200])
        if clearance.launchable(ticket) and self._is_front(ticket):
            return Hint(ticket_id=ticket.id, why="it is the first in its target's line")
        return None

    def _is_front(self, ticket: PromotionRequest) -> bool:
        line = self.lines.line_of(ticket)
        return bool(line) and line[0].ticket_id == ticket.id
