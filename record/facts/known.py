"""Holds in memory what the record says of keys, people and targets, for whoever may not wait: a workflow's validators.

One thread reads the record again whenever it has changed, and puts a new snapshot in the old one's place. Whoever asks
reads the snapshot alone: no file, no lock and no other thread. What the snapshot does not know, a key or a ticket of a
moment ago, is refused for now, and wakes the thread.
"""

import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread
from types import MappingProxyType

from domain.assertions import Assertion
from domain.emergencies import Debt, owes
from domain.errors import PasskeyInvalid, RecordBehind
from domain.roles import Person
from domain.signing import Claims
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, TargetType
from record.errors import RecordUnavailable
from record.facts.controls import Controls, Files, Requested, facts, unowned
from record.facts.debts import by_tenant
from record.facts.identities import Identities, KnownSignIns
from record.facts.requesters import declared_as, proven
from record.git.repository import Repository
from record.index import schema
from record.index.query import owed
from record.index.reader import Index
from record.index.targets import Waiting
from record.signing.keys import KeyReader
from record.signing.signatures import Keys

_LOG = logging.getLogger(__name__)

LOOK_EVERY, FETCH_EVERY = 0.1, 1.0
"""Seconds between two looks at the branch on this disk, which take microseconds, and between two fetches of a remote:
what another process wrote is known that soon. Forged messages cause no more of them."""

KNOWN_FOR = 60.0
"""Seconds that a snapshot gives rights after the record could last be read: somebody may have lost theirs since. Then
nothing is approved or retried until it can be read again; rejecting and withdrawing, which take nothing away, go on."""

_LAST_LOOK = 5.0
"""Seconds to wait for the last look when the worker stops."""

RETRIED_WITHIN = timedelta(days=31)
"""The time for which a failed request may be retried, and a day: it is known for as long."""


@dataclass(frozen=True)
class Snapshot:
    """One state of the record. `first_approved` has the targets that no entry of the catalogue describes, where it is
    open; `waiting` every request that may still be decided on, by id."""

    keys: Keys
    files: Files
    sign_ins: KnownSignIns
    switched: bool
    waiting: Mapping[str, Waiting]
    first_approved: Mapping[str, str | None]
    debts: Mapping[str, tuple[Debt, ...]] = field(default_factory=dict)
    """The emergencies for which nobody answered yet, by tenant."""
    declarers: Mapping[str, str | None] = field(default_factory=dict)
    """The subjects by which these were declared, by ticket: a new address makes nobody else of a declarer."""

    def target(self, ticket: PromotionRequest) -> TargetFacts | None:
        """The facts of the ticket's target as it knows them; None where it does not know the ticket."""
        found = self.waiting.get(ticket.id)
        if found is None or found.what != schema.what_of(ticket) or (owes(ticket) and ticket.id not in self.declarers):
            return None
        first, debts = self.first_approved.get(_name_of(found.what)), self.debts.get(ticket.metadata.tenant, ())
        state = replace(found.state, first_approved=first, debts=debts)
        said = facts(self.files, self.switched and found.younger, state, Requested.of(ticket))
        voted_by = partial(self.sign_ins.subject_of, self.files.directory)
        declarer = said.declarer
        if declarer is not None:
            subject = self.declarers.get(ticket.id) or declarer.subject or voted_by(declarer.email)
            declarer = declarer.model_copy(update={"subject": subject})
        return said.model_copy(update={"poll": said.poll.known_by(voted_by), "declarer": declarer})


def _name_of(what: str) -> str:
    """A target whatever the environment: type and name."""
    return what.rpartition("\n")[0]


