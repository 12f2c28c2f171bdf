"""The commits of one ticket: who did what, when."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2

from domain import lifecycle
from domain.remarks import Remark, read
from domain.ticket import SYSTEM, HistoryEntry, PromotionRequest
from domain.values import Frozen, Moment
from record.git.lasting import repository_at
from record.git.message import plain, trailer
from record.git.repository import Repository
from record.index.changes import is_ticket
from record.index.proving import KeysByPlace, NamedCommit, Prover
from record.index.reader import Index

_LAST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class Remarks(Frozen):
    """The service's own words in an entry, for readers of other languages; empty where others wrote it."""

    comment: tuple[Remark, ...] = ()
    reason: tuple[Remark, ...] = ()
    error: tuple[Remark, ...] = ()


class Commit(Frozen):
    """One commit of a request: who did what and when; `recordedAt` is when it was written.

    `proven` tells that it brought an act which the request has as it is shown; one that is not only says so.
    """

    commit: str
    author_name: str
    author_email: str
    at: Moment
    recorded_at: Moment
    subject: str
    action: str
    proven: bool = False
    remarks: Remarks = Remarks()


def changed_by(repository: Repository, index: Index, beginning: str) -> tuple[str | None, tuple[str, ...]]:
    """The commit of the branch whose id begins so, None for none, and the tickets' files that it changed."""
    try:
        made = repository_at(repository.path)[beginning].peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError):  # none, no commit, or several
        return None, ()
    if index.ordinal(str(made.id)) == 0:
        return None, ()
    before = made.parents[0].tree if made.parents else None
    diff = before.diff_to_tree(made.tree) if before is not None else made.tree.diff_to_tree(swap=True)
    paths = (os.fsencode(delta.new_file.path).decode("utf-8", "backslashreplace") for delta in diff.deltas)
    return str(made.id), tuple(path for path in paths if is_ticket(path))


def commits_of(repository: Repository, index: Index, keys: KeysByPlace, ticket: PromotionRequest) -> tuple[Commit, ...]:
    """The commits of the ticket, oldest first, as the index knows them: costs as many reads as there are commits.

    One that names the ticket and leaves its file as it was is none: anybody can write that into a message. One that a
    person made by hand has an empty `action`.
    """
    git = repository_at(repository.path)
    acts = [
        _Brought(place, lifecycle.as_of(ticket, number))
        for number in range(1, len(ticket.status.history) + 1)
        if (place := index.position(ticket, number - 1)) is not None
    ]
    prover = Prover(git, keys)
    named = [(git[each.oid].peel(pygit2.Commit), each) for each in index.commits(ticket.id)]
    return tuple(
        _beside(_read(commit), _act_of(commit, NamedCommit(commit.id.raw, each.position, each.saw_line), acts, prover))
        for commit, each in named
        if _changes(commit, ticket.path)
    )


@dataclass(frozen=True, slots=True)
class _Brought:
    """The ticket right after one of its acts, and the number of the commit of the line that brought it."""

    place: int
    ticket: PromotionRequest


def _act_of(commit: pygit2.Commit, named: NamedCommit, acts: Iterable[_Brought], prover: Prover) -> HistoryEntry | None:
    """The act that the commit brought, or proves; None for none."""
    said = trailer(commit, "Action")
    for act in acts:
        if act.ticket.last.action == said and prover.brought(named, act.ticket, act.place):
            return act.ticket.last
    return None


def _beside(commit: Commit, entry: HistoryEntry | None) -> Commit:
    """The commit beside the entry that it brought, None for none."""
    if entry is None:
        return commit
    by_service = entry.by == SYSTEM
    said = Remarks(comment=read(entry.comment), reason=read(entry.reason), error=read(entry.error))
    return commit.model_copy(update={"proven": True, "remarks": said if by_service else Remarks()})


def _changes(commit: pygit2.Commit, path: str) -> bool:
    """Tells whether the commit made something of the file that none of its parents had."""
    blob = _blob(commit, path)
    return all(_blob(parent, path) != blob for parent in commit.parents) and bool(commit.parents or blob)


def _blob(commit: pygit2.Commit, path: str) -> pygit2.Oid | None:
    try:
        return commit.tree[path].id
    except KeyError:
        return None


def _read(commit: pygit2.Commit) -> Commit:
    return Commit(
        commit=str(commit.id),
        author_name=plain(commit.author.raw_name),
        author_email=plain(commit.author.raw_email),
        at=_moment(commit.author.time),
        recorded_at=_moment(commit.commit_time),
        subject=plain(commit.raw_message).partition("\n")[0],
        action=trailer(commit, "Action"),
    )


def _moment(seconds: int) -> datetime:
    """A commit's time, of which Git takes any number; one that no calendar has is the nearest."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)
