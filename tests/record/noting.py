"""Service keys, and checkpoints of a branch, to test with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pygit2
from joserfc.jwk import OKPKey

from domain.checkpoint import Checkpoint
from record.facts.checkpoints import BookState, path_of
from record.facts.tree import ActTree
from record.signing.checkpoints import signed
from record.signing.signatures import new_key
from tests.record.building import git, imported, person_commits
from tests.signing import key_file

ORIGIN = "prodgate.example.com/main"
AT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


def service_key(repository: Path, key: OKPKey | None = None) -> OKPKey:
    """Make the repository know a service key, a new one unless given."""
    key = key or new_key()
    person_commits(repository, key_file(key, key_class="service"), "Know the worker's key")
    return key


def checkpoint_of(repository: Path, key: OKPKey, tip: str = "main", **false: Any) -> bytes:
    """A checkpoint of the branch as it is at a commit; `false` is what it says otherwise."""
    commit = git(repository, "rev-parse", tip)
    tree = ActTree(pygit2.Repository(str(repository)))
    for _ in tree.read(commit):
        pass
    size, root = tree.leaves.size, tree.leaves.root.hex()
    said = {"origin": ORIGIN, "size": size, "root": root, "tip": commit, "branch": "main", "at": AT} | false
    return signed(Checkpoint.model_validate(said), key)


def keep(repository: Path, note: bytes, number: int = 1) -> None:
    """Put a checkpoint into the journal of the branch as its newest, and the only one."""
    state = BookState(number=number).model_dump_json().encode()
    script = [b"reset refs/checkpoints/main", b"", b"commit refs/checkpoints/main"]
    script += [b"committer x <x@cab-i.com> 1790000000 +0000", b"data 0", b""]
    for path, data in {path_of(number): note, "state.json": state}.items():
        script += [b"M 100644 inline " + path.encode(), b"data %d" % len(data), data]
    git(repository, "update-ref", "-d", "refs/checkpoints/main")
    imported(repository, b"\n".join([*script, b""]))
