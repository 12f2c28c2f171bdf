"""The backlog waits for delivery: lines keep their order, places don't wait for each other."""

from datetime import timedelta

import pytest

from domain.announcement import Event
from domain.backlog import LONGEST_PAUSE, Backlog, Key
from domain.delivery import EventRef
from domain.webhooks import DeadLetter, DeadLetters
from tests.domain.builders import NOW

SECOND = timedelta(seconds=1)


def said(number: int, minutes: int = 0) -> EventRef:
    return EventRef(event=Event.CREATED, number=number, at=NOW + timedelta(minutes=minutes))


def backlog(*lines: tuple[str, str, int]) -> Backlog:
    """Things to say as (ticket, destination, number), each destination a place of its own."""
    found = Backlog()
    for ticket, to, number in lines:
        found.put((ticket, to), said(number, number), to)
    return found


def test_a_place_that_is_being_told_is_left_alone() -> None:
    """Nothing more is picked for it, and what it is being told is not given up, however old it is."""
    found = backlog(("a", "x", 1), ("a", "y", 1))
    picked = found.next(NOW, busy={"x"})
    assert picked is not None
    assert picked[0] == ("a", "y")
    assert found.next(NOW, busy={"x", "y"}) is None
    late = NOW + timedelta(days=9)
    assert [key for key, _ in found.expire(late, busy={"x"})] == [("a", "y")]
    assert found.next(NOW) == (("a", "x"), said(1, 1))


def test_a_place_rests_for_as_long_as_it_asks() -> None:
    """Longer than its own pause would be; the other places go on."""
    found = backlog(("a", "x", 1), ("a", "y", 1))
    found.failed(("a", "x"), NOW, timedelta(hours=1))
    assert found.due_at(NOW) == NOW + timedelta(hours=1)
    picked = found.next(NOW + timedelta(minutes=59))
    assert picked is not None
    assert picked[0] == ("a", "y")


def emptied(found: Backlog) -> list[tuple[Key, int]]:
    """Everything that may be said now, said."""
    told = []
    while each := found.next(NOW):
        told.append((each[0], each[1].number))
        found.done(each[0])
    return told


def test_a_line_keeps_its_order_and_places_take_turns() -> None:
    """The second of a line comes after its first, whatever else is said between."""
    told = emptied(backlog(("a", "x", 1), ("a", "x", 2), ("b", "x", 1), ("a", "y", 1)))
    assert sorted(told) == [(("a", "x"), 1), (("a", "x"), 2), (("a", "y"), 1), (("b", "x"), 1)]
    assert told.index((("a", "x"), 1)) < told.index((("a", "x"), 2))
    assert (("a", "y"), 1) in told[:2]


def test_a_place_that_takes_nothing_rests_longer_each_time_and_alone() -> None:
    """One second, two, four, up to a quarter of an hour; after a delivery it starts anew."""
    found = backlog(("a", "x", 1), ("a", "x", 2), ("b", "y", 1))
    found.failed(("a", "x"), NOW)
    assert emptied(found) == [(("b", "y"), 1)]
    found = backlog(("a", "x", 1), ("a", "x", 2))
    now, pauses = NOW, []
    for _ in range(14):
        assert found.next(now)
        found.failed(("a", "x"), now)
        assert found.next(now) is None
        due = found.due_at(now)
        assert due
        pauses.append(due - now)
        now = due
    assert pauses[:3] == [SECOND, 2 * SECOND, 4 * SECOND]
    assert pauses[-1] == LONGEST_PAUSE
    found.put(("a", "y"), said(1), "y")
    found.done(("a", "x"))
    assert found.next(NOW)
    assert found.due_at(NOW) is None


def test_a_channel_that_is_down_rests_whole_and_as_long_as_it_asks() -> None:
    """Nothing is tried on it meanwhile."""
    found = backlog(("a", "x", 1), ("a", "y", 1))
    found.channel.fail(NOW, timedelta(seconds=30))
    assert found.next(NOW + 29 * SECOND) is None
    assert found.due_at(NOW) == NOW + 30 * SECOND
    assert found.next(NOW + 30 * SECOND)


def test_what_is_too_old_leaves_and_the_rest_goes_on() -> None:
    """The oldest of each line."""
    found = backlog(("a", "x", 1), ("a", "x", 3), ("b", "y", 1))
    gone = found.expire(NOW + timedelta(minutes=2))
    assert sorted((key, each.number) for key, each in gone) == [(("a", "x"), 1), (("b", "y"), 1)]
    assert found.oldest == NOW + timedelta(minutes=3)
    assert emptied(found) == [(("a", "x"), 3)]
    assert len(found) == 0


def test_a_place_that_takes_nothing_has_a_share_and_counts_for_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that takes what it is told has none: nothing of it is given up."""
    monkeypatch.setattr("domain.backlog.MOST_AT_ONE_PLACE", 2)
    found = backlog(("a", "x", 1), ("b", "x", 1), ("a", "y", 1), ("b", "y", 1))
    assert (found.moving, found.crowded("x"), found.crowded("y")) == (4, False, False)
    found.failed(("a", "x"), NOW)
    assert (found.moving, found.crowded("x"), found.crowded("y")) == (2, True, False)
    found.done(("a", "x"))
    assert (found.moving, len(found), found.crowded("x")) == (3, 3, False)


def test_a_destination_that_gives_up_much_pushes_no_other_s_letters_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest of whoever has most go first."""
    monkeypatch.setattr("domain.webhooks.MOST_LETTERS", 3)
    letters = [
        DeadLetter(ticket=f"PR-2026-{n:04}", event=Event.CREATED, number=1, at=NOW, to=to, why="away", given_up=NOW)
        for n, to in enumerate("xyyyy", 1)
    ]
    kept = DeadLetters().with_(letters[:2]).with_(letters[2:])
    assert [each.ticket for each in kept.letters] == ["PR-2026-0001", "PR-2026-0004", "PR-2026-0005"]
