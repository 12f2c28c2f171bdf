"""Rows in the orders that lists can have, kept sorted in memory: 2 MB an order for 100,000 tickets."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import compress, islice
from typing import NamedTuple

from pyroaring import FrozenBitMap

from domain.ticket import Impact

_FEW = 5_000
"""Found rows up to this number are sorted; more are met soon enough by walking the order."""
_STRIDE = 512
_LOW = 44
"""Bits of year and number in a key, behind the value."""
_MASK = (1 << _LOW) - 1
_ABSENT = -1
"""The lower part of the key of a row that is not there."""
UNDATED = 1 << 38
"""A second after every date that a ticket can have."""
_RANKS = {impact.value: rank for rank, impact in enumerate(Impact)}


def key_of(value: int, year: int, number: int) -> int:
    """A position that sorts like (value, year, number)."""
    return (value << _LOW) + (year << 30) + number


def value_of(key: int) -> int:
    """The value of a position."""
    return key >> _LOW


class Ranks(NamedTuple):
    """The columns of a row by which lists are ordered, as the index's file has them; times are Unix seconds."""

    created: int
    updated: int
    scheduled: int | None
    impact: str
    year: int
    number: int


def _created(ranks: Ranks) -> int:
    return key_of(ranks.created, ranks.year, ranks.number)


ORDERS: dict[str, Callable[[Ranks], int]] = {
    "createdAt": _created,
    "updatedAt": lambda ranks: key_of(ranks.updated, ranks.year, ranks.number),
    "id": lambda ranks: key_of(0, ranks.year, ranks.number),
    "scheduledDate": lambda ranks: key_of(
        UNDATED if ranks.scheduled is None else ranks.scheduled, ranks.year, ranks.number
    ),
    "due": lambda ranks: key_of(
        ranks.created if ranks.scheduled is None else ranks.scheduled, ranks.year, ranks.number
    ),
    # read from the end: of one impact, the oldest first
    "impact": lambda ranks: (_RANKS[ranks.impact] << 84) - _created(ranks),
}
"""The position of a row in each order."""


class Ordering:
    """Rows sorted by their keys; no two keys are equal. A key lies in two parts, by row, for it has up to 86 bits."""

    def __init__(self) -> None:
        self._rows = array("I")
        self._high, self._low = array("q"), array("q")

    def fill(self, rows: list[int], keys: list[int]) -> None:
        """Start with these rows, each with its key."""
        self._high, self._low = array("q"), array("q")
        self._reach(max(rows, default=-1))
        for row, key in zip(rows, keys, strict=True):
            self._high[row], self._low[row] = key >> _LOW, key & _MASK
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self._rows = array("I", map(rows.__getitem__, order))

    def _reach(self, row: int) -> None:
        lacking = row + 1 - len(self._low)
        if lacking > 0:
            self._high.extend([0] * lacking)
            self._low.extend([_ABSENT] * lacking)

    def put(self, row: int, key: int) -> None:
        """Set the row's key."""
        self.remove(row)
        self._reach(row)
        self._rows.insert(bisect_left(self._rows, key, key=self.key), row)
        self._high[row], self._low[row] = key >> _LOW, key & _MASK

    def remove(self, row: int) -> None:
        if row < len(self._low) and self._low[row] != _ABSENT:
            del self._rows[bisect_left(self._rows, self.key(row), key=self.key)]
            self._low[row] = _ABSENT

    def key(self, row: int) -> int:
        return (self._high[row] << _LOW) + self._low[row]

    def between(self, first: int | None, last: int | None) -> "array[int]":
        """The rows whose keys are from `first` up to, not with, `last`."""
        start = 0 if first is None else bisect_left(self._rows, first, key=self.key)
        return self._rows[start : len(self._rows) if last is None else bisect_left(self._rows, last, key=self.key)]

    def pick(self, found: FrozenBitMap, count: int, after: int | None, *, descending: bool) -> list[int]:
        """The first `count` rows among `found` whose keys come after `after`, in order."""
        if len(found) <= _FEW:
            return self._pick_of_few(found, count, after, descending=descending)
        return list(islice(self._walk(found, after, descending=descending), count))

    def _pick_of_few(self, found: FrozenBitMap, count: int, after: int | None, *, descending: bool) -> list[int]:
        rows = sorted(sorted(found, key=self._low.__getitem__), key=self._high.__getitem__)
        if descending:
            end = len(rows) if after is None else bisect_left(rows, after, key=self.key)
            return rows[max(0, end - count) : end][::-1]
        start = 0 if after is None else bisect_right(rows, after, key=self.key)
        return rows[start : start + count]

    def _walk(self, found: FrozenBitMap, after: int | None, *, descending: bool) -> Iterator[int]:
        if descending:
            end = len(self._rows) if after is None else bisect_left(self._rows, after, key=self.key)
            strides = ((max(0, stop - _STRIDE), stop) for stop in range(end, 0, -_STRIDE))
        else:
            start = 0 if after is None else bisect_right(self._rows, after, key=self.key)
            strides = ((at, at + _STRIDE) for at in range(start, len(self._rows), _STRIDE))
        for first, last in strides:
            rows = self._rows[first:last]
            if descending:
                rows.reverse()
            yield from compress(rows, map(found.__contains__, rows))
