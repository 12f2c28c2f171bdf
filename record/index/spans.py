"""Keeps the ended stages, outages and decisions of all promotions in memory: 12 bytes each by week, 13 by each split.

The file has them too, for the first question after a start. Used by one thread at a time.
"""

import json
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import TypeVar
from zoneinfo import ZoneInfo

from pyroaring import FrozenBitMap

from domain import insights
from domain.insights import ENDS, Attempt, By, Decided, Span, Stage
from domain.roles import same_address
from domain.ticket import PromotionRequest
from record.index import schema
from record.index.splits import Names, Split

_ROW = 32
"""Bits that a row takes where it is packed behind a number."""

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class SortedRows:
    """Numbers in ascending order, and the row that each is of."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("I"))

    @classmethod
    def of(cls, packed: Iterable[int]) -> "SortedRows":
        """Numbers that are packed before their rows, in whatever order."""
        ordered = sorted(packed)
        numbers = array("q", (each >> _ROW for each in ordered))
        return cls(numbers, array("I", (each & (1 << _ROW) - 1 for each in ordered)))

    def put(self, number: int, row: int) -> None:
        at = bisect_right(self.numbers, number)
        self.numbers.insert(at, number)
        self.rows.insert(at, row)

    def remove(self, number: int, row: int) -> None:
        at = self.rows.index(row, bisect_left(self.numbers, number))
        del self.numbers[at], self.rows[at]

    def numbers_of(self, found: FrozenBitMap | None) -> Sequence[int]:
        """The numbers of the found rows, in order; None finds every one."""
        return self.numbers if found is None else list(compress(self.numbers, map(found.__contains__, self.rows)))

    def count(self, first: int, last: int, found: FrozenBitMap) -> int:
        """The number of those of found rows from `first` up to, not with, `last`."""
        rows = self.rows[bisect_left(self.numbers, first) : bisect_left(self.numbers, last)]
        return sum(map(found.__contains__, rows))


Change = Callable[[SortedRows, int, int], None]
"""`SortedRows.put` or `SortedRows.remove`."""


class Spans:
    """The stages, outages and decisions of every ticket of an index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.forget()

    def forget(self) -> None:
        """Read the file anew before the next question."""
        self._zone: ZoneInfo | None = None
        self.names = Names()
        self.weeks: defaultdict[tuple[str, int], SortedRows] = defaultdict(SortedRows)
        self.decided: defaultdict[str, SortedRows] = defaultdict(SortedRows)
        self._attempts: defaultdict[str, SortedRows] = defaultdict(SortedRows)
        self._splits: dict[By, Split] = {}

    def prepare(self, zone: ZoneInfo) -> None:
        """Learn everything from the file, by weeks of the zone, unless that was done."""
        if self._zone == zone:
            return
        self.forget()
        weeks: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        attempts, decided = (defaultdict[str, list[int]](list) for _ in range(2))
        for row, target, impact, kept in self._db.execute("SELECT row, target, impact, spans FROM tickets"):
            self.names.put(row, target, impact)
            spans, decisions = json.loads(kept)
            for stage, ended, seconds in spans:
                weeks[stage, insights.week_of(ended, zone)].append(seconds << _ROW | row)
                if stage in ENDS:
                    attempts[target].append(_end(ended, stage) << _ROW | row)
            for by, at in decisions:
                decided[same_address(by)].append(at << _ROW | row)
        self.weeks, self.decided, self._attempts = _sorted(weeks), _sorted(decided), _sorted(attempts)
        self._zone = zone
        self._file_outages(self._attempts, zone, SortedRows.put)
        for by in (By.TENANT, By.TARGET, By.IMPACT):
            self.split(by)

    def split(self, by: By) -> Split:
        """The stages and outages by tenant, target or impact; made anew after a repair gave a request other names."""
        if by not in self._splits:
            self._splits[by] = Split(self.names, by)
            for (stage, week), rows in self.weeks.items():
                self._splits[by].fill(Stage(stage), week, rows.numbers, rows.rows)
            self._splits[by].sort()
        return self._splits[by]

    def change(self, row: int, before: PromotionRequest | None, now: PromotionRequest | None) -> None:
        """The ticket in the row is `now`, and was `before`."""
        if self._zone is None:
            return
        if now is not None and self.names.put(row, schema.target(now), now.spec.request.impact_assessment.value):
            self._splits.clear()
        told, tells = Counter(_told(before)), Counter(_told(now))
        gone, new = told - tells, tells - told
        ended = {target for target, each in (*gone, *new) if isinstance(each, Span) and each.stage in ENDS}
        self._file_outages(ended, self._zone, SortedRows.remove)
        for change, some in ((SortedRows.remove, gone), (SortedRows.put, new)):
            for target, each in some.elements():
                self._file(row, target, each, self._zone, change)
        self._file_outages(ended, self._zone, SortedRows.put)

    def _file(self, row: int, target: str, told: Span | Decided, zone: ZoneInfo, change: Change) -> None:
        if isinstance(told, Decided):
            change(self.decided[same_address(told.by)], told.at, row)
            return
        self._file_span(told.stage, insights.week_of(told.ended, zone), told.seconds, row, change)
        if told.stage in ENDS:
            change(self._attempts[target], _end(told.ended, told.stage), row)

    def _file_outages(self, targets: Iterable[str], zone: ZoneInfo, change: Change) -> None:
        """File the outages of targets, or take them out, under the request that failed first."""
        for target in targets:
            for each in insights.outages(_attempts(self._attempts[target])):
                self._file_span(Stage.OUTAGE, insights.week_of(each.ended, zone), each.seconds, each.ticket, change)

    def _file_span(self, stage: Stage, week: int, seconds: int, row: int, change: Change) -> None:
        change(self.weeks[stage, week], seconds, row)
        for split in self._splits.values():
            split.change(stage, week, seconds, row, put=change is SortedRows.put)


def _told(ticket: PromotionRequest | None) -> Iterator[tuple[str, Span | Decided]]:
    if ticket is not None:
        target = schema.target(ticket)
        yield from ((target, span) for span in insights.spans(ticket))
        yield from ((target, decided) for decided in insights.decided(ticket))


def _end(ended: int, stage: str) -> int:
    """The end of an attempt; failures come first among those of one second."""
    return ended * 2 + (stage == Stage.DEPLOYED)


def _attempts(ends: SortedRows) -> Iterator[Attempt[int]]:
    for number, row in zip(ends.numbers, ends.rows, strict=True):
        yield Attempt(number // 2, bool(number % 2), row)


def _sorted(packed: Mapping[K, Iterable[int]]) -> defaultdict[K, SortedRows]:
    return defaultdict(SortedRows, {key: SortedRows.of(each) for key, each in packed.items()})
