"""The outbox of a channel: its leader reads the record, tells what happened, and notes in a journal what it told."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from prometheus_client import Gauge, Histogram

from activities.leading import BEHIND, OLDEST, Lease, LeaseLost, resting
from activities.planning import ChannelSetup, OutboxPlanner
from activities.tracing import announcing
from clients.channel import ChannelDown, NewerLeader
from domain.announcement import Channel
from domain.backlog import Key
from domain.delivery import DeliveryResult, EventRef, OutgoingMessage
from domain.following import LeadReport, outbox, outbox_ref
from record.errors import JournalMoved, RecordUnavailable
from record.facts.acts import UnreadCommits
from record.git.outbox import Outbox

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at the record, which a commit of this process cuts short."""

APPEND_EVERY = 1.0
"""Seconds between two appends to the journal at least; what a crash between them repeats has the same ids."""

IDLE = 5.0
"""Seconds without anything to tell after which a channel may rest."""


AT_ONCE = {Channel.WEBHOOK: 50, Channel.PUSH: 50}
"""Destinations that a channel tells at the same time, where it is more than one: each webhook and each push service is
another server, and a slow one must not hold up the others. A mail server, Slack and Kafka are one server each."""


ANNOUNCED = Histogram(
    "prodgate_announcement_seconds",
    "Time from a change, as the record dates it, to its delivery at one destination",
    ["channel"],
    buckets=(1, 2, 5, 10, 30, 60, 300, 900, 3_600, 86_400),
)
BEGAN = Gauge("prodgate_follower_began_seconds", "Since when a follower tells, as a Unix time", ["follower"])


@dataclass(frozen=True)
class ChannelOutbox:
    """Follows the record, and tells of it on one channel."""

    setup: ChannelSetup

    @property
    def name(self) -> str:
        return outbox(self.setup.channel).name

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
        repository = self.setup.acts.repository
        found = Outbox(repository.journal(outbox_ref(self.setup.channel)))
        known = found.open()
        repository.fetch()  # after the journal: the commit that it stands at is here now
        if not known:
            found.begin(tip := repository.tip(), self.setup.now())
            _LOG.warning("%s begins at %s: nothing that happened before is announced", self.name, tip or "no commit")
        return found

    async def follow(self, lease: Lease) -> None:
        """Tell what happens until cancelled; what was told is noted before this ends."""
        with ThreadPoolExecutor(1, self.name) as thread:
            leader = _Leader(self, lease, thread)
            try:
                await leader.lead()
            except NewerLeader as error:
                raise LeaseLost(str(error)) from error
            finally:
                await leader.leave()


