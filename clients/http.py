"""HTTP as every client reads it: how long another side asks to wait, and why a call came to nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from clients.letters import one_line

LONGEST_WAIT = 86_400.0
"""Seconds that anybody may ask to wait: a day."""


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds of a `Retry-After`, which may be a number or a date (RFC 9110, 10.2.3); None without a usable one."""
    said = headers.get("retry-after", "")
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, OverflowError):  # no date, or a year, or a zone, that no calendar has
        return None
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def reason(error: BaseException) -> str:
    """An error's own words, on one line; its name where it has none."""
    return one_line(str(error)) or type(error).__name__
