"""A branch: read in microseconds, moved by compare-and-swap under Git's own lock, so that no push is ever lost."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from record.errors import RecordUnavailable
from record.git.durable import sync, write_files

_PATIENCE = 30.0
"""Seconds to wait for another process of ours to finish its group."""
_LOCK_PATIENCE = 5.0
"""Seconds to wait for a person's push to finish with the branch; Git itself holds this lock for milliseconds."""


class Branch:
    """One branch of a bare repository on this disk, or another ref where the name begins with `refs/`.

    Writers of different refs don't wait for each other.
    """

    def __init__(self, repository: Path, name: str) -> None:
        other = name.startswith("refs/")
        self.name = name if other else f"refs/heads/{name}"
        self._root = repository
        self._path = repository / self.name
        self._lock = self._path.with_name(self._path.name + ".lock")
        ours = f"prodgate-{name.replace('/', '-')}" if other else "prodgate"
        self._turn = repository / f"{ours}.lock"
        self._intent = repository / f"{ours}.intent"

    def tip(self) -> str | None:
        """The commit at the branch's tip, 40 hex digits; None while it has none."""
        try:
            found = self._path.read_text("ascii").strip()
        except FileNotFoundError:
            found = self._packed()
        if found.startswith("ref:"):
            raise RecordUnavailable(f"{self.name} is a symbolic reference; the record needs a branch of its own")
        return found or None

    def _packed(self) -> str:
        try:
            lines = (self._root / "packed-refs").read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return ""
        return next((line[:40] for line in lines if line[41:] == self.name), "")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One writing process at a time on this folder; the kernel ends the turn of one that dies.

        Raises RecordUnavailable when the turn doesn't come.
        """
        handle = os.open(self._turn, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._wait(handle)
            self._clear_what_the_dead_left()
            yield
        finally:
            os.close(handle)

    def _wait(self, handle: int) -> None:
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > give_up:
                    raise RecordUnavailable("Another process is writing to the record and does not finish") from error
                time.sleep(0.002)

    def _clear_what_the_dead_left(self) -> None:
        """Remove the lock of a process of ours that died while it held it.

        Git locks a branch by creating `<branch>.lock`. Ours is a hard link to a file that only we make, so a lock with
        that file's inode, found while it is our turn, has no living owner. A lock of anybody else's is left alone.
        The file itself goes too: it may by now be a second name of the branch's own file.
        """
        try:
            stale = self._intent.stat().st_ino == self._lock.stat().st_ino
        except FileNotFoundError:
            stale = False
        if stale:
            self._lock.unlink()
        self._intent.unlink(missing_ok=True)

    def intent(self, new: str) -> dict[Path, bytes]:
        """The file to write before `move`, here so that it can be made durable together with others."""
        return {self._intent: f"{new}\n".encode()}

    def move(self, old: str | None, new: str) -> bool:
        """Move the branch from one commit to the next, durably; False when it is no longer where it was.

        Call it within `turn`. Raises RecordUnavailable while somebody else holds Git's lock of the branch.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._intent.exists() or self._intent.read_bytes() != self.intent(new)[self._intent]:
            write_files(self.intent(new))
        try:
            return self._locked_move(old)
        finally:
            self._intent.unlink()

    def _locked_move(self, old: str | None) -> bool:
        self._take_lock()
        if self.tip() != old:
            self._lock.unlink()
            return False
        self._lock.replace(self._path)
        sync(self._path.parent)
        return True

    def _take_lock(self) -> None:
        give_up = time.monotonic() + _LOCK_PATIENCE
        while True:
            try:
                return self._lock.hardlink_to(self._intent)
            except FileExistsError as error:
                if time.monotonic() > give_up:
                    raise RecordUnavailable(f"{self.name} is locked by another Git process: {self._lock}") from error
                time.sleep(0.005)