@dataclass
class KnownRecord:
    """The snapshot, and the thread that renews it from `start` to `close`."""

    repository: Repository
    index: Index
    controls: Controls
    keys: KeyReader
    identities: Identities
    known_for: float = KNOWN_FOR
    _declarers: dict[tuple[str, datetime], str | None] = field(default_factory=dict)
    _snapshot: Snapshot | None = None
    _tip: str | None = None
    _confirmed: float = -math.inf
    _woken: Event = field(default_factory=Event)
    _urgent: bool = False
    _failing: bool = False
    _stopping: bool = False
    _thread: Thread | None = None

    # -- asked where nothing may block ------------------------------------------------------------------------------

    def with_key(self, kid: str) -> Keys:
        """The keys; where this one is not among them it is looked for, but not waited for. Raises RecordBehind."""
        keys = self._current().keys
        if kid not in keys.known:
            self.wake()
        return keys

    def check_person(self, person: Person) -> None:
        """Raise IdentityChanged where a person acts by another sign-in than before, RecordBehind where nobody knows."""
        snapshot = self._current()
        snapshot.sign_ins.check(snapshot.files.directory, person)

    def check_passkey(self, claims: Claims, answer: Assertion) -> None:
        """Raise PasskeyInvalid unless a passkey of whoever decided confirms it, RecordBehind where it is not known."""
        book = self._current().files.passkeys
        if answer.passkey not in book.counting:
            if any(each.id == answer.passkey for each in book.ended):
                raise PasskeyInvalid("The record has no such passkey that counts")
            self.wake()  # anybody can name one that nobody has: the remote is asked no more often for that
            raise RecordBehind("The record does not know this passkey yet; try again")
        book.check(claims, answer)

    def target(self, ticket: PromotionRequest) -> TargetFacts:
        """The record's facts about the ticket's target, as far as they are known now."""
        snapshot, age = self._snapshot, time.monotonic() - self._confirmed
        found = snapshot.target(ticket) if snapshot is not None else None
        if found is None:
            self.wake(urgent=True)
            return _unknown("The record does not know this request yet; try again")
        if age > self.known_for:
            return _unknown("The record can't be read now, so nobody's rights are certain; try again")
        return found

    def _current(self) -> Snapshot:
        if self._snapshot is None:
            raise RecordBehind("The record could not be read yet; try again")
        return self._snapshot

    def wake(self, *, urgent: bool = False) -> None:
        """Have the record looked at now; `urgent` asks the remote, too, however short ago it was asked."""
        self._urgent = self._urgent or urgent
        self._woken.set()

    # -- beside -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Read the record once, as far as it can be read now, and follow it from then on. Blocks for the first part."""
        self._look(FETCH_EVERY)
        self.repository.listen(self.wake)
        self._thread = Thread(target=self._follow, name="record-known", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following; what is known stays, and grows old. Waits for a look that is under way, unless it hangs."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join(_LAST_LOOK)

    def _follow(self) -> None:
        while True:
            self._woken.wait(LOOK_EVERY)
            self._woken.clear()
            if self._stopping:
                return
            urgent, self._urgent = self._urgent, False
            self._look(0.0 if urgent else FETCH_EVERY)

    def _look(self, max_age: float) -> None:
        """Renew the snapshot where the record has changed. What can't be read leaves it as it is, and growing old."""
        asked = time.monotonic()
        try:
            self._renew(max_age)
        except Exception as error:  # whatever it is, this thread must be there when it is over
            if not self._failing:
                _LOG.warning("What is known of the record grows old: %s: %s", type(error).__name__, error)
            self._failing = True
            return
        self._confirmed, self._failing = asked, False

    def _renew(self, max_age: float) -> None:
        try:
            self.repository.fetch(max_age)
        finally:  # while the remote is away, what this disk has is known all the same
            self._read_disk()

    def _read_disk(self) -> None:
        tip = self.repository.tip()
        if tip is None:
            raise RecordUnavailable("The Git record is gone, or has no such branch")
        if tip != self._tip:
            self._snapshot, self._tip = self._read(), tip

    def _read(self) -> Snapshot:
        """The record as it is now, or a little later."""
        since = time.time() - RETRIED_WITHIN.total_seconds()
        with self.index.still():
            files = self.controls.files()
            waiting = self.index.waiting(int(since))
            names, debts = {_name_of(each.what) for each in waiting.values()}, tuple(owed(self.index.page))
            return Snapshot(
                keys=self.keys.current(),
                files=files,
                sign_ins=self.identities.all_of(files.directory),
                switched=self.index.switch() is not None,
                waiting=MappingProxyType(waiting),
                first_approved=MappingProxyType(self._first_approved(files, names)),
                debts=MappingProxyType(by_tenant(debts)),
                declarers=MappingProxyType({each.ticket_id: self._declared_as(each) for each in debts}),
            )

    def _declared_as(self, debt: Debt) -> str | None:
        """The subject that declared the emergency, as it was signed; read once, for it stays what it is."""
        declared = (debt.ticket_id, debt.at)
        if declared not in self._declarers:
            acts = proven(self.repository, self.index, self.keys, debt.ticket_id)
            self._declarers[declared] = declared_as(acts, debt.by)
        return self._declarers[declared]

    def _first_approved(self, files: Files, names: Iterable[str]) -> dict[str, str | None]:
        parts = ((each, *each.split("\n")) for each in names)
        return {
            each: self.index.first_approved(kind, name)
            for each, kind, name in parts
            if unowned(files.directory, files.catalogue, TargetType(kind), name)
        }


def _unknown(why: str) -> TargetFacts:
    return TargetFacts(controlled=True, unknown=why)
