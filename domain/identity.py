"""Binds an entry of the directory to one sign-in: the one it names, or else that of its first signed act."""

from datetime import datetime, timedelta

from domain.errors import IdentityChanged
from domain.roles import Issuer, Subject
from domain.ticket import Impact
from domain.values import Frozen

CLOCK_SKEW = timedelta(seconds=30)
"""The most that an identity provider's clock may be ahead of ours."""


class SignIn(Frozen):
    """One account of one provider; acts signed by earlier versions tell the subject alone."""

    subject: Subject | None
    issuer: Issuer | None = None

    def is_of(self, bound: "SignIn") -> bool:
        """Tells whether this is the sign-in that an entry is bound to: of one subject, by no two issuers."""
        return self.subject == bound.subject and (None in {bound.issuer, self.issuer} or bound.issuer == self.issuer)


def check_sign_in(sign_in: SignIn, bound: SignIn | None) -> None:
    """Raise IdentityChanged where the entry has acted before, by another sign-in."""
    if bound is not None and not sign_in.is_of(bound):
        raise IdentityChanged


def recent_enough(signed_in_at: datetime | None, impact: Impact, now: datetime, within: timedelta) -> bool:
    """Tells whether a sign-in is new enough to decide on a request of this impact: a critical one asks for a fresh one.

    `signed_in_at` is None where nobody says when it was, which is not enough for that.
    """
    if impact is not Impact.CRITICAL:
        return True
    return signed_in_at is not None and -CLOCK_SKEW <= now - signed_in_at <= within


def check_issuer(sign_in: SignIn, issuers: tuple[str, ...]) -> None:
    """Raise IdentityChanged where the platform names the providers that count, and the sign-in is of another."""
    if issuers and sign_in.issuer is not None and sign_in.issuer not in issuers:
        raise IdentityChanged(f"Sign-ins of {sign_in.issuer} don't count here any more: platform.yaml says which do")
