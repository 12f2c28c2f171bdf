"""Holds a branch against checkpoints that were signed of it before, and kept where nobody who may push can reach.

Only this shows what is no longer there: a record that was set back, cut off or written anew is clean by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pygit2
from joserfc.jwk import OKPKey

from domain.checkpoint import Checkpoint
from domain.merkle import CompactRange, leaf_hash
from record.audit.checks import Violation
from record.errors import BranchRewritten, RecordUnavailable
from record.facts.tree import ActTree
from record.signing.checkpoints import proven_checkpoint, read_checkpoint, service_keys
from record.signing.keys import KeyLine
from record.signing.notes import NotANote, NoteUnproven, SignedNote, VerifierKey


@dataclass(frozen=True)
class Head:
    """The tree up to a commit of the line: the number of acts, and the root in hex."""

    size: int
    root: str


@dataclass(frozen=True)
class BranchSeen:
    """The branch as an audit saw it, for judging checkpoints of it.

    `heads` holds the tree at the branch's tip, and at each commit of its first-parent line that a checkpoint names.
    """

    tip: str
    heads: dict[str, Head]
    known: Callable[[str], bool]
    """Tells whether the clone has a commit, on the branch or not."""
    follows: Callable[[str, str], bool]
    """Tells whether the first commit comes after the second."""


def _broken(said: Checkpoint, branch: BranchSeen) -> tuple[str, str] | None:
    """The rule that is broken, and how; None where the branch goes on from what the checkpoint says."""
    then, now = f"{said.tip[:12]} with {said.size} acts", branch.heads[branch.tip]
    if (head := branch.heads.get(said.tip)) is not None:
        if head == Head(said.size, said.root):
            return None
        return "checkpoint-forged", f"it says other acts of {said.tip[:12]} than that commit has: {head.size}"
    if branch.known(said.tip) and branch.follows(said.tip, branch.tip):
        return "rolled-back", f"the branch was at {then}; it was set back to {branch.tip[:12]} with {now.size}"
    if now.size < said.size:
        return "truncated", f"the branch was at {then}; it ends at {branch.tip[:12]} with {now.size}"
    return "rewritten", f"the branch was at {then}; the line to {branch.tip[:12]} does not pass there"


class CheckpointCheck:
    """Holds a branch against checkpoints, each with its name, while somebody reads it from its first commit on.

    `keys` are those that are believed, by kid or as verifier keys (`name+id+key`); without any, the record's service
    keys. Raises NotANote, RecordUnavailable.
    """

    def __init__(
        self, git: pygit2.Repository, tip: str, notes: Iterable[tuple[str, bytes]], keys: Iterable[str] = ()
    ) -> None:
        given = tuple(keys)
        spelled = tuple(VerifierKey.read(each) for each in given if "+" in each)
        kids = tuple(each for each in given if "+" not in each)
        line = KeyLine(Path(git.path), kids)
        line.move_to(tip)
        believes = kids or not given
        self._read = [(name, _proven(note, _ours(note, line) if believes else [], spelled)) for name, note in notes]
        self._named = {tip} | {said.tip for _, said in self._read if isinstance(said, Checkpoint)}
        self._git, self._tip = git, tip
        self._leaves, self._heads = CompactRange(), dict[str, Head]()

    def take(self, commit: str, leaves: Iterable[bytes]) -> None:
        """Take up the next commit of the line, and the hashes of its acts."""
        for each in leaves:
            self._leaves.append(each)
        if commit in self._named:
            self._heads[commit] = Head(self._leaves.size, self._leaves.root.hex())

    def read(self) -> None:
        """Read the whole line, for whoever does not."""
        tree = ActTree(self._git)
        try:
            for commit, leaves in tree.read(self._tip):
                self.take(commit, map(leaf_hash, leaves))
        except BranchRewritten as error:  # not from the first commit on: only a broken repository does that
            raise RecordUnavailable(str(error)) from error

    def violations(self) -> Iterator[Violation]:
        """Every violation that the checkpoints show of the branch, once all of it was taken up."""
        branch = BranchSeen(self._tip, self._heads, self._git.__contains__, self._git.descendant_of)
        for name, said in self._read:
            if isinstance(said, NoteUnproven):
                why = f"it proves nothing: {said}; --key names a key that the record does not have"
                yield Violation(self._tip, name, "checkpoint-forged", why)
            elif (broken := _broken(said, branch)) is not None:
                yield Violation(self._tip, name, *broken)


def check(
    git: pygit2.Repository, tip: str, notes: Iterable[tuple[str, bytes]], keys: Iterable[str] = ()
) -> Iterator[Violation]:
    """Every violation that checkpoints show of the history that ends at the tip. Raises NotANote, RecordUnavailable."""
    held = CheckpointCheck(git, tip, notes, keys)
    held.read()
    yield from held.violations()


def _ours(note: bytes, line: KeyLine) -> list[OKPKey]:
    """The record's keys that may have signed the note: those that had not ended at its commit of the line.

    That is harmless where a thief dates one back, for the branch has to agree with it. Of a commit that is elsewhere
    nobody knows when it was, so no key counts there that was ever revoked. Raises NotANote.
    """
    now, then = line.current(), line.after(read_checkpoint(SignedNote.read(note).text).tip)
    return service_keys(now, without=now.revoked if then is None else then.ended)


def _proven(note: bytes, keys: Iterable[OKPKey], believed: Iterable[VerifierKey]) -> Checkpoint | NoteUnproven:
    try:
        return proven_checkpoint(note, keys, believed)
    except NoteUnproven as why:
        return why


def notes_in(files: Iterable[Path]) -> list[tuple[str, bytes]]:
    """The checkpoints of files, by the names of these. Raises NotANote for one that can't be read."""
    try:
        return [(file.name, file.read_bytes()) for file in files]
    except OSError as error:
        raise NotANote(f"{error.filename} can't be read: {error.strerror}") from error
