"""Keeps what was told of delegations, in the record: a journal at `refs/outbox/delegations`, a file a delegation."""

import logging

from pydantic import ValidationError

from domain.delegation_notices import DelegationNotes
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
TOLD = "refs/outbox/delegations"


class DelegationJournal:
    """The notes of the one writer. One thread uses it; its methods block."""

    def __init__(self, repository: Repository) -> None:
        self._journal = repository.journal(TOLD)

    def open(self) -> None:
        """Begin where the journal is now. Raises RecordUnavailable."""
        self._journal.open()

    def of(self, identity: str) -> DelegationNotes:
        """The notes of a delegation; none of one whose file can't be read. Raises RecordUnavailable."""
        file = self._journal.read(_path(identity))
        try:
            return DelegationNotes.model_validate_json(file) if file else DelegationNotes()
        except ValidationError as error:
            _LOG.error("%s: %s can't be read, so it may be told again: %s", TOLD, identity, error)
            return DelegationNotes()

    def note(self, identity: str, notes: DelegationNotes) -> None:
        """Keep the notes. Raises JournalMoved where somebody else leads, RecordUnavailable."""
        file = notes.model_dump_json().encode() + b"\n"
        self._journal.append({_path(identity): file}, "Note what was told of a delegation")


def _path(identity: str) -> str:
    return f"{identity[:2]}/{identity[2:]}.json"
