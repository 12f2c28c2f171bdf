"""Finds which commits changed which files, by Git's own plumbing, which compares wide folders fastest."""

from ast import literal_eval
from collections.abc import Iterator
from dataclasses import dataclass

import git

from domain.ticket import FOLDER
from record.people.members import shown

_ABSENT = "0" * 40


@dataclass(frozen=True, slots=True)
class CommitChanges:
    """A commit and the ticket files it changed as (path, old blob, new blob), None where there is no file.

    A merge has changed what differs from all its parents; what it left out of one of them is not told here.
    """

    commit: str
    files: tuple[tuple[str, str | None, str | None], ...]


def on_line(repo: git.Repo, revisions: str) -> Iterator[CommitChanges]:
    """Every commit of the range's first-parent line, oldest first, that changed a ticket, against its first parent."""
    options = ("--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "--no-abbrev", "--no-renames")
    told = repo.git.log(*options, "--no-ext-diff", "--format=%H", revisions, "--", FOLDER, as_process=True)
    commit, files = "", list[tuple[str, str | None, str | None]]()
    for line in map(bytes.decode, told.stdout):
        if line.startswith(":"):
            files += filter(None, (_file(line),))
        elif line.strip():
            if commit:
                yield CommitChanges(commit, tuple(files))
            commit, files = line.strip(), []
    if commit:
        yield CommitChanges(commit, tuple(files))
    told.wait()


def added(repo: git.Repo, commit: str, path: str) -> str:
    """The last commit up to this one that made the file where there was none."""
    return str(repo.git.log("-1", "--format=%H", "--diff-filter=A", "--no-renames", commit, "--", path))


def _file(line: str) -> tuple[str, str | None, str | None] | None:
    """A line of git diff-tree's raw output: a colon for each parent, modes, blobs, status, path."""
    head, _, told = line.rstrip("\n").partition("\t")
    path = _unquoted(told)
    if not is_ticket(path):
        return None
    fields = head.lstrip(":").split()
    blobs = [None if blob == _ABSENT else blob for blob in fields[len(fields) // 2 : -1]]
    return path, blobs[0], blobs[-1]


def _unquoted(told: str) -> str:
    """A path as git prints it: one with unusual characters in quotes, each byte escaped as in a literal of Python's."""
    return shown(literal_eval(f"b{told}")) if told.startswith('"') else told


def is_ticket(path: str) -> bool:
    """Tells whether a file at the path has to be a ticket."""
    return path.startswith(f"{FOLDER}/") and path.endswith(".yaml")


def printable(line: str) -> str:
    """The line with whatever would move a reader's cursor shown as what it is."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
