"""The outbox of a channel: its leader reads the record, tells what happened, and notes in a journal what it told."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from prometheus_client import Gauge

from activities.correspondence import Correspondent, Means
from activities.leading import BEHIND, OLDEST, Lease, LeaseLost, resting
from clients.channel import ChannelDown, Replaced
from domain.backlog import Key
from domain.delivery import Delivery, Parcel, Said
from domain.following import Led, outbox, outbox_ref
from record.errors import JournalMoved, RecordUnavailable
from record.facts.acts import Trail
from record.git.outbox import Outbox

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at the record, which a commit of this process cuts short."""

APPEND_EVERY = 1.0
"""Seconds between two appends to the journal at least; what a crash between them repeats has the same ids."""

IDLE = 5.0
"""Seconds without anything to tell after which a channel may rest."""


BEGAN = Gauge("prodgate_follower_began_seconds", "Since when a follower tells, as a Unix time", ["follower"])


@dataclass(frozen=True)
class ChannelOutbox:
    """Follows the record, and tells of it on one channel."""

    means: Means

    @property
    def name(self) -> str:
        return outbox(self.means.channel).name

    def begin(self) -> None:
        """Begin at the branch's tip, where the outbox has not begun; blocks.

        For before a worker takes its first task, so that whatever it commits is announced. Where Git can't be reached,
        the leader does it.
        """
        try:
            self.opened()
        except (RecordUnavailable, JournalMoved) as error:
            _LOG.warning("%s can't begin yet: %s", self.name, error)

    def opened(self) -> Outbox:
        """The outbox as its journal has it, begun if need be. Raises RecordUnavailable, JournalMoved."""
        repository = self.means.acts.repository
        found = Outbox(repository.journal(outbox_ref(self.means.channel)))
        known = found.open()
        repository.fetch()  # after the journal: the commit that it stands at is here now
        if not known:
            found.begin(tip := repository.tip(), self.means.now())
            _LOG.warning("%s begins at %s: nothing that happened before is announced", self.name, tip or "no commit")
        return found

    async def follow(self, lease: Lease) -> None:
        """Tell what happens until cancelled; what was told is noted before this ends."""
        with ThreadPoolExecutor(1, self.name) as thread:
            leader = _Leader(self, lease, thread)
            try:
                await leader.lead()
            except Replaced as error:
                raise LeaseLost(str(error)) from error
            finally:
                await leader.leave()