@dataclass
class _Leader:
    """One leadership. What blocks happens in a thread of its own, so that nothing else of the worker waits for it."""

    box: ChannelOutbox
    lease: Lease
    thread: ThreadPoolExecutor
    _planner: OutboxPlanner | None = None
    _under_way: "dict[asyncio.Task[None], str]" = field(default_factory=dict)
    """Deliveries under way, each with its place."""
    _owed: bool = False
    _appended: float = 0.0
    _worked: float = 0.0

    async def lead(self) -> None:
        """Read, tell and note, round after round."""
        async with resting(self.box.setup.acts.repository) as rest:
            while True:
                self.lease.check()
                await rest(await self._round())

    async def _round(self) -> float:
        """One round; the seconds until the next, unless something happens before."""
        try:
            if self._planner is None:
                self._planner = await self._blocking(self._begin)
            planner: OutboxPlanner = self._planner
            if self._owed:  # what was told is noted before anything else is
                await self._append(planner)
            await self._blocking(lambda: self._read(planner))
            more = await self._tell(planner)
            if planner.outbox.changed and self._append_in() <= 0:
                await self._append(planner)
            await self._blocking(lambda: self._show(planner))
        except RecordUnavailable as error:
            _LOG.warning("%s waits for the record: %s", self.box.name, error)
            return LOOK_EVERY
        return 0.0 if more else await self._wait(planner)

    def _begin(self) -> OutboxPlanner:
        """Go on from where the journal is."""
        found = self.box.opened()
        return OutboxPlanner(self.box.setup, found, UnreadCommits(self.box.setup.acts, found.position.cursor))

    def _read(self, planner: OutboxPlanner) -> None:
        self.box.setup.acts.repository.fetch(LOOK_EVERY)
        planner.read(self._under_way.values())

    async def _tell(self, planner: OutboxPlanner) -> bool:
        """Tell what may be told now, for a second at most; whether there is more.

        What takes longer goes on beside the rounds that follow.
        """
        until = time.monotonic() + LOOK_EVERY
        while True:
            await self._begin_deliveries(planner)
            if not self._under_way:
                return len(planner.trail) > 0 and not planner.full
            left = until - time.monotonic()
            if left <= 0:
                return True
            done, _ = await asyncio.wait(self._under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                del self._under_way[each]
                each.result()

    async def _begin_deliveries(self, planner: OutboxPlanner) -> None:
        """Begin as many deliveries as the channel takes at the same time, each to a place of its own."""
        most, busy = AT_ONCE.get(self.box.setup.channel, 1), self._under_way.values()
        while len(busy) < most:
            found = await self._blocking(lambda: planner.backlog.next(self.box.setup.now(), busy))
            if found is None:
                return
            self._worked = time.monotonic()
            place = planner.backlog.place_of(found[0])
            self._under_way[asyncio.create_task(self._deliver(planner, *found))] = place

    async def _deliver(self, planner: OutboxPlanner, key: Key, said: EventRef) -> None:
        """One attempt at one destination, and what became of it."""
        known, prepared = await self._blocking(lambda: planner.take(key, said))
        progress = known.of(said)
        if prepared is None or progress is None:
            await self._blocking(lambda: planner.backlog.done(key))
            await self._blocking(lambda: planner.give_up(*key, said))
            return
        if await self._blocking(lambda: planner.is_moot(key[0], said)):
            await self._blocking(lambda: planner.backlog.done(key))
            await self._blocking(lambda: planner.note(key, said, DeliveryResult()))
            return
        outgoing = OutgoingMessage(announcement=prepared[0], to=key[1], done=progress.receipts, thread=known.thread)
        self.lease.check()
        try:
            with announcing(self.box.setup.channel, said.event, key[0], said.number) as span:
                delivery = await self.box.setup.client.deliver(outgoing, prepared[1], self.lease.check)
                span.set_attribute("prodgate.outcome", "delivered" if delivery.failure is None else "failed")
        except (LeaseLost, NewerLeader):
            raise
        except ChannelDown as down:
            now, wait = self.box.setup.now(), timedelta(seconds=down.retry_after or 0)
            await self._blocking(lambda: planner.backlog.channel.fail(now, wait))
            delivery = DeliveryResult(failure=str(down))
        except Exception as error:  # of this announcement: it must hold up no other
            _LOG.exception("%s can't tell %s of %s", self.box.name, key[1], key[0])
            delivery = DeliveryResult(failure=f"{type(error).__name__}: {error}")
            await self._settle(planner, key, said, delivery)
        else:
            await self._settle(planner, key, said, delivery)
        await self._blocking(lambda: planner.note(key, said, delivery))

    async def _settle(self, planner: OutboxPlanner, key: Key, said: EventRef, delivery: DeliveryResult) -> None:
        now, wait = self.box.setup.now(), timedelta(seconds=delivery.retry_after or 0)
        if delivery.failure is None:
            ANNOUNCED.labels(self.box.setup.channel).observe(max(0.0, (now - said.at).total_seconds()))
            await self._blocking(lambda: planner.backlog.done(key))
        else:
            await self._blocking(lambda: planner.backlog.failed(key, now, wait))

    def _append_in(self) -> float:
        return self._appended + APPEND_EVERY - time.monotonic()

    async def _append(self, planner: OutboxPlanner) -> None:
        self.lease.check()
        self._owed = True
        await self._blocking(planner.outbox.append)
        self._owed, self._appended = False, time.monotonic()

    async def _wait(self, planner: OutboxPlanner) -> float:
        """Let the channel rest where nothing was told lately; the seconds until something is to be done."""
        now, waits = self.box.setup.now(), [LOOK_EVERY]
        if due := await self._blocking(lambda: planner.backlog.due_at(now)):
            waits.append((due - now).total_seconds())
        if planner.outbox.changed:
            waits.append(self._append_in())
        if time.monotonic() - self._worked > IDLE:
            await self.box.setup.client.rest()
        return max(0.0, min(waits))

    def _show(self, planner: OutboxPlanner) -> None:
        """Tell those who watch how far this is."""
        position, now = planner.outbox.position, self.box.setup.now()
        ages = [(now - each).total_seconds() for each in (planner.trail.oldest, planner.backlog.oldest) if each]
        BEHIND.labels(self.box.name).set(len(planner.trail) + len(planner.backlog))
        OLDEST.labels(self.box.name).set(max(ages, default=0))
        BEGAN.labels(self.box.name).set(position.began.timestamp())
        self.lease.details = LeadReport(
            cursor=position.cursor,
            began=position.began,
            behind=len(planner.trail),
            waiting=len(planner.backlog),
            undelivered=position.undelivered,
            skipped=position.skipped,
        )

    async def leave(self) -> None:
        """Note what was told and not noted yet, if this is still the leader; what is under way is told anew later."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        try:
            if self._planner and self._planner.outbox.changed:
                await self._append(self._planner)
        except LeaseLost:
            _LOG.warning("%s leaves to the next leader what it told last: it may be told again", self.box.name)
        except (RecordUnavailable, JournalMoved) as error:
            _LOG.warning("%s could not note what it told last: %s", self.box.name, error)
        for gauge in (BEHIND, OLDEST, BEGAN):
            with contextlib.suppress(KeyError):
                gauge.remove(self.box.name)
        await self.box.setup.client.close()

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)
