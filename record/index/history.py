"""The commits of one ticket: who did what, when."""

import os
from datetime import UTC, datetime
from itertools import zip_longest

import pygit2

from domain.remarks import Remark, read
from domain.ticket import SYSTEM, HistoryEntry, PromotionRequest
from domain.values import Frozen, Moment
from record.git.message import plain, trailer
from record.git.repository import Repository
from record.index.changes import is_ticket
from record.index.reader import Index

_LAST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class Remarks(Frozen):
    """The service's own words in an entry, for readers of other languages; empty where others wrote it."""

    comment: tuple[Remark, ...] = ()
    reason: tuple[Remark, ...] = ()
    error: tuple[Remark, ...] = ()


class Commit(Frozen):
    """One commit of a request: who did what and when; `recordedAt` is when it was written."""

    commit: str
    author_name: str
    author_email: str
    at: Moment
    recorded_at: Moment
    subject: str
    action: str
    remarks: Remarks = Remarks()


def changed_by(repository: Repository, index: Index, beginning: str) -> tuple[str | None, tuple[str, ...]]:
    """The commit of the branch whose id begins so, None for none, and the tickets' files that it changed."""
    try:
        made = pygit2.Repository(str(repository.path))[beginning].peel(pygit2.Commit)
    except (KeyError, ValueError, pygit2.GitError):  # none, no commit, or several
        return None, ()
    if index.ordinal(str(made.id)) == 0:
        return None, ()
    before = made.parents[0].tree if made.parents else None
    diff = before.diff_to_tree(made.tree) if before is not None else made.tree.diff_to_tree(swap=True)
    paths = (os.fsencode(delta.new_file.path).decode("utf-8", "backslashreplace") for delta in diff.deltas)
    return str(made.id), tuple(path for path in paths if is_ticket(path))


def commits_of(repository: Repository, index: Index, ticket: PromotionRequest) -> tuple[Commit, ...]:
    """The commits of the ticket, oldest first, as the index knows them: costs as many reads as there are commits.

    One that names the ticket and leaves its file as it was is none: anybody can write that into a message. One that a
    person made by hand has an empty `action`.
    """
    git = pygit2.Repository(str(repository.path))
    named = (git[each.oid].peel(pygit2.Commit) for each in index.commits(ticket.id))
    commits = [_read(commit) for commit in named if _changes(commit, ticket.path)]
    # Each entry is one commit, in the same order, but for what people did by hand.
    entries = zip_longest(commits, ticket.status.history[: len(commits)])
    return tuple(commit.model_copy(update={"remarks": _remarks(commit, entry)}) for commit, entry in entries)


def _remarks(commit: Commit, entry: HistoryEntry | None) -> Remarks:
    if entry is None or entry.by != SYSTEM or entry.action != commit.action:
        return Remarks()
    return Remarks(comment=read(entry.comment), reason=read(entry.reason), error=read(entry.error))


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
