"""The commits of one ticket: who did what, when."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2
from pygit2.enums import SortMode

from record.index import Index
from record.message import trailer
from record.repository import Repository


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit. `at` is when it happened (author), `recorded_at` when it was written; both UTC.

    `action` is the trailer's; empty for a commit that a person made by hand.
    """

    commit: str
    author_name: str
    author_email: str
    at: datetime
    recorded_at: datetime
    subject: str
    action: str


def commits(repository: Repository, path: str) -> tuple[CommitInfo, ...]:
    """The commits that changed the file at the path, oldest first, found by walking the whole branch."""
    git, tip = pygit2.Repository(str(repository.path)), repository.tip()
    found = []
    for commit in git.walk(tip, SortMode.TOPOLOGICAL | SortMode.REVERSE) if tip else ():
        blob = _blob(commit, path)
        if all(_blob(parent, path) != blob for parent in commit.parents) and (commit.parents or blob):
            found.append(_info(commit))
    return tuple(found)


def commits_of(repository: Repository, index: Index, ticket_id: str) -> tuple[CommitInfo, ...]:
    """The commits of the ticket, oldest first, as the index knows them: costs as many reads as there are commits."""
    git = pygit2.Repository(str(repository.path))
    return tuple(_info(git[oid].peel(pygit2.Commit)) for oid in index.commits(ticket_id))


def _blob(commit: pygit2.Commit, path: str) -> pygit2.Oid | None:
    return commit.tree[path].id if path in commit.tree else None


def _info(commit: pygit2.Commit) -> CommitInfo:
    subject = commit.message.partition("\n")[0]
    return CommitInfo(
        commit=str(commit.id),
        author_name=commit.author.name,
        author_email=commit.author.email,
        at=datetime.fromtimestamp(commit.author.time, UTC),
        recorded_at=datetime.fromtimestamp(commit.commit_time, UTC),
        subject=subject,
        action=trailer(commit.message, "Action"),
    )
