"""Counts the tickets of an index by state, tenant and impact as they change: whoever asks reads numbers."""

import heapq
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.emergencies import Debt
from domain.ticket import Action, Impact, PromotionRequest, State
from record.index.postings import IMPACT, OWED, STATE, TENANT, Postings

KEPT = 32
"""Decided tickets that may stay in the order of those that wait, and as many more as wait, until it is made anew."""

Kind = tuple[str, str, str]
"""State, tenant and impact."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The numbers at one tip. `oldest_pending` is when the oldest ticket that waits for a decision was created.

    `voted` are those that wait for one, by how many votes they have. `owed` has, of each emergency for which nobody has
    answered, until when somebody has to.
    """

    tickets: Mapping[Kind, int]
    oldest_pending: int | None
    voted: Mapping[int, int] = field(default_factory=dict)
    owed: tuple[int, ...] = ()


class Census:
    """Follows the tickets of an index, once it has read them all. Used by one thread at a time."""

    def __init__(self, db: sqlite3.Connection, postings: Postings) -> None:
        self._db = db
        self._postings = postings
        self.forget()

    def forget(self) -> None:
        """Read the file anew before the next change."""
        self._counts: Counter[Kind] | None = None
        self._pending: dict[str, int] = {}
        self._voted: Counter[int] = Counter()
        self._by_age: list[tuple[int, str]] = []

    def change(self, before: PromotionRequest | None, now: PromotionRequest | None) -> None:
        """A ticket has changed, is new, or is gone."""
        if self._counts is None:
            return
        if before is not None:
            self._counts[_kind(before)] -= 1
            self._decided(before.id)
        if now is not None:
            self._counts[_kind(now)] += 1
            if now.state is State.PENDING:
                self._wait(now.id, int(now.metadata.created_at.timestamp()), len(now.votes))

    def standing(self) -> Standing:
        """The numbers as they are now."""
        if self._counts is None:
            self._read()
        while self._by_age and self._by_age[0][1] not in self._pending:
            heapq.heappop(self._by_age)
        counts = {kind: count for kind, count in (self._counts or {}).items() if count}
        voted = {votes: count for votes, count in self._voted.items() if count}
        return Standing(counts, self._by_age[0][0] if self._by_age else None, voted, tuple(self._owed()))

    def _owed(self) -> Iterator[int]:
        for row in self._postings.term(OWED):
            (document,) = self._db.execute("SELECT document FROM tickets WHERE row = ?", (row,)).fetchone()
            if debt := Debt.of(PromotionRequest.model_validate_json(document)):
                yield int(debt.answer_by.timestamp())

    def _read(self) -> None:
        self._counts, rows = Counter(), self._postings.term
        for tenant in self._postings.terms(TENANT):
            for state in State:
                both = rows(TENANT + tenant) & rows(STATE + state)
                for impact in Impact if both else ():
                    self._counts[state, tenant, impact] = both.intersection_cardinality(rows(IMPACT + impact))
        for row in rows(STATE + State.PENDING):
            found = self._db.execute("SELECT id, created_at, document FROM tickets WHERE row = ?", (row,))
            ticket_id, created, document = found.fetchone()
            # Most have no vote, and are not worth parsing.
            ticket = PromotionRequest.model_validate_json(document) if Action.ENDORSED in document else None
            self._wait(ticket_id, created, len(ticket.votes) if ticket else 0)

    def _wait(self, ticket_id: str, created: int, votes: int) -> None:
        self._pending[ticket_id] = votes
        self._voted[votes] += 1
        heapq.heappush(self._by_age, (created, ticket_id))
        if len(self._by_age) > 2 * len(self._pending) + KEPT:  # most are decided, behind an older one that waits
            self._by_age = sorted({each for each in self._by_age if each[1] in self._pending})

    def _decided(self, ticket_id: str) -> None:
        """It waits no more, or is counted anew."""
        if (votes := self._pending.pop(ticket_id, None)) is not None:
            self._voted[votes] -= 1


def _kind(ticket: PromotionRequest) -> Kind:
    return ticket.state.value, ticket.metadata.tenant, ticket.spec.request.impact_assessment.value
