"""Links to documents: what the API signs of one, and why one is refused."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.documents import DocumentFormat
from domain.errors import NotAuthorized, RuleViolation
from domain.reports import ReportId
from domain.roles import Issuer, Person, Subject, same_address
from domain.storage import Sha256
from domain.values import Email, Frozen, Moment, Tenant

LINK_TYPE = "prodgate-link+jws"
"""The `typ` of a link's signature."""

LONGEST_LINK = 4_096
"""Characters of a link's token."""


class LinkInvalid(RuleViolation):
    sentence = "This is no link of Prodgate, or it was changed"


class LinkExpired(RuleViolation):
    sentence = "The link has expired; make a new one"


class LinkUsed(RuleViolation):
    sentence = "The link was used already; make a new one"


class LinkNotYours(NotAuthorized):
    sentence = "The link is somebody else's"


class DocumentLink(Frozen):
    """The facts that the API signs of a link. `email`, `sub` and `issuer` are who made it.

    One that is `bound` works for whoever made it alone, with their own token; another one for whoever holds it.
    """

    id: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]
    report: ReportId
    tenant: Tenant
    form: DocumentFormat
    sha256: Sha256
    name: Annotated[str, Field(max_length=200)]
    at: Moment
    until: Moment
    bound: bool
    email: Email
    sub: Subject | None
    issuer: Issuer | None

    def check(self, now: datetime, holder: Person | None) -> None:
        """Raise LinkExpired, or LinkNotYours for a bound one that is held by somebody else than who made it."""
        if now >= self.until:
            raise LinkExpired
        if self.bound and (holder is None or not self._made_by(holder)):
            raise LinkNotYours

    def _made_by(self, holder: Person) -> bool:
        if self.sub is not None:
            return (self.sub, self.issuer) == (holder.subject, holder.issuer)
        return same_address(self.email) in holder.addresses
