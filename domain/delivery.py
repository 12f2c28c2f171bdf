"""The delivery of announcements to a channel: what is to be delivered, what an attempt got done, what became of it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from domain.announcement import Announcement, Channel, Event
from domain.escalation import Party
from domain.values import CommitId, Frozen, Moment, TicketId


class Thread(Frozen):
    """The place at which Slack holds a ticket: the channel, and the time stamp that names its first message."""

    channel: str
    ts: str


class Receipt(Frozen):
    """A recipient who needs no further attempt: the id of their message, or the sentence that refused it for good."""

    to: str
    id: str
    refused: str | None = None


class OutgoingMessage(Frozen):
    """One announcement for one destination, with what an earlier attempt got done already.

    `to` is a mail address as the channel told it; channels with one destination for a ticket name it as they like.
    """

    announcement: Announcement
    to: str
    done: tuple[Receipt, ...] = ()
    thread: Thread | None = None


class DeliveryResult(Frozen):
    """The result of one attempt; `failure` says why something is left to do, `retry_after` the seconds to wait."""

    receipts: tuple[Receipt, ...] = ()
    failure: str | None = None
    thread: Thread | None = None
    retry_after: float | None = None


class DeliveryOutcome(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class EventRef(Frozen):
    """One thing said of a ticket, without the ticket: its change by number, counted from 1, and the event.

    `turn` tells reminders about the same change apart. `escalates_to` are those whom a rule asked.
    """

    event: Event
    number: int
    turn: int = 0
    at: Moment
    escalates_to: Annotated[Party | None, Field(exclude_if=lambda asked: asked is None)] = None

    @property
    def key(self) -> tuple[int, Event, int]:
        """The key that tells it from everything else that is said of the ticket."""
        return self.number, self.event, self.turn


class Progress(EventRef):
    """The progress of one announcement on one channel. `failure` is the last one that was seen.

    `lost` tells that somebody was given up; others may still be told.
    """

    channel: Channel
    outcome: DeliveryOutcome = DeliveryOutcome.WAITING
    receipts: tuple[Receipt, ...] = ()
    failure: str | None = None
    lost: bool = False

    @property
    def for_nobody(self) -> bool:
        """Tells whether it went nowhere, as where a tenant has no webhook, or everybody keeps it for their digest."""
        return self.outcome is DeliveryOutcome.DELIVERED and not self.receipts


class TicketAnnouncements(Frozen):
    """Everything announced about one ticket on one channel, oldest first: a file of the channel's outbox.

    `said` is the number of the last change that was taken up; `reminded` counts reminders.
    """

    said: int = 0
    reminded: int = 0
    warned: bool = False
    thread: Thread | None = None
    progress: tuple[Progress, ...] = ()

    @property
    def waits(self) -> bool:
        return any(each.outcome is DeliveryOutcome.WAITING for each in self.progress)

    def up_to(self, number: int, *, waits_anew: bool) -> Self:
        """The same once the ticket's changes were taken up to that number; its waiting may have begun anew."""
        fields = {"said": number} | ({"reminded": 0, "warned": False} if waits_anew else {})
        return self.model_copy(update=fields)

    def of(self, said: EventRef) -> Progress | None:
        """The progress of what is said; None where it was never taken up."""
        return next((each for each in self.progress if each.key == said.key), None)

    def escalated(self, event: Event, since: int) -> tuple[Party, ...]:
        """Those whom rules asked by the event, from the ticket's change of that number on."""
        found = (each for each in self.progress if each.event is event and each.number >= since)
        return tuple(each.escalates_to for each in found if each.escalates_to)

    def with_(self, progress: Progress) -> Self:
        """The same with this announcement as it is now, at its end where it is new."""
        kept = {each.key: each for each in self.progress} | {progress.key: progress}
        return self.model_copy(update={"progress": tuple(kept.values())})


class Position(Frozen):
    """An outbox's position in the record, and what it still has to deliver: the first file of its journal.

    `cursor` is the last commit whose changes were taken up, None before the branch's first; `began` is when the outbox
    began, at whatever the branch held then. `waiting` are the tickets of which something waits. The counts are of all
    time.
    """

    cursor: CommitId | None
    began: Moment
    waiting: tuple[TicketId, ...] = ()
    sent: int = 0
    skipped: int = 0
    undelivered: int = 0


class Report(Frozen):
    """Everything announced of one ticket, oldest first."""

    progress: tuple[Progress, ...] = ()

    @classmethod
    def of(cls, correspondences: Iterable[TicketAnnouncements]) -> Self:
        """Puts together what the outboxes say of one ticket."""
        found = (progress for each in correspondences for progress in each.progress if not progress.for_nobody)
        return cls(progress=tuple(sorted(found, key=_order)))


def _order(progress: Progress) -> tuple[datetime, int, int]:
    return progress.at, progress.number, list(Channel).index(progress.channel)
