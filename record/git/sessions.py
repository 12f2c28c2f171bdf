"""The revocation list in the record: a journal at `refs/sessions/revoked`, beside the branch.

It is a ring of small files, one a minute of `_DAYS` days: an append costs the same whatever the list holds, and a file
is written anew when its minute comes round, so that the list stays as small as what was revoked in these days.
"""

import logging

import pygit2
from pydantic import TypeAdapter, ValidationError
from pygit2.enums import DeltaStatus

from domain.formats import NewerMessage
from domain.sessions import LONGEST_LIFE, Revocation
from record.errors import RecordUnavailable
from record.git.lasting import repository_at
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
REVOKED = "refs/sessions/revoked"
_DAYS = LONGEST_LIFE.days + 1
_FILE = TypeAdapter(tuple[Revocation, ...])


def path_of(entry: Revocation) -> str:
    """The file of the minute in which the entry was made: `3/17/05.json`."""
    return f"{entry.at.toordinal() % _DAYS}/{entry.at:%H/%M}.json"


def revoke(repository: Repository, entry: Revocation) -> None:
    """Put the entry on the list, once however often it is asked for; durable when this returns.

    Raises RecordUnavailable, after which it may be asked again.
    """

    def added(file: bytes | None) -> bytes | None:
        found = [each for each in entries(file) if abs(entry.at - each.at) < LONGEST_LIFE]
        return None if entry in found else _FILE.dump_json((*found, entry), indent=1) + b"\n"

    repository.journal(REVOKED).change(path_of(entry), added, "Revoke a session")


def entries(file: bytes | None) -> tuple[Revocation, ...]:
    """The entries of a file. Raises RecordUnavailable for one that somebody damaged, or a later release wrote."""
    if file is None:
        return ()
    try:
        return _FILE.validate_json(file)
    except (ValidationError, NewerMessage) as error:
        raise RecordUnavailable(f"{REVOKED} can't be read: {error}") from error


class RevokedFollower:
    """Reads what is new on the list, as this disk knows it. One thread uses it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._journal = repository.journal(REVOKED)
        self._tree: pygit2.Oid | None = None
        self._tip: str | None = None

    def news(self) -> tuple[list[Revocation], bool]:
        """The entries of the files that changed since the last time that all could be read, and whether all could now.

        Microseconds where nothing has changed. Raises RecordUnavailable.
        """
        try:
            tip = self._journal.shown()
            if self._repository.tip() is None:
                raise RecordUnavailable("The Git record is gone, or has no such branch")
            return ([], True) if tip is None or tip == self._tip else self._read(tip)
        except (OSError, pygit2.GitError, KeyError) as error:
            self._tip = self._tree = None  # all of it is read anew once the repository is back
            raise RecordUnavailable(f"{REVOKED} can't be read: {error}") from error

    def _read(self, tip: str) -> tuple[list[Revocation], bool]:
        git, found, whole = repository_at(self._repository.path), list[Revocation](), True
        tree = git[tip].peel(pygit2.Tree)
        for path in _changed(git, self._tree, tree):
            try:
                found += entries(git[tree[path].id].peel(pygit2.Blob).data)
            except RecordUnavailable as error:  # the other files refuse what they name all the same
                _LOG.error("%s: %s", path, error)
                whole = False
        if whole:
            self._tip, self._tree = tip, tree.id
        return found, whole


def _changed(git: pygit2.Repository, before: pygit2.Oid | None, tree: pygit2.Tree) -> list[str]:
    """The paths of the files that are new, or others than before; all of them where what was before is gone."""
    if before is None or before not in git:
        diff = tree.diff_to_tree(swap=True)
    else:
        diff = git[before].peel(pygit2.Tree).diff_to_tree(tree)
    return [delta.new_file.path for delta in diff.deltas if delta.status != DeltaStatus.DELETED]
