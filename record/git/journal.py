"""A journal: small files on a ref of its own, beside the branch, changed in groups by the one writer who leads it.

Each append is one commit, moved to by compare-and-swap on the commit that the writer left there, on the remote where
there is one: a writer who was replaced learns it from its next append, which changes nothing. What an append costs
depends on the files that it changes alone.
"""

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pygit2

from record.errors import JournalMoved, RecordUnavailable
from record.git import message
from record.git.branch import Branch
from record.git.durable import sync, write_files
from record.git.lasting import Lasting, repository_at
from record.git.objects import GitObject, ObjectKind, Tree
from record.git.pack import PackWriter
from record.git.packing import Packing
from record.git.remote import Remote, fetched

KEPT = 10_000
"""Appends after which a journal that keeps no history begins anew, with the files as they are."""

_ATTEMPTS = 20
"""Changes tried while other writers keep moving the journal."""
_LONGEST_PAUSE = 0.25
"""Seconds at most between two of them."""


class Journal:
    """One journal of one repository. One thread uses it; its methods block.

    With `history`, what was appended once is never let go.
    """

    def __init__(
        self, repository: Path, ref: str, remote: Remote | None, packing: Packing, *, history: bool = False
    ) -> None:
        self.ref = ref
        self._repository = repository
        self._branch = Branch(repository, ref)
        self._shown = Branch(repository, fetched(ref)) if remote else self._branch
        self._remote = remote
        self._packing = packing
        self._history = history
        self._objects = _Objects(repository)
        self._tree = Tree(self._objects.load)
        self._tip: str | None = None
        self._tried: str | None = None

    def shown(self) -> str | None:
        """The commit that the journal is at, as known on this disk; None before the first. Raises OSError."""
        return self._shown.tip()

    def newest(self, path: str) -> bytes | None:
        """The file as the journal is known on this disk, whoever writes it; None where there is none.

        Raises RecordUnavailable.
        """
        with self._failures():
            return self._file(self._shown.tip(), path)

    def open(self) -> None:
        """Begin to write where the journal is now. Raises RecordUnavailable."""
        with self._failures():
            if self._remote:
                self._remote.fetch()
            self._tip, self._tried = self._shown.tip(), None

    def read(self, path: str) -> bytes | None:
        """The file as this writer knows it, None where there is none. Raises RecordUnavailable."""
        with self._failures():
            return self._file(self._tip, path)

    def append(self, files: Mapping[str, bytes], subject: str) -> None:
        """Change the files in one commit, which is durable when this returns.

        Raises JournalMoved where somebody else has written since; and RecordUnavailable, after which it may be tried
        again: whether the attempt came through is found out first.
        """
        with self._failures():
            self._settle()
            commit, pack = self._commit(files, subject)
            folder = self._repository / "objects" / "pack"
            write_files(pack.files(folder))
            sync(folder)
            self._tried = commit
            if not self._moved_to(commit):
                raise JournalMoved(self.ref, self._tip, self._shown.tip())
            self._tip, self._tried = commit, None
            self._packing.look()

    def add(self, files: Mapping[str, bytes], subject: str) -> None:
        """Append files that nobody else writes, beside other writers. Raises RecordUnavailable, to be tried again."""
        for _ in range(_ATTEMPTS):
            try:
                return self.append(files, subject)
            except JournalMoved:  # another writer was first: what it wrote stays, ours comes after
                time.sleep(_LONGEST_PAUSE * random.random())  # noqa: S311  spreads out writers, hides nothing
                self.open()
        raise RecordUnavailable(f"{self.ref} is written by others all the time")

    def change(self, path: str, changed: Callable[[bytes | None], bytes | None], subject: str) -> None:
        """Change one file by what it holds, in a journal that several write; nothing where `changed` gives None.

        Raises RecordUnavailable, after which it may be asked again, and what `changed` raises.
        """
        for _ in range(_ATTEMPTS):
            self.open()
            after = changed(self.read(path))
            if after is None:
                return
            try:
                self.append({path: after}, subject)
            except JournalMoved:  # another writer was first
                time.sleep(_LONGEST_PAUSE * random.random())  # noqa: S311  spreads out writers, hides nothing
                continue
            return
        raise RecordUnavailable(f"{self.ref} is written by others all the time")

    def _settle(self) -> None:
        """Find out what became of an attempt whose answer was lost."""
        if self._tried is None:
            return
        known, tried = self._tip, self._tried
        self.open()
        if self._tip not in {known, tried}:
            raise JournalMoved(self.ref, known, self._tip)

    def _moved_to(self, commit: str) -> bool:
        if self._remote:
            return self._remote.push_journal(commit, self.ref, self._tip)
        with self._branch.turn():
            return self._branch.move(self._tip, commit)

    def _commit(self, files: Mapping[str, bytes], subject: str) -> tuple[str, PackWriter]:
        parent = self._objects.git()[self._tip].peel(pygit2.Commit) if self._tip else None
        number = _number(parent) + 1 if parent else 1
        self._tree.move_to(bytes(parent.tree_id.raw) if parent else None)
        pack, folders = PackWriter(), dict[str, GitObject]()
        for path, data in files.items():
            blob = GitObject.of(ObjectKind.BLOB, data)
            pack.add((blob,))
            where = path
            for folder in self._tree.put(path, blob.oid):
                where = where.rpartition("/")[0]
                folders[where] = folder  # the last one made is the folder with all of its changes
        pack.add(folders.values())
        above = None if parent is None or self._begins_anew(number) else bytes(parent.id.raw)
        commit = GitObject.of(
            ObjectKind.COMMIT, message.journal_commit(subject, number, self._tree.oid, above, datetime.now(UTC))
        )
        pack.add((commit,))
        return commit.oid.hex(), pack

    def _begins_anew(self, number: int) -> bool:
        return not self._history and number % KEPT == 0

    def _file(self, tip: str | None, path: str) -> bytes | None:
        if tip is None:
            return None
        try:
            found = self._objects.git()[tip].peel(pygit2.Tree)[path]
        except KeyError:
            return None
        return bytes(found.data) if isinstance(found, pygit2.Blob) else None

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pygit2.GitError, KeyError) as error:
            self._objects.forget()  # they are opened anew once the repository is back
            raise RecordUnavailable(f"{self.ref} can't be read or written: {error}") from error


class _Objects:
    """The repository's objects, from when they are first asked for. It knows nothing of its journal: most journals are
    made for one read, and are to be gone after it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lasting: Lasting | None = None

    def git(self) -> pygit2.Repository:
        """The repository with the packs that are there now. Raises GitError."""
        if self._lasting is None:
            self._lasting = Lasting(repository_at(self._path))
        self._lasting.look()
        return self._lasting.git

    def load(self, oid: bytes) -> bytes:
        """An object's bytes by its binary id. Raises GitError, KeyError."""
        _, data = self.git().odb.read(pygit2.Oid(raw=oid))
        return bytes(data)

    def forget(self) -> None:
        """Open them anew next time."""
        self._lasting = None


def _number(commit: pygit2.Commit) -> int:
    """The number of an append; 0 of a commit that somebody pushed."""
    found = message.trailer(commit, message.NUMBER)
    return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else 0
