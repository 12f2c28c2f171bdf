"""The follower `audit`: notes the record's commits that change keys, roles, rules or the catalogue, in the trail."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import pygit2

from activities.leading import BEHIND, Lease, resting
from activities.planning import now
from domain.following import ChangesReport, Followed
from record.errors import RecordUnavailable
from record.facts.acts import line_after
from record.facts.requesters import opened
from record.git.journal import Journal
from record.git.lasting import Lasting
from record.git.repository import Repository
from record.trail.changes import entries_of
from record.trail.repository import TrailRepository
from record.trail.writing import NewSegment, SegmentWriter

_LOG = logging.getLogger(__name__)

AUDIT = Followed(name="audit")
LOOK_EVERY = 5.0
"""Seconds between two looks at the record, which a commit of this process cuts short."""
AT_ONCE = 500
"""Commits that are read before the lease is looked at again."""
_CURSOR = "cursor"
"""The file of the journal that names the last commit that was noted."""


@dataclass(frozen=True)
class ChangesNoted:
    """Notes changes for as long as it leads. What is noted twice, where a leader died, has the id that it had."""

    repository: Repository
    trail: TrailRepository
    now: Callable[[], datetime] = now

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled. Raises BranchRewritten where the branch has not what was noted of it."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, AUDIT.name) as thread:
            leader = _AuditLeader(self, lease)
            async with resting(self.repository) as rest:
                while True:
                    lease.check()
                    try:
                        while await loop.run_in_executor(thread, leader.round):
                            lease.check()
                    except RecordUnavailable as error:
                        _LOG.warning("changes of the record wait for the audit trail: %s", error)
                        leader = _AuditLeader(self, lease)
                    await rest(LOOK_EVERY)


class _AuditLeader:
    """One leadership, in a thread of its own."""

    def __init__(self, setup: ChangesNoted, lease: Lease) -> None:
        self._setup = setup
        self._lease = lease
        self._writer = SegmentWriter(setup.trail)
        self._journal: Journal | None = None
        self._lasting: Lasting | None = None
        self._cursor: str | None = None

    def round(self) -> bool:
        """Note some commits; whether there are more. Raises BranchRewritten, JournalMoved, RecordUnavailable."""
        journal, tip = self._begun(), self._setup.repository.tip()
        if tip is None or tip == self._cursor:
            return False
        if self._cursor is None:  # nothing was noted yet: what is in the record by now was there before the trail
            _LOG.info("the audit trail tells of the record's changes from %s on", tip[:10])
            self._note_cursor(journal, tip)
            return False
        try:
            return self._note(journal, line_after(self._repository(), self._cursor, tip))
        except (pygit2.GitError, KeyError, OSError) as error:
            raise RecordUnavailable(f"The record can't be read: {error}") from error

    def _begun(self) -> Journal:
        if self._journal is None:
            journal = self._setup.trail.changes()
            journal.open()
            self._cursor = (journal.read(_CURSOR) or b"").decode("ascii", "replace").strip() or None
            self._journal = journal
        return self._journal

    def _repository(self) -> pygit2.Repository:
        if self._lasting is None:
            self._lasting = Lasting(opened(self._setup.repository))
        self._lasting.look()
        return self._lasting.git

    def _note(self, journal: Journal, commits: list[str]) -> bool:
        git, now = self._repository(), self._setup.now()
        some = list(islice(commits, AT_ONCE))
        entries = [each for oid in some for each in entries_of(git[oid].peel(pygit2.Commit), now)]
        if entries:
            self._lease.check()
            self._writer.write(NewSegment.of(entries, some[-1][:12]))
        if some and (entries or len(commits) > len(some)):
            self._note_cursor(journal, some[-1])
        self._cursor = some[-1] if some else self._cursor
        BEHIND.labels(AUDIT.name).set(len(commits) - len(some))
        return len(commits) > len(some)

    def _note_cursor(self, journal: Journal, commit: str) -> None:
        self._lease.check()
        journal.append({_CURSOR: f"{commit}\n".encode()}, f"Noted up to {commit[:12]}")
        self._cursor = commit
        self._lease.details = ChangesReport(cursor=commit)
