"""What is announced about a ticket, and when: one event for each change, and reminders while nobody decides."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from domain.comparison import Comparison
from domain.roles import Asked
from domain.ticket import Action, PromotionRequest, State
from domain.values import Frozen, Moment


class Channel(StrEnum):
    MAIL = "mail"
    SLACK = "slack"
    KAFKA = "kafka"


class Event(StrEnum):
    """What is announced. The last two are not changes of the ticket: people are told of them, other systems are not."""

    CREATED = "request-created"
    APPROVED = "request-approved"
    REJECTED = "request-rejected"
    CANCELLED = "request-cancelled"
    EXPIRED = "request-expired"
    STARTED = "deployment-started"
    SUCCEEDED = "deployment-succeeded"
    FAILED = "deployment-failed"
    REMINDER = "request-reminder"
    EXPIRING = "request-expiring"

    @property
    def for_people(self) -> bool:
        """Whether people alone are told: it says nothing that another system could act on."""
        return self in {Event.REMINDER, Event.EXPIRING}


_EVENTS = {
    Action.CREATED: Event.CREATED,
    Action.APPROVED: Event.APPROVED,
    Action.REJECTED: Event.REJECTED,
    Action.CANCELLED: Event.CANCELLED,
    Action.EXPIRED: Event.EXPIRED,
    Action.DEPLOYING: Event.STARTED,
    Action.DEPLOYED: Event.SUCCEEDED,
    Action.FAILED: Event.FAILED,
}


def event_of(ticket: PromotionRequest) -> Event | None:
    """What the ticket's last change is announced as.

    None for a retry, whose new job is announced when it starts, and for a launch that AWX refused, which failed.
    """
    last = ticket.last
    return None if last.action is Action.DEPLOYING and last.job_id is None else _EVENTS.get(last.action)


class Plan(Frozen):
    """How this installation announces; durations are seconds.

    A pending ticket's approvers are reminded `remind_after`, and once a day from then on; its requester is told
    `warn_before` it expires. What can't be delivered is given up after `patience`.
    """

    channels: tuple[Channel, ...] = ()
    remind_after: int
    warn_before: int
    patience: int


class Told(Asked):
    """One recorded change, as it is handed to the ticket's announcements.

    `number` counts the ticket's changes from 1: a change that is handed over twice is announced once.
    """

    ticket: PromotionRequest
    decide_by: Moment | None = None
    plan: Plan

    @property
    def number(self) -> int:
        return len(self.ticket.status.history)


class Announcement(Asked):
    """One thing to say of a ticket, on every channel. `turn` tells reminders about the same change apart.

    `comparison` is what the record says of production right before people are told; nothing keeps it.
    """

    event: Event
    number: int
    turn: int = 0
    at: Moment
    ticket: PromotionRequest
    decide_by: Moment | None = None
    comparison: Annotated[Comparison | None, Field(exclude_if=lambda comparison: comparison is None)] = None

    @property
    def id(self) -> str:
        """The same for every attempt to say it, and nothing else's: `PR-2026-0001.2.request-approved`."""
        return ".".join([self.ticket.id, str(self.number), self.event, *([str(self.turn)] if self.turn else [])])

    @classmethod
    def of(cls, told: Told, event: Event, at: datetime, turn: int = 0) -> Self:
        return cls(
            event=event,
            number=told.number,
            turn=turn,
            at=at,
            ticket=told.ticket,
            requester=told.requester,
            decide_by=told.decide_by,
        )


DAILY = timedelta(days=1)
LISTENS = timedelta(days=31)
"""How long after the last change another one may come: a failed promotion can be retried for 30 days."""


def next_due(told: Told, reminded: int, warned: bool) -> tuple[datetime, Event] | None:
    """What falls due next for a pending ticket, and when: a reminder, or the warning that it expires; None for nothing.

    `reminded` is how many reminders have gone out; `warned`, whether the warning has.
    """
    if told.ticket.state is not State.PENDING or told.decide_by is None:
        return None
    first = told.ticket.metadata.created_at + timedelta(seconds=told.plan.remind_after)
    warning = max(told.decide_by - timedelta(seconds=told.plan.warn_before), told.ticket.metadata.created_at)
    coming = [(first + reminded * DAILY, Event.REMINDER)] + ([] if warned else [(warning, Event.EXPIRING)])
    return min((due for due in coming if due[0] < told.decide_by), default=None)


def reminders_by(told: Told, now: datetime) -> int:
    """How many reminders have fallen due by `now`. Those that could not be sent in time are skipped, not sent late."""
    first = told.ticket.metadata.created_at + timedelta(seconds=told.plan.remind_after)
    return max(0, (now - first) // DAILY + 1)


def listens_until(told: Told) -> datetime:
    """Until when the ticket may change: its announcements end then, even where nobody told them that it is over."""
    scheduled = told.ticket.spec.request.scheduled_date
    last = max(filter(None, (told.ticket.last.at, told.decide_by, scheduled)))
    return min(last, _END) + LISTENS


_END = datetime(9000, 1, 1, tzinfo=UTC)
"""A recorded ticket may name any date; time goes on a little after this one."""
