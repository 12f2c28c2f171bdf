"""Keeps ended stages by what figures are split by, so that a question over a year picks its weeks and sorts nothing."""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress
from sys import intern

from pyroaring import FrozenBitMap

from domain.insights import By, Runs, Stage

_ERA = 128
"""Weeks that lie together: a year's question passes two eras at most, however old the record is."""


class Names:
    """Knows by row what figures are split by: the tenant, the target as the index names it, the impact."""

    def __init__(self) -> None:
        self._of: dict[By, list[str]] = {By.TENANT: [], By.TARGET: [], By.IMPACT: []}

    def put(self, row: int, target: str, impact: str) -> bool:
        """Note the row's names; tells whether it had others, which a repair of its file gives."""
        before = []
        for by, name in ((By.TENANT, target.partition("\n")[0]), (By.TARGET, target), (By.IMPACT, impact)):
            names = self._of[by]
            names.extend("" for _ in range(len(names), row + 1))
            before.append(names[row] not in {"", name})
            names[row] = intern(name)
        return any(before)

    def of(self, rows: Iterable[int], by: By) -> Iterator[str]:
        return map(self._of[by].__getitem__, rows)


@dataclass(slots=True)
class DatedRows:
    """Numbers in ascending order, the row that each is of, and its week within the era."""

    numbers: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("I"))
    weeks: bytearray = field(default_factory=bytearray)

    def sort(self) -> None:
        """Bring what was appended into order."""
        order = sorted(range(len(self.numbers)), key=self.numbers.__getitem__)
        self.numbers = array("q", map(self.numbers.__getitem__, order))
        self.rows = array("I", map(self.rows.__getitem__, order))
        self.weeks = bytearray(map(self.weeks.__getitem__, order))

    def put(self, number: int, row: int, week: int) -> None:
        at = bisect_right(self.numbers, number)
        self.numbers.insert(at, number)
        self.rows.insert(at, row)
        self.weeks.insert(at, week)

    def remove(self, number: int, row: int, week: int) -> None:
        at = bisect_left(self.numbers, number)
        while (self.rows[at], self.weeks[at]) != (row, week):
            at += 1
        del self.numbers[at], self.rows[at], self.weeks[at]

    def numbers_of(self, wanted: bytes, found: FrozenBitMap | None) -> "array[int]":
        """The numbers of the weeks that `wanted` marks, and of the found rows, in order; None finds every one."""
        weeks = self.weeks.translate(wanted)
        numbers: Iterable[int] = compress(self.numbers, weeks)
        if found is not None:
            numbers = compress(numbers, map(found.__contains__, compress(self.rows, weeks)))
        return array("q", numbers)


class Split:
    """The ended stages of every tenant, target or impact."""

    def __init__(self, names: Names, by: By) -> None:
        self._names, self._by = names, by
        self._eras: defaultdict[int, dict[tuple[str, Stage], DatedRows]] = defaultdict(dict)

    def fill(self, stage: Stage, week: int, seconds: Iterable[int], rows: Iterable[int]) -> None:
        """Take up a stage's spans of a week; `sort` comes after all of them."""
        era, byte = self._eras[week // _ERA], week % _ERA
        for each, name, row in zip(seconds, self._names.of(rows, self._by), rows, strict=True):
            if (there := era.get((name, stage))) is None:
                there = era[name, stage] = DatedRows()
            there.numbers.append(each)
            there.rows.append(row)
            there.weeks.append(byte)

    def sort(self) -> None:
        for era in self._eras.values():
            for rows in era.values():
                rows.sort()

    def change(self, stage: Stage, week: int, seconds: int, row: int, *, put: bool) -> None:
        """Put a span in, or take it out."""
        rows = self._rows(stage, week, row)
        (rows.put if put else rows.remove)(seconds, row, week % _ERA)

    def runs(self, first: int, last: int, found: FrozenBitMap | None) -> dict[str, Runs]:
        """The durations of the weeks `first` through `last`, of the found rows, by name."""
        parts: defaultdict[str, dict[Stage, array[int]]] = defaultdict(dict)
        for era in range(first // _ERA, last // _ERA + 1):
            wanted = bytes(first <= era * _ERA + week <= last for week in range(256))
            for (name, stage), rows in self._eras.get(era, {}).items():
                if numbers := rows.numbers_of(wanted, found):
                    before = parts[name].get(stage)
                    parts[name][stage] = array("q", sorted(before + numbers)) if before else numbers
        return {name: {stage: [run] for stage, run in parts[name].items()} for name in sorted(parts)}

    def _rows(self, stage: Stage, week: int, row: int) -> DatedRows:
        (name,) = self._names.of((row,), self._by)
        return self._eras[week // _ERA].setdefault((name, stage), DatedRows())
