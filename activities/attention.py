"""Tells promotions when the record has news for them, so that they need not poll for it."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.leading import BEHIND, Lease, resting
from domain import clearance
from domain.clearance import Hint, Lapsed, Superseded
from domain.following import CallReport, Followed
from domain.ticket import PromotionRequest, State
from record.errors import BranchRewritten
from record.facts.acts import ActReader, UnreadCommits
from record.facts.line import UNREADABLE, LineReader
from record.facts.requesters import requester_in
from record.index import schema
from record.index.query import every
from record.people.rules import Rulebook

_LOG = logging.getLogger(__name__)

ATTENTION = Followed(name="attention")
LOOK = "look"
"""The signal by which a promotion is told."""

LOOK_EVERY, ALL_EVERY = 1.0, 60.0
"""Seconds between two looks at the record, which a commit of this process cuts short; and between two looks at every
approved request, for approvals grow old by themselves, and a hint may be lost."""


@dataclass
class Attention:
    """Follows the record and signals promotions. A signal decides nothing; sent twice, it costs one more look."""

    acts: ActReader
    lines: LineReader
    client: Client
    _called: int = 0
    _all_at: float = 0.0
    _waits: bool = False
    _rules: Rulebook | None = None

    async def follow(self, lease: Lease) -> None:
        """Tell promotions until cancelled."""
        loop, repository = asyncio.get_running_loop(), self.acts.repository
        with ThreadPoolExecutor(1, ATTENTION.name) as thread:
            async with resting(repository) as rest:
                trail = await loop.run_in_executor(thread, lambda: UnreadCommits(self.acts, repository.tip()))
                while True:
                    await self._tell(await loop.run_in_executor(thread, self._seen, trail), lease)
                    await rest(LOOK_EVERY)

    async def _tell(self, hints: Iterable[Hint], lease: Lease) -> None:
        for hint in hints:
            lease.check()
            try:
                await self.client.get_workflow_handle(hint.ticket_id).signal(LOOK, hint)
                self._called += 1
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # one that has ended needs no hint
                    _LOG.warning("%s could not be told to look: %s", hint.ticket_id, error)
        lease.details = CallReport(called=self._called)

    # -- beside -----------------------------------------------------------------------------------------------------

    def _seen(self, trail: UnreadCommits) -> list[Hint]:
        """The hints of one round; none while the record can't be read, which is logged once. Raises BranchRewritten."""
        try:
            hints = self._read(trail)
        except BranchRewritten:
            raise
        except UNREADABLE as error:
            if not self._waits:
                _LOG.warning("%s waits for the record: %s", ATTENTION.name, error)
            self._waits = True
            return []
        self._waits = False
        return hints

    def _read(self, trail: UnreadCommits) -> list[Hint]:
        """The hints that follow from what was committed since, and now and then from every approved request."""
        self.acts.repository.fetch(LOOK_EVERY)
        trail.look()
        moved: dict[str, PromotionRequest] = {}
        everything = time.monotonic() - self._all_at >= ALL_EVERY
        while (commit := trail.next()) is not None:
            everything = everything or not commit.acts  # people, rules or the catalogue changed
            moved |= {
                schema.what_of(act.ticket): act.ticket
                for act in commit.acts
                if act.ticket.last.action in clearance.AFFECTS_OTHERS
            }
            trail.passed()
        BEHIND.labels(ATTENTION.name).set(len(trail))
        others = {ticket.id: ticket for ticket in chain.from_iterable(map(self._others, moved.values()))}
        if self._rules_changed():  # a freeze may have ended
            others |= {ticket.id: ticket for ticket in every(self.acts.index.page, State.APPROVED)}
        hints = [hint for hint in map(self._turn, others.values()) if hint]
        if everything:
            self._all_at = time.monotonic()
            others |= {ticket.id: ticket for ticket in self._undecided()}
        return [*hints, *(hint for hint in map(self._pointless, others.values()) if hint)]

    def _rules_changed(self) -> bool:
        before, self._rules = self._rules, self.lines.controls.rules.current()
        return before is not None and before is not self._rules

    def _others(self, ticket: PromotionRequest) -> Iterator[PromotionRequest]:
        """The target's open requests but the one that acted: it knows what it did."""
        target = ticket.spec.target
        found = self.acts.index.open_of(target.type, target.name, target.target_environment)
        return (each for each in found if each.id != ticket.id)

    def _undecided(self) -> Iterator[PromotionRequest]:
        """Every request whose waiting may have become pointless; pending ones where newer versions close older ones."""
        ruled = any(rule.supersede for rule in self.lines.controls.rules.current().rules)
        closes = ruled or self.lines.directory.current().rules.supersede
        return every(self.acts.index.page, *((State.PENDING,) if closes else ()), State.APPROVED)

    def _turn(self, ticket: PromotionRequest) -> Hint | None:
        """The hint to a request that is the first in its target's line now."""
        line = self.lines.line_of(ticket) if clearance.launchable(ticket) else ()
        if not line or line[0].ticket_id != ticket.id:
            return None
        return Hint(ticket_id=ticket.id, why="it is the first in its target's line")

    def _pointless(self, ticket: PromotionRequest) -> Hint | None:
        """The hint to a request that the record no longer lets go on as it is."""
        if ticket.state in {State.DEPLOYING, State.VERIFYING} and not clearance.launchable(ticket):
            return None
        signed = self.acts.claims(ticket.id)
        grounds = self.lines.grounds_of(ticket, signed)
        if grounds.target.faults:
            return None
        said = clearance.verdict(ticket, grounds, requester_in(signed), datetime.now(UTC))
        if not isinstance(said, Lapsed | Superseded):  # a refusal is for the launch to say: what waits heeds none
            return None
        return Hint(ticket_id=ticket.id, why=said.reason[:200])
