"""An outbox in the record: how far a channel has told of it, and what it told of each ticket."""

import logging
from datetime import datetime

from pydantic import ValidationError

from domain.announcement import Channel
from domain.delivery import Position, Progress, Report, TicketAnnouncements
from domain.following import outbox_ref
from domain.formats import JOURNALS
from domain.webhooks import DeadLetter, DeadLetters
from record.errors import RecordUnavailable
from record.git.journal import Journal
from record.git.repository import Repository

_LOG = logging.getLogger(__name__)
CURSOR = "cursor.json"
UNDELIVERED = "undelivered.json"
_TO_A_FOLDER = 100
"""Tickets in one folder: what an append costs does not grow with their number."""


def path_of(ticket_id: str) -> str:
    """The place at which an outbox keeps a ticket: `2026/00/PR-2026-0001.json`."""
    _, year, number = ticket_id.split("-")
    return f"{year}/{int(number) // _TO_A_FOLDER:02}/{ticket_id}.json"


def announced(repository: Repository, ticket_id: str) -> Report:
    """Reports what was announced of a ticket on every channel, as this disk knows it.

    Raises RecordUnavailable, NewerFormat.
    """
    files = (repository.journal(outbox_ref(channel)).newest(path_of(ticket_id)) for channel in Channel)
    return Report.of(_correspondence(ticket_id, file) for file in files)


def escalations(repository: Repository, ticket_id: str) -> tuple[Progress, ...]:
    """The times that rules asked further people about a ticket, on every channel, also where that reached nobody.

    Raises RecordUnavailable, NewerFormat.
    """
    files = (repository.journal(outbox_ref(channel)).newest(path_of(ticket_id)) for channel in Channel)
    found = (each for file in files for each in _correspondence(ticket_id, file).progress)
    return tuple(each for each in found if each.escalates_to is not None)


def undelivered(repository: Repository, channel: Channel) -> DeadLetters:
    """The announcements that the channel gave up, as this disk knows them. Raises RecordUnavailable, NewerFormat."""
    return _dead_letters(channel, repository.journal(outbox_ref(channel)).newest(UNDELIVERED))


def _dead_letters(where: str, file: bytes | None) -> DeadLetters:
    """Reads the list; one that somebody damaged begins anew, for it is there to be looked at alone."""
    try:
        return DeadLetters.model_validate_json(file) if file else DeadLetters()
    except ValidationError as error:
        if file and (newer := JOURNALS.newer_in(file)):
            raise newer from error
        _LOG.error("%s: its list of what was not delivered can't be read: %s", where, error)
        return DeadLetters()


def _correspondence(ticket_id: str, file: bytes | None) -> TicketAnnouncements:
    """Reads what a file says; of one that somebody damaged, nothing: what it said is told again, with the same ids.

    Raises NewerFormat: a file that a later release wrote is not damaged.
    """
    if file is None:
        return TicketAnnouncements()
    try:
        return TicketAnnouncements.model_validate_json(file)
    except ValidationError as error:
        if newer := JOURNALS.newer_in(file):
            raise newer from error
        _LOG.error("an outbox's file of %s can't be read: %s", ticket_id, error)
        return TicketAnnouncements()


class Outbox:
    """A channel's outbox as its leader has it: what it changes is kept in memory until `append`. One thread uses it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position: Position | None = None
        self._changed: dict[str, TicketAnnouncements] = {}
        self._lost: list[DeadLetter] = []
        self._noted: Position | None = None

    def open(self) -> bool:
        """Read where the outbox is; whether it has begun at all. Raises RecordUnavailable, NewerFormat."""
        self._journal.open()
        self._changed, self._lost = {}, []
        found = self._journal.read(CURSOR)
        try:
            self._position = self._noted = Position.model_validate_json(found) if found else None
        except ValidationError as error:
            if found and (newer := JOURNALS.newer_in(found)):
                raise newer from error
            raise RecordUnavailable(f"{self._journal.ref} can't be read: {error}") from error
        return found is not None

    def begin(self, cursor: str | None, now: datetime) -> None:
        """Begin at a commit of the branch. Raises JournalMoved, RecordUnavailable."""
        self._position = Position(cursor=cursor, began=now)
        self.append()

    @property
    def position(self) -> Position:
        if self._position is None:
            raise RecordUnavailable(f"{self._journal.ref} has not begun")
        return self._position

    @property
    def changed(self) -> bool:
        """Tells whether there is something to append."""
        return bool(self._changed) or self._position != self._noted

    def of(self, ticket_id: str) -> TicketAnnouncements:
        """The announcements of the ticket so far. Raises RecordUnavailable."""
        known = self._changed.get(ticket_id)
        return known or _correspondence(ticket_id, self._journal.read(path_of(ticket_id)))

    def put(self, ticket_id: str, announced: TicketAnnouncements) -> None:
        self._changed[ticket_id] = announced

    def move_to(self, cursor: str) -> None:
        """Note that everything up to the commit was taken up."""
        self._position = self.position.model_copy(update={"cursor": cursor})

    def count(self, *, sent: int = 0, skipped: int = 0, undelivered: int = 0) -> None:
        before = self.position
        counts = {"sent": before.sent + sent, "skipped": before.skipped + skipped}
        self._position = before.model_copy(update=counts | {"undelivered": before.undelivered + undelivered})

    def lose(self, letter: DeadLetter) -> None:
        """Keep an announcement that will not be delivered, for people to look at."""
        self._lost.append(letter)

    def append(self) -> None:
        """Make everything durable, in one commit. Raises JournalMoved, or RecordUnavailable: then it is yet to do."""
        waiting = self._waiting()
        position = self.position.model_copy(update={"waiting": waiting})
        files = {path_of(ticket): _written(each) for ticket, each in self._changed.items()}
        if self._lost:
            known = _dead_letters(self._journal.ref, self._journal.read(UNDELIVERED))
            files[UNDELIVERED] = _written(known.with_(self._lost))
        self._journal.append(files | {CURSOR: _written(position)}, f"Tell of {len(self._changed)} tickets")
        self._position = self._noted = position
        self._changed, self._lost = {}, []

    def _waiting(self) -> tuple[str, ...]:
        before = dict.fromkeys(self.position.waiting)
        for ticket, each in self._changed.items():
            if each.waits:
                before[ticket] = None
            else:
                before.pop(ticket, None)
        return tuple(before)


def _written(value: TicketAnnouncements | Position | DeadLetters) -> bytes:
    return value.model_dump_json(indent=1).encode() + b"\n"
