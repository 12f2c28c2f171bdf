"""Preferences in the record: a journal at `refs/people/preferences`, a file each, named by a hash of the address."""

import hashlib
import logging

from pydantic import ValidationError

from domain.audience import Audience
from domain.errors import PreferencesChanged
from domain.formats import NewerMessage
from domain.preferences import DEFAULTS, Preferences, PreferencesChange
from domain.roles import Person, same_address
from record.git.journal import Journal
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
PREFERENCES = "refs/people/preferences"


def path_of(address: str) -> str:
    """The file of whoever has the address: `3f/9c….json`. An address may have characters that no path may."""
    digest = hashlib.sha256(same_address(address).encode()).hexdigest()
    return f"{digest[:2]}/{digest[2:]}.json"


def keep(repository: Repository, change: PreferencesChange) -> None:
    """Put the preferences into the record, once however often it is asked for; durable when this returns.

    Raises PreferencesChanged where others than `base` stand there, and RecordUnavailable, to be tried again.
    """

    def changed(file: bytes | None) -> bytes | None:
        before = _readable(file, change.email)
        if file is not None and before == change.preferences:
            return None
        if before.revision != change.base:
            raise PreferencesChanged
        return change.preferences.model_dump_json(indent=1).encode() + b"\n"

    repository.journal(PREFERENCES).change(path_of(change.email), changed, "Keep somebody's preferences")


def preferences_of(repository: Repository, person: Person) -> Preferences:
    """The person's preferences, as this disk knows them; the defaults where they chose nothing, or it can't be read.

    Their own address counts first, then their others. Raises RecordUnavailable where the whole journal can't be read.
    """
    return _found(repository.journal(PREFERENCES), person)


def with_preferences(repository: Repository, audience: Audience) -> Audience:
    """The audience with what each of its people prefers. Raises RecordUnavailable."""
    journal = repository.journal(PREFERENCES)
    contacts = (each.model_copy(update={"preferences": _found(journal, each.person)}) for each in audience.contacts)
    return audience.model_copy(update={"contacts": tuple(contacts)})


def _found(journal: Journal, person: Person) -> Preferences:
    for address in (person.email, *person.aliases):
        if (file := journal.newest(path_of(address))) is not None:
            return _readable(file, address)
    return DEFAULTS


def _readable(file: bytes | None, address: str) -> Preferences:
    if file is None:
        return DEFAULTS
    try:
        return Preferences.model_validate_json(file)
    except (ValidationError, NewerMessage) as error:
        _LOG.error(
            "%s: %s of %s can't be read, so the defaults count: %s", PREFERENCES, path_of(address), address, error
        )
        return DEFAULTS
