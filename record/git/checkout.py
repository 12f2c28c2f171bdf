"""Commits what a person changes by a command: in a clone of the branch's tip, again where the branch moved on."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import git

from record.errors import RecordUnavailable
from record.git.remote import git_environment, is_url

_ATTEMPTS = 5
"""The number of attempts on a branch that moves meanwhile."""

T = TypeVar("T")


@dataclass(frozen=True)
class Checkout:
    """The record as a person reaches it: a location (path or URL), its branch, and the token for an https URL.

    Every method raises RecordUnavailable, and whatever it was given raises.
    """

    location: str
    branch: str
    token: str | None = None

    def commit(self, edit: Callable[[git.Repo], str], author: git.Actor, *, whole: bool = False) -> str:
        """Commit what `edit` does to a clone, with the message that it returns; the new commit's id.

        `whole` clones all of the history.
        """

        def push(clone: git.Repo) -> str:
            message = edit(clone)
            clone.git.add("--all")
            made = clone.index.commit(message, author=author, committer=author)
            clone.git.push("--quiet", "origin", f"HEAD:refs/heads/{self.branch}")
            return made.hexsha

        failure: git.GitError | None = None
        for _ in range(_ATTEMPTS):
            try:
                return self._cloned(push, whole=whole)
            except git.GitError as error:
                failure = error
        raise self._unavailable("Nothing can be committed on", failure) from failure

    def look(self, read: Callable[[git.Repo], T], *, whole: bool = False) -> T:
        """Read something of a clone."""
        try:
            return self._cloned(read, whole=whole)
        except git.GitError as error:
            raise self._unavailable("Nothing can be read on", error) from error

    def _cloned(self, use: Callable[[git.Repo], T], *, whole: bool) -> T:
        source = self.location if is_url(self.location) else Path(self.location).absolute().as_uri()
        given = git_environment(source, self.token)
        depth: dict[str, Any] = {} if whole else {"depth": 1}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "work"
            with git.Repo.clone_from(source, path, branch=self.branch, env=given, **depth) as clone:
                clone.git.update_environment(**given)
                return use(clone)

    def _unavailable(self, what: str, failure: git.GitError | None) -> RecordUnavailable:
        said = " ".join(str(failure).split())[-300:]
        return RecordUnavailable(f"{what} {self.branch} of {self.location}: {said}")
