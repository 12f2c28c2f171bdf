"""Decides what is announced about a ticket, and when: one event for each change, and reminders while nobody decides."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.comparison import Comparison
from domain.escalation import Party, waits_since
from domain.roles import WithRequester
from domain.ticket import Action, Impact, PromotionRequest, State
from domain.values import Frozen, Moment, RuleName, shifted


class Channel(StrEnum):
    MAIL = "mail"
    SLACK = "slack"
    KAFKA = "kafka"
    WEBHOOK = "webhook"
    PUSH = "push"

    @property
    def for_systems(self) -> bool:
        """Tells whether other systems are told by it, not people."""
        return self in {Channel.KAFKA, Channel.WEBHOOK}

    @property
    def is_chosen(self) -> bool:
        """Tells whether each person chooses what they are told by it."""
        return self in {Channel.MAIL, Channel.PUSH}


class Event(StrEnum):
    """An event that is announced. The last four are no changes of the ticket: time alone brings them."""

    CREATED = "request-created"
    ENDORSED = "request-endorsed"
    UNENDORSED = "request-unendorsed"
    APPROVED = "request-approved"
    REJECTED = "request-rejected"
    CANCELLED = "request-cancelled"
    EXPIRED = "request-expired"
    SUPERSEDED = "request-superseded"
    HELD = "request-held"
    RELEASED = "request-released"
    LAPSED = "request-lapsed"
    STARTED = "deployment-started"
    SUCCEEDED = "deployment-succeeded"
    FAILED = "deployment-failed"
    RATIFIED = "emergency-ratified"
    REFUTED = "emergency-refuted"
    REMINDER = "request-reminder"
    EXPIRING = "request-expiring"
    OVERDUE = "emergency-overdue"
    ESCALATED = "request-escalated"

    @property
    def asks(self) -> bool:
        """Tells whether whoever may approve is asked to decide."""
        return self in {Event.CREATED, Event.REMINDER, Event.LAPSED, Event.ESCALATED}

    @property
    def for_people(self) -> bool:
        """Tells whether people alone are told: it says nothing that another system could act on."""
        return self in {Event.REMINDER, Event.EXPIRING, Event.OVERDUE}

    @property
    def of_time(self) -> bool:
        """Tells whether time alone brings it: the ticket has not changed."""
        return self.for_people or self is Event.ESCALATED


Fact = Literal[
    Event.CREATED,
    Event.ENDORSED,
    Event.UNENDORSED,
    Event.APPROVED,
    Event.REJECTED,
    Event.CANCELLED,
    Event.EXPIRED,
    Event.SUPERSEDED,
    Event.HELD,
    Event.RELEASED,
    Event.LAPSED,
    Event.STARTED,
    Event.SUCCEEDED,
    Event.FAILED,
    Event.RATIFIED,
    Event.REFUTED,
    Event.ESCALATED,
]
"""The events that other systems are told: changes of a ticket, and that a rule asks further people about one."""

_EVENTS = {
    Action.CREATED: Event.CREATED,
    Action.ENDORSED: Event.ENDORSED,
    Action.UNENDORSED: Event.UNENDORSED,
    Action.APPROVED: Event.APPROVED,
    Action.REJECTED: Event.REJECTED,
    Action.CANCELLED: Event.CANCELLED,
    Action.EXPIRED: Event.EXPIRED,
    Action.SUPERSEDED: Event.SUPERSEDED,
    Action.HELD: Event.HELD,
    Action.RELEASED: Event.RELEASED,
    Action.LAPSED: Event.LAPSED,
    Action.DEPLOYING: Event.STARTED,
    Action.DEPLOYED: Event.SUCCEEDED,
    Action.FAILED: Event.FAILED,
    Action.RATIFIED: Event.RATIFIED,
    Action.REFUTED: Event.REFUTED,
}


def event_of(ticket: PromotionRequest) -> Event | None:
    """The event that announces the ticket's last change.

    None for a retry, whose new job is announced when it starts, for a launch that AWX refused, which failed, and for a
    date that has come.
    """
    last = ticket.last
    return None if last.action is Action.DEPLOYING and last.job_id is None else _EVENTS.get(last.action)


def rule_of(ticket: PromotionRequest, number: int) -> str | None:
    """The rule that approved the ticket by its change of that number, or right after it; None where none did."""
    return next((entry.rule for entry in ticket.status.history[number - 1 : number + 1] if entry.rule), None)


class Plan(Frozen):
    """The times by which this installation announces.

    A pending ticket's approvers are reminded `remind_after`, by its impact, and once a day from then on; its requester
    is told `warn_before` it expires. What can't be delivered is given up after `patience`. `expiry` is how long a
    ticket of which no signature says it may stay undecided.
    """

    remind_after: dict[Impact, timedelta]
    warn_before: timedelta
    patience: timedelta
    expiry: timedelta


class Announcement(WithRequester):
    """One thing to say of a ticket, on every channel. `turn` tells reminders about the same change apart.

    `escalates_to` are those whom a rule asks now, and nobody else is told. `comparison` is what the record says of
    production right before people are told, and `asked` are the addresses that the channel asked to decide; nothing
    keeps them. `rule` is the company's rule that approved it: what it then says of
    a creation asks nobody to decide.
    """

    event: Event
    number: int
    turn: int = 0
    at: Moment
    ticket: PromotionRequest
    decide_by: Moment | None = None
    comparison: Annotated[Comparison | None, Field(exclude_if=lambda comparison: comparison is None)] = None
    asked: Annotated[tuple[str, ...], Field(exclude_if=lambda asked: not asked)] = ()
    rule: Annotated[RuleName | None, Field(exclude_if=lambda rule: rule is None)] = None
    escalates_to: Annotated[Party | None, Field(exclude_if=lambda asked: asked is None)] = None

    @property
    def asks(self) -> bool:
        """Tells whether whoever may approve is asked to decide."""
        return self.event.asks and self.rule is None

    @property
    def declares(self) -> bool:
        """Tells whether it says that somebody launches past votes and freezes."""
        return self.event is Event.APPROVED and self.ticket.status.history[self.number - 1].emergency is True

    @property
    def id(self) -> str:
        """The same for every attempt to say it, and nothing else's: `PR-2026-0001.2.request-approved`."""
        return ".".join([self.ticket.id, str(self.number), self.event, *([str(self.turn)] if self.turn else [])])


DAILY = timedelta(days=1)


def next_due(
    ticket: PromotionRequest, decide_by: datetime, plan: Plan, reminded: int, warned: bool
) -> tuple[datetime, Event] | None:
    """The next thing due for a pending ticket, and its time: a reminder, or the warning of its expiry; None for none.

    `reminded` is how many reminders have gone out; `warned`, whether the warning has.
    """
    if ticket.state is not State.PENDING:
        return None
    warning = max(shifted(decide_by, -plan.warn_before), waits_since(ticket))
    coming = [(shifted(_first_reminder(ticket, plan), reminded * DAILY), Event.REMINDER)]
    coming += [] if warned else [(warning, Event.EXPIRING)]
    return min((due for due in coming if due[0] < decide_by), default=None)


def reminders_by(ticket: PromotionRequest, plan: Plan, now: datetime) -> int:
    """Counts the reminders that fell due by `now`. Those that could not be sent in time are skipped, not sent late."""
    return max(0, (now - _first_reminder(ticket, plan)) // DAILY + 1)


def _first_reminder(ticket: PromotionRequest, plan: Plan) -> datetime:
    return shifted(waits_since(ticket), plan.remind_after[ticket.spec.request.impact_assessment])
