"""Builds the commit of a person's change of files that are no tickets, such as templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pygit2

from record.errors import RecordUnavailable
from record.git.lasting import repository_at
from record.git.message import FilesMessage, files_commit
from record.git.objects import GitObject, ObjectKind, Tree
from record.git.pack import PackWriter
from record.git.writer import Draft


@dataclass(frozen=True, slots=True)
class FilesCommit:
    """The files of one commit by their paths, and its message."""

    files: Mapping[str, bytes]
    message: FilesMessage


FilesPlan = Callable[[str | None], FilesCommit | str]
"""Says what to commit on a tip; the id of a commit where the branch has it already. Raises what refuses it there."""


def files_draft(path: Path, tip: str | None, planned: FilesCommit | str) -> Draft:
    """The commit on that tip, or nothing to write where the branch has it. Nothing is written yet.

    Raises RecordUnavailable where something stands in the way.
    """
    if isinstance(planned, str):
        return Draft(tip, tip, PackWriter(), ())
    git = repository_at(path)
    tree, pack = Tree(lambda oid: bytes(git.odb.read(pygit2.Oid(raw=oid))[1])), PackWriter()
    tree.move_to(bytes(git[tip].peel(pygit2.Commit).tree_id.raw) if tip else None)
    for name, data in planned.files.items():
        if obstacle := tree.obstacle(name):
            raise RecordUnavailable(f"{obstacle} must be a plain file or folder: a person has to put it away")
        blob = GitObject.of(ObjectKind.BLOB, data)
        folders = tree.put(name, blob.oid)
        pack.add((blob, *folders))
    parent = bytes.fromhex(tip) if tip else None
    made = files_commit(planned.message, tree.oid, parent, datetime.now(UTC))
    commit = GitObject.of(ObjectKind.COMMIT, made)
    pack.add((commit,))
    return Draft(tip, commit.oid.hex(), pack, ())
