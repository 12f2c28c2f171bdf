"""Every list and every read: a SQLite file that follows the branch by comparing trees, and rebuilds itself."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import Condition, Event, RLock, Thread
from zoneinfo import ZoneInfo

import pygit2

from domain.coverage import Deployed
from domain.roles import Scope
from domain.ticket import PromotionRequest, State, TargetType
from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.index import schema, targets
from record.index.census import Standing
from record.index.entries import prints
from record.index.feed import Feed, Progress
from record.index.finding import Finder
from record.index.insights import Answers, Insight, InsightQuery
from record.index.query import Page, Statistics, TicketQuery, decode_cursor, encode_cursor
from record.index.targets import DeployedKey, DeployedTicket, TargetHistory, TargetState, Waiting
from record.people.members import Fault

_LOG = logging.getLogger(__name__)


def _log_progress(done: int, total: int) -> None:
    _LOG.info("The index has read %d of %d tickets", done, total)


_NEWEST = "ORDER BY deployed DESC, year DESC, number DESC LIMIT 1"
"""The last deployment by its place on the branch: clocks may differ."""


@lru_cache(maxsize=1_024)
def _ticket(document: str) -> PromotionRequest:
    """A frozen ticket from its JSON; the same ones are asked for again and again."""
    return PromotionRequest.model_validate_json(document)


@dataclass(frozen=True, slots=True)
class NumberedCommit:
    """A commit of the branch by its number, and the number on the first-parent line of the one that brought it.

    `saw_line`: the tip that its signature names, unchecked, is a commit of the line before it.
    """

    ordinal: int
    oid: str
    position: int
    saw_line: bool


def _numbered(row: tuple[int, bytes, int, int]) -> NumberedCommit:
    ordinal, oid, position, saw_line = row
    return NumberedCommit(ordinal, bytes(oid).hex(), position, bool(saw_line))


class Index:
    """The tickets as the branch has them. Safe to use from any thread; every read first catches up with the branch.

    Each process needs a file of its own: where `path` is in use by another, a numbered neighbour is taken.
    """

    def __init__(self, repository: Repository, path: Path, progress: Progress = _log_progress) -> None:
        self._repository = repository
        self._path = path
        self._progress = progress
        self._tip: str | None = None
        self.standing: Standing | None = None  # the numbers of tickets at the tip that was read last
        self._claim: int | None = None
        self._db: sqlite3.Connection
        self._finder: Finder
        self._feed: Feed
        self.turn, self._still = RLock(), False  # who keeps what they read holds it: a second lock could deadlock
        self._changed, self._stopping = Condition(), Event()
        self._follower: Thread | None = None

    def catch_up(self, *, fetch: bool = False) -> None:
        """Bring the index to the branch's tip. Costs what changed since the last time; microseconds for nothing.

        With `fetch`, first ask the remote, where there is one: for whoever must see what another process just wrote.
        Raises RecordUnavailable, or sqlite3.Error when even a new file can't be written.
        """
        if fetch:
            self._repository.fetch()
        tip = self._repository.tip()
        if tip == self._tip and self._claim is not None:
            return
        with self.turn:
            self._move_to(self._repository.tip())
        with self._changed:
            self._changed.notify_all()

    def make(self, *, fetch: bool = False) -> None:
        """Catch up as far as the record can be read now; whoever reads later tries again."""
        try:
            self.catch_up(fetch=fetch)
        except (RecordUnavailable, OSError, sqlite3.Error) as error:
            _LOG.warning("The index can't catch up: %s", error)

    def _move_to(self, tip: str | None) -> None:
        try:
            self._follow(tip)
        except (sqlite3.DatabaseError, pygit2.GitError, KeyError, ValueError, RecordUnavailable) as error:
            self._release()
            if isinstance(error, RecordUnavailable):  # it goes on from what was committed, once Git is there again
                raise
            _LOG.warning("The index is rebuilt: %s", error)
            schema.discard(self._path)
            self._follow(tip)

    def _follow(self, tip: str | None) -> None:
        if self._claim is None:
            self._path, self._claim = schema.claim(self._path)
            self._db = schema.opened(self._path)
            self._finder = Finder(self._db)
            self._feed = Feed(self._repository.path, self._db, self._finder, self._progress)
        if tip is not None and tip != self._tip:
            self._db.execute("BEGIN")
            self._feed.move(tip)
            self._db.execute("COMMIT")
        self.standing = self._finder.census.standing()
        self._tip = tip

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The index, no older than the branch was when it was asked for."""
        with self.turn:
            if not self._still:
                self.catch_up()
            try:
                yield self._db
            except sqlite3.DatabaseError:
                self._release()  # the next read opens it again, and rebuilds what is damaged
                raise

    @contextmanager
    def still(self) -> Iterator[None]:
        """Lets the many reads of one question see one state of the branch, which is looked up once."""
        with self._reading():
            before, self._still = self._still, True
            try:
                yield
            finally:
                self._still = before

    def get(self, ticket_id: str) -> PromotionRequest | None:
        """The ticket, or None."""
        with self._reading() as db:
            found = db.execute("SELECT document FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        return _ticket(found[0]) if found else None

    def at(self, path: str) -> PromotionRequest | None:
        """The ticket of the file at the path, or None."""
        with self._reading() as db:
            found = db.execute("SELECT document FROM tickets WHERE path = ?", (path,)).fetchone()
        return _ticket(found[0]) if found else None

    def revision(self, ticket_id: str) -> str | None:
        """The Git blob id of the ticket's file, or None."""
        with self._reading() as db:
            found = db.execute("SELECT revision FROM tickets WHERE id = ?", (ticket_id,)).fetchone()
        return found[0] if found else None

    def last_number(self, year: int) -> int:
        """The highest number of a ticket of the year, 0 for none; a file that doesn't load has taken its number too."""
        with self._reading() as db:
            highest = db.execute("SELECT max(number) FROM tickets WHERE year = ?", (year,)).fetchone()[0] or 0
            faulty = [Path(path).stem for (path,) in db.execute("SELECT path FROM faults")]
        taken = [schema.numbers(name) for name in faulty if schema.ID.fullmatch(name)]
        return max([highest, *(number for other, number in taken if other == year)])

    def page(self, query: TicketQuery) -> Page:
        """One page of what the query finds. Raises BadCursor."""
        after = decode_cursor(query)
        with self._reading() as db:
            found = self._finder.found(query)
            picked = self._finder.pick(query, found, after)
            rows = [row for row, _ in picked[: query.limit]]
            documents = [db.execute("SELECT document FROM tickets WHERE row = ?", (row,)).fetchone()[0] for row in rows]
        more = encode_cursor(query, picked[query.limit - 1][1]) if len(picked) > query.limit else None
        return Page(tuple(documents), len(found), more)

    def stats(self, scope: Scope, now: datetime, zone: ZoneInfo) -> Statistics:
        """The counts over what the scope sees, as of `now` (aware) in the zone."""
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today - timedelta(days=today.weekday())  # wall-clock arithmetic: midnight, whatever clocks did since
        with self._reading():
            seen = self._finder.within(scope)
            count, since = seen.intersection_cardinality, self._finder.since
            return Statistics(
                pending=count(self._finder.postings.term("s:pending")),
                approved_today=count(since("approved_at", today)),
                rejected_today=count(since("rejected_at", today)),
                deployed_this_week=count(since("deployed_at", monday)),
            )

    def insights(self, query: InsightQuery) -> Insight:
        """The figures of the promotions that the query finds."""
        with self._reading():
            return Answers(self._finder).to(query)

    def in_production(self, ticket: PromotionRequest) -> PromotionRequest | None:
        """The last ticket that was deployed for the same target and environment; of a deployed one, the one before."""
        column, value = self._target_of(ticket)
        sql = f"SELECT document FROM tickets WHERE {column} = ? AND deployed IS NOT NULL"  # noqa: S608
        own = ticket.state is State.DEPLOYED
        before = "AND (deployed, year, number) < (SELECT deployed, year, number FROM tickets WHERE id = ?)"
        values = (value, ticket.id) if own else (value,)
        with self._reading() as db:
            found = db.execute(f"{sql} {before if own else ''} {_NEWEST}", values).fetchone()
        return _ticket(found[0]) if found else None

    def deployed(self, what: str, tenant: str, first: DeployedKey, limit: int) -> list[DeployedTicket]:
        """The tenant's deployed tickets of a target (`schema.what`), the last one first, from that key on."""
        with self._reading() as db:
            return targets.deployed(db, what, tenant, first, limit)

    def since_failure(self, what: str, since: int, limit: int) -> list[DeployedTicket]:
        """The target's deployments after its last failure, since that time (Unix seconds), the last one first."""
        with self._reading() as db:
            return targets.since_failure(db, what, since, limit)

    def rejected_or_cancelled(self, what: str, since: int, limit: int) -> tuple[PromotionRequest, ...]:
        """The target's requests that were rejected or cancelled since that time (Unix seconds), the last one first."""
        with self._reading() as db:
            return tuple(map(_ticket, targets.rejected_or_cancelled(db, what, since, limit)))

    def open_of(self, kind: str, name: str, environment: str) -> tuple[PromotionRequest, ...]:
        """The requests of one target that may still change its production, whoever's they are, the oldest first."""
        sql = "SELECT document FROM tickets WHERE what = ? AND open = 1 ORDER BY created_at, year, number"
        with self._reading() as db:
            found = db.execute(sql, (schema.what(kind, name, environment),)).fetchall()
        return tuple(_ticket(document) for (document,) in found)

    def position(self, ticket: PromotionRequest, entry: int) -> int | None:
        """The number, on the branch's first-parent line, of the commit by which the ticket's file got its entry.

        None where the branch does not have it.
        """
        sql = "SELECT position FROM entries WHERE path = ? AND print = ?"
        with self._reading() as db:
            found = db.execute(sql, (ticket.path, prints(ticket.status.history)[entry])).fetchone()
        return found[0] if found else None

    def deployed_since(self, ticket: PromotionRequest, position: int) -> tuple[Deployed, ...]:
        """The deployments of the ticket's target after that place on the branch, the first one first."""
        column, value = self._target_of(ticket)
        sql = f"SELECT id, version, approved, deployed FROM tickets WHERE {column} = ? AND deployed > ?"  # noqa: S608
        with self._reading() as db:
            rows = db.execute(f"{sql} ORDER BY deployed, year, number", (value, position)).fetchall()
        return tuple(Deployed(ticket_id=a, version=b, approved=c, deployed=d) for a, b, c, d in rows)

    def approved_since(self, ticket: PromotionRequest, position: int) -> tuple[PromotionRequest, ...]:
        """The requests of the ticket's target whose approval stands and came after that place, the first one first."""
        sql = "SELECT document FROM tickets WHERE what = ? AND approved > ? ORDER BY approved, year, number"
        with self._reading() as db:
            rows = db.execute(sql, (schema.what_of(ticket), position)).fetchall()
        return tuple(_ticket(document) for (document,) in rows)

    def _target_of(self, ticket: PromotionRequest) -> tuple[str, str]:
        """Column and value by which the tickets of its target are found.

        Before targets had owners, each tenant had targets of its own.
        """
        return ("what", schema.what_of(ticket)) if self.switch() else ("target", schema.target(ticket))

    def switch(self) -> str | None:
        """The commit from which the rules of `spec.controls: 2` hold; None before there is one."""
        with self._reading() as db:
            found = db.execute("SELECT value FROM meta WHERE key = 'switch'").fetchone()
        return found[0] if found else None

    def controlled(self, path: str) -> bool:
        """Tells whether these rules hold for the ticket of that file: those that were there before keep theirs."""
        with self._reading() as db:
            older = db.execute("SELECT 1 FROM older WHERE path = ?", (path,)).fetchone()
        return older is None and self.switch() is not None

    def state_of(self, tenant: str, kind: str, name: str, environment: str) -> TargetState:
        """Sums up the tickets of a target; before targets had owners, each tenant had targets of its own."""
        with self._reading() as db:
            what, target = schema.what(kind, name, environment), schema.target_key(tenant, kind, name, environment)
            return targets.production_and_approved(db, what, target, switched=self.switch() is not None)

    def waiting(self, failed_since: int) -> dict[str, Waiting]:
        """The requests that may still be decided on, by id: open, failed since (Unix seconds) or to answer for."""
        with self._reading() as db:
            failed = self._finder.ended_but_open(failed_since)
            return targets.waiting(db, failed, switched=self.switch() is not None)

    def first_approved(self, kind: str, name: str) -> str | None:
        """The tenant of the target's first approved request, in whatever environment, by its place on the branch."""
        with self._reading() as db:
            return targets.first_approved(db, kind, name)

    def open_requests(self, requester: str) -> int:
        """Counts the requests of an address that may still change production."""
        with self._reading() as db:
            sql = "SELECT count(*) FROM tickets WHERE requester = ? AND open = 1"
            return int(db.execute(sql, (requester,)).fetchone()[0])

    def names(self, tenant: str, kind: TargetType, beginning: str, limit: int) -> tuple[str, ...]:
        """At most `limit` names that tickets of the tenant promote, in order, with that beginning."""
        with self._reading() as db:
            return tuple(islice(targets.names(db, tenant, kind, beginning), limit))

    def history_of(self, tenant: str, kind: TargetType, name: str, requesters: frozenset[str] | None) -> TargetHistory:
        """The known history of one target. `requesters`, where given, are whose tickets count before deployment."""
        with self._reading() as db:
            return targets.history(db, tenant, kind, name, requesters)

    def faults(self) -> tuple[Fault, ...]:
        """The files under `requests/prod` that are no tickets, and why."""
        with self._reading() as db:
            return tuple(Fault(*row) for row in db.execute("SELECT path, sentence FROM faults ORDER BY path"))

    def unproven(self, path: str) -> str | None:
        """The commit that made the file something else than what is proven, empty for one that isn't known, or None."""
        with self._reading() as db:
            found = db.execute("SELECT unproven FROM faults WHERE path = ?", (path,)).fetchone()
        return found[0] if found else None

    def commits(self, ticket_id: str) -> tuple[NumberedCommit, ...]:
        """The commits that made the ticket what it is, oldest first."""
        sql = "SELECT ordinal, oid, position, saw_line FROM commits WHERE ticket = ? ORDER BY ordinal"
        with self._reading() as db:
            return tuple(map(_numbered, db.execute(sql, (ticket_id,))))

    def signed_by(self, author: str, after: int) -> tuple[NumberedCommit, ...]:
        """The commits after that number that carry a signature and name the author, oldest first."""
        sql = "SELECT ordinal, oid, position, saw_line FROM commits"
        where = "WHERE author = ? AND author != '' AND ordinal > ? ORDER BY ordinal"
        with self._reading() as db:
            return tuple(map(_numbered, db.execute(f"{sql} {where}", (author, after))))

    def signers(self, after: int) -> frozenset[str]:
        """The authors that the commits after that number name, where they carry a signature."""
        sql = "SELECT DISTINCT author FROM commits WHERE ordinal > ? AND author != ''"
        with self._reading() as db:
            return frozenset(author for (author,) in db.execute(sql, (after,)))

    def ordinal(self, commit: str) -> int:
        """The number of a commit, 0 for one that is not on the branch."""
        with self._reading() as db:
            found = db.execute("SELECT ordinal FROM commits WHERE oid = ?", (bytes.fromhex(commit),)).fetchone()
        return found[0] if found else 0

    def sequence(self) -> int:
        """The number of the last change; every index of the branch numbers changes alike."""
        with self._reading() as db:
            return int(db.execute("SELECT max(ordinal) FROM commits").fetchone()[0] or 0)

    def changes_since(self, sequence: int, limit: int = 1_000) -> list[tuple[int, str]]:
        """Sequence and ticket id of each change after `sequence`, oldest first, at most `limit` of them."""
        sql = "SELECT ordinal, ticket FROM commits WHERE ordinal > ? AND ticket != '' ORDER BY ordinal LIMIT ?"
        with self._reading() as db:
            return db.execute(sql, (sequence, limit)).fetchall()

    def wait_for_change(self, tip: str | None, timeout: float) -> str | None:
        """The indexed tip, as soon as it is another than `tip`, or after `timeout` seconds.

        One thread waits for all listeners; `follow` is what moves the index while nobody reads.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._tip != tip, timeout)
            return self._tip

    def follow(self, every: float = 1.0) -> None:
        """Keep up with the branch, and with its remote, every so many seconds until `close`."""
        self._follower = Thread(target=self._keep_up, args=(every,), name="record-index", daemon=True)
        self._follower.start()

    def _keep_up(self, every: float) -> None:
        while not self._stopping.wait(every):
            self.make(fetch=True)

    def close(self) -> None:
        """End `follow` and give the file back; a later read opens it again."""
        self._stopping.set()
        if self._follower is not None:
            self._follower.join()
        self._release()

    def _release(self) -> None:
        with self.turn:
            if self._claim is not None:
                self._db.close()
                os.close(self._claim)
            self._claim, self._tip = None, None
