"""Holds the revocation list in memory, as far as a token that it names may still be shown to somebody."""

import heapq
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from domain.identity import CLOCK_SKEW
from domain.sessions import IssuedToken, Mark, Revocation
from record.errors import RecordUnavailable
from record.facts.known import KNOWN_FOR
from record.git.repository import Repository
from record.git.sessions import RevokedFollower

_LOG = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class RevokedSessions:
    """The list, followed as the record changes. Safe to use from any thread.

    A question costs a few look-ups, whatever was ever revoked. `lifetime` is the age from which no token is accepted:
    an entry as old as that is dropped.
    """

    repository: Repository
    lifetime: timedelta
    now: Callable[[], datetime] = _utc_now
    known_for: float = KNOWN_FOR
    changes: int = 0
    """The number of entries taken up: whoever holds a stream open sees by it that somebody's may have ended."""
    _until: dict[Mark, datetime] = field(default_factory=dict)
    _ages: list[tuple[datetime, Mark]] = field(default_factory=list)
    _read_at: float = -math.inf
    _failing: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._follower = RevokedFollower(self.repository)

    def refuses(self, token: IssuedToken, addresses: frozenset[str]) -> bool:
        """Tells whether an entry names the token, or its bearer by one of these addresses."""
        with self._lock:
            self._follow()
            found = ((self._until.get(mark), by_time) for mark, by_time in token.marks(addresses))
            return any(until and (not by_time or token.issued_at <= until) for until, by_time in found)

    def add(self, entry: Revocation) -> None:
        """Count an entry at once that the record will have soon."""
        with self._lock:
            self._take(entry)

    def follow(self) -> None:
        """Read what is new. Microseconds for nothing."""
        with self._lock:
            self._follow()

    def certain(self) -> bool:
        """Tells whether the list was known within the last `known_for` seconds: somebody may be on it since."""
        return time.monotonic() - min(self._read_at, self.repository.as_of) <= self.known_for

    def _follow(self) -> None:
        try:
            entries, whole = self._follower.news()
        except RecordUnavailable as error:
            if not self._failing:
                _LOG.warning("The revocation list grows old: %s", error)
            self._failing = True
            return
        for entry in entries:
            self._take(entry)
        if whole:
            self._read_at, self._failing = time.monotonic(), False

    def _take(self, entry: Revocation) -> None:
        now = self.now()
        until, dead = min(entry.until, now + CLOCK_SKEW), now - self.lifetime - CLOCK_SKEW  # a later one is false
        while self._ages and self._ages[0][0] < dead:
            age, mark = heapq.heappop(self._ages)
            if self._until.get(mark) == age:
                del self._until[mark]
        for mark in entry.marks if until >= dead else ():
            if until > self._until.get(mark, dead):
                self._until[mark] = until
                heapq.heappush(self._ages, (until, mark))
                self.changes += 1
