"""Opens a clone for Git's own plumbing, which is fastest for many commits, and walks its first-parent line."""

import configparser
import os
from collections.abc import Iterator
from pathlib import Path

import git
import pygit2
from pygit2.enums import SortMode

_HARMLESS = {
    "log.showSignature": "false",  # or a program that the clone names is run for each commit
    "core.fsmonitor": "false",
    "core.commitGraph": "false",  # it says again which parents a commit has, and may lie
    "core.multiPackIndex": "false",
    "core.hooksPath": "/dev/null",
    "core.quotePath": "true",
    "diff.external": "",
    "protocol.allow": "never",
}
"""Whatever the clone's own configuration says: it is whoever's made the clone."""


def opened(path: Path) -> git.Repo:
    """The repository at the path, read as it is.

    No replaced objects, no configuration of the reader's; nothing is fetched, and no program is run that the clone
    names. Raises GitError.
    """
    settings = {f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(_HARMLESS)}
    settings |= {f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(_HARMLESS.values())}
    repo = git.Repo(path)
    repo.git.update_environment(
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_NO_LAZY_FETCH="1",
        GIT_GRAFT_FILE=os.devnull,
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_ALLOW_PROTOCOL="",
        GIT_CONFIG_COUNT=str(len(_HARMLESS)),
        LC_ALL="C",
        **settings,
    )
    return repo


UNREADABLE = (git.GitError, pygit2.GitError, OSError, KeyError, UnicodeError, ValueError, configparser.Error)
"""The errors of reading a clone that is none, is not whole, or has a configuration that can't be read."""


def last_line(error: Exception) -> str:
    """The last line of what a program said, which tells why."""
    return (str(error).splitlines() or [type(error).__name__])[-1]


def line(objects: pygit2.Repository, before: str | None, tip: str) -> Iterator[pygit2.Commit]:
    """The commits of the first-parent line after `before` up to the tip, oldest first.

    Raises ValueError where the tip's line does not go through `before`.
    """
    walk = objects.walk(tip, SortMode.TOPOLOGICAL | SortMode.REVERSE)
    walk.simplify_first_parent()
    if before is not None:
        walk.hide(before)
    known = before
    for commit in walk:
        parent = str(commit.parent_ids[0]) if commit.parent_ids else None
        if parent != known:
            raise ValueError(f"the branch was rewritten: {commit.id} does not come right after {known}")
        known = str(commit.id)
        yield commit
    if known != tip:
        raise ValueError(f"the branch was rewritten: {tip} does not come after {before}")


def newest_first(objects: pygit2.Repository, tip: pygit2.Commit | None) -> Iterator[pygit2.Commit]:
    """The commits of the first-parent line up to the tip, the newest first; none without one."""
    if tip is not None:
        walk = objects.walk(tip.id, SortMode.NONE)
        walk.simplify_first_parent()
        yield from walk


def changed_on_line(repo: git.Repo, tip: str, *paths: str) -> Iterator[tuple[int, str]]:
    """The commits of the first-parent line that changed a path, oldest first, each with its number there, from 1.

    Looks at the line twice: half a million commits take some seconds, and next to no memory.
    """
    number, before = 0, None
    for commit in repo.git.log("--first-parent", "--reverse", "--format=%H", tip, "--", *paths).split():
        number += count(repo, f"{before}..{commit}" if before else commit)
        yield number, commit
        before = commit


def count(repo: git.Repo, revisions: str) -> int:
    """Counts the commits of the range on its first-parent line."""
    return int(repo.git.rev_list("--count", "--first-parent", revisions))
