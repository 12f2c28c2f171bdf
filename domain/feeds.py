"""Addresses of calendars: what the API signs of one, and which of somebody's addresses still works."""

import hashlib
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from domain.audience import Language
from domain.errors import RuleViolation
from domain.formats import VersionedMessage
from domain.roles import Issuer, Person, Subject, same_address
from domain.ticket import State
from domain.values import Email, Frozen, Moment

FEED_TYPE = "prodgate-calendar+jws"
"""The `typ` of the signature on a calendar's address."""

LONGEST_FEED = 4_096
"""Characters of an address's key."""

PLANNED = (State.PENDING, State.APPROVED, State.DEPLOYING, State.VERIFYING, State.DEPLOYED, State.FAILED)
"""The states of requests that a calendar shows: nothing comes of the others any more."""

FeedId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
FeedOwner = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""The SHA-256 of who a person is: the list tells nobody who they are."""


class FeedEnded(RuleViolation):
    sentence = "This is no address of a calendar, or it was ended; make a new one in the console"


class CalendarFeed(Frozen):
    """The facts that the API signs of a calendar's address: whose it is, and in which language it speaks.

    It holds no right: what it shows is what its owner may see when it is read.
    """

    id: FeedId
    language: Language
    at: Moment
    email: Email
    sub: Subject | None
    issuer: Issuer | None

    @property
    def owner(self) -> str:
        """The name of whose it is, as the record's list has it."""
        return _owner(self.email, self.sub, self.issuer)


class CurrentFeed(VersionedMessage):
    """The one address of a person that works, or when they ended the last one: there is one at a time."""

    id: FeedId | None
    at: Moment

    @classmethod
    def of(cls, feed: CalendarFeed) -> Self:
        return cls(id=feed.id, at=feed.at)

    def check(self, feed: CalendarFeed) -> None:
        """Raise FeedEnded for an address that another took the place of, or that its owner ended."""
        if self.id != feed.id:
            raise FeedEnded


class FeedChange(VersionedMessage):
    """A change on its way into the record: the one address of `owner` from now on."""

    owner: FeedOwner
    current: CurrentFeed


class FeedState(Frozen):
    """The caller's address: since when there is one; null where there is none."""

    since: Annotated[Moment | None, Field(description="When it was made")] = None


def owner_of(person: Person) -> str:
    """The name of a person on the list, which tells nobody who they are."""
    return _owner(person.email, person.subject, person.issuer)


def _owner(email: str, subject: str | None, issuer: str | None) -> str:
    named = ("address", same_address(email)) if subject is None else ("subject", issuer or "", subject)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()