@dataclass
class _Leader:
    """One leadership. What blocks happens in a thread of its own, so that nothing else of the worker waits for it."""

    box: ChannelOutbox
    lease: Lease
    thread: ThreadPoolExecutor
    _desk: Correspondent | None = None
    _owed: bool = False
    _appended: float = 0.0
    _worked: float = 0.0

    async def lead(self) -> None:
        """Read, tell and note, round after round."""
        async with resting(self.box.means.acts.repository) as rest:
            while True:
                self.lease.check()
                await rest(await self._round())

    async def _round(self) -> float:
        """One round; the seconds until the next, unless something happens before."""
        try:
            if self._desk is None:
                self._desk = await self._blocking(self._begin)
            desk: Correspondent = self._desk
            if self._owed:  # what was told is noted before anything else is
                await self._append(desk)
            await self._blocking(lambda: self._read(desk))
            more = await self._tell(desk)
            if desk.outbox.changed and self._append_in() <= 0:
                await self._append(desk)
            await self._blocking(lambda: self._show(desk))
        except RecordUnavailable as error:
            _LOG.warning("%s waits for the record: %s", self.box.name, error)
            return LOOK_EVERY
        return 0.0 if more else await self._wait(desk)

    def _begin(self) -> Correspondent:
        """Go on from where the journal is."""
        found = self.box.opened()
        return Correspondent(self.box.means, found, Trail(self.box.means.acts, found.position.cursor))

    def _read(self, desk: Correspondent) -> None:
        self.box.means.acts.repository.fetch(LOOK_EVERY)
        desk.read()

    async def _tell(self, desk: Correspondent) -> bool:
        """Tell what may be told now, for a second at most; whether there is more."""
        until = time.monotonic() + LOOK_EVERY
        while found := desk.backlog.next(self.box.means.now()):
            if time.monotonic() > until:
                return True
            self._worked = time.monotonic()
            await self._deliver(desk, *found)
        return len(desk.trail) > 0 and not desk.full

    async def _deliver(self, desk: Correspondent, key: Key, said: Said) -> None:
        """One attempt at one destination, and what became of it."""
        known, prepared = await self._blocking(lambda: desk.take(key, said))
        progress = known.of(said)
        if prepared is None or progress is None:
            desk.backlog.done(key)
            await self._blocking(lambda: desk.give_up(*key, said))
            return
        parcel = Parcel(announcement=prepared[0], to=key[1], done=progress.receipts, thread=known.thread)
        self.lease.check()
        try:
            delivery = await self.box.means.outlet.deliver(parcel, prepared[1], self.lease.check)
        except (LeaseLost, Replaced):
            raise
        except ChannelDown as down:
            desk.backlog.channel.fail(self.box.means.now(), timedelta(seconds=down.retry_after or 0))
            delivery = Delivery(failure=str(down))
        except Exception as error:  # of this announcement: it must hold up no other
            _LOG.exception("%s can't tell %s of %s", self.box.name, key[1], key[0])
            delivery = Delivery(failure=f"{type(error).__name__}: {error}")
            self._settle(desk, key, delivery)
        else:
            self._settle(desk, key, delivery)
        await self._blocking(lambda: desk.note(key, said, delivery))

    def _settle(self, desk: Correspondent, key: Key, delivery: Delivery) -> None:
        if delivery.failure is None:
            desk.backlog.done(key)
        else:
            desk.backlog.failed(key, self.box.means.now())

    def _append_in(self) -> float:
        return self._appended + APPEND_EVERY - time.monotonic()

    async def _append(self, desk: Correspondent) -> None:
        self.lease.check()
        self._owed = True
        await self._blocking(desk.outbox.append)
        self._owed, self._appended = False, time.monotonic()

    async def _wait(self, desk: Correspondent) -> float:
        """Let the channel rest where nothing was told lately; the seconds until something is to be done."""
        now, waits = self.box.means.now(), [LOOK_EVERY]
        if due := desk.backlog.due_at(now):
            waits.append((due - now).total_seconds())
        if desk.outbox.changed:
            waits.append(self._append_in())
        if time.monotonic() - self._worked > IDLE:
            await self.box.means.outlet.rest()
        return max(0.0, min(waits))

    def _show(self, desk: Correspondent) -> None:
        """Tell those who watch how far this is."""
        position, now = desk.outbox.position, self.box.means.now()
        ages = [(now - each).total_seconds() for each in (desk.trail.oldest, desk.backlog.oldest) if each]
        BEHIND.labels(self.box.name).set(len(desk.trail) + len(desk.backlog))
        OLDEST.labels(self.box.name).set(max(ages, default=0))
        BEGAN.labels(self.box.name).set(position.began.timestamp())
        self.lease.details = Led(
            cursor=position.cursor,
            began=position.began,
            behind=len(desk.trail),
            waiting=len(desk.backlog),
            undelivered=position.undelivered,
            skipped=position.skipped,
        )

    async def leave(self) -> None:
        """Note what was told and not noted yet, if this is still the leader."""
        try:
            if self._desk and self._desk.outbox.changed:
                await self._append(self._desk)
        except LeaseLost:
            _LOG.warning("%s leaves to the next leader what it told last: it may be told again", self.box.name)
        except (RecordUnavailable, JournalMoved) as error:
            _LOG.warning("%s could not note what it told last: %s", self.box.name, error)
        for gauge in (BEHIND, OLDEST, BEGAN):
            with contextlib.suppress(KeyError):
                gauge.remove(self.box.name)
        await self.box.means.outlet.close()

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)
