"""Which tickets have a term, as bits of one large integer: combining filters and counting costs microseconds.

Bit n stands for the ticket in row n. On disk a term's bits are cut into chunks of 4,096 rows, so that a change rewrites
half a kilobyte at most, and few bits are written as a list.
"""

import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Iterable

CHUNK = 4_096
_FEW = 64
_CACHED = 512
"""Terms whose bits are kept in memory, some 12 KB each at 100,000 tickets."""

TABLE = "CREATE TABLE postings (term TEXT, chunk INTEGER, bits BLOB NOT NULL, PRIMARY KEY (term, chunk)) WITHOUT ROWID;"


def packed(rows: list[int]) -> bytes:
    """The bits of one chunk as the index keeps them, from the rows within the chunk, ascending."""
    if len(rows) > _FEW:
        return b"B" + bits_of(rows, CHUNK).to_bytes(CHUNK // 8, "little")
    return b"L" + array("H", rows).tobytes()


def _unpacked(data: bytes) -> int:
    if data[:1] == b"B":
        return int.from_bytes(data[1:], "little")
    few = array("H")
    few.frombytes(data[1:])
    return sum(1 << position for position in few)


def positions(bits: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    text = f"{bits:b}"
    last, found, at = len(text) - 1, [], text.rfind("1")
    while at >= 0 and bits:
        found.append(last - at)
        at = text.rfind("1", 0, at)
    return found


def flags(bits: int, size: int) -> bytes:
    """One byte for each row below `size`, 1 where its bit is set."""
    return f"{bits:0{size}b}"[::-1].encode().translate(_ZERO_ONE)


_ZERO_ONE = bytes(number - 48 if number in b"01" else number for number in range(256))


def bits_of(rows: Iterable[int], size: int) -> int:
    """The bits of these rows, all below `size`, none twice."""
    rows = list(rows)
    if rows and max(rows) - min(rows) + 1 == len(rows):
        return ((1 << len(rows)) - 1) << min(rows)
    text = bytearray(b"0" * size)
    for row in rows:
        text[row] = 49
    return int(text[::-1], 2) if size else 0


class Postings:
    """The terms of an index. Changes are gathered and written by `flush`; reads show what was flushed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._changed: dict[tuple[str, int], int] = {}
        self._cache: OrderedDict[str, int] = OrderedDict()

    def change(self, row: int, before: frozenset[str], now: frozenset[str]) -> None:
        """The ticket in the row has the terms `now`, and had `before`."""
        chunk, bit = row // CHUNK, 1 << row % CHUNK
        for term in before ^ now:
            key = (term, chunk)
            bits = self._changed.get(key)
            self._changed[key] = (self._stored(key) if bits is None else bits) ^ bit

    def _stored(self, key: tuple[str, int]) -> int:
        found = self._db.execute("SELECT bits FROM postings WHERE term = ? AND chunk = ?", key).fetchone()
        return _unpacked(found[0]) if found else 0

    def flush(self) -> None:
        """Write what changed, within the caller's transaction."""
        rows = ((*key, packed(positions(bits))) for key, bits in sorted(self._changed.items()))
        self._db.executemany("INSERT OR REPLACE INTO postings VALUES (?, ?, ?)", rows)
        self._changed.clear()
        self._cache.clear()

    def term(self, term: str) -> int:
        """The rows that have exactly this term."""
        return self._cached(term, "term = ?", (term,))

    def between(self, first: str, last: str) -> int:
        """The rows that have a term from `first` up to, not with, `last`."""
        return self._cached(f"{first}\0{last}", "term >= ? AND term < ?", (first, last))

    def _cached(self, key: str, where: str, values: tuple[str, ...]) -> int:
        bits = self._cache.get(key)
        if bits is None:
            bits = self._cache[key] = self._read(where, values)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return bits

    def _read(self, where: str, values: tuple[str, ...]) -> int:
        chunks: dict[int, int] = {}
        for chunk, data in self._db.execute(f"SELECT chunk, bits FROM postings WHERE {where}", values):  # noqa: S608
            chunks[chunk] = chunks.get(chunk, 0) | _unpacked(data)
        whole = bytearray(CHUNK // 8 * (max(chunks, default=-1) + 1))
        for chunk, bits in chunks.items():
            start = chunk * CHUNK // 8
            whole[start : start + CHUNK // 8] = bits.to_bytes(CHUNK // 8, "little")
        return int.from_bytes(whole, "little")
