"""Service keys, and checkpoints of a branch, to test with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pygit2
from joserfc.jwk import OKPKey

from domain.checkpoint import Checkpoint
from record.facts.tree import ActTree
from record.signing.checkpoints import signed
from record.signing.signatures import new_key
from tests.record.building import git, person_commits
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
