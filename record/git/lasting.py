"""Opens the record's repository so that a process which runs for weeks holds little of it.

libgit2 lets go of no pack by itself: one that it ever saw stays mapped, with what was unpacked from it, up to 16 MB,
until no repository of the process has it open.
"""

from dataclasses import dataclass
from pathlib import Path

import pygit2

LOOKS = 200
"""Looks at what is new between one time and the next, where nobody says that packs were merged."""

_LISTED = Path("objects/info/packs")
"""Git's own list of packs. `git repack` writes it anew once it has removed those that it merged."""


def repository_at(path: Path | str) -> pygit2.Repository:
    """The repository at the path, gone with the last reference to it. Raises GitError.

    pygit2's own views of it, which nobody here uses, refer back to it: with them it would stay until Python looks for
    cycles, which it does rarely, and without knowing what libgit2 holds.
    """
    git = pygit2.Repository(str(path))
    del git.branches, git.references, git.remotes, git.submodules
    return git


@dataclass
class Lasting:
    """A repository that is open for as long as its process runs. One thread at a time uses it.

    It forgets its packs whenever some were merged, and now and then, in case a program merges them and does not say so.
    What is asked for next opens those that are there.
    """

    git: pygit2.Repository
    _left: int = LOOKS

    def __post_init__(self) -> None:
        self._list = Path(self.git.path) / _LISTED
        self._listed = self._listed_at()

    def look(self) -> None:
        """Count one more look at what is new; called before it."""
        listed, self._left = self._listed_at(), self._left - 1
        if listed != self._listed or self._left <= 0:
            self._listed, self._left = listed, LOOKS
            self.git.free()

    def _listed_at(self) -> int | None:
        try:
            return self._list.stat().st_mtime_ns
        except OSError:  # nothing was merged yet, or the repository is away
            return None
