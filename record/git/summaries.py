"""The days of the last summaries, in the record: a journal at `refs/outbox/summaries`, a file a person."""

import logging
from datetime import date

from pydantic import ValidationError

from domain.summary import SummaryNote
from record.git.preferences import path_of
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
SENT = "refs/outbox/summaries"


class SummaryNotes:
    """The notes of the one writer. One thread uses it; its methods block."""

    def __init__(self, repository: Repository) -> None:
        self._journal = repository.journal(SENT)

    def open(self) -> None:
        """Begin where the journal is now. Raises RecordUnavailable."""
        self._journal.open()

    def last(self, address: str) -> date | None:
        """The day of somebody's last summary; None for none, or one that can't be read. Raises RecordUnavailable."""
        file = self._journal.read(path_of(address))
        try:
            return SummaryNote.model_validate_json(file).day if file else None
        except ValidationError as error:
            _LOG.error("%s can't be read, so a summary may be sent again: %s", SENT, error)
            return None

    def note(self, address: str, day: date) -> None:
        """Note that the day's summary was sent. Raises JournalMoved where somebody else leads, RecordUnavailable."""
        file = SummaryNote(day=day).model_dump_json().encode() + b"\n"
        self._journal.append({path_of(address): file}, "Note a summary")
