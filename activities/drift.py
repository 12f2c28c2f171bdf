"""Holds the record against the promotions that the engine runs, and tells where they differ. It changes nothing."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, takewhile
from pathlib import PurePosixPath
from typing import Protocol, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.drift import Drift, DriftKind, DriftReport, difference
from domain.emergencies import owes
from domain.lifecycle import is_over, is_retryable
from domain.roles import ALL
from domain.ticket import PromotionRequest, State
from record.errors import RecordError
from record.index.query import MAX_LIMIT, Sort, TicketQuery, every, pages
from record.index.reader import Index

DRIFT, LOOKED = "prodgate_drift", "prodgate_drift_seconds"
"""Names of the gauges: what a worker's last look found, and when it was. The last of all workers' looks counts."""
AT_ONCE = 32
"""Promotions that are asked about at once: enough to keep the engine busy, few enough to leave room for its work."""
SETTLES = 3.0
"""Seconds in which a change of a promotion is usually in the record; one that is not yet is looked at again."""
TOLD = 100
"""Differences that a report names; the rest is counted."""

T = TypeVar("T")
R = TypeVar("R")


class NoAnswer(Exception):
    """No worker says what a promotion holds."""


class PromotionsRead(Protocol):
    """The engine's promotions, as far as they are only read."""

    def running(self) -> AsyncIterator[tuple[str, str]]:
        """The ids and states of those that run, as lists of the engine have them: some seconds late."""

    async def runs(self, ticket_id: str) -> bool:
        """Tells whether it runs now."""

    async def told(self, ticket_id: str) -> PromotionRequest | None:
        """The ticket as its promotion has it; None where none runs. Raises NoAnswer."""


async def together(do: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """Do it for each, some at once; the answers, in the items' order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> R:
        async with gate:
            return await do(item)

    return await asyncio.gather(*map(one, items))


@dataclass(frozen=True)
class DriftReader:
    """Reads the record by pages and the engine by its lists; of both, ids and states stay in memory.

    `retried_within` is how long a failed request waits for a retry.
    """

    index: Index
    promotions: PromotionsRead
    retried_within: timedelta
    settles: float = SETTLES

    async def find(self) -> list[Drift]:
        """The differences. Raises RPCError, RecordError, sqlite3.Error."""
        running = {ticket_id: state async for ticket_id, state in self.promotions.running()}
        await asyncio.to_thread(self.index.catch_up, fetch=True)
        waiting = await asyncio.to_thread(self._waiting)
        lost = [ticket_id for ticket_id in waiting if ticket_id not in running]
        differing = [ticket_id for ticket_id, state in running.items() if waiting.get(ticket_id) != state]
        return [
            *await asyncio.to_thread(self._faults),
            *await self._lost(lost),
            *await self._differing(differing),
        ]

    def _waiting(self) -> dict[str, str]:
        """The state of each ticket that has something to wait for, by id."""
        undone = every(self.index.page, State.PENDING, State.APPROVED, State.DEPLOYING, State.VERIFYING)
        owing = pages(self.index.page, TicketQuery(scope=ALL, owed=True, limit=MAX_LIMIT))
        return {each.id: each.state.value for each in chain(undone, self._failed(), owing)}

    def _failed(self) -> Iterator[PromotionRequest]:
        """The failed tickets that may still be retried."""
        query = TicketQuery(scope=ALL, state=(State.FAILED,), sort=Sort.RECENT, limit=MAX_LIMIT)
        recent = takewhile(self._is_recent, pages(self.index.page, query))
        return (each for each in recent if is_retryable(each))

    def _is_recent(self, ticket: PromotionRequest) -> bool:
        return datetime.now(UTC) < ticket.last.at + self.retried_within

    def _faults(self) -> list[Drift]:
        """The files that say what is not proven, or that are no tickets."""
        found = []
        for fault in self.index.faults():
            proven = self.index.unproven(fault.path) is None
            kind = DriftKind.UNREADABLE if proven else DriftKind.UNPROVEN
            found.append(Drift.of(kind, PurePosixPath(fault.path).stem, fault.sentence))
        return found

    async def _lost(self, ticket_ids: list[str]) -> list[Drift]:
        """Those of the tickets that no promotion runs of, though they wait."""
        runs = await together(self.promotions.runs, ticket_ids)
        gone = [ticket_id for ticket_id, alive in zip(ticket_ids, runs, strict=True) if not alive]
        # Now: a promotion that ended in good order has recorded its end.
        await asyncio.to_thread(self.index.catch_up, fetch=True)
        return await asyncio.to_thread(lambda: list(filter(None, map(self._waits_alone, gone))))

    def _waits_alone(self, ticket_id: str) -> Drift | None:
        ticket = self.index.get(ticket_id)
        if ticket is None or is_over(ticket) or self.index.unproven(ticket.path) is not None:
            return None
        waits = owes(ticket) or (is_retryable(ticket) and self._is_recent(ticket))
        if ticket.state is State.FAILED and not waits:
            return None
        return Drift.of(DriftKind.NO_PROMOTION, ticket_id, f"it is {ticket.state}, and no promotion runs")

    async def _differing(self, ticket_ids: list[str]) -> list[Drift]:
        """Those of the promotions that tell of another ticket than the record has, and go on to do so."""
        suspects = [each for each in await together(self._compared, ticket_ids) if each]
        if any(each.kind is not DriftKind.NO_ANSWER for each in suspects):
            await asyncio.sleep(self.settles)
            await asyncio.to_thread(self.index.catch_up, fetch=True)
            suspects = [each for each in await together(self._compared, (each.subject for each in suspects)) if each]
        return suspects

    async def _compared(self, ticket_id: str) -> Drift | None:
        # The record first: what it has then, the promotion knew before.
        recorded = await asyncio.to_thread(self.index.get, ticket_id)
        if recorded is not None and self.index.unproven(recorded.path) is not None:
            return None  # is told as a fault of the file
        try:
            told = await self.promotions.told(ticket_id)
        except NoAnswer as error:
            return Drift.of(DriftKind.NO_ANSWER, ticket_id, str(error))
        kind = None if told is None else difference(recorded, told)
        if told is None or kind is None:
            return None
        there = recorded.last.action if recorded else "nothing"
        return Drift.of(kind, ticket_id, f"the record ends with {there}, its promotion with {told.last.action}")


@dataclass(frozen=True)
class DriftActivities:
    """Looks for drift now and then."""

    reader: DriftReader

    @activity.defn
    async def find_drift(self) -> DriftReport:
        """Tell where record and engine differ: in the log, as metrics, as the answer.

        Harmless twice: it only reads.
        """
        try:
            found = await self.reader.find()
        except (RPCError, RecordError, sqlite3.Error) as error:
            raise ApplicationError(str(error), type=type(error).__name__) from error
        for drift in found[:TOLD]:
            activity.logger.error("%s %s: %s; %s", drift.kind, drift.subject, drift.found, drift.mend)
        counts = Counter(drift.kind for drift in found)
        meter = activity.metric_meter()
        gauge = meter.create_gauge(DRIFT, "Differences between the record and the engine")
        for kind in DriftKind:
            gauge.set(counts[kind], {"kind": kind.value})
        looked = meter.create_gauge(LOOKED, "The time of this worker's last look for differences, as a Unix time")
        looked.set(int(datetime.now(UTC).timestamp()))
        return DriftReport(counts=dict(counts), first=tuple(found[:TOLD]))
