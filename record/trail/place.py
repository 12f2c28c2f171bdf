"""The place that somebody has in the audit trail who reads all of it in order, kept in a journal beside it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, ValidationError

from domain.formats import JOURNALS
from domain.trail import AuditEntry
from domain.values import CommitId, Frozen
from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.trail.repository import Segment, TrailRepository
from record.trail.segments import read

_LOG = logging.getLogger(__name__)
_FILE = "place.json"


class MonthPlace(Frozen):
    """The commit of a month up to which all was read; on the way to `to`, the last segment that was."""

    at: CommitId | None = None
    to: CommitId | None = None
    path: str = ""


class TrailPlace(Frozen):
    """The place in each month; `lost` counts entries that were left out, of all time."""

    months: dict[str, MonthPlace] = Field(default_factory=dict)
    lost: int = 0


Ahead = tuple[Segment, tuple[AuditEntry, ...]]
"""A segment that is to be read, with its entries."""


@dataclass
class TrailReader:
    """Reads the trail segment by segment from its place on. One thread uses it; its methods block."""

    trail: TrailRepository
    journal: Journal
    place: TrailPlace
    _ahead: Iterator[Ahead] | None = None
    _found: Ahead | None = None
    """The segment that was given last, until it is passed."""

    @classmethod
    def of(cls, trail: TrailRepository, name: str) -> "TrailReader":
        """Goes on from where the journal is; without one, from the trail's end, so that nothing old is read.

        Raises RecordUnavailable, JournalMoved, NewerFormat.
        """
        journal = trail.place(name)
        journal.open()
        found = journal.read(_FILE)
        try:
            place = TrailPlace.model_validate_json(found) if found else None
        except ValidationError as error:
            if found and (newer := JOURNALS.newer_in(found)):
                raise newer from error
            raise RecordUnavailable(f"{journal.ref} can't be read: {error}") from error
        trail.fetch()
        if place is not None:
            return cls(trail, journal, place)
        reader = cls(
            trail, journal, TrailPlace(months={month: MonthPlace(at=tip) for month, tip in trail.months().items()})
        )
        _LOG.warning("%s begins at the end of the audit trail", name)
        reader.note()
        return reader

    def next(self) -> Ahead | None:
        """The next segment with its entries, the same until it is passed; None where there is no more.

        Raises RecordUnavailable.
        """
        if self._found is None:
            try:
                self._ahead = self._ahead or self._read()  # goes on: what there is is listed once
                self._found = next(self._ahead, None)
            except RecordUnavailable:
                self._ahead = None
                raise
            if self._found is None:
                self._ahead = None
        return self._found

    def _read(self) -> Iterator[Ahead]:
        for month, tip in self.trail.months().items():
            known = self.place.months.get(month, MonthPlace())
            if known.at == tip:
                continue
            to = known.to or tip
            segments = self.trail.added(month, known.at, to) if self.trail.follows(tip, to) else None
            if segments is None:
                _LOG.error("%s of the audit trail was rewritten: what is in it now is not read", month)
                self._move(month, MonthPlace(at=tip))
                continue
            self._move(month, known.model_copy(update={"to": to}))
            for segment in segments:
                if segment.path > known.path:
                    yield segment, tuple(read(f"{month}/{segment.path}", segment.data))
            self._move(month, MonthPlace(at=to))

    def passed(self, segment: Segment, lost: int = 0) -> None:
        """Take the segment for read; `lost` of its entries were left out."""
        known = self.place.months.get(segment.month, MonthPlace())
        self._move(segment.month, known.model_copy(update={"path": segment.path}))
        self.place = self.place.model_copy(update={"lost": self.place.lost + lost})
        self._found = None

    def note(self) -> None:
        """Keep the place. Raises JournalMoved, RecordUnavailable."""
        self.journal.append({_FILE: self.place.model_dump_json(indent=1).encode() + b"\n"}, "Read on")

    def _move(self, month: str, place: MonthPlace) -> None:
        self.place = self.place.model_copy(update={"months": self.place.months | {month: place}})
