"""The rows of a term are what was changed, in memory and on disk."""

import random
import sqlite3
from collections.abc import Iterator

import pytest
from pyroaring import BitMap

from record.index.postings import CHUNK, PUT_ROWS, TABLE, Postings, packed


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(TABLE)
    yield connection
    connection.close()


def test_a_term_has_the_rows_that_were_changed_last(db: sqlite3.Connection) -> None:
    """Over several chunks, written in several turns, with rows that come and go; another reader sees the same."""
    chance = random.Random(7)  # noqa: S311  rows to change, no secret
    postings, known = Postings(db), dict[int, frozenset[str]]()
    for _ in range(5):
        for row in chance.sample(range(3 * CHUNK), 1_000):
            now = frozenset(chance.sample("abc", chance.randint(0, 3)))
            postings.change(row, known.get(row, frozenset()), now)
            known[row] = now
        postings.flush()
        for term in "abc":
            wanted = sorted(row for row, terms in known.items() if term in terms)
            assert list(postings.term(term)) == list(Postings(db).term(term)) == wanted


def test_a_range_of_terms_has_the_rows_of_each(db: sqlite3.Connection) -> None:
    """The end of the range is left out, and a range without terms has no rows."""
    postings = Postings(db)
    for row, term in enumerate(("a", "ab", "ac", "b")):
        postings.change(row * CHUNK, frozenset(), frozenset({term}))
    postings.flush()
    assert list(postings.between("a", "ac")) == [0, CHUNK]
    assert not postings.between("c", "d")


@pytest.mark.parametrize("rows", [[], [CHUNK], list(range(CHUNK)), list(range(0, CHUNK, 2)), [1, 4_000]])
def test_a_chunk_is_small_on_disk(rows: list[int]) -> None:
    """Few or many, in one run or scattered: what a change rewrites stays below a page or two of SQLite."""
    assert list(BitMap.deserialize(packed(BitMap(rows)))) == rows
    assert len(packed(BitMap(rows))) <= 4_200


@pytest.mark.parametrize("damaged", [b"", b"?", packed(BitMap([1, 2, 3]))[:-1]])
def test_damaged_rows_are_told_as_a_damaged_file(db: sqlite3.Connection, damaged: bytes) -> None:
    """The index is then rebuilt like any other that can't be read."""
    db.execute(PUT_ROWS, ("a", 0, damaged))
    with pytest.raises(sqlite3.DatabaseError):
        Postings(db).term("a")
    with pytest.raises(sqlite3.DatabaseError):
        Postings(db).change(1, frozenset(), frozenset({"a"}))
