"""The daily summary of one person: when it is due, what waits for them, and what they keep for it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import Field

from domain import lifecycle, roles
from domain.announcement import Announcement, Event, event_of, rule_of
from domain.audience import Audience, Contact, has_voted, mail_time, reason_of
from domain.delegations import may_stand_in
from domain.preferences import MailTime, Preferences
from domain.roles import Permission, Requester
from domain.ticket import PromotionRequest, State
from domain.values import Frozen

LATE = timedelta(hours=3)
"""A summary that could not be sent so long after its hour is left out: the next one has what still waits."""

WINDOW = timedelta(days=1)
"""The time that a summary looks back on."""

MOST_LINES = 50
"""Requests of each list that a summary names; the console has the rest."""


class SummaryLine(Frozen):
    """One request in a summary, with those who are told of its tenant."""

    said: Announcement
    audience: Audience


class Summary(Frozen):
    """A summary: the requests that wait for the person, what happened, and how many of each it leaves out."""

    day: date
    waiting: tuple[SummaryLine, ...] = ()
    happened: tuple[SummaryLine, ...] = ()
    more_waiting: Annotated[int, Field(ge=0)] = 0
    more_happened: Annotated[int, Field(ge=0)] = 0

    @classmethod
    def of(cls, day: date, waiting: list[SummaryLine], happened: list[SummaryLine]) -> "Summary":
        """The summary of these lines, cut where there are too many."""
        return cls(
            day=day,
            waiting=tuple(waiting[:MOST_LINES]),
            happened=tuple(happened[-MOST_LINES:]),
            more_waiting=max(0, len(waiting) - MOST_LINES),
            more_happened=max(0, len(happened) - MOST_LINES),
        )


class SummaryNote(Frozen):
    """The day of the last summary that was sent to somebody, or had nothing to say."""

    day: date


def due(preferences: Preferences, last: date | None, now: datetime, zone: tzinfo) -> date | None:
    """The day whose summary is to be sent now; None for none."""
    local = now.astimezone(zone)
    if not preferences.digest.daily or (last is not None and last >= local.date()):
        return None
    begins = local.replace(hour=preferences.digest.hour, minute=0, second=0, microsecond=0)
    return local.date() if begins <= local < begins + LATE else None


def waits_for(ticket: PromotionRequest, contact: Contact, requester: Requester | None, now: datetime) -> bool:
    """Tells whether the contact could decide on the ticket now, also for somebody, and has not set it aside.

    Nothing waits for who has voted, nor for a vote that is there.
    """
    if ticket.state is not State.PENDING or has_voted(ticket, contact.person):
        return False
    own = roles.refusal(contact.person, Permission.APPROVE, ticket, requester) is None
    givers = may_stand_in(ticket, contact.handed, contact.person, requester, now)
    if not own and all(has_voted(ticket, giver) for giver in givers):
        return False
    return not any(each.ticket == ticket.id and each.until > now for each in contact.preferences.snoozed)


def kept(
    ticket: PromotionRequest, contact: Contact, audience: Audience, since: datetime, requester: Requester | None
) -> Iterator[Announcement]:
    """The events of the ticket since then that concern the contact, and that they keep for their summary.

    Whoever may decide counts as somebody who was asked to: the summary asked them.
    """
    for number, entry in enumerate(ticket.status.history, 1):
        past = lifecycle.as_of(ticket, number)
        event = event_of(past) if entry.at >= since else None
        if event is None or event is Event.CREATED:  # what is new and waits stands in the other list
            continue
        asked = (contact.person.email,) if _decided(ticket, contact, requester, entry.at) else ()
        said = Announcement(
            event=event,
            number=number,
            at=entry.at,
            ticket=past,
            requester=requester,
            asked=asked,
            rule=rule_of(past, number),
        )
        if is_kept(said, contact, audience):
            yield said


def _decided(ticket: PromotionRequest, contact: Contact, requester: Requester | None, at: datetime) -> bool:
    """Tells whether the contact might decide on the ticket then, by their own right or by a vote handed to them."""
    own = roles.refusal(contact.person, Permission.APPROVE, ticket, requester) is None
    return own or bool(may_stand_in(ticket, contact.handed, contact.person, requester, at))


def is_kept(said: Announcement, contact: Contact, audience: Audience) -> bool:
    """Tells whether it concerns the contact, and they keep it for their summary."""
    reason = reason_of(said, contact, audience)
    return reason is not None and mail_time(said, contact, audience, reason) is MailTime.DIGEST


def keeps_escalations(preferences: Preferences) -> bool:
    """Tells whether somebody keeps for their summary that a rule asked them."""
    return preferences.mailed(Event.ESCALATED) is MailTime.DIGEST
