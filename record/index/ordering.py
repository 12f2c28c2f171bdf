"""Rows in the orders that lists can have, kept sorted in memory: some 5 MB an order for 100,000 tickets."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, islice

from pyroaring import FrozenBitMap

from domain.ticket import Impact

_FEW = 5_000
"""Found rows up to this number are sorted; more are met soon enough by walking the order."""
_STRIDE = 512
UNDATED = 1 << 38
"""A second after every date that a ticket can have."""
_RANKS = {impact.value: rank for rank, impact in enumerate(Impact)}


def key_of(value: int, year: int, number: int) -> int:
    """A position that sorts like (value, year, number)."""
    return (value << 44) + (year << 30) + number


def value_of(key: int) -> int:
    """The value of a position."""
    return key >> 44


@dataclass(frozen=True, slots=True)
class Ranks:
    """The columns of a row by which lists are ordered, as the index's file has them; times are Unix seconds."""

    created: int
    updated: int
    scheduled: int | None
    impact: str
    year: int
    number: int

    @property
    def keys(self) -> dict[str, int]:
        """The row's position in each order."""
        number = key_of(0, self.year, self.number)  # once for all: a start does this for every ticket
        asked = (self.created << 44) + number
        dated = None if self.scheduled is None else (self.scheduled << 44) + number
        return {
            "createdAt": asked,
            "updatedAt": (self.updated << 44) + number,
            "id": number,
            "scheduledDate": (UNDATED << 44) + number if dated is None else dated,
            "due": asked if dated is None else dated,
            "impact": (_RANKS[self.impact] << 84) - asked,  # read from the end: of one impact, the oldest first
        }


class Ordering:
    """Rows sorted by their keys; no two keys are equal."""

    def __init__(self) -> None:
        self._keys: list[int] = []
        self._rows: list[int] = []
        self._key_of: dict[int, int] = {}

    def fill(self, rows: list[int], keys: list[int]) -> None:
        """Start with these rows, each with its key."""
        self._key_of = dict(zip(rows, keys, strict=True))
        row_of = dict(zip(keys, rows, strict=True))
        self._keys = sorted(keys)
        self._rows = [row_of[key] for key in self._keys]

    def put(self, row: int, key: int) -> None:
        """Set the row's key."""
        if self._key_of.get(row) == key:
            return
        self.remove(row)
        at = bisect_left(self._keys, key)
        self._keys.insert(at, key)
        self._rows.insert(at, row)
        self._key_of[row] = key

    def remove(self, row: int) -> None:
        if (key := self._key_of.pop(row, None)) is not None:
            at = bisect_left(self._keys, key)
            del self._keys[at], self._rows[at]

    def key(self, row: int) -> int:
        return self._key_of[row]

    def between(self, first: int | None, last: int | None) -> list[int]:
        """The rows whose keys are from `first` up to, not with, `last`."""
        start = 0 if first is None else bisect_left(self._keys, first)
        return self._rows[start : len(self._rows) if last is None else bisect_left(self._keys, last)]

    def pick(self, found: FrozenBitMap, count: int, after: int | None, *, descending: bool) -> list[int]:
        """The first `count` rows among `found` whose keys come after `after`, in order."""
        if len(found) <= _FEW:
            return self._pick_of_few(found, count, after, descending=descending)
        return list(islice(self._walk(found, after, descending=descending), count))

    def _pick_of_few(self, found: FrozenBitMap, count: int, after: int | None, *, descending: bool) -> list[int]:
        rows = sorted(found, key=self._key_of.__getitem__, reverse=descending)
        if after is None:
            return rows[:count]
        left = (row for row in rows if (self._key_of[row] < after if descending else self._key_of[row] > after))
        return list(islice(left, count))

    def _walk(self, found: FrozenBitMap, after: int | None, *, descending: bool) -> Iterator[int]:
        if descending:
            end = len(self._rows) if after is None else bisect_left(self._keys, after)
            strides = ((max(0, stop - _STRIDE), stop) for stop in range(end, 0, -_STRIDE))
        else:
            start = 0 if after is None else bisect_right(self._keys, after)
            strides = ((at, at + _STRIDE) for at in range(start, len(self._rows), _STRIDE))
        for first, last in strides:
            rows = self._rows[first:last]
            if descending:
                rows.reverse()
            yield from compress(rows, map(found.__contains__, rows))
