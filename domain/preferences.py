"""The preferences of one person: by which way they are told of what, when, and what they set aside in the console."""

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.announcement import Event
from domain.delegation_notices import DelegationEvent
from domain.formats import VersionedMessage
from domain.values import Email, Frozen, Moment, TicketId

MOST_FILTERS = 30
MOST_SNOOZED = 300
"""Saved filters and snoozed requests of one person: a file stays below 50 KB."""

MORNING = 8
"""The hour of a digest for which nobody chose one."""

Hour = Annotated[int, Field(ge=0, le=23)]


class MailTime(StrEnum):
    """The time at which somebody is mailed about an event: at once, in their next digest, or not at all."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


class PushTime(StrEnum):
    """The time at which somebody is notified of an event in their browsers: at once, or not at all."""

    NOW = "now"
    OFF = "off"


class Digest(Frozen):
    """The mail that sums up a day: what waits for the person, and the events that they keep for it.

    `hour` is of the installation's time zone.
    """

    daily: bool = False
    hour: Hour = MORNING


class SavedFilter(Frozen):
    """A list that somebody comes back to: its name, and the query of the console's address."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    query: Annotated[str, StringConstraints(max_length=500)]


class Snooze(Frozen):
    """A request that somebody set aside until then. It hides nothing from anybody else."""

    ticket: TicketId
    until: Moment


class Preferences(VersionedMessage):
    """Everything that one person chose. `mail` has the events that they chose a time for; the others come at once.

    `push` has the same for the browsers in which they are notified. What is told of delegations is in no digest.
    """

    mail: dict[Event | DelegationEvent, MailTime] = Field(
        default_factory=dict, max_length=len(Event) + len(DelegationEvent)
    )
    push: Annotated[dict[Event, PushTime], Field(max_length=len(Event), exclude_if=lambda push: not push)] = Field(
        default_factory=dict
    )
    digest: Digest = Digest()
    filters: Annotated[tuple[SavedFilter, ...], Field(max_length=MOST_FILTERS)] = ()
    snoozed: Annotated[tuple[Snooze, ...], Field(max_length=MOST_SNOOZED)] = ()

    @model_validator(mode="after")
    def _is_told_somewhere(self) -> Self:
        """Refuse events that are kept for a digest which never comes, and names that stand for two things."""
        if not self.digest.daily and MailTime.DIGEST in self.mail.values():
            raise ValueError("keeps events for a digest that is switched off")
        if any(self.mail.get(each) is MailTime.DIGEST for each in DelegationEvent):
            raise ValueError("keeps what is told of delegations for a digest, which has none of it")
        if len({each.name for each in self.filters}) < len(self.filters):
            raise ValueError("has two filters of one name")
        if len({each.ticket for each in self.snoozed}) < len(self.snoozed):
            raise ValueError("has one request snoozed twice")
        return self

    def mailed(self, event: Event | DelegationEvent) -> MailTime:
        """The time at which the person is mailed about the event."""
        return self.mail.get(event, MailTime.NOW)

    @property
    def revision(self) -> str:
        """The same for the same preferences: what a change of them names as the ones that were read."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


DEFAULTS = Preferences()
"""The preferences of whoever chose nothing, and of whoever's file can't be read."""

Revision = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class PreferencesChange(VersionedMessage):
    """A change on its way into the record: the preferences of `email`, in place of those of the revision `base`."""

    email: Email
    base: Revision
    preferences: Preferences


class KeptPreferences(Frozen):
    """The revision that stands in the record after a change."""

    revision: Revision
