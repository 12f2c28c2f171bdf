"""Browsers in which people are notified: a journal at `refs/people/browsers`, a file an address, named by its hash."""

import logging
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from domain.browsers import Browser, BrowserChange, BrowserList
from domain.formats import NewerMessage
from domain.roles import Person
from record.git.journal import Journal
from record.git.preferences import path_of
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
BROWSERS = "refs/people/browsers"


def keep_browser(repository: Repository, change: BrowserChange) -> None:
    """Put the change into the record, once however often it is asked for; durable when this returns.

    Raises TooManyBrowsers, and RecordUnavailable, to be tried again.
    """
    journal = repository.journal(BROWSERS)
    paths = dict.fromkeys(map(path_of, change.addresses if change.added is None else change.addresses[:1]))
    for path in paths:
        journal.change(path, lambda file: _changed(file, change), "Change somebody's browsers")


def forget_browsers(repository: Repository, addresses: Iterable[str]) -> None:
    """Take all browsers of these addresses out of the record. Raises RecordUnavailable."""
    for path in dict.fromkeys(map(path_of, addresses)):
        repository.journal(BROWSERS).change(path, _emptied, "Forget somebody's browsers")


def browsers_of(journal: Journal, person: Person) -> Iterator[Browser]:
    """The browsers at all of the person's addresses, as this disk knows them. Raises RecordUnavailable."""
    for path in dict.fromkeys(map(path_of, (person.email, *person.aliases))):
        yield from _readable(journal.newest(path)).browsers


def _emptied(file: bytes | None) -> bytes | None:
    return _written(_readable(file), BrowserList())


def _changed(file: bytes | None, change: BrowserChange) -> bytes | None:
    before = _readable(file)
    after = before.with_(change.added) if change.added else before.without(change.removed or "")
    return _written(before, after)


def _written(before: BrowserList, after: BrowserList) -> bytes | None:
    """The file; None where nothing changed."""
    return None if after == before else after.model_dump_json(indent=1).encode() + b"\n"


def _readable(file: bytes | None) -> BrowserList:
    """The file's browsers; none where it can't be read: they can be switched on again."""
    if file is None:
        return BrowserList()
    try:
        return BrowserList.model_validate_json(file)
    except (ValidationError, NewerMessage) as error:
        _LOG.error("%s: a file can't be read, so nobody is notified by it: %s", BROWSERS, error)
        return BrowserList()
