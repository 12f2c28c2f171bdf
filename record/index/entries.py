"""Finds the commit by which a ticket's file got each of its entries, by its number on the branch's first-parent line.

A merge is one change of that line. An entry has its place from the first time that the file held it, after the same
entries: a file that is edited by hand and put back keeps every place, and no entry ever gets an earlier one.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import git
import pygit2
from pygit2.enums import SortMode

from domain.ticket import FOLDER, Action, HistoryEntry, PromotionRequest, State
from record.errors import RecordUnavailable
from record.files.writing import texts_of
from record.git.objects import ObjectKind, object_id
from record.git.plumbing import last_line, opened
from record.git.trees import TreeComparer
from record.index.changes import is_ticket, on_line
from record.people.members import shown


@dataclass(frozen=True, slots=True)
class FileChange:
    """A commit of the line, by its number, made this blob of a ticket's file; None where it took the file away."""

    path: str
    position: int
    blob: str | None


def brought(objects: pygit2.Repository, commit: pygit2.Commit) -> Iterator[pygit2.Commit]:
    """The commits that this one of the line brought to the branch, itself the last, in one order for every reader."""
    if len(commit.parent_ids) < 2:
        return iter((commit,))
    walk = objects.walk(commit.id, SortMode.TOPOLOGICAL | SortMode.REVERSE)
    walk.hide(commit.parent_ids[0])
    return iter(walk)


def changes_of(trees: TreeComparer, commit: pygit2.Commit, position: int) -> Iterator[FileChange]:
    """The tickets' files that a commit of the line made, changed or took away."""
    before = _folder(commit.parents[0]) if commit.parent_ids else None
    for name, blob in trees.changed(before, _folder(commit)):
        path = f"{FOLDER}/{shown(name)}"
        if is_ticket(path):
            yield FileChange(path, position, None if blob is None else blob.hex())


def all_changes(path: str, positions: Mapping[str, int], before: str | None, tip: str) -> Iterator[FileChange]:
    """The same of every commit of the line after `before`, by Git itself, which is many times faster for many."""
    try:
        with opened(Path(path)) as repo:
            for change in on_line(repo, f"{before}..{tip}" if before else tip):
                yield from (FileChange(file, positions[change.commit], blob) for file, _, blob in change.files)
    except git.GitError as error:
        raise RecordUnavailable(f"Git can't tell what changed: {last_line(error)}") from error


def _folder(commit: pygit2.Commit) -> bytes | None:
    tree = commit.tree
    found = tree[FOLDER] if FOLDER in tree else None  # noqa: SIM401  a tree has no get
    return found.id.raw if isinstance(found, pygit2.Tree) else None


@lru_cache(maxsize=64)  # who takes up a ticket asks for its places, its proof and its milestones
def prints(history: tuple[HistoryEntry, ...]) -> tuple[bytes, ...]:
    """The print of each entry, which tells it from all others: itself, and the entries before it."""
    found, known = list[bytes](), b""
    for entry in history:
        known = hashlib.sha256(known + entry.model_dump_json().encode()).digest()[:16]
        found.append(known)
    return tuple(found)


Places = Mapping[bytes, int]
"""The numbers of a file's entries, those that it does not hold any more too, by their prints."""


def places(
    changes: Sequence[FileChange],
    read: Callable[[str, str], PromotionRequest | None],
    last: PromotionRequest | None = None,
) -> Places:
    """The places that a file's changes, oldest first, gave to its entries.

    `last` is what the file says in the end, where that is known: what we wrote before it need not be read.
    """
    known, found = {} if last is None else _written(last, changes), dict[bytes, int]()
    for change in changes:
        if change.blob is None:
            continue
        held = known.get(change.blob)
        if held is None:
            ticket = read(change.path, change.blob)
            held = prints(ticket.status.history) if ticket else ()
        for each in held:
            found.setdefault(each, change.position)
    return found


def _written(last: PromotionRequest, changes: Sequence[FileChange]) -> dict[str | None, tuple[bytes, ...]]:
    """The entries, by their prints, that the ticket's file held in each blob that we wrote of it."""
    held = prints(last.status.history)
    if len(changes) == 1:
        return {changes[0].blob: held}
    blobs = (object_id(ObjectKind.BLOB, text.encode()).hex() for text in texts_of(last))
    return {blob: held[:length] for length, blob in enumerate(blobs, 1)}


class Milestones(NamedTuple):
    """The places by which lists of one target are ordered; None where it never came that far.

    `approved` is the approval that stands, `first_approved` the first there ever was, `failed` the last failure.
    """

    first_approved: int | None
    approved: int | None
    deployed: int | None
    failed: int | None


def milestones(ticket: PromotionRequest, known: Places) -> Milestones:
    """The ticket's, by the places of its entries; KeyError where these are another ticket's."""
    history = ticket.status.history
    at = [known[each] for each in prints(history)]
    approvals = [place for place, entry in zip(at, history, strict=True) if entry.action is Action.APPROVED]
    return Milestones(
        first_approved=approvals[0] if approvals else None,
        approved=approvals[-1] if ticket.status.approved_at is not None else None,
        deployed=_last(at, history, Action.DEPLOYED) if ticket.state is State.DEPLOYED else None,
        failed=_last(at, history, Action.FAILED),
    )


def _last(at: Sequence[int], history: Sequence[HistoryEntry], action: Action) -> int | None:
    """The place of the last entry of the action."""
    return max((place for place, entry in zip(at, history, strict=True) if entry.action is action), default=None)
