"""When something may be launched: freezes and windows by the clock on the wall, also on days with 23 or 25 hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.calendars import FURTHEST, ChangeWindow, Freeze, holding, opens

PARIS = "Europe/Paris"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def freeze(starts: str, ends: str, **given: Any) -> Freeze:
    return Freeze.model_validate({"starts": starts, "ends": ends, "reason": "Nobody is here", **given})


WEEKEND = freeze("2026-01-02T18:00", "2026-01-05T08:00", every="FREQ=WEEKLY", zone=PARIS)
OFFICE = ChangeWindow.model_validate(
    {
        "starts": "2026-01-05T09:00",
        "ends": "2026-01-05T17:00",
        "every": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "zone": PARIS,
    }
)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-27T16:59", "2026-03-27T16:59"),  # a minute before
        ("2026-03-27T17:00", "2026-03-30T06:00"),  # over the short day of March: 08:00 in Paris all the same
        ("2026-03-30T05:59", "2026-03-30T06:00"),
        ("2026-03-30T06:00", "2026-03-30T06:00"),  # the end is no part of it
        ("2026-10-24T12:00", "2026-10-26T07:00"),  # over the long day of October
        ("2025-12-27T12:00", "2025-12-27T12:00"),  # before it ever began
    ],
)
def test_a_weekly_freeze_keeps_the_hours_of_the_wall(now: str, then: str) -> None:
    assert opens([WEEKEND], None, at(now)) == at(then)
    assert bool(holding([WEEKEND], at(now))) is (now != then)


def test_what_holds_at_some_moment_of_a_span_is_listed_in_order() -> None:
    """What began before it, too; what ends as it begins, or begins as it ends, is no part of it. The clocks change."""
    found = list(WEEKEND.between(at("2026-10-19T06:00"), at("2026-11-06T17:00")))
    assert found == [
        (at("2026-10-23T16:00"), at("2026-10-26T07:00")),
        (at("2026-10-30T17:00"), at("2026-11-02T07:00")),
    ]
    assert next(WEEKEND.between(at("2026-10-19T05:59"), at("2026-10-20T00:00")))[1] == at("2026-10-19T06:00")
    once = freeze("2026-12-20T00:00", "2026-12-27T00:00")
    assert len(list(once.between(at("2026-12-26T00:00"), at("2027-12-26T00:00")))) == 1
    assert list(once.between(at("2026-12-27T00:00"), at("2027-12-26T00:00"))) == []


def test_freezes_that_overlap_are_one() -> None:
    """The end of one is the beginning of another."""
    first, second = freeze("2026-12-20T00:00", "2026-12-27T00:00"), freeze("2026-12-24T00:00", "2027-01-04T00:00")
    assert opens([first, second], None, at("2026-12-21T00:00")) == at("2027-01-04T00:00")
    assert len(holding([first, second], at("2026-12-25T00:00"))) == 2


def test_outside_of_every_window_the_next_one_is_waited_for() -> None:
    """A freeze that holds when it opens goes first."""
    assert opens([], [OFFICE], at("2026-03-27T16:30")) == at("2026-03-30T07:00")
    assert opens([], [OFFICE], at("2026-03-30T08:00")) == at("2026-03-30T08:00")
    monday = freeze("2026-03-30T00:00", "2026-03-30T12:00", zone=PARIS)
    assert opens([monday], [OFFICE], at("2026-03-28T12:00")) == at("2026-03-30T10:00")


def test_what_never_opens_is_said_to() -> None:
    """Closed for more than a year, or no window to come."""
    daily = freeze("2026-01-01T00:00", "2026-01-02T00:00", every="FREQ=DAILY")
    past = ChangeWindow.model_validate({"starts": "2025-01-01T00:00", "ends": "2025-01-02T00:00"})
    assert opens([daily], None, at("2026-05-05T05:05")) is None
    assert opens([], [past], at("2026-05-05T05:05")) is None


def test_a_time_that_the_clocks_leave_out_comes_an_hour_later() -> None:
    """02:30 on the last Sunday of March is 03:30 in Paris; one that comes twice begins the first time."""
    left_out = freeze("2026-03-29T02:30", "2026-03-29T05:00", zone=PARIS)
    twice = freeze("2026-10-25T02:30", "2026-10-25T05:00", zone=PARIS)
    for period, first in ((left_out, "2026-03-29T01:30"), (twice, "2026-10-25T00:30")):
        assert not holding([period], at(first) - timedelta(minutes=1))
        assert holding([period], at(first))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": "2026-01-02T18:00"},
        {"ends": "2028-01-01T00:00"},
        {"starts": "2026-01-02T18:00Z"},
        {"starts": "yesterday"},
        {"zone": "Europe/Atlantis"},
        {"zone": "../../etc/passwd"},
        {"every": "FREQ=SECONDLY"},
        {"every": "BYDAY=MO"},
        {"every": "FREQ=WEEKLY;BYDAY=XX"},
        {"every": "FREQ=WEEKLY\nRDATE:20260101"},
        {"reason": "short"},
    ],
    ids=str,
)
def test_what_is_no_period_is_refused(wrong: dict[str, str]) -> None:
    given = {"starts": "2026-01-02T18:00", "ends": "2026-01-05T08:00", "reason": "Nobody is here"}
    with pytest.raises(ValidationError):
        Freeze.model_validate(given | wrong)


def test_a_year_is_looked_through_in_little_work() -> None:
    """Whatever recurs: a step an occurrence."""
    nights = freeze("2026-01-01T18:00", "2026-01-02T08:00", every="FREQ=DAILY", zone=PARIS)
    days = freeze("2026-01-01T08:00", "2026-01-01T17:30", every="FREQ=DAILY", zone=PARIS)
    assert opens([nights, days], None, at("2026-06-01T12:00")) == at("2026-06-01T15:30")
    assert timedelta(days=365) < FURTHEST
