"""Makes receipts for whoever may have what they show: the members, rules and other requests of the whole record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from threading import Lock

from pygit2 import GitError

from domain import lifecycle, roles
from domain.checkpoint import Checkpoint, is_due, next_due
from domain.errors import (
    DocumentTooLarge,
    NoCheckpointYet,
    NotAuthorized,
    NotOver,
    ReceiptUnproven,
    RecordBehind,
    Unproven,
)
from domain.roles import Permission, Person
from domain.ticket import PromotionRequest
from domain.values import iso
from record.audit.receipt_making import ActLeaves, EndNotHeld, NotProvable, StillReading, held, made
from record.audit.receipt_proof import prove
from record.audit.receipts import MAX_BYTES, NoReceipt, PromotionReceipt
from record.errors import RecordUnavailable
from record.facts.checkpoints import checkpoints_ref, newest_checkpoint
from record.facts.requesters import opened
from record.facts.time_stamps import time_stamp_of, time_stamps_ref
from record.git.repository import Repository
from record.signing.checkpoints import proven_checkpoint, service_keys, verifier
from record.signing.keys import KeyReader
from record.signing.notes import NotANote, NoteUnproven


@dataclass
class Receipts:
    """Makes the receipt that `prodgate receipt` makes, one at a time, and proves it before it is handed out.

    The first one reads every act; each call goes on where the one before ended, for `seconds` at most. The file keeps
    what was read.
    """

    repository: Repository
    keys: KeyReader
    branch: str
    zone: tzinfo
    now: Callable[[], datetime]
    file: Path
    seconds: float = 20.0
    _turn: Lock = field(default_factory=Lock)
    _acts: ActLeaves | None = None

    def of(self, ticket: PromotionRequest) -> bytes:
        """The receipt, from a thread.

        Raises NotOver, NoCheckpointYet, ReceiptUnproven, RecordBehind, DocumentTooLarge, RecordUnavailable.
        """
        if not lifecycle.is_over(ticket):
            raise NotOver(f"{NotOver.sentence}: it is {ticket.state}", state=ticket.state.value)
        note = newest_checkpoint(self.repository.journal(checkpoints_ref(self.branch)).newest)
        if note is None:
            raise self._not_yet(None)
        keys = self.keys.current()
        believed = service_keys(keys, without=keys.revoked)
        try:
            said = proven_checkpoint(note, believed)
            with self._turn:
                receipt = self._made(ticket, note, said)
            prove(receipt, [verifier(said.origin, key) for key in believed])
        except EndNotHeld as why:
            raise self._not_yet(said) from why
        except StillReading as why:
            raise RecordBehind from why
        except (NotProvable, NoReceipt, NotANote, NoteUnproven, Unproven) as why:
            raise ReceiptUnproven(f"{ReceiptUnproven.sentence}: {why}", reason=str(why)) from why
        if len(written := receipt.written()) > MAX_BYTES:
            raise DocumentTooLarge
        return written

    def _made(self, ticket: PromotionRequest, note: bytes, said: Checkpoint) -> PromotionReceipt:
        """The receipt, by the acts that this process has read."""
        acts = self._acts = self._acts or ActLeaves(opened(self.repository), self.file)
        try:
            if said.tip not in acts.git:
                raise RecordBehind
            held(acts.git, said.tip, ticket.path, len(ticket.status.history))
            acts.read(said, self.seconds)
            stamp = time_stamp_of(note, self.repository.journal(time_stamps_ref(self.branch)).newest)
            return made(acts.git, note, said, ticket.path, acts, stamp)
        except (GitError, KeyError) as error:
            raise RecordUnavailable(f"The commits of {ticket.id} can't be read: {error}") from error

    def _not_yet(self, said: Checkpoint | None) -> NoCheckpointYet:
        """The refusal with the time at which the next checkpoint is due; one that should be there is due now."""
        now = self.now()
        late = said is None or is_due(said.at, now, self.zone)
        due = iso(now if late else next_due(now, self.zone))
        return NoCheckpointYet(f"{NoCheckpointYet.sentence}: the next one is due at {due}", due=due)


def may_have(person: Person) -> bool:
    """Tells whether the person may have receipts: they show members, rules and requests of other tenants, too."""
    return roles.scope(person, Permission.AUDIT).tenants is None


def require(person: Person) -> None:
    """Raise NotAuthorized unless the person may have receipts."""
    if not may_have(person):
        raise NotAuthorized("Not authorized: receipts take the role cpi_admin for the whole platform")
