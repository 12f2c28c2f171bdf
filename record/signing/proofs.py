"""Checks every message of a person for the worker: that the API signed it, for this promotion, now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

import structlog
from prometheus_client import Counter

from domain.change import Change
from domain.decision import Decision
from domain.errors import IdentityChanged, Unproven
from domain.roles import Person
from domain.signing import FRESH, Claims, message_digest, mismatch
from domain.ticket import BY_PEOPLE, SYSTEM
from domain.values import iso
from record.git.repository import Repository
from record.signing.keys import KeyReader
from record.signing.signatures import Keys, kid_of

log = structlog.get_logger("audit.messages")
"""The part of the audit log that tells of what came past the API; anybody may have written who it is by."""

REFUSED = Counter(
    "prodgate_messages_refused", "Messages and commits refused for want of an acceptable signature", ["action"]
)


class KeySource(Protocol):
    """Knows the record's keys: it reads them (`KeyReader`), or was told them (`record.facts.known`)."""

    def with_key(self, kid: str) -> Keys:
        """The keys, this one among them where the record has it."""


@dataclass(frozen=True)
class Proofs:
    """Checks signatures against the record's keys; what it refuses is logged and counted."""

    keys: KeySource
    who: Callable[[Person], None] | None = None
    """Raises IdentityChanged where somebody acts by another sign-in than before; asked of decisions."""

    @classmethod
    def of(cls, repository: Repository) -> Self:
        """Makes the check by the keys of the repository's branch."""
        return cls(KeyReader(repository))

    def check_decision(self, decision: Decision, ticket_id: str, now: datetime) -> None:
        """Raise Unproven unless the API signed this very decision, for this ticket, within the last minutes.

        Raise IdentityChanged where the person acted before by another sign-in.
        """
        with self._noting(ticket_id, decision.action, decision.person.email):
            claims = self._claims(decision.proof, message_digest(decision))
            if claims.ticket != ticket_id:
                raise Unproven(f"The message is signed for {claims.ticket}, not for {ticket_id}")
            if abs(now - claims.at) > FRESH:
                raise Unproven(f"The message was signed at {iso(claims.at)}, which is too long ago")
            if self.who:
                self.who(decision.person)

    def check_change(self, change: Change) -> None:
        """Raise Unproven unless the API signed what only people do; the service itself signs nothing."""
        last = change.ticket.last
        if last.by == SYSTEM and last.action not in BY_PEOPLE:
            return
        with self._noting(change.ticket.id, last.action, last.by):
            if change.proof is None:
                raise Unproven
            claims = self._claims(change.proof.jws, change.proof.message)
            if difference := mismatch(claims, change.ticket):
                raise Unproven(f"The signature is for something else: {difference}")

    def _claims(self, jws: str | None, message: str) -> Claims:
        if jws is None:
            raise Unproven
        claims = self.keys.with_key(kid_of(jws)).claims(jws)
        if claims.message != message:
            raise Unproven("The message is not the one that was signed")
        return claims

    @contextmanager
    def _noting(self, ticket_id: str, action: str, by: str) -> Iterator[None]:
        try:
            yield
        except (Unproven, IdentityChanged) as why:
            REFUSED.labels(action).inc()
            log.warning("refused", by=by, action=action, ticket=ticket_id, why=str(why))
            raise
