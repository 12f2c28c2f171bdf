"""Compares the folders of two commits. Costs the folders that differ, however many files lie in the others.

libgit2's own comparison opens every folder of both sides, so that it costs all files there are.
"""

from collections.abc import Iterator
from functools import lru_cache

import pygit2

from record.git.objects import Folder, folder_of, name_of

_KEPT = 8
"""Folders that stay parsed: what a commit left, in three folders, is what the next one began with."""


class TreeComparer:
    """Compares trees of one repository. One thread uses it."""

    def __init__(self, git: pygit2.Repository) -> None:
        self._git = git
        self._entries = lru_cache(maxsize=_KEPT)(self._read)

    def changed(self, before: bytes | None, now: bytes | None) -> Iterator[tuple[bytes, bytes | None]]:
        """Paths of the files that differ, in Git's order, each with its new binary id; None for one that is gone.

        The trees are named by their binary ids, None for no tree. A file of another mode differs, too.
        """
        if before == now:
            return
        old, new = self._entries(before), self._entries(now)
        gone = {name_of(entry): entry for entry in old - new}
        made = {name_of(entry): entry for entry in new - old}
        for name in sorted(gone.keys() | made.keys()):
            yield from self._changed(name, gone.get(name), made.get(name))

    def _changed(self, name: bytes, before: bytes | None, now: bytes | None) -> Iterator[tuple[bytes, bytes | None]]:
        folders = before and folder_of(before), now and folder_of(now)
        if now and not folders[1]:
            yield name, now[-20:]
        elif before and not folders[0]:
            yield name, None
        if any(folders):
            yield from ((name + b"/" + path, oid) for path, oid in self.changed(*(each or None for each in folders)))

    def _read(self, oid: bytes | None) -> frozenset[bytes]:
        if oid is None:
            return frozenset()
        _, data = self._git.odb.read(pygit2.Oid(raw=oid))
        entries = Folder.parse(oid, data).entries
        if sum(map(len, entries)) != len(data):
            raise pygit2.GitError(f"{oid.hex()} is no folder that Git would write")
        return frozenset(entries)
