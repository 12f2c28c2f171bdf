"""Reads what happened to tickets, as the branch tells it: commit by commit, in first-parent order.

A commit's acts are the history entries that it brought to the branch: of a merge, everything that came in with it. A
commit that changes a ticket in another way than by going on from what was there brought none.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Lock, local
from typing import TypeVar

import pygit2

from domain import lifecycle
from domain.errors import RuleViolation
from domain.roles import Requester
from domain.signing import Claims, ServiceClaims, mismatch
from domain.ticket import Action, PromotionRequest
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.requesters import act_in, opened, proven_acts, requester_in
from record.files.reading import read_ticket
from record.git.lasting import Lasting
from record.git.repository import Repository
from record.index.bulk import blob_of
from record.index.changes import is_ticket
from record.index.reader import Index, NumberedCommit
from record.signing.keys import KeyReader
from record.signing.signatures import Keys

_KEPT = 512
"""Commits, tickets and signatures that are kept in memory: several followers read the same ones within a second."""

T = TypeVar("T")
TicketOf = Callable[[str, pygit2.Oid], PromotionRequest | None]
"""Reads the ticket of a file by its path and blob; None where there is none that these rules make."""


@dataclass(frozen=True)
class Act:
    """One transition of one ticket, and the ticket right after it."""

    ticket: PromotionRequest

    @property
    def number(self) -> int:
        """The act's place in the ticket's history, from 1."""
        return len(self.ticket.status.history)


@dataclass(frozen=True)
class Committed:
    """A commit of the branch, when it was made, and the acts that it brought there."""

    id: str
    at: datetime
    acts: tuple[Act, ...]


@dataclass
class ActReader:
    """Reads commits for every follower of a process, each once. Safe to use from any thread."""

    repository: Repository
    index: Index
    keys: KeyReader
    _commits: "_Recent[Committed]" = field(default_factory=lambda: _Recent())
    _tickets: "_Recent[PromotionRequest]" = field(default_factory=lambda: _Recent())
    _claims: "_Recent[tuple[Keys, Claims | ServiceClaims | None]]" = field(default_factory=lambda: _Recent())
    _local: local = field(default_factory=local)

    def committed(self, git: pygit2.Repository, oid: str) -> Committed:
        """The commit and its acts."""
        if (known := self._commits.get(oid)) is None:
            known = self._commits.put(oid, self._read(git, git[oid].peel(pygit2.Commit)))
        return known

    def _read(self, git: pygit2.Repository, commit: pygit2.Commit) -> Committed:
        acts = acts_of(commit, partial(self._ticket, git))
        return Committed(str(commit.id), datetime.fromtimestamp(commit.commit_time, UTC), tuple(acts))

    def _ticket(self, git: pygit2.Repository, path: str, blob: pygit2.Oid) -> PromotionRequest | None:
        """The ticket of a file; None where there is no file, or none that these rules make."""
        if blob == pygit2.Oid(hex="0" * 40):
            return None
        if (known := self._tickets.get(f"{blob} {path}")) is None:
            try:
                known = read_ticket(path, blob_of(git, blob))
            except RuleViolation:
                return None
            self._tickets.put(f"{blob} {path}", known)
        return known

    def claims(self, ticket_id: str) -> tuple[Claims, ...]:
        """The claims of people that the commits of a ticket prove, oldest first. Raises RecordUnavailable."""
        return tuple(each for each in self._proven(ticket_id) if isinstance(each, Claims))

    def _proven(self, ticket_id: str) -> list[Claims | ServiceClaims]:
        return [each for _, each in proven_acts(self._git(), self.index, self.keys, ticket_id, self._act_in)]

    def _git(self) -> pygit2.Repository:
        """The repository for the thread that asks."""
        known: Lasting | None = getattr(self._local, "lasting", None)
        if known is None:
            known = self._local.lasting = Lasting(opened(self.repository))
        known.look()
        return known.git

    def _act_in(self, git: pygit2.Repository, each: NumberedCommit, keys: Keys) -> Claims | ServiceClaims | None:
        known = self._claims.get(each.oid)
        if known is None or known[0] is not keys:
            known = self._claims.put(each.oid, (keys, act_in(git, each, keys)))
        return known[1]

    def submitted(self, ticket_id: str) -> tuple[Requester | None, datetime | None]:
        """The requester of the ticket, and the time by which somebody had to decide, as its creation was signed.

        None for what that does not say. Raises RecordUnavailable.
        """
        claims = self.claims(ticket_id)
        return requester_in(claims), next((each.decide_by for each in claims if each.action is Action.CREATED), None)

    def proven(self, act: Act) -> bool:
        """Tells whether the act carries the signature of the person, or of the service, that it says acted.

        What the service did before it signed is its own by being in the record.
        """
        if act.ticket.last.by_person:
            return any(mismatch(claims, act.ticket) is None for claims in self.claims(act.ticket.id))
        position = self.index.position(act.ticket, act.number - 1)
        if position is not None and not self.keys.before(position).signs_service:
            return True
        stated = (each for each in self._proven(act.ticket.id) if isinstance(each, ServiceClaims))
        return any(mismatch(claims, act.ticket) is None for claims in stated)


class UnreadCommits:
    """The commits after a cursor that one follower has not read yet. One thread uses it."""

    def __init__(self, acts: ActReader, cursor: str | None) -> None:
        self._acts = acts
        self._seen = cursor
        self._git = opened(acts.repository)
        self._lasting = Lasting(self._git)
        self._ahead: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._ahead)

    def look(self) -> None:
        """Find what was committed since. Raises BranchRewritten, RecordUnavailable."""
        tip = self._acts.repository.tip()
        if tip == self._seen:
            return
        self._lasting.look()
        if tip is None or tip not in self._git:
            raise RecordUnavailable("The record can't be read: its branch is gone, or can't be reached")
        self._ahead.extend(line_after(self._git, self._seen, tip))
        self._seen = tip

    @property
    def oldest(self) -> datetime | None:
        """The time at which the first commit that is not read yet was made. Raises RecordUnavailable."""
        found = self.next()
        return found.at if found else None

    def next(self) -> Committed | None:
        """The next commit with its acts, the same until it is `passed`; None for none. Raises RecordUnavailable."""
        if not self._ahead:
            return None
        try:
            return self._acts.committed(self._git, self._ahead[0])
        except (pygit2.GitError, KeyError, OSError) as error:
            raise RecordUnavailable(f"{self._ahead[0][:10]} can't be read: {error}") from error

    def passed(self) -> None:
        """Go on to the commit after it."""
        self._ahead.popleft()


def line_after(git: pygit2.Repository, seen: str | None, tip: str) -> list[str]:
    """The commits of the first-parent line after one that was seen, oldest first. Raises BranchRewritten."""
    if seen is not None and not (seen in git and git.descendant_of(tip, seen)):
        raise BranchRewritten(tip, seen)
    walk = git.walk(tip)
    walk.simplify_first_parent()
    if seen is not None:
        walk.hide(seen)
    return [str(commit.id) for commit in reversed(list(walk))]


def acts_of(commit: pygit2.Commit, ticket: TicketOf) -> Iterator[Act]:
    """The acts that a commit of the line brought, signed or not, by path and number; `ticket` reads a file's content.

    They follow from the commit alone: a clone of the record has the same ones.
    """
    diff = commit.parents[0].tree.diff_to_tree(commit.tree) if commit.parents else commit.tree.diff_to_tree(swap=True)
    changed = [(each.new_file.raw_path.decode(errors="replace"), each) for each in diff.deltas]
    for path, each in changed:
        if is_ticket(path):
            yield from _went_on(ticket(path, each.old_file.id), ticket(path, each.new_file.id))


def _went_on(before: PromotionRequest | None, after: PromotionRequest | None) -> Iterator[Act]:
    if after is None or (before is not None and not lifecycle.continues(before, after)):
        return
    known = len(before.status.history) if before else 0
    for number in range(known + 1, len(after.status.history) + 1):
        yield Act(lifecycle.as_of(after, number))


class _Recent(OrderedDict[str, T]):
    """Keeps what was read last, a bounded number of it; for any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()

    def put(self, key: str, value: T) -> T:
        with self._turn:
            self[key] = value
            if len(self) > _KEPT:
                self.popitem(last=False)
        return value
