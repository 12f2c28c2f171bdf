"""Repositories and histories to test with: real bare repositories, changes that follow each other."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pygit2

from domain import lifecycle
from domain.change import Change
from domain.ticket import BY_PEOPLE, SYSTEM, Action, HistoryEntry, PromotionRequest
from record.git.repository import Repository, open_repository
from tests.domain.builders import JEAN, MINUTE, PIERRE, pending
from tests.signing import WORKER_KEY, key_file, proof_for, proof_of_act

_MAIN = "refs/heads/main"
NOBODY = {"no-role", "signature-not-valid"}
"""The rules that an audit names in a repository that knows no people and no keys, and nothing else."""


def git(repository: Path, *arguments: str, stdin: str | None = None) -> str:
    """Runs a Git command in the repository, and returns what it prints."""
    command = ["git", "-C", str(repository), "-c", "user.name=Test", "-c", "user.email=test@cab-i.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin).stdout.strip()


def imported(repository: Path, script: bytes) -> None:
    """Have Git's fast-import make commits, of whatever bytes."""
    subprocess.run(["git", "-C", str(repository), "fast-import", "--quiet"], check=True, input=script)


def bare(path: Path) -> Path:
    """A new empty bare repository whose branch is main."""
    pygit2.init_repository(str(path), bare=True, initial_head="main")
    return path


def opened(location: Path | str, tmp_path: Path) -> Repository:
    return open_repository(str(location), "main", tmp_path / "data")


def person_commits(
    repository: Path,
    files: Mapping[str, str | None],
    message: str = "By hand",
    at: datetime | None = None,
    by: str = "Mona Manual <mona@cab-i.com>",
) -> str:
    """Commit files as a person would who pushes to the branch, again if need be; None removes one. The new tip.

    Dated now, unless told when; `by` is whoever the pusher says it is of.
    """
    for _ in range(500):
        try:
            return _commit(pygit2.Repository(str(repository)), files, message, at or datetime.now(UTC), by)
        except (pygit2.GitError, OSError):  # somebody else's commit came in between, or has the branch locked
            time.sleep(0.01)
    raise TimeoutError("the branch never stood still")


def _commit(repository: pygit2.Repository, files: Mapping[str, str | None], message: str, at: datetime, by: str) -> str:
    """One commit on top of the branch; libgit2 makes it for a tenth of what a process of Git's takes."""
    branch, index = repository.references.get(_MAIN), pygit2.Index()
    if branch is not None:
        index.read_tree(branch.peel(pygit2.Tree))
    for path, text in files.items():
        if text is not None:
            index.add(pygit2.IndexEntry(path, repository.create_blob(text.encode()), pygit2.enums.FileMode.BLOB))
        elif path in index:
            index.remove(path)
    name, _, address = by.rstrip(">").partition(" <")
    person = pygit2.Signature(name, address, int(at.timestamp()), 0)
    parents = [] if branch is None else [branch.target]
    return str(repository.create_commit(_MAIN, person, person, message, index.write_tree(repository), parents))


@contextmanager
def branch_hangs(repository: Path) -> Iterator[None]:
    """While whoever reads the branch waits for a pipe that nobody writes; they then read nothing, and look again."""
    branch = repository / "refs" / "heads" / "main"
    good, pipe = branch.with_name("good"), branch.with_name("pipe")
    branch.rename(good)
    os.mkfifo(branch)
    try:
        yield
    finally:
        branch.rename(pipe)
        good.rename(branch)
        os.close(os.open(pipe, os.O_RDWR))
        pipe.unlink()


def catalogue_opens(repository: Path) -> None:
    """Let targets that the catalogue does not name belong to whom first has a request for them approved.

    For the demo's company: tests promote what no other test does.
    """
    found = git(repository, "show", "main:platform.yaml")
    opened = found.replace("controls: 2", "controls: 2\n  catalogue: open")
    person_commits(repository, {"platform.yaml": opened}, "Open the catalogue")


def publish_key(repository: Path) -> None:
    """Make the repository know the key that gates in tests sign with."""
    person_commits(repository, key_file(), "Know the tests' key")


def publish_worker_key(repository: Path) -> None:
    """Make the repository know the key that workers in tests sign with: from here on, every act needs a signature."""
    person_commits(repository, key_file(WORKER_KEY, key_class="service"), "Know the tests' worker")


def after(
    ticket: PromotionRequest, action: str, by: str = JEAN.email, at: datetime | None = None, **details: Any
) -> PromotionRequest:
    """The ticket after one more entry, a minute later unless told when."""
    entry = HistoryEntry.model_validate({"action": action, "at": at or ticket.last.at + MINUTE, "by": by} | details)
    status = lifecycle.status_of((*ticket.status.history, entry))
    return ticket.model_copy(update={"status": status})


@dataclass
class Story:
    """One ticket taken through its transitions, each recorded from the revision of the one before."""

    repository: Repository
    ticket: PromotionRequest = field(default_factory=pending)
    revision: str | None = None

    async def create(self) -> "Story":
        return await self._record(Change(ticket=self.ticket, base=None, actor_name=PIERRE.name))

    async def then(self, *actions: str, **details: Any) -> "Story":
        for action in actions:
            by = JEAN.email if Action(action) in BY_PEOPLE else SYSTEM
            said = ({"job_id": "awx-job-1"} if action == "deploying" else {}) | details
            self.ticket = after(self.ticket, action, by, **said)
            await self._record(Change(ticket=self.ticket, base=self.revision, actor_name="Jean Dupont"))
        return self

    async def _record(self, change: Change) -> "Story":
        change = change.model_copy(update={"proof": proof_for(change.ticket)})
        self.revision = (await self.repository.record(change)).revision
        return self


async def approved(repository: Repository, ticket: PromotionRequest) -> None:
    """Record the ticket's creation and its approval, signed as the API does."""
    revision = None
    for each in (ticket, after(ticket, "approved")):
        proof = proof_of_act(each, tip=git(repository.path, "rev-parse", "main"))
        revision = (await repository.record(Change(ticket=each, base=revision, actor_name="A", proof=proof))).revision


def says_also(repository: Path, trailer: str) -> None:
    """Make the newest commit say this besides, as somebody would who can rewrite the branch."""
    said = git(repository, "log", "-1", "--format=%B", "main").rstrip()
    tree, parent = (git(repository, "rev-parse", each) for each in ("main^{tree}", "main~1"))
    commit = git(repository, "cat-file", "-p", "main").split("\n\n")[0].splitlines()
    people = [line for line in commit if line.startswith(("author", "committer"))]
    raw = "\n".join([f"tree {tree}", f"parent {parent}", *people, "", f"{said}\n{trailer}\n"])
    made = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    git(repository, "update-ref", "refs/heads/main", made)


def number(index: int, year: int = 2026) -> str:
    return f"PR-{year}-{index:04}"
