"""A period's days are whole days of the configured zone, its instants are to the second, both ends included."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from api.filters import Filters
from domain.roles import ALL

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("given", "first", "after"),
    [
        ({"from": "2026-06-01", "to": "2026-06-01"}, "2026-05-31T22:00:00+00:00", "2026-06-01T22:00:00+00:00"),
        ({"from": "2026-10-25", "to": "2026-10-25"}, "2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"),
        (
            {"from": "2026-06-01T08:00:00+02:00", "to": "2026-06-01T08:00:00+02:00"},
            "2026-06-01T06:00:00+00:00",
            "2026-06-01T06:00:01+00:00",
        ),
    ],
)
def test_a_period_is_what_people_mean_by_it(given: dict[str, str], first: str, after: str) -> None:
    """The day when clocks go back has 25 hours."""
    query = Filters.model_validate(given).within(ALL, PARIS)
    assert (query.created_after, query.created_before) == (datetime.fromisoformat(first), datetime.fromisoformat(after))


def test_without_a_period_every_time_will_do() -> None:
    """Neither end is made up."""
    query = Filters().within(ALL, PARIS)
    assert (query.created_after, query.created_before) == (None, None)
