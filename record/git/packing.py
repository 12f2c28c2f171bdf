"""Keeps the number of packs and loose objects small, beside the writers."""

import fcntl
import logging
import os
from pathlib import Path
from threading import Thread

import git

_LOG = logging.getLogger(__name__)
_MANY_PACKS = 80
"""Every read looks into each pack's index until it finds its object; these cost some ten microseconds."""
_LOOSE_SAMPLE = 16
"""Loose objects in one of the 256 folders that stand for some 4,000 in all (what `git gc` samples, too)."""

_GENTLY = ("nice", "-n", "15", "git", "-c", "pack.threads=1")
"""Writers come first."""


class Packing:
    """Merges small packs into larger ones in a thread of its own, each object some log(n) times in its life."""

    def __init__(self, repository: Path, many: int = _MANY_PACKS) -> None:
        self._repository = repository
        self._many = many
        self._thread: Thread | None = None

    def look(self) -> None:
        """Start merging if there is much to merge and nobody is at it; returns at once."""
        if (self._thread is None or not self._thread.is_alive()) and self._is_due():
            self._thread = Thread(target=self._merge, name="record-packing", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait until a merge that is under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def _is_due(self) -> bool:
        objects = self._repository / "objects"
        packs = sum(name.endswith(".pack") for name in os.listdir(objects / "pack"))  # noqa: PTH208  a count of names
        loose = objects / "17"
        return packs > self._many or (loose.is_dir() and len(list(loose.iterdir())) > _LOOSE_SAMPLE)

    def _merge(self) -> None:
        """Merge what is of one size. Nothing is lost whenever it ends: packs go only after what replaces them is there.

        No object is ever pruned: those of a group that is being written are not reachable yet.
        """
        with (self._repository / "prodgate.packing").open("w") as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # another process is at it
            with git.Repo(self._repository) as repo:
                try:
                    repo.git.execute([*_GENTLY, "repack", "-d", "-q", "--geometric=2", "--window=4"])
                except git.GitCommandError as error:
                    _LOG.warning("Packs could not be merged, which costs speed alone: %s", error)
