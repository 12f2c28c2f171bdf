"""Sign-ins: new enough for what is decided."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.identity import CLOCK_SKEW, recent_enough
from domain.ticket import Impact

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WITHIN = timedelta(minutes=15)


@pytest.mark.parametrize("impact", [each for each in Impact if each is not Impact.CRITICAL])
def test_a_sign_in_of_any_age_decides_on_what_is_not_critical(impact: Impact) -> None:
    """Also one of which nobody says when it was."""
    assert recent_enough(None, impact, NOW, WITHIN)
    assert recent_enough(NOW - timedelta(days=1), impact, NOW, WITHIN)


@pytest.mark.parametrize(
    ("signed_in_at", "enough"),
    [
        (NOW, True),
        (NOW - WITHIN, True),
        (NOW - WITHIN - timedelta(seconds=1), False),
        (NOW + CLOCK_SKEW, True),
        (NOW + CLOCK_SKEW + timedelta(seconds=1), False),
        (None, False),
    ],
)
def test_a_critical_request_asks_for_a_fresh_sign_in(signed_in_at: datetime | None, enough: bool) -> None:
    """One of the future counts as far as clocks differ."""
    assert recent_enough(signed_in_at, Impact.CRITICAL, NOW, WITHIN) is enough
