"""Edits a clean record at random, and asks the audit: `python -m tests.mutations --tickets 300 --edits 1000`.

Each edit has to be found, or to leave the meaning as it was. The meaning of a branch is, by ticket, the blobs that the
line gave to its file with the mode, author's address and time, first line and trailers of the commit of each; and the
files that grant something, in their order. Display names, text between first line and trailers, commits' own dates
within the skew of clocks, and the order of acts on different targets that no signer saw, mean nothing. A branch that
was moved is audited with a checkpoint that was signed of it before.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

from bench.signed_record import Signers, signed_record
from record.audit.verify import RecordAudit
from record.errors import RecordUnavailable
from record.git.message import plain, trailer
from record.git.trees import TreeComparer
from record.index.entries import changes_of
from record.signing.signatures import KeyClass
from tests.record.noting import checkpoint_of

_WINDOW = 6
"""Commits that are kept after the edited one: what comes later saw these."""
_TRAILERS = ("Request-Id", "Action", "Tenant", "Actor", "Signature")
_GRANTS = ("keys", "tenants", "platform.yaml", "apis")
Data = bytes


@dataclass
class Mutator:
    """Makes one edit after the other of a record, each from the clean one."""

    path: Path
    chance: random.Random
    note: bytes
    """A checkpoint of the clean record."""
    git: pygit2.Repository = field(init=False)
    line: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.git = pygit2.Repository(str(self.path))
        self.trees = TreeComparer(self.git)
        walk = self.git.walk(self.git.revparse_single("main").id)
        walk.simplify_first_parent()
        self.line = [str(commit.id) for commit in walk][::-1]

    def edit(self) -> tuple[str, str, str]:
        """The kind of an edit, the tip that it makes, and the clean commit that the tip stands for."""
        name, change = self.chance.choice(list(_EDITS.items()))
        at = self.chance.randrange(1, len(self.line))
        last = min(at + self.chance.choice((0, _WINDOW)), len(self.line) - 1)
        if name == "keys":
            at, last = 0, min(_WINDOW, len(self.line) - 1)
        made = change(self, at)
        for each in self.line[at + 1 : last + 1]:
            made = self._commit(_with_parent(self._data(each), made))
        return name, made, self.line[last]

    def refs(self) -> tuple[str, str | None, str]:
        """Move the branch: back, to a commit beside the line, to what is no commit, or away."""
        at = self.chance.randrange(len(self.line) - 1)
        ways = {"back": self.line[at], "no commit": str(self._of(at).tree_id), "gone": None}
        ways["beside"] = self._commit(self._data(self.line[-1]).rpartition(b"\n\n")[0] + b"\n\nMerge\n")
        return "refs", self.chance.choice(list(ways.values())), self.line[-1]

    def _data(self, commit: str) -> Data:
        return bytes(self.git.odb.read(pygit2.Oid(hex=commit))[1])

    def _commit(self, data: Data) -> str:
        return str(self.git.odb.write(ObjectType.COMMIT, data))

    def _flipped(self, data: Data, start: int = 0, end: int | None = None) -> Data:
        place = self.chance.randrange(start, len(data) if end is None else end)
        return data[:place] + bytes([data[place] ^ self.chance.randrange(1, 256)]) + data[place + 1 :]

    def message(self, at: int) -> str:
        data = self._data(self.line[at])
        return self._commit(self._flipped(data, data.index(b"\n\n") + 2))

    def header(self, at: int) -> str:
        data = self._data(self.line[at])
        return self._commit(self._flipped(data, 0, data.index(b"\n\n")))

    def trailers(self, at: int) -> str:
        head, _, block = self._data(self.line[at]).rpartition(b"\n\n")
        lines = block.splitlines()
        chosen = self.chance.randrange(len(lines))
        how = self.chance.choice(("twice", "gone", "moved"))
        if how == "gone":
            del lines[chosen]
        else:
            lines.insert(self.chance.randrange(len(lines)), lines[chosen] if how == "twice" else lines.pop(chosen))
        return self._commit(head + b"\n\n" + b"\n".join(lines) + b"\n")

    def times(self, at: int) -> str:
        who = self.chance.choice((b"author", b"committer"))
        by = self.chance.choice((-(10**9), -86_400, -1, 1, 86_400, 10**8))

        def change(found: re.Match[bytes]) -> bytes:
            return b"%s %d +" % (found[1], int(found[2]) + by)

        return self._commit(re.sub(rb"(?m)^(%s .*>) (\d+) \+" % who, change, self._data(self.line[at]), count=1))

    def parents(self, at: int) -> str:
        data, other = self._data(self.line[at]), self.chance.choice(self.line[:at]).encode()
        lines = {"more": b"parent %s\n" % self.line[at - 1].encode() + b"parent %s\n" % other, "none": b""}
        lines["other"] = b"parent %s\n" % other
        return self._commit(re.sub(rb"(?m)^parent .*\n", lines[self.chance.choice(list(lines))], data, count=1))

    def order(self, at: int) -> str:
        """The commit without the one before it; or, in its tree's stead, the tree of another."""
        if self.chance.random() < 0.5 and at > 1:
            return self._commit(_with_parent(self._data(self.line[at]), self.line[at - 2]))
        tree = self.git[self.chance.choice(self.line)].peel(pygit2.Commit).tree_id
        return self._commit(re.sub(rb"^tree .{40}", b"tree %s" % str(tree).encode(), self._data(self.line[at])))

    def blob(self, at: int) -> str:
        return self._file(at, next(changes_of(self.trees, self._of(at), at)).path, self._flipped)

    def tree(self, at: int) -> str:
        """Another mode for a file, or no file."""
        mode = self.chance.choice((FileMode.LINK, FileMode.BLOB_EXECUTABLE, FileMode.COMMIT, None))
        return self._file(at, next(changes_of(self.trees, self._of(at), at)).path, lambda data: data, mode)

    def keys(self, at: int) -> str:
        files = [entry.name or "" for entry in self._of(at).tree["keys"].peel(pygit2.Tree)]
        return self._file(at, f"keys/{self.chance.choice(files)}", self._flipped)

    def _of(self, at: int) -> pygit2.Commit:
        return self.git[self.line[at]].peel(pygit2.Commit)

    def _file(self, at: int, path: str, change: Callable[[Data], Data], mode: FileMode | None = FileMode.BLOB) -> str:
        tree = self._of(at).tree
        blob = self.git.create_blob(change(tree[path].peel(pygit2.Blob).data))
        changed = self._put(tree, path.split("/"), blob, mode)
        return self._commit(
            re.sub(rb"^tree .{40}", b"tree %s" % str(changed).encode(), self._data(self.line[at]), count=1)
        )

    def _put(self, tree: pygit2.Tree, path: list[str], blob: pygit2.Oid, mode: FileMode | None) -> pygit2.Oid:
        builder, name = self.git.TreeBuilder(tree), path[0]
        if len(path) > 1:
            builder.insert(name, self._put(tree[name].peel(pygit2.Tree), path[1:], blob, mode), FileMode.TREE)
        elif mode is None:
            builder.remove(name)
        else:
            builder.insert(name, blob, mode)
        return builder.write()

    def meaning(self, tip: str) -> tuple[object, ...]:
        """The meaning of the branch at that tip."""
        walk = self.git.walk(tip)
        walk.simplify_first_parent()
        acts: dict[str, list[object]] = {}
        grants: list[object] = []
        for commit in [*walk][::-1]:
            said = (plain(commit.author.raw_email), commit.author.time, plain(commit.raw_message).partition("\n")[0])
            for change in changes_of(self.trees, commit, 0):
                mode = commit.tree[change.path].filemode
                acts.setdefault(change.path, []).append(
                    (change.blob, mode, *said, *(trailer(commit, name) for name in _TRAILERS))
                )
            granting = tuple(str(commit.tree[name].id) for name in _GRANTS if name in commit.tree)
            if not grants or grants[-1] != granting:
                grants.append(granting)
        return acts, grants

    def outcome(self) -> tuple[str, str]:
        """The kind of one edit, and what came of it: found, no change of meaning, or unseen."""
        if self.chance.randrange(len(_EDITS) + 1) == 0:
            name, made, clean = self.refs()
            found = self._found(made, None, (("before", self.note),))
        else:
            name, made, clean = self.edit()
            at = max(0, self.line.index(clean) - 2 * _WINDOW)
            found = self._found(made, None if name == "keys" or at == 0 else self.line[at])
        if found:
            return name, "found"
        return name, "no change" if made and self.meaning(made) == self.meaning(clean) else f"UNSEEN {made}"

    def _found(self, tip: str | None, since: str | None, notes: Sequence[tuple[str, bytes]] = ()) -> bool:
        edited = Path(self.git.path, "refs", "heads", "edited")
        edited.write_text(f"{tip}\n") if tip else edited.unlink(missing_ok=True)
        audit = RecordAudit(self.path, since, branch="refs/heads/edited", checkpoints=notes)
        try:
            return next(audit.violations(), None) is not None
        except RecordUnavailable:
            return True


def _with_parent(data: Data, parent: str) -> Data:
    return re.sub(rb"(?m)^parent .*$", b"parent %s" % parent.encode(), data, count=1)


_EDITS: dict[str, Callable[[Mutator, int], str]] = {
    name: getattr(Mutator, name)
    for name in ("message", "header", "trailers", "times", "parents", "order", "blob", "tree", "keys")
}


def outcomes(folder: Path, tickets: int, edits: int, seed: int) -> Counter[tuple[str, str]]:
    """The number of edits of each kind and outcome."""
    signers = Signers()
    path = signed_record(folder / "record.git", tickets, signers, group=1)
    note = checkpoint_of(path, signers.keys[KeyClass.SERVICE])
    mutator = Mutator(path, random.Random(seed), note)  # noqa: S311  repeatable, no secret
    return Counter(mutator.outcome() for _ in range(edits))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("tickets", 300), ("edits", 1_000), ("seed", 14)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(Path(folder), asked.tickets, asked.edits, asked.seed)
    for (name, came), times in sorted(found.items()):
        sys.stdout.write(f"{name}: {came}: {times}\n")
    return 1 if any(came.startswith("UNSEEN") for _, came in found) else 0


if __name__ == "__main__":
    sys.exit(main())
