"""Git objects as bytes: blobs, commits, and the folders between a repository's root and a ticket's file.

A folder of 10,000 tickets is 450 KB. Reading it, changing one entry and writing it whole is what makes a commit slow in
a large repository; here it stays parsed from one commit to the next, and a change of it is a delta.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

_ENTRY = re.compile(rb"(?:[0-7]{5,6}) [^\0]+\0.{20}", re.DOTALL)
_FOLDER = b"40000 "
_FILE = b"100644 "


class ObjectKind(IntEnum):
    """An object's type by its number in a pack (gitformat-pack)."""

    COMMIT = 1
    TREE = 2
    BLOB = 3


@dataclass(frozen=True, slots=True)
class Delta:
    """An object's difference from `base`: `size` bytes of it from `start` on are replaced by `insert`."""

    base: bytes
    base_size: int
    start: int
    size: int
    insert: bytes


@dataclass(frozen=True, slots=True)
class GitObject:
    """One object to write. `oid` is its binary name; `delta`, where it has one, is the shorter way to say `data`."""

    kind: ObjectKind
    oid: bytes
    data: bytes
    delta: Delta | None = None

    @classmethod
    def of(cls, kind: ObjectKind, data: bytes, delta: Delta | None = None) -> "GitObject":
        return cls(kind, object_id(kind, data), data, delta)


def object_id(kind: ObjectKind, data: bytes) -> bytes:
    """The binary SHA-1 name that Git gives an object."""
    sha = hashlib.sha1(f"{kind.name.lower()} {len(data)}\0".encode(), usedforsecurity=False)
    sha.update(data)
    return sha.digest()


def name_of(entry: bytes) -> bytes:
    """The name of a folder's entry."""
    return entry[entry.index(b" ") + 1 : -21]


def folder_of(entry: bytes) -> bytes | None:
    """The binary id of the folder that an entry of a folder is; None where it is something else.

    Some programs write a folder's mode with a zero before it.
    """
    return entry[-20:] if entry.lstrip(b"0").startswith(_FOLDER) else None


def _sort_key(entry: bytes) -> bytes:
    """Git orders a folder as if its name ended in a slash."""
    return name_of(entry) + b"/" if entry.startswith(_FOLDER) else name_of(entry)


@dataclass(slots=True)
class Folder:
    """One folder: its entries in Git's order as `mode name NUL oid`, and the subfolders already looked into."""

    oid: bytes
    entries: list[bytes]
    folders: dict[bytes, "Folder"] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "Folder":
        return cls(object_id(ObjectKind.TREE, b""), [])

    @classmethod
    def parse(cls, oid: bytes, data: bytes) -> "Folder":
        return cls(oid, _ENTRY.findall(data))

    def find(self, name: bytes, *, folder: bool = False) -> bytes | None:
        """The binary object id of an entry of that kind, or None."""
        mode, key = (_FOLDER, name + b"/") if folder else (_FILE, name)
        found = self._entry(key)
        return found[-20:] if found is not None and found.startswith(mode) else None

    def blocks(self, name: bytes, *, folder: bool = False) -> bool:
        """Tells whether another kind of thing has the name: a link, a program, another repository's commit."""
        mode = _FOLDER if folder else _FILE
        found = (self._entry(key) for key in (name, name + b"/"))
        return any(entry is not None and not entry.startswith(mode) for entry in found)

    def _entry(self, key: bytes) -> bytes | None:
        at = bisect_left(self.entries, key, key=_sort_key)
        found = self.entries[at] if at < len(self.entries) else None
        return found if found is not None and _sort_key(found) == key else None

    def names(self) -> Iterator[bytes]:
        return map(name_of, self.entries)

    def put(self, entry: bytes) -> GitObject:
        """Add or replace one entry; the folder's new object."""
        key = _sort_key(entry)
        at = bisect_left(self.entries, key, key=_sort_key)
        replaced = at < len(self.entries) and _sort_key(self.entries[at]) == key
        head, tail = b"".join(self.entries[:at]), b"".join(self.entries[at + replaced :])
        size = len(self.entries[at]) if replaced else 0
        self.entries[at : at + replaced] = [entry]
        delta = Delta(self.oid, len(head) + size + len(tail), len(head), size, entry)
        made = GitObject.of(ObjectKind.TREE, head + entry + tail, delta)
        self.oid = made.oid
        return made


class Tree:
    """The folders of one commit, looked into as they are asked for.

    `read` gives a folder's bytes by its binary id. What other commits left unchanged is kept by `move_to`.
    """

    def __init__(self, read: Callable[[bytes], bytes]) -> None:
        self._read = read
        self._root = Folder.empty()

    @property
    def oid(self) -> bytes:
        return self._root.oid

    def move_to(self, oid: bytes | None) -> None:
        """Show another commit's root; None for a branch without commits."""
        self._root = Folder.empty() if oid is None else self._moved(self._root, oid)

    def _moved(self, folder: Folder, oid: bytes) -> Folder:
        if folder.oid == oid:
            return folder
        moved = Folder.parse(oid, self._read(oid))
        for name, child in folder.folders.items():
            if found := moved.find(name, folder=True):
                moved.folders[name] = self._moved(child, found)
        return moved

    def _child(self, folder: Folder, name: bytes) -> Folder | None:
        if (known := folder.folders.get(name)) is not None:
            return known
        found = folder.find(name, folder=True)
        if found is None:
            return None
        child = folder.folders[name] = Folder.parse(found, self._read(found))
        return child

    def folder(self, path: str) -> Folder | None:
        """The folder at a path such as `requests/prod`, or None."""
        at: Folder | None = self._root
        for name in path.encode().split(b"/"):
            at = self._child(at, name) if at is not None else None
        return at

    def find(self, path: str) -> bytes | None:
        """The binary id of the file at the path, or None."""
        above, _, name = path.rpartition("/")
        folder = self.folder(above)
        return folder.find(name.encode()) if folder is not None else None

    def obstacle(self, path: str) -> str | None:
        """The first part of the path that is neither a folder nor, at its end, a file; None where a file can be put."""
        *above, name = path.encode().split(b"/")
        at: Folder | None = self._root
        for depth, part in enumerate(above, 1):
            if at is not None and at.blocks(part, folder=True):
                return b"/".join(above[:depth]).decode()
            at = self._child(at, part) if at is not None else None
        return path if at is not None and at.blocks(name) else None

    def put(self, path: str, blob: bytes) -> list[GitObject]:
        """Set the file at the path to the blob; the new folder objects, innermost first."""
        *above, name = path.encode().split(b"/")
        folders = [self._root]
        for part in above:
            child = self._child(folders[-1], part) or Folder.empty()
            folders[-1].folders[part] = child
            folders.append(child)
        made = [folders[-1].put(_FILE + name + b"\0" + blob)]
        for folder, part in zip(reversed(folders[:-1]), reversed(above), strict=True):
            made.append(folder.put(_FOLDER + part + b"\0" + made[-1].oid))
        return made
