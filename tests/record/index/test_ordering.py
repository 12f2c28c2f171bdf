"""Orders agree with what plain lists say."""

import random

import pytest
from pyroaring import FrozenBitMap

from record.index.ordering import Ordering

ROWS = 10_000
"""Enough that a list sorts what is found, or walks the order, by its share."""


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)  # noqa: S311  numbers to sort, no secret


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.6, 1.0])
@pytest.mark.parametrize("descending", [False, True])
def test_a_page_is_the_first_of_what_comes_after(chance: random.Random, share: float, descending: bool) -> None:
    """Few found or nearly all, from the start or from any key on."""
    keys = chance.sample(range(1 << 60), ROWS)
    order = Ordering()
    order.fill(list(range(len(keys))), keys)
    found = [row for row in range(ROWS) if chance.random() < share]
    wanted = sorted(found, key=keys.__getitem__, reverse=descending)
    for after in (None, 0, 1 << 61, *chance.sample(keys, 5)):
        left = [row for row in wanted if after is None or (keys[row] < after if descending else keys[row] > after)]
        assert order.pick(FrozenBitMap(found), 51, after, descending=descending) == left[:51]


def test_keys_may_change_and_rows_may_go(chance: random.Random) -> None:
    """Adding one by one, moving and removing keeps the order."""
    keys = dict(enumerate(chance.sample(range(1 << 50), 300)))
    order = Ordering()
    for row, key in keys.items():
        order.put(row, key)
    for row in chance.sample(range(300), 100):
        keys[row] = chance.getrandbits(50)
        order.put(row, keys[row])
    for row in chance.sample(range(300), 50):
        del keys[row]
        order.remove(row)
    assert list(order.between(None, None)) == sorted(keys, key=keys.__getitem__)
