"""The follower `checkpoints`: signs where the record stands, each hour and at each day's end, and hands it out."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from typing import TypeVar

from prometheus_client import Gauge

from activities.leading import BEHIND, Lease, LeaseLost
from activities.planning import now
from clients.outlet import HAND_OUT_WITHIN, Outlet, OutletDown
from domain.checkpoint import AuditTip, CheckpointReport, SignedCheckpoint
from record.errors import RecordUnavailable
from record.facts.checkpoints import CheckpointBook, checkpoints_ref
from record.facts.requesters import opened
from record.git.repository import Repository
from record.signing.checkpoints import service_keys
from record.signing.keys import KeyReader
from record.signing.signatures import Signer
from record.trail.repository import TrailRepository

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY = 30.0
"""Seconds between two looks at the clock, at the record, and at outlets that were down."""

AT_ONCE = 500
"""Commits that are read before the lease is looked at again: the first checkpoint reads all there are."""

CHECKPOINTED = Gauge("prodgate_checkpoint_seconds", "The time of the newest checkpoint, as a Unix time")
CHECKPOINTED_ACTS = Gauge("prodgate_checkpoint_acts", "The number of acts that the newest checkpoint counts")


@dataclass(frozen=True)
class CheckpointSetup:
    """Everything that checkpoints of one branch are made with and handed out by."""

    repository: Repository
    keys: KeyReader
    signer: Signer
    branch: str
    origin: str
    zone: tzinfo
    outlets: Sequence[Outlet]
    audit: TrailRepository | None = None
    now: Callable[[], datetime] = now
    look_every: float = LOOK_EVERY


@dataclass(frozen=True)
class Checkpoints:
    """Makes checkpoints and hands them out, for as long as it leads."""

    setup: CheckpointSetup

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled. A checkpoint is in the journal before anybody is handed it.

        Raises BranchRewritten: no checkpoint is ever signed that goes against one before it.
        """
        with ThreadPoolExecutor(1, "checkpoints") as thread:
            leader = _CheckpointLeader(self.setup, lease, thread)
            try:
                while True:
                    await leader.round()
                    await asyncio.sleep(self.setup.look_every)
            finally:
                for outlet in self.setup.outlets:
                    await outlet.close()


@dataclass
class _CheckpointLeader:
    """One leadership. What blocks happens in a thread of its own."""

    setup: CheckpointSetup
    lease: Lease
    thread: ThreadPoolExecutor
    _book: CheckpointBook | None = None
    _handed: dict[str, int] = field(default_factory=dict)
    """The checkpoints that outlets were given and the journal does not note yet."""
    _down: dict[str, str] = field(default_factory=dict)
    _mute: bool = False

    async def round(self) -> None:
        """Read on, sign if it is time, and hand out what any outlet lacks."""
        self.lease.check()
        try:
            if self._book is None:
                self._book = await self._blocking(self._begin)
            book: CheckpointBook = self._book
            while await self._blocking(lambda: self._read(book)):
                self.lease.check()
            await self._blocking(lambda: self._sign(book))
            await asyncio.gather(*(self._catch_up(book, outlet) for outlet in self.setup.outlets))
            self.lease.check()
            await self._blocking(lambda: book.note_handed(self._handed))
            self._handed = {}
        except RecordUnavailable as error:
            _LOG.warning("checkpoints wait for the record: %s", error)
        else:
            self._show(book)

    def _begin(self) -> CheckpointBook:
        setup = self.setup
        journal = setup.repository.journal(checkpoints_ref(setup.branch), history=True)
        journal.open()
        setup.repository.fetch()  # after the journal: the commit that it stands at is here now
        return CheckpointBook(journal, setup.keys.current(), opened(setup.repository))

    def _read(self, book: CheckpointBook) -> bool:
        """Read some commits; whether there are more."""
        self.setup.repository.fetch(self.setup.look_every)
        if (tip := self.setup.repository.tip()) is None:
            return False
        return len(list(islice(book.tree.read(tip), AT_ONCE))) == AT_ONCE

    def _sign(self, book: CheckpointBook) -> None:
        audit = self._audit()
        if not book.due(self.setup.now(), self.setup.zone, audit):
            return
        key, at = self.setup.signer.key(), self.setup.now()
        keys = self.setup.keys.current()
        if key.thumbprint() not in {each.thumbprint() for each in service_keys(keys, without=keys.ended)}:
            if not self._mute:
                _LOG.error("no checkpoint is signed: the record has no service key %s in use", key.thumbprint())
            self._mute = True
            return
        self._mute = False
        self.lease.check()
        made = book.add(self.setup.origin, self.setup.branch, at, key, audit)
        _LOG.info("checkpoint %d: %d acts at %s", made.number, made.checkpoint.size, made.checkpoint.tip[:10])

    def _audit(self) -> tuple[AuditTip, ...]:
        """The months of the audit trail; while it can't be read, as the last checkpoint had them."""
        if self.setup.audit is None:
            return ()
        try:
            self.setup.audit.fetch(self.setup.look_every)
            return tuple(AuditTip(month=month, commit=tip) for month, tip in self.setup.audit.months().items())
        except RecordUnavailable as error:
            _LOG.warning("checkpoints name the audit trail as it was: %s", error)
            return self._book.newest.audit if self._book and self._book.newest else ()

    async def _catch_up(self, book: CheckpointBook, outlet: Outlet) -> None:
        """Hand out all that an outlet lacks, in order, until it takes no more."""
        lacks = await self._blocking(lambda: book.lacks(outlet.name))
        begin = max(lacks.start, self._handed.get(outlet.name, 0) + 1)
        for number in range(begin, lacks.stop):
            signed = await self._blocking(partial(book.at, number, self.setup.keys.current()))
            if signed is not None and not await self._took(outlet, signed):
                return
            self._handed[outlet.name] = number

    async def _took(self, outlet: Outlet, signed: SignedCheckpoint) -> bool:
        try:
            async with asyncio.timeout(HAND_OUT_WITHIN):
                await outlet.hand_out(signed, self.lease.check)
        except LeaseLost:
            raise
        except (OutletDown, TimeoutError) as error:
            said = str(error) or "it did not answer in time"
            if self._down.get(outlet.name) != said:
                _LOG.warning("checkpoints wait for %s: %s", outlet.name, said)
            self._down[outlet.name] = said
            return False
        except Exception as error:  # of this outlet: it must hold up no other
            _LOG.exception("%s can't be handed checkpoint %d", outlet.name, signed.number)
            self._down[outlet.name] = str(error)
            return False
        self._down.pop(outlet.name, None)
        return True

    def _show(self, book: CheckpointBook) -> None:
        """Tell those who watch how far this is."""
        for outlet in self.setup.outlets:
            BEHIND.labels(f"checkpoints/{outlet.name}").set(len(book.lacks(outlet.name)))
        if (last := book.newest) is not None:
            CHECKPOINTED.set(last.at.timestamp())
            CHECKPOINTED_ACTS.set(last.size)
        self.lease.details = CheckpointReport(
            number=book.number,
            size=last.size if last else 0,
            tip=last.tip if last else None,
            waiting=tuple(sorted(self._down)),
        )

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)
