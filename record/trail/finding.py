"""Finds the rows of a query of the trail: filters are bitmaps, and parts of an hour are looked up."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from pyroaring import BitMap, FrozenBitMap

from record.index import words
from record.index.postings import NO_ROWS, Postings
from record.trail import schema
from record.trail.query import TrailQuery

GONE = "gone"
"""The term of rows whose month was dropped, or is read anew."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def milliseconds(at: datetime) -> int:
    """The moment as the index keeps it, since 1970."""
    return int(at.timestamp() * 1000)


class TrailFinder:
    """Reads what the index's file says about filters. One thread at a time."""

    def __init__(self, db: sqlite3.Connection, postings: Postings) -> None:
        self._db = db
        self._postings = postings

    def found(self, query: TrailQuery, end: int) -> FrozenBitMap:
        """The rows below `end` that the query finds on whatever page."""
        parts = list(self._filters(query))
        every = parts[0].intersection(*parts[1:]) if parts else FrozenBitMap(BitMap(range(end)))
        return every - self._postings.term(GONE)

    def _filters(self, query: TrailQuery) -> Iterator[FrozenBitMap]:
        term = self._postings.term
        if query.tenants is not None:
            yield self._any(map(schema.tenant, query.tenants))
        if query.person is not None:
            yield term(schema.person(query.person))
        if query.tenant is not None:
            yield term(schema.tenant(query.tenant))
        if query.ticket is not None:
            yield term(schema.ticket(query.ticket))
        if query.action:
            yield self._any(map(schema.action, query.action))
        if query.outcome:
            yield self._any(map(schema.outcome, query.outcome))
        if query.since or query.until:
            yield self._between(query.since or _FIRST, query.until or _LAST)
        yield from map(self._word, words.asked(query.q))

    def _any(self, terms: Iterable[str]) -> FrozenBitMap:
        return NO_ROWS.union(*map(self._postings.term, terms))

    def _word(self, beginning: str) -> FrozenBitMap:
        term, between = words.lookups(beginning)
        rows = self._postings.term(term)
        return rows | self._postings.between(*between) if between else rows

    def _between(self, since: datetime, until: datetime) -> FrozenBitMap:
        """Whole days and whole hours by their terms, the parts of hours at both ends one by one."""
        first, last = since.astimezone(UTC), until.astimezone(UTC)
        hour, day = _next(first, _HOUR), _next(first, _DAY)
        last_hour, last_day = _floor(last, _HOUR), _floor(last, _DAY)
        if hour >= last_hour:
            return self._exactly(first, last)
        parts = [self._exactly(first, hour), self._exactly(last_hour, last)]
        if day >= last_day:
            parts.append(self._postings.between(schema.hour(hour), schema.hour(last_hour)))
        else:
            parts.append(self._postings.between(schema.hour(hour), schema.hour(day)))
            parts.append(self._postings.between(schema.day(day), schema.day(last_day)))
            parts.append(self._postings.between(schema.hour(last_day), schema.hour(last_hour)))
        return NO_ROWS.union(*parts)

    def _exactly(self, first: datetime, last: datetime) -> FrozenBitMap:
        """The rows from the one moment up to, not with, the other."""
        bounds = (milliseconds(first), milliseconds(last))
        rows = self._db.execute("SELECT row FROM entries WHERE at >= ? AND at < ?", bounds)
        return FrozenBitMap([row for (row,) in rows])


def _floor(at: datetime, step: timedelta) -> datetime:
    """The last whole hour, or day, that is not after the moment."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    return hour if step == _HOUR else hour.replace(hour=0)


def _next(at: datetime, step: timedelta) -> datetime:
    """The first one that is not before it."""
    floor = _floor(at, step)
    return floor if floor == at else floor + step
