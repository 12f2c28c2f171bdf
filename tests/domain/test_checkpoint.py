"""When a checkpoint is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.checkpoint import is_due

PARIS, KOLKATA = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Kolkata")


def at(hour: int, minute: int = 0, day: int = 29) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, at(8), True),
        (at(8, 1), at(8, 59), False),
        (at(8, 59), at(9), True),
        (at(2), at(8), True),  # six were missed, one makes up for them
        (at(9), at(8, 30), True),  # the clock was set back
    ],
)
def test_one_is_due_after_each_full_hour(last: datetime | None, now: datetime, due: bool) -> None:
    """However many hours have passed."""
    assert is_due(last, now, PARIS) is due


def test_one_is_due_at_the_days_end_of_a_zone_whose_hours_begin_at_the_half() -> None:
    """Midnight in India is 18:30 UTC."""
    assert is_due(at(18, 29), at(18, 30), KOLKATA)
    assert not is_due(at(18, 29), at(18, 30), PARIS)
