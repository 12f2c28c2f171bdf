"""The followers `siem/…`: each hands the audit trail's entries to one system that watches, from its place on."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from prometheus_client import Counter, Gauge

from activities.leading import Lease
from activities.planning import now
from clients.siem.sink import Event, Sink, SinkDown, SinkRefused
from domain.backlog import Pause
from domain.following import SinkReport
from domain.ocsf import event
from record.errors import RecordUnavailable
from record.trail.place import TrailReader
from record.trail.repository import TrailRepository

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_EVERY = 2.0
"""Seconds between two looks at the trail."""

BATCH = 500
"""Entries of one segment that are handed over together."""

MOST_REFUSED = 8
"""Entries in a row that a sink refuses, after which nothing speaks for a fault of theirs: the sink is down."""

NOTE_EVERY = 1.0
"""Seconds between two appends to the journal at least; what a crash between them repeats has the same ids."""

SENT = Counter("prodgate_siem_sent", "Entries of the audit trail that a sink took", ["sink"])
LOST = Counter("prodgate_siem_lost", "Entries that a sink refused for good", ["sink"])
DOWN = Gauge("prodgate_siem_down", "1 while a sink takes nothing", ["sink"])


@dataclass(frozen=True)
class TrailSink:
    """Hands everything over for as long as it leads; `product` is this release's version."""

    trail: TrailRepository
    sink: Sink
    product: str
    now: Callable[[], datetime] = now
    look_every: float = LOOK_EVERY

    @property
    def name(self) -> str:
        return f"siem/{self.sink.name}"

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled; a sink that is down is asked less and less often."""
        with ThreadPoolExecutor(1, self.name) as thread:
            leader = _SinkLeader(self, lease, thread)
            try:
                while True:
                    await leader.round()
                    await asyncio.sleep(self.look_every)
            finally:
                await leader.leave()


@dataclass
class _SinkLeader:
    """One leadership. What blocks happens in a thread of its own."""

    setup: TrailSink
    lease: Lease
    thread: ThreadPoolExecutor
    _reader: TrailReader | None = None
    _pause: Pause = field(default_factory=Pause)
    _noted: float = 0.0
    _owed: bool = False
    _failure: str = ""
    _refused: int = 0
    """Entries that were refused since the sink took one last: only its taking another tells that it is their fault."""
    _why: str = ""
    _taken: Event | None = None
    """The entry that the sink took last: where it takes that again, what it refused since was at fault."""

    async def round(self) -> None:
        """Hand over all there is, unless the sink rests."""
        self.lease.check()
        began = self.setup.now()
        try:
            if self._reader is None:
                self._reader = await self._blocking(lambda: TrailReader.of(self.setup.trail, self.setup.sink.name))
            reader: TrailReader = self._reader
            await self._blocking(lambda: self.setup.trail.fetch(self.setup.look_every))
            if self._pause.over(began):
                await self._hand_over(reader)
            await self._note(reader, at_least=0.0)
        except SinkDown as down:
            self._rest(down, began)
        except RecordUnavailable as error:
            _LOG.warning("%s waits for the audit trail: %s", self.setup.name, error)
        if self._reader is not None:
            self.lease.details = SinkReport(failure=self._said(), lost=self._reader.place.lost)

    def _rest(self, down: SinkDown, began: datetime) -> None:
        if self._refused:  # none of them is lost: go on from where the place was noted
            self._reader, self._refused, self._owed = None, 0, False
        if not self._pause.failures:
            _LOG.warning("%s takes nothing: %s", self.setup.name, down)
        self._failure = str(down)
        self._pause.fail(began, timedelta(seconds=down.retry_after or 0))
        DOWN.labels(self.setup.sink.name).set(1)

    def _said(self) -> str:
        return self._failure if self._pause.failures else ""

    async def _hand_over(self, reader: TrailReader) -> None:
        while found := await self._blocking(reader.next):
            segment, entries = found
            events = [event(entry, self.setup.product) for entry in entries]
            lost = 0
            for start in range(0, len(events), BATCH):
                lost += await self._send(events[start : start + BATCH])
            if self._refused:  # what was taken before is noted without it
                await self._note(reader, at_least=0.0)
            reader.passed(segment, lost)
            if not self._refused:
                await self._went_well(reader)
        if self._refused:
            if self._taken is None or await self._send([self._taken]):
                raise SinkDown(f"it took nothing after it refused {self._refused}: {self._why}")
            await self._went_well(reader)

    async def _went_well(self, reader: TrailReader) -> None:
        self._pause.end()
        DOWN.labels(self.setup.sink.name).set(0)
        self._owed = True
        await self._note(reader, NOTE_EVERY)

    async def _send(self, events: Sequence[Event]) -> int:
        """Hand a batch over; how many of it were refused. Raises SinkDown, also where it refuses everything."""
        self.lease.check()
        try:
            await self.setup.sink.send(events)
        except SinkRefused as refused:
            if len(events) > 1:
                half = len(events) // 2
                return await self._send(events[:half]) + await self._send(events[half:])
            _LOG.error("%s refuses entry %s: %s", self.setup.name, events[0]["metadata"]["uid"], refused)
            self._refused, self._why = self._refused + 1, str(refused)
            if self._refused >= MOST_REFUSED:
                raise SinkDown(f"it refused {self._refused} entries in a row: {refused}") from refused
            return 1
        LOST.labels(self.setup.sink.name).inc(self._refused)
        self._refused, self._taken = 0, events[-1]
        SENT.labels(self.setup.sink.name).inc(len(events))
        return 0

    async def _note(self, reader: TrailReader, at_least: float) -> None:
        loop = asyncio.get_running_loop()
        if self._owed and loop.time() - self._noted >= at_least:
            self.lease.check()
            await self._blocking(reader.note)
            self._owed, self._noted = False, loop.time()

    async def leave(self) -> None:
        """Note what was handed over, if this is still the leader."""
        if self._reader is not None and self._owed:
            try:
                await self._note(self._reader, 0.0)
            except RecordUnavailable as error:
                _LOG.warning("%s could not note what it handed over last: %s", self.setup.name, error)

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)
