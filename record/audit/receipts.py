"""Receipts: one file that proves a promotion's whole history by a signed checkpoint, without the record.

The file holds raw Git objects, by whose hashes everything hangs together: the commit of each act, the ticket's file
in it, and the keys, rules and members as they stood right before. Nobody can show others than the branch had.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import pygit2
from cryptography.x509 import Certificate
from pydantic import Field, StringConstraints, ValidationError
from pygit2.enums import ObjectType

from domain.values import CommitId, Frozen
from record.signing.time_stamps import NotStamped, stamped_at

MAX_BYTES = 50_000_000
"""A larger file is not read."""
_ID = 20
Text = Annotated[str, StringConstraints(max_length=MAX_BYTES)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class NoReceipt(Exception):
    """The file is no receipt, or not in the one form that a receipt has; `str()` says why."""


class ActPlace(Frozen):
    """The place of an act in the tree of the checkpoint: the commit that brought it, its index, the way to the root."""

    commit: CommitId
    index: Annotated[int, Field(ge=0)]
    hashes: Annotated[tuple[Hash, ...], Field(max_length=64)]


class RawObject(Frozen):
    """A raw object of Git, without its header; `data` is base64."""

    type: Literal["commit", "tree", "blob"]
    data: Text


class PromotionReceipt(Frozen):
    """The file."""

    format: Literal["prodgate-receipt/1"] = "prodgate-receipt/1"
    path: Annotated[str, StringConstraints(max_length=200)]
    checkpoint: Annotated[str, StringConstraints(max_length=100_000)]
    time_stamp: Annotated[str | None, Field(max_length=100_000, exclude_if=lambda value: value is None)] = None
    """The answer of a time-stamping authority on the checkpoint (RFC 3161), base64, where it has one."""
    acts: Annotated[tuple[ActPlace, ...], Field(min_length=1, max_length=10_000)]
    objects: dict[CommitId, RawObject]

    def stamped_at(self, roots: Sequence[Certificate]) -> datetime:
        """The time by which the authority had the checkpoint. Raises NotStamped, for none too."""
        if self.time_stamp is None:
            raise NotStamped("it has no time-stamp")
        try:
            answer = base64.b64decode(self.time_stamp, validate=True)
        except ValueError as error:
            raise NotStamped(f"its time-stamp is no base64: {error}") from error
        return stamped_at(answer, self.checkpoint.encode(), roots)

    def written(self) -> bytes:
        """The one form that a receipt has: sorted, without spaces, ASCII, a newline at the end."""
        said = self.model_dump(mode="json")
        return json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_receipt(data: bytes) -> PromotionReceipt:
    """The receipt that the bytes are. Raises NoReceipt."""
    if len(data) > MAX_BYTES:
        raise NoReceipt(f"The file is larger than {MAX_BYTES} bytes")
    try:
        found = PromotionReceipt.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise NoReceipt(f"It is no receipt: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if found.written() != data:
        raise NoReceipt("It is not in the form that receipts have: somebody wrote it anew")
    return found


@dataclass(frozen=True)
class TreeEntry:
    """An entry of a tree."""

    mode: str
    oid: str


class Objects:
    """The objects of a receipt, each proven by its hash as it is asked for, which keeps what was asked for."""

    def __init__(self, objects: dict[str, RawObject]) -> None:
        self._objects = objects
        self.used: set[str] = set()

    def data(self, oid: str, kind: Literal["commit", "tree", "blob"]) -> bytes:
        """The object of that id and type. Raises NoReceipt."""
        found = self._objects.get(oid)
        if found is None or found.type != kind:
            raise NoReceipt(f"The {kind} {oid[:12]} is missing")
        try:
            data = base64.b64decode(found.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NoReceipt(f"The {kind} {oid[:12]} is no base64") from error
        if hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest() != oid:
            raise NoReceipt(f"The {kind} {oid[:12]} has another content than its hash says")
        self.used.add(oid)
        return data

    def tree(self, oid: str) -> dict[str, TreeEntry]:
        """The entries of a tree, by name."""
        return dict(_entries(self.data(oid, "tree")))

    def find(self, tree: str, path: str) -> TreeEntry | None:
        """The entry at a path, or None where the trees show that there is none."""
        first, _, rest = path.partition("/")
        entry = self.tree(tree).get(first)
        if entry is None or not rest:
            return entry
        return self.find(entry.oid, rest) if entry.mode == "40000" else None

    def files(self, tree: str, path: str) -> dict[str, bytes]:
        """The file at a path, or all files of the folder there; by path."""
        entry = self.find(tree, path)
        if entry is None:
            return {}
        if entry.mode == "40000":
            below = (self.files(entry.oid, name) for name in self.tree(entry.oid))
            return {f"{path}/{name}": data for files in below for name, data in files.items()}
        return {path: self.data(entry.oid, "blob")} if entry.mode.startswith("100") else {}


def _entries(data: bytes) -> Iterator[tuple[str, TreeEntry]]:
    while data:
        head, _, rest = data.partition(b"\0")
        mode, _, name = head.partition(b" ")
        if len(rest) < _ID:
            raise NoReceipt("A tree is cut off")
        yield name.decode("utf-8", "replace"), TreeEntry(mode.decode("ascii", "replace"), rest[:_ID].hex())
        data = rest[_ID:]


def collected(git: pygit2.Repository, roots: Sequence[tuple[str, Sequence[str]]]) -> dict[str, RawObject]:
    """The objects of commits, and of paths in them, as a receipt holds them."""
    found: dict[str, RawObject] = {}
    kinds = {ObjectType.COMMIT: "commit", ObjectType.TREE: "tree", ObjectType.BLOB: "blob"}

    def take(oid: pygit2.Oid) -> None:
        kind, data = git.read(oid)
        said = {"type": kinds[ObjectType(kind)], "data": base64.b64encode(data).decode()}
        found[str(oid)] = RawObject.model_validate(said)

    def whole(each: pygit2.Object) -> None:
        take(each.id)
        for below in each if isinstance(each, pygit2.Tree) else ():
            if isinstance(below, pygit2.Tree | pygit2.Blob):
                whole(below)

    for commit_id, paths in roots:
        commit = git[commit_id].peel(pygit2.Commit)
        take(commit.id)
        take(commit.tree.id)
        for path in paths:
            at: pygit2.Object = commit.tree
            parts = path.split("/")
            for place, part in enumerate(parts):
                if not isinstance(at, pygit2.Tree) or part not in at:
                    break
                at = at[part]
                if place + 1 == len(parts):
                    whole(at)
                else:
                    take(at.id)
    return found
