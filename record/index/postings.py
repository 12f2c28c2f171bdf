"""Keeps, for each term of the index, the rows of the tickets that have it, as compressed bitmaps (Roaring).

On disk a term's rows are cut into chunks of 4,096 rows, so that a change rewrites a few kilobytes at most.
"""

import json
import sqlite3
from collections import OrderedDict

from pyroaring import BitMap, FrozenBitMap

CHUNK = 4_096
_CACHED = 512
"""Terms whose rows are kept in memory, at most 16 KB each at 100,000 tickets."""

TABLE = "CREATE TABLE postings (term TEXT, chunk INTEGER, rows BLOB NOT NULL, PRIMARY KEY (term, chunk)) WITHOUT ROWID;"
PUT_ROWS = "INSERT OR REPLACE INTO postings VALUES (?, ?, ?)"
_STORED = "SELECT term, rows FROM postings WHERE chunk = ? AND term IN (SELECT value FROM json_each(?))"

NO_ROWS = FrozenBitMap()

STATE, TENANT, IMPACT = "s:", "t:", "i:"
OWED = "owed"
"""The term of tickets that owe an answer for an emergency."""
"""Beginnings of terms: what follows is a ticket's state, tenant or impact."""


def packed(rows: BitMap) -> bytes:
    """The rows of one chunk as the index keeps them, in the portable form of Roaring bitmaps."""
    rows.run_optimize()
    return rows.serialize()


def _unpacked(data: bytes) -> BitMap:
    try:
        return BitMap.deserialize(data)
    except (ValueError, IndexError) as error:  # IndexError for no bytes at all
        raise sqlite3.DatabaseError("the index is damaged: the rows of a term can't be read") from error


class Postings:
    """The terms of an index. Changes are gathered and written by `flush`; reads show what was flushed."""

    def __init__(self, db: sqlite3.Connection, chunk: int = CHUNK, empty_from: int | None = None) -> None:
        """`empty_from` is the first chunk of which nothing is stored, where that is known: nobody need look there."""
        self._db = db
        self._chunk = chunk
        self._empty_from = empty_from
        self._changed: dict[tuple[str, int], BitMap] = {}
        self._cache: OrderedDict[str, FrozenBitMap] = OrderedDict()

    def change(self, row: int, before: frozenset[str], now: frozenset[str]) -> None:
        """The ticket in the row has the terms `now`, and had `before`."""
        chunk, changed = row // self._chunk, before ^ now
        self._learn(chunk, [term for term in changed if (term, chunk) not in self._changed])
        for term in changed:
            self._changed[term, chunk].flip_inplace(row, row + 1)

    def _learn(self, chunk: int, terms: list[str]) -> None:
        """Know what is stored of the terms in the chunk, to change it."""
        self._changed |= {(term, chunk): BitMap() for term in terms}
        if terms and (self._empty_from is None or chunk < self._empty_from):
            for term, rows in self._db.execute(_STORED, (chunk, json.dumps(terms))):
                self._changed[term, chunk] = _unpacked(rows)

    def flush(self) -> None:
        """Write what changed, within the caller's transaction."""
        self._db.executemany(PUT_ROWS, ((*key, packed(rows)) for key, rows in sorted(self._changed.items())))
        changed = {term for term, _ in self._changed}
        if self._empty_from is not None and self._changed:
            self._empty_from = max(self._empty_from, 1 + max(chunk for _, chunk in self._changed))
        for key in [key for key in self._cache if "\0" in key or key in changed]:  # a range may have any of them
            del self._cache[key]
        self._changed.clear()

    def term(self, term: str) -> FrozenBitMap:
        """The rows that have exactly this term."""
        return self._cached(term, "term = ?", (term,))

    def terms(self, beginning: str) -> list[str]:
        """The rest, after the beginning, of terms that are or were some ticket's."""
        between = (beginning, beginning + "\U0010ffff")
        found = self._db.execute("SELECT DISTINCT term FROM postings WHERE term > ? AND term < ?", between)
        return [term.removeprefix(beginning) for (term,) in found]

    def between(self, first: str, last: str) -> FrozenBitMap:
        """The rows that have a term from `first` up to, not with, `last`."""
        return self._cached(f"{first}\0{last}", "term >= ? AND term < ?", (first, last))

    def _cached(self, key: str, where: str, values: tuple[str, ...]) -> FrozenBitMap:
        rows = self._cache.get(key)
        if rows is None:
            rows = self._cache[key] = self._read(where, values)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return rows

    def _read(self, where: str, values: tuple[str, ...]) -> FrozenBitMap:
        found = self._db.execute(f"SELECT rows FROM postings WHERE {where}", values)  # noqa: S608
        return NO_ROWS.union(*(_unpacked(data) for (data,) in found))
