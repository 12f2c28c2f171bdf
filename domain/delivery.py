"""How an announcement reaches a channel: what is to be delivered, what an attempt got done, what became of it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.announcement import Announcement, Channel, Event, Told
from domain.values import Frozen, Moment


class Thread(Frozen):
    """Where Slack holds a ticket: the channel, and the time stamp that names its first message."""

    channel: str
    ts: str


class Receipt(Frozen):
    """A recipient who needs no further attempt: the id of their message, or the sentence that refused it for good."""

    to: str
    id: str
    refused: str | None = None


class Parcel(Frozen):
    """One announcement for one channel, with what an earlier attempt got done already."""

    channel: Channel
    announcement: Announcement
    done: tuple[Receipt, ...] = ()
    thread: Thread | None = None


class Delivery(Frozen):
    """What one attempt got done; `failure` says why something is left to do."""

    receipts: tuple[Receipt, ...] = ()
    failure: str | None = None
    thread: Thread | None = None


class Outcome(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Progress(Frozen):
    """How far one announcement is on one channel. `failure` is the last one that was seen."""

    event: Event
    at: Moment
    channel: Channel
    outcome: Outcome = Outcome.WAITING
    receipts: tuple[Receipt, ...] = ()
    failure: str | None = None


class Report(Frozen):
    """What was announced of one ticket, oldest first."""

    progress: tuple[Progress, ...] = ()


class Story(Frozen):
    """Everything announced about one ticket so far: what a run of its workflow hands to the next (continue-as-new).

    `reminded` counts reminders; `said` is the number of the last change that was announced.
    """

    told: Told | None = None
    said: int = 0
    reminded: int = 0
    warned: bool = False
    thread: Thread | None = None
    progress: Annotated[tuple[Progress, ...], Field(max_length=10_000)] = ()


def undelivered(progress: Iterable[Progress]) -> tuple[Channel, ...]:
    """The channels on which something was given up or refused, each once."""
    lost = (
        each.channel
        for each in progress
        if each.outcome is Outcome.UNDELIVERED or any(receipt.refused for receipt in each.receipts)
    )
    return tuple(dict.fromkeys(lost))


def announcements_of(ticket_id: str) -> str:
    """The id of the workflow that announces a ticket."""
    return f"announcements/{ticket_id}"
