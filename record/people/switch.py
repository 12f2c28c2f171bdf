"""The commit from which the rules of `spec.controls: 2` hold, on the branch's first-parent line."""

from collections.abc import Iterator

import pygit2
from pygit2.enums import SortMode

from domain.ticket import FOLDER
from record.people.members import PLATFORM, Membership, parse


def find_switch(git: pygit2.Repository, tip: str, after: str | None = None) -> str | None:
    """The first commit up to the tip, and after that one, whose platform's file switches the rules on; or None.

    The line is looked at once: what is found holds for good, whatever later commits say.
    """
    walk = git.walk(tip, SortMode.TOPOLOGICAL | SortMode.REVERSE)
    walk.simplify_first_parent()
    if after is not None:
        walk.hide(after)
    seen: dict[str, bool] = {}
    for commit in walk:
        tree = commit.tree
        if PLATFORM not in tree:
            continue
        entry = tree[PLATFORM]
        mark = str(entry.id)
        if mark not in seen:
            seen[mark] = isinstance(entry, pygit2.Blob) and _switches(entry.data)
        if seen[mark]:
            return str(commit.id)
    return None


def _switches(data: bytes) -> bool:
    read = parse(PLATFORM, data)
    return isinstance(read, Membership) and read.rules.controls > 1


def older(git: pygit2.Repository, switch: str) -> Iterator[str]:
    """The tickets that were there when the rules were switched on, and keep the rules of their time, by path."""
    tree = git[switch].peel(pygit2.Commit).tree
    folder = tree[FOLDER] if FOLDER in tree else None  # noqa: SIM401  a tree has no get
    if isinstance(folder, pygit2.Tree):
        yield from (f"{FOLDER}/{delta.new_file.path}" for delta in folder.diff_to_tree(swap=True).deltas)
