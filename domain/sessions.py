"""Ends of sessions: entries of the revocation list, and the tokens that each of them refuses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.formats import VersionedMessage
from domain.identity import CLOCK_SKEW
from domain.roles import Issuer, Subject, same_address
from domain.values import Email, Frozen, Moment

Claim = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Mark = tuple[str, ...]
"""One way in which an entry names tokens: the kind, the issuer where that counts, the value."""

LONGEST_LIFE = timedelta(days=7)
"""The oldest token that any setting accepts: an entry is kept for that long, and forgotten afterwards."""


class Revocation(VersionedMessage):
    """One entry of the list: refuses a token by its `jti`, a session, or all that somebody was issued up to `until`.

    A session is named by `sid`, and by `subject` besides for the sake of tokens that carry no `sid`. `issuer` is whose
    names these are, any issuer's without. `person` is an address, whichever of their entry's. `at` is when it was made.
    """

    at: Moment
    until: Moment
    issuer: Issuer | None = None
    jti: Claim | None = None
    sid: Claim | None = None
    subject: Subject | None = None
    person: Email | None = None
    reason: Annotated[str, Field(max_length=500)] = ""

    @classmethod
    def by_hand(cls, now: datetime, reason: str, **named: str | None) -> Self:
        """An entry that somebody makes. It reaches as far ahead as the issuer's clock may be: none slips through."""
        return cls.model_validate({"at": now, "until": now + CLOCK_SKEW, "reason": reason, **named})

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not any((self.jti, self.sid, self.subject, self.person)):
            raise ValueError("names neither a token nor a session nor a person")
        return self

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The ways in which the entry names tokens."""
        issuer = self.issuer or ""
        subject = "subject" if self.sid is None else "subject without sid"
        named = (("jti", issuer, self.jti), ("sid", issuer, self.sid), (subject, issuer, self.subject))
        found: list[Mark] = [(kind, whose, value) for kind, whose, value in named if value is not None]
        return (*found, *([("person", same_address(self.person))] if self.person else []))


class IssuedToken(Frozen):
    """The claims of a token by which an entry may name it."""

    issuer: Issuer
    subject: Subject
    issued_at: datetime
    jti: str | None = None
    sid: str | None = None

    @property
    def session(self) -> str:
        """One name of the session that the token is of, or else of the token."""
        return "\n".join((self.issuer, self.subject, self.sid or self.jti or self.issued_at.isoformat()))

    def marks(self, addresses: frozenset[str]) -> Iterator[tuple[Mark, bool]]:
        """Every mark that refuses the token, and whether that depends on when it was issued.

        `addresses` are its bearer's, comparable: a few, whatever the list holds.
        """
        for issuer in (self.issuer, ""):
            if self.jti is not None:
                yield ("jti", issuer, self.jti), False
            if self.sid is not None:
                yield ("sid", issuer, self.sid), False
            else:
                yield ("subject without sid", issuer, self.subject), True
            yield ("subject", issuer, self.subject), True
        for address in addresses:
            yield ("person", address), True
