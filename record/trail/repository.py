"""The audit trail's Git repository: one ref a month, `refs/audit/2026-11`, each a journal that keeps its history."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import git
import pygit2
from pygit2.enums import DeltaStatus

from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.git.lasting import repository_at
from record.git.packing import Packing
from record.git.remote import Remote, clone_folder, fetched, is_url
from record.git.repository import bare

AUDIT = "refs/audit/"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Segment:
    """One file of a month."""

    month: str
    path: str
    data: bytes


class TrailRepository:
    """One bare repository, with the remote that it is pushed to, if any. Its methods block."""

    def __init__(self, path: Path, remote: Remote | None = None) -> None:
        self.path = path
        self._remote = remote
        self._packing = Packing(path)

    def fetch(self, max_age: float = 0.0) -> None:
        """Learn what others wrote; nothing to do without a remote. Raises RecordUnavailable."""
        if self._remote:
            self._remote.fetch(max_age)

    def journal(self, month: str) -> Journal:
        """The journal of one month."""
        return Journal(self.path, AUDIT + month, self._remote, self._packing, history=True)

    def changes(self) -> Journal:
        """The journal of whoever notes the record's commits: how far that is."""
        return Journal(self.path, f"{AUDIT}changes", self._remote, self._packing)

    def place(self, name: str) -> Journal:
        """The journal of somebody who reads the trail: how far that is."""
        return Journal(self.path, f"{AUDIT}sinks/{name}", self._remote, self._packing)

    def months(self) -> dict[str, str]:
        """The commit that each month is at, as this disk knows it, oldest first. Raises RecordUnavailable."""
        prefix = fetched(AUDIT) if self._remote else AUDIT
        with _failures(), contextlib.closing(git.Repo(self.path)) as repo:
            listed = repo.git.for_each_ref("--format=%(refname) %(objectname)", prefix)
        pairs = (line.removeprefix(prefix).split(" ") for line in listed.splitlines())
        return {month: tip for month, tip in sorted(pairs) if _MONTH.fullmatch(month)}

    def added(self, month: str, before: str | None, tip: str) -> Iterator[Segment] | None:
        """The segments of the month since the commit `before`, in time's order; None where older ones were changed.

        Raises RecordUnavailable.
        """
        with _failures():
            repo = repository_at(self.path)
            tree = repo[tip].peel(pygit2.Tree)
            if before is None:
                diff = tree.diff_to_tree(swap=True)
            elif before not in repo or not repo.descendant_of(tip, before):
                return None
            else:
                diff = repo[before].peel(pygit2.Tree).diff_to_tree(tree)
            deltas = list(diff.deltas)
        if any(delta.status != DeltaStatus.ADDED for delta in deltas):
            return None
        files = sorted((delta.new_file.path, str(delta.new_file.id)) for delta in deltas)
        return self._segments(repo, month, files)

    def segments(self, month: str, tip: str) -> Iterator[Segment]:
        """Every segment of the month, the newest first. Raises RecordUnavailable."""
        with _failures():
            repo = repository_at(self.path)
            diff = repo[tip].peel(pygit2.Tree).diff_to_tree(swap=True)
            files = sorted(((each.new_file.path, str(each.new_file.id)) for each in diff.deltas), reverse=True)
        return self._segments(repo, month, files)

    def only_adds(self, month: str, tip: str) -> str | None:
        """The first commit of the month that changes or removes what was noted before; None where none does.

        Raises RecordUnavailable.
        """
        with _failures():
            repo = repository_at(self.path)
            walk = repo.walk(tip)
            for commit in walk:
                trees = [parent.tree for parent in commit.parents]
                if len(trees) > 1:
                    return str(commit.id)
                diff = trees[0].diff_to_tree(commit.tree) if trees else commit.tree.diff_to_tree(swap=True)
                if any(delta.status != DeltaStatus.ADDED for delta in diff.deltas):
                    return str(commit.id)
        return None

    def follows(self, tip: str, before: str) -> bool:
        """Tells whether the commit `before` is the tip, or among what it was built on. Raises RecordUnavailable."""
        with _failures():
            repo = repository_at(self.path)
            return tip == before or (before in repo and repo.descendant_of(tip, before))

    def _segments(self, repo: pygit2.Repository, month: str, files: list[tuple[str, str]]) -> Iterator[Segment]:
        for path, oid in files:
            with _failures():
                found = repo[oid]
            if isinstance(found, pygit2.Blob):
                yield Segment(month, path, found.data)

    def drop(self, month: str, tip: str) -> bool:
        """Remove a month, here and on the remote; False where somebody wrote to it meanwhile.

        Raises RecordUnavailable.
        """
        ref = AUDIT + month
        if self._remote:
            if not self._remote.drop_journal(ref, tip):
                return False
            self._remote.fetch()
            return True
        with _failures(), contextlib.closing(git.Repo(self.path)) as repo:
            try:
                repo.git.update_ref("-d", ref, tip)
            except git.GitCommandError as error:
                if "but expected" in str(error.stderr):
                    return False
                raise
        return True

    def forget(self) -> None:
        """Give back the room of what was dropped; what somebody writes just now stays. Raises RecordUnavailable."""
        with _failures(), contextlib.closing(git.Repo(self.path)) as repo:
            repo.git.gc("--quiet", "--prune=1.hour.ago")

    def close(self) -> None:
        self._packing.close()
        if self._remote:
            self._remote.close()


def open_trail(location: str, data_dir: Path, token: str | None = None) -> TrailRepository:
    """The repository at a location: the path of a bare one, or a URL, whose bare clone then lives under `data_dir`.

    A remote that is down doesn't keep this from returning. Raises RecordUnavailable when a path has none.
    """
    if not is_url(location):
        return TrailRepository(bare(location))
    folder = clone_folder(location, data_dir)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return TrailRepository(folder, Remote(folder, location, None, token))


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (OSError, pygit2.GitError, git.GitError, KeyError) as error:
        raise RecordUnavailable(f"The audit trail can't be read or written: {error}") from error
