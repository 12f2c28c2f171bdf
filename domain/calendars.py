"""Freezes and change windows: once or again and again, by the clock on somebody's wall."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints, model_validator

from domain.values import Frozen, Reason

FURTHEST = timedelta(days=366)
"""As far as an end of what is closed is looked for: an agreed date is at most a year ahead."""
LONGEST = timedelta(days=366)
_MOST_STEPS = 2_000
"""Ends that are looked at one after the other, where closings overlap."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone, such as Europe/Paris") from error
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]


def _wall(value: object) -> object:
    """A date and time without a zone, which stands beside it."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(found, datetime) or found.tzinfo is not None or not 2000 <= found.year <= 2200:
        raise ValueError("must be a date and time without a zone, such as 2026-12-24T18:00")
    return found.replace(microsecond=0)


WallTime = Annotated[
    datetime, BeforeValidator(_wall), PlainSerializer(lambda at: at.isoformat(timespec="minutes"), return_type=str)
]
"""A time as a clock on a wall of the zone shows it."""

_FIELDS = r"(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS|COUNT|UNTIL|WKST)=[A-Z0-9,+-]+"
Recurrence = Annotated[str, StringConstraints(pattern=rf"^{_FIELDS}(;{_FIELDS})*$", max_length=200)]
"""A recurrence of days, weeks, months or years (RFC 5545, RRULE), by the zone's wall clock."""


_RANGES = {
    "INTERVAL": range(1, 100),
    "COUNT": range(1, 10_000),
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": (*range(-31, 0), *range(1, 32)),
    "BYSETPOS": (*range(-31, 0), *range(1, 32)),
}
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


def check_recurrence(every: str) -> None:
    """Raise ValueError for what has no meaning, or none that a program finds in time."""
    fields = [each.partition("=")[::2] for each in every.split(";")]
    said = dict(fields)
    if len(said) < len(fields):
        raise ValueError("every says one thing twice")
    if said.get("FREQ") not in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        raise ValueError("every must have a FREQ of DAILY, WEEKLY, MONTHLY or YEARLY")
    for name, allowed in _RANGES.items():
        if name in said and not all(_number(each) in allowed for each in said[name].split(",")):
            raise ValueError(f"{name} must be within {allowed[0]} to {allowed[-1]}, without 0")
    ordinals = said["FREQ"] in {"MONTHLY", "YEARLY"}
    days = [_DAY.fullmatch(each) for each in said.get("BYDAY", "MO").split(",")]
    if not all(each and (ordinals or not each[1]) for each in days):
        raise ValueError("BYDAY must be days such as MO, of months and years also 1MO or -1FR")
    if "BYSETPOS" in said and not ordinals:
        raise ValueError("BYSETPOS goes with MONTHLY and YEARLY")


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[+-]?\d{1,4}", text) else 0


@lru_cache(1_024)
def _recurring(every: str, starts: datetime) -> Any:
    """The recurrence, which keeps what it has found."""
    return rrulestr(every, dtstart=starts, cache=True)


class Period(Frozen):
    """From a time to a later one by a zone's wall clock, once or as `every` says; a change of clocks moves neither."""

    starts: WallTime
    ends: WallTime
    every: Recurrence | None = None
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if not timedelta(0) < self.ends - self.starts <= LONGEST:
            raise ValueError("ends must come after starts, by at most a year")
        if self.every is not None:
            check_recurrence(self.every)
            try:
                self._rule()
            except (ValueError, TypeError) as error:
                raise ValueError(f"every is no recurrence: {error}") from error
        return self

    def _rule(self) -> Any:
        return _recurring(self.every or "", self.starts)

    def around(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Beginnings and ends, in UTC, of what may hold at the moment, and of the next one after it."""
        zone, lasts = ZoneInfo(self.zone), self.ends - self.starts
        wall = at.astimezone(zone).replace(tzinfo=None)
        for begins in self._begins(wall, lasts):
            yield _instant(begins, zone), _instant(begins + lasts, zone)

    def between(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Beginnings and ends, in UTC and in their order, of what holds at some moment from one time to another."""
        zone, lasts, day = ZoneInfo(self.zone), self.ends - self.starts, timedelta(days=1)
        first, last = (at.astimezone(zone).replace(tzinfo=None) for at in (since, until))
        found = [self.starts] if self.every is None else self._rule().between(first - lasts - day, last + day, inc=True)
        for wall in found:
            begins, ends = _instant(wall, zone), _instant(wall + lasts, zone)
            if begins < until and since < ends:
                yield begins, ends

    def _begins(self, wall: datetime, lasts: timedelta) -> list[datetime]:
        if self.every is None:
            return [self.starts]
        rule, day = self._rule(), timedelta(days=1)  # a day more: clocks change by hours
        found = list(rule.between(wall - lasts - day, wall + day, inc=True))
        following = rule.after(wall + day)
        return [*found, following] if following is not None else found


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which the wall shows that time; what the clocks leave out comes as much later."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


class Freeze(Period):
    """A time in which nothing is launched, and why."""

    reason: Reason


class ChangeWindow(Period):
    """A time in which something may be launched; outside of all of them nothing is."""


def holding(periods: Iterable[Freeze], at: datetime) -> tuple[Freeze, ...]:
    """The freezes that hold at the moment; the end of one is no part of it."""
    return tuple(each for each in periods if any(begins <= at < ends for begins, ends in each.around(at)))


def opens(freezes: Sequence[Freeze], windows: Sequence[ChangeWindow] | None, at: datetime) -> datetime | None:
    """The first moment from this one on at which something may be launched; None for none within a year."""
    now, last = at, at + FURTHEST
    for _ in range(_MOST_STEPS):
        later = _after(freezes, now, lambda begins, ends, t: ends if begins <= t < ends else None)
        if later is None and windows is not None and not within(windows, now):
            later = _next(windows, now)
            if later is None:
                return None
        if later is None:
            return now
        if later > last:
            return None
        now = later
    return None


Find = Callable[[datetime, datetime, datetime], datetime | None]


def _after(periods: Iterable[Period], at: datetime, find: Find) -> datetime | None:
    found = [end for each in periods for begins, ends in each.around(at) if (end := find(begins, ends, at)) is not None]
    return max(found, default=None)


def within(windows: Iterable[Period], at: datetime) -> bool:
    """Tells whether one of them holds at the moment; the end of one is no part of it."""
    return any(begins <= at < ends for each in windows for begins, ends in each.around(at))


def _next(windows: Iterable[Period], at: datetime) -> datetime | None:
    return min((begins for each in windows for begins, _ in each.around(at) if begins > at), default=None)
