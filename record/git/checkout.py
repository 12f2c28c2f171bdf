"""Commits what a person changes by a command: in a clone of the branch's tip, again where the branch moved on."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import git

from record.errors import RecordUnavailable
from record.git.remote import git_environment, is_url

_ATTEMPTS = 5
"""The number of attempts on a branch that moves meanwhile."""


@dataclass(frozen=True)
class Checkout:
    """The record as a person reaches it: a location (path or URL), its branch, and the token for an https URL."""

    location: str
    branch: str
    token: str | None = None

    def commit(self, edit: Callable[[Path], str], author: git.Actor) -> str:
        """Commit what `edit` does to a checkout, with the message that it returns; the new commit's id.

        Raises RecordUnavailable, and whatever `edit` raises.
        """
        source = self.location if is_url(self.location) else Path(self.location).absolute().as_uri()
        failure: git.GitError | None = None
        for _ in range(_ATTEMPTS):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    return self._commit(Path(folder) / "work", source, edit, author)
                except git.GitError as error:
                    failure = error
        said = " ".join(str(failure).split())[-300:]
        raise RecordUnavailable(f"Nothing can be committed on {self.branch} of {self.location}: {said}") from failure

    def _commit(self, folder: Path, source: str, edit: Callable[[Path], str], author: git.Actor) -> str:
        given = git_environment(source, self.token)
        with git.Repo.clone_from(source, folder, branch=self.branch, depth=1, env=given) as work:
            work.git.update_environment(**given)
            message = edit(folder)
            work.git.add("--all")
            made = work.index.commit(message, author=author, committer=author)
            work.git.push("--quiet", "origin", f"HEAD:refs/heads/{self.branch}")
            return made.hexsha
