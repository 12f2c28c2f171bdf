"""Writes the audit trail beside whatever is answered: entries are gathered, and are one commit a second at most.

Each entry is a line of the log at once. So a process that is killed loses what its log still has.
"""

import logging
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from threading import Condition, Thread
from typing import Self

import structlog
from prometheus_client import Counter, Gauge

from domain.trail import AuditEntry, Outcome
from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.trail.repository import TrailRepository
from record.trail.segments import dumped, month_of, path_of

_AUDIT = structlog.get_logger("audit")
_LOG = logging.getLogger(__name__)

MOST = 20_000
"""Entries that wait for Git at most, some 20 MB; the next ones are in the log alone, and counted."""
EVERY = 1.0
"""Seconds between two commits of one process at least."""
_LARGEST = 5_000
"""Entries of one segment."""
_LONGEST_WAIT = 30.0
"""Seconds at most between two attempts while Git is away."""
_LEAVES_WITHIN = 10.0
"""Seconds that the end of the process waits for the last commit."""

WAITING = Gauge("prodgate_audit_waiting", "Entries of the audit trail that are in no commit yet")
UP = Gauge("prodgate_audit_up", "0 while the audit trail's Git repository can't be written")
LEFT_OUT = Counter("prodgate_audit_left_out", "Entries that were too many to be kept; the log has them")


@dataclass(frozen=True)
class NewSegment:
    """A segment that has to be written; tried again, it is the same file."""

    month: str
    path: str
    data: bytes
    count: int

    @classmethod
    def of(cls, entries: Sequence[AuditEntry], name: str) -> Self:
        """The entries, which are of one month, as a segment whose name nobody else gives."""
        last = entries[-1].at
        return cls(month_of(last), path_of(last, name), dumped(entries), len(entries))


class SegmentWriter:
    """Writes segments beside other processes. One thread uses it; what it does blocks."""

    def __init__(self, repository: TrailRepository) -> None:
        self._repository = repository
        self._journal: tuple[str, Journal] | None = None

    def write(self, segment: NewSegment) -> None:
        """Append the segment to its month; durable when this returns. Raises RecordUnavailable, to be tried again."""
        try:
            self._append(segment)
        except RecordUnavailable:
            self._journal = None
            raise

    def _append(self, segment: NewSegment) -> None:
        if self._journal is None or self._journal[0] != segment.month:
            opened = self._repository.journal(segment.month)
            opened.open()
            self._journal = (segment.month, opened)
        _, journal = self._journal
        subject = f"Note {segment.count} act{'s' if segment.count > 1 else ''}"
        journal.add({segment.path: segment.data}, subject)


class Trail:
    """Takes entries from any thread, and keeps them in the repository; without one, in the log alone."""

    def __init__(self, repository: TrailRepository | None = None, most: int = MOST) -> None:
        self._repository = repository
        self._most = most
        self._process = secrets.token_hex(4)
        self._waiting: deque[AuditEntry] = deque()
        self._arrived = Condition()
        self._closed = False
        self._left_out = 0
        self._segments = 0
        self._thread: Thread | None = None
        self.failure: str | None = None

    def note(self, entry: AuditEntry) -> None:
        """Take the entry, at once: nothing is waited for, and nothing is raised."""
        log = _AUDIT.info if entry.outcome is Outcome.DONE else _AUDIT.warning
        log(
            entry.outcome.value, **entry.model_dump(mode="json", by_alias=False, exclude={"outcome"}, exclude_none=True)
        )
        if self._repository is None:
            return
        with self._arrived:
            if len(self._waiting) >= self._most or self._closed:
                self._left_out += 1
                LEFT_OUT.inc()
                return
            self._waiting.append(entry)
            WAITING.inc()
            if self._thread is None:
                self._thread = Thread(target=self._write, args=(self._repository,), name="audit-trail", daemon=True)
                self._thread.start()
            self._arrived.notify()

    def close(self) -> None:
        """Write what is waiting, for some seconds, then stop."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
        if self._thread is not None:
            self._thread.join(_LEAVES_WITHIN)
            if self._thread.is_alive():
                _LOG.error("The audit trail's last entries, %d or more, are in the log alone", len(self._waiting))
        if self._repository is not None:
            self._repository.close()

    def _write(self, repository: TrailRepository) -> None:
        writer, pending, failures = SegmentWriter(repository), None, 0
        while pending := pending or self._next():
            try:
                writer.write(pending)
            except RecordUnavailable as error:
                self._failed(error)
                failures += 1
                if self._closed:
                    return
                self._rest(min(2.0**failures, _LONGEST_WAIT))
                continue
            if self.failure:
                _LOG.info("The audit trail is written again")
            self.failure, failures = None, 0
            UP.set(1)
            WAITING.dec(pending.count)
            pending = None
            self._rest(EVERY)

    def _failed(self, error: RecordUnavailable) -> None:
        UP.set(0)
        if self.failure is None:
            _LOG.warning("The audit trail can't be written; entries wait, and are in the log: %s", error)
        self.failure = str(error)

    def _rest(self, seconds: float) -> None:
        """Let entries gather; the end of the process waits for nothing."""
        until = time.monotonic() + seconds
        with self._arrived:
            while not self._closed and (left := until - time.monotonic()) > 0:
                self._arrived.wait(left)

    def _next(self) -> NewSegment | None:
        """The next segment, once there is something; None when the trail is closed and all is written."""
        with self._arrived:
            while not self._waiting and not self._closed:
                self._arrived.wait()
            if not self._waiting:
                return None
            month = month_of(self._waiting[0].at)
            together = list(takewhile(lambda entry: month_of(entry.at) == month, self._waiting))[:_LARGEST]
            for _ in together:
                self._waiting.popleft()
            if self._left_out:
                counted = (together[-1].left_out or 0) + self._left_out
                together[-1], self._left_out = together[-1].model_copy(update={"left_out": counted}), 0
            self._segments += 1
        return NewSegment.of(together, f"{self._process}-{self._segments}")
