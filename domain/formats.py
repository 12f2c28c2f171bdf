"""The formats in which one release leaves things to another, each with its version (docs/releases.md).

What names no version is version 1, as all was that came before versions had names. A reader refuses what is newer than
it knows, in one sentence, and guesses nothing. It looks for the version where it could not read the rest: values are
closed to unknown keys, so that a newer one never passes for one of its own, and reading costs nothing more.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError, model_validator

from domain.errors import NewerFormat
from domain.values import Frozen

KEY = "format"
"""The key that names the version in a JSON object, and (with a capital) the trailer that names it in a commit."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, and the newest version that this release reads. It writes that version, too."""

    name: str
    version: int = 1

    def newer(self, found: object) -> NewerFormat | None:
        """The refusal of a version that is newer, or none that this release knows; None for one that it reads."""
        if found is None or (isinstance(found, int) and not isinstance(found, bool) and 0 < found <= self.version):
            return None
        return NewerFormat.of(self.name, _shown(found), str(self.version))

    def newer_in(self, document: str | bytes) -> NewerFormat | None:
        """The same for a JSON document; None where it is none that names a version."""
        try:
            read = json.loads(document)
        except (ValueError, RecursionError):
            return None
        return self.newer(read.get(KEY)) if isinstance(read, dict) else None


def _shown(found: object) -> str:
    """The version as it is told; Python refuses to write an integer of more than 4,300 digits."""
    short = isinstance(found, str) or (isinstance(found, int) and abs(found) < 1_000_000_000)
    return str(found)[:40] if short else "that is none"


COMMITS = Format("commit")
"""A ticket's commit: its trailers, and the form of its subject."""
CLAIMS = Format("signature")
JOURNALS = Format("journal")
MESSAGES = Format("message")

_API = "apim.cab-i.com/v"
_API_VERSION = re.compile(re.escape(_API) + "([1-9][0-9]{0,8})")
FILES = Format("file")
"""Tickets, tenants, the platform and targets: their key is `apiVersion`."""


def newer_file(error: BaseException | None) -> NewerFormat | None:
    """The refusal of a file for the `apiVersion` that its reading stumbled over; None where something else is wrong."""
    if not isinstance(error, ValidationError):
        return None
    for fault in error.errors(include_url=False):
        if fault["loc"] == ("apiVersion",) and (found := _API_VERSION.fullmatch(str(fault["input"]))):
            return FILES.newer(int(found[1]))
    return None


class NewerMessage(Exception):
    """A message is in a format that a later release writes; `str()` is the sentence of the NewerFormat that caused it.

    A broken rule would end the promotion that has to read it. This lets it wait for a worker that can.
    """


class VersionedMessage(Frozen):
    """A value that processes of two releases hand to each other by way of Temporal."""

    @model_validator(mode="before")
    @classmethod
    def _read_the_format(cls, given: Any) -> Any:
        """Raise NewerMessage where the message names such a format: an older worker says so to a newer API."""
        if isinstance(given, dict) and (newer := MESSAGES.newer(given.get(KEY))):
            raise NewerMessage(str(newer)) from newer
        return given
