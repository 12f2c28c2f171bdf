"""Checks every message of a person for the worker, and signs what the service does, as each is committed."""

import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

import structlog
from prometheus_client import Counter

from domain.assertions import Assertion
from domain.change import Change, Proof
from domain.contract import ContractDifference
from domain.decision import Decision
from domain.errors import IdentityChanged, KeyEnded, PasskeyInvalid, StaleDecision, Unproven
from domain.evidence import Evidence
from domain.grants import LaunchGrant
from domain.roles import Person
from domain.signing import (
    FRESH,
    Claims,
    HealthFinding,
    HealthNotes,
    JobFinding,
    message_digest,
    mismatch,
    service_claims,
)
from domain.values import iso
from domain.vouching import Vouched
from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.signing.keys import KeyReader
from record.signing.signatures import KeyClass, Keys, Signer, kid_of

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
    confirms: Callable[[Claims, Assertion], None] | None = None
    """Raises PasskeyInvalid where an authenticator's answer does not prove a decision."""

    @classmethod
    def of(cls, repository: Repository) -> Self:
        """Makes the check by the keys of the repository's branch."""
        return cls(KeyReader(repository))

    def check_decision(self, decision: Decision, ticket_id: str, now: datetime) -> None:
        """Raise Unproven unless the API signed this very decision, for this ticket, within the last minutes.

        Raise IdentityChanged where the person acted before by another sign-in, PasskeyInvalid where a passkey's answer
        does not prove it.
        """
        with _noting(ticket_id, decision.action, decision.person.email):
            claims = self._claims(decision.proof, message_digest(decision))
            if claims.ticket != ticket_id:
                raise Unproven(f"The message is signed for {claims.ticket}, not for {ticket_id}")
            if abs(now - claims.at) > FRESH:
                raise Unproven(f"The message was signed at {iso(claims.at)}, which is too long ago")
            if self.who:
                self.who(decision.person)
            if self.confirms and decision.passkey is not None:
                self.confirms(claims, decision.passkey)

    def _claims(self, jws: str | None, message: str) -> Claims:
        kid = _kid(jws)
        keys = self.keys.with_key(kid)
        try:
            claims = keys.claims(jws or "")
        except KeyEnded as ended:  # deciding again would not help: the API itself signs with such a key
            raise Unproven(str(ended)) from ended
        if claims.message != message:
            raise Unproven("The message is not the one that was signed")
        if claims.attempt is None and keys.signs_service:
            raise Unproven("The message does not say which attempt it is about")
        return claims


@dataclass(frozen=True)
class CommitProofs:
    """Gives a change the proof that its commit carries: a person's is checked, the service's own is made.

    By the keys of the branch as it is then, so that nothing outlives its key on the way to Git. `signer` has the
    worker's key; without one, nothing of the service is signed.
    """

    keys: KeyReader
    signer: Signer | None = None

    def look_for_key(self, change: Change) -> None:
        """Look on the remote for the key of a person's act that this disk does not have yet."""
        if change.proof is not None:
            self.keys.with_key(_kid(change.proof.jws))

    def lacks_key(self, change: Change) -> bool:
        """Tells whether the record has no key that could prove the person's act: somebody may put it back."""
        return change.proof is not None and _kid(change.proof.jws) not in self.keys.current().known

    def by_person(self, used: Collection[str], change: Change, tip: str | None) -> Change:
        """The change, where the API signed this very act, and no commit has it yet; `used` are ids of those that have.

        Raises Unproven, KeyEnded where its key was retired or revoked since, StaleDecision where it was recorded
        before, or signed before the service signed.
        """
        del tip
        last, proof = change.ticket.last, change.proof
        with _noting(change.ticket.id, last.action, last.by):
            if proof is None:
                raise Unproven
            keys = self.keys.current()
            claims = keys.claims(proof.jws)
            if claims.message != proof.message:
                raise Unproven("The message is not the one that was signed")
            if difference := mismatch(claims, change.ticket):
                raise Unproven(f"The signature is for something else: {difference}")
            if (
                claims.attempt is None and keys.signs_service
            ):  # the key came while this was on its way: no reader proves it
                raise StaleDecision("This was signed before the record had a key of the service; decide again")
            if claims.id in used:
                raise StaleDecision("This was decided and recorded before; look again")
            if change.finding is not None and keys.evidence(change.finding).key != claims.id:
                raise Unproven("The evidence is another submission's")
            if change.contract is not None and keys.contract(change.contract).key != claims.id:
                raise Unproven("The comparison of contracts is another submission's")
        return change

    # The service's own

    def is_needed(self) -> bool:
        """Tells whether the service has to sign what it does. It reads the record, as all below do: ask in a thread."""
        return self.keys.current().signs_service

    def fault(self) -> str | None:
        """The reason why the worker can't sign where it has to, in one sentence; None where all is well."""
        keys = self.keys.current()
        if self.signer is None:
            return "The record has a key of the service, and this worker has none" if keys.signs_service else None
        kid = self.signer.kid
        if kid not in keys.known or keys.known[kid][0].key_class is not KeyClass.SERVICE:
            return f"The record has no key {kid} of the service: publish the worker's key"
        return f"The worker's key {kid} {keys.ended[kid]}" if kid in keys.ended else None

    def by_service(self, at: datetime, vouched: Vouched | str, change: Change, tip: str | None) -> Change:
        """The change with a signature of the worker, where the record has a key of the service. `at` is now.

        `vouched` is a sentence where nobody vouched for it. Raises RecordUnavailable with that until somebody does, and
        until the worker has a key that proves something.
        """
        if not self.is_needed():
            return change
        fault = self.fault()
        if self.signer is None or fault:
            raise RecordUnavailable(fault or "This worker has no key")
        if isinstance(vouched, str):
            raise RecordUnavailable(vouched)
        claims = service_claims(change.ticket, str(uuid.uuid4()), tip, at, vouched.job, vouched.health)
        return change.model_copy(update={"proof": Proof(jws=self.signer.seal(claims), message=claims.history)})

    def seal(
        self, finding: JobFinding | HealthFinding | HealthNotes | Evidence | ContractDifference | LaunchGrant
    ) -> str | None:
        """The worker's signature on what it was told, compared or launches; None where it signs nothing."""
        return self.signer.seal(finding) if self.signer and self.is_needed() else None

    def found(self, seal: str | None) -> JobFinding | None:
        """The sealed word of AWX; None where nobody sealed one, or by a key that proves nothing now."""
        try:
            return self.keys.current().finding(seal) if seal else None
        except Unproven as why:
            log.warning("a seal is not used", why=str(why))
            return None

    def health(self, seal: str | None) -> HealthFinding | None:
        """The sealed end of a target's check; None where nobody sealed one, or by a key that proves nothing now."""
        try:
            return self.keys.current().health(seal) if seal else None
        except Unproven as why:
            log.warning("a seal is not used", why=str(why))
            return None

    def notes(self, handed: str) -> HealthNotes:
        """The looks so far, as an earlier one left them: sealed, where the service signs.

        Raises Unproven, and ValidationError where they are none.
        """
        return self.keys.current().notes(handed) if self.is_needed() else HealthNotes.model_validate_json(handed)


def _kid(jws: str | None) -> str:
    if jws is None:
        raise Unproven
    return kid_of(jws)


@contextmanager
def _noting(ticket_id: str, action: str, by: str) -> Iterator[None]:
    try:
        yield
    except (Unproven, IdentityChanged, PasskeyInvalid, StaleDecision) as why:
        REFUSED.labels(action).inc()
        log.warning("refused", by=by, action=action, ticket=ticket_id, why=str(why))
        raise
