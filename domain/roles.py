"""Decides who may do what: people, their grants, and the one function that API, workflow, console and audit ask."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from domain.errors import NotAuthorized, RuleViolation, SelfApproval, ServiceDecides
from domain.ticket import PromotionRequest
from domain.values import Email, Frozen, Tenant

Subject = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Issuer = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""The URL of the identity provider that knows somebody by their subject."""

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


MOST_GRANTS = 5_000
"""Roles that one person can hold: they travel with each decision, and the engine takes 2 MB."""


class Role(StrEnum):
    DEVOPS = "devops"
    CPI = "cpi"
    CPI_ADMIN = "cpi_admin"
    VIEWER = "viewer"


class Permission(StrEnum):
    CREATE = "create"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    RETRY = "retry"
    SEE = "see"
    OPERATE = "operate"
    AUDIT = "audit"
    REPORT = "report"
    TEMPLATES = "templates"
    WEBHOOKS = "webhooks"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.DEVOPS: frozenset({Permission.CREATE}),
    Role.CPI: frozenset(
        {
            *(Permission.CREATE, Permission.APPROVE, Permission.REJECT, Permission.RETRY, Permission.SEE),
            *(Permission.AUDIT, Permission.REPORT, Permission.WEBHOOKS),
        }
    ),
    Role.CPI_ADMIN: frozenset(Permission),
    Role.VIEWER: frozenset({Permission.SEE}),
}
"""The permissions that a role gives on any ticket within its reach, whoever requested it."""

OWN = frozenset({Permission.SEE, Permission.CANCEL, Permission.RETRY})
"""The permissions that every role but viewer gives, besides, on the person's own tickets within its reach."""


SERVICE = frozenset({Permission.CREATE, Permission.SEE})
"""The most that a service account may do, whatever roles it is given: it never decides."""


class Grant(Frozen):
    """A role in one tenant, or platform-wide where no tenant is named."""

    role: Role
    tenant: Tenant | None = None

    def reaches(self, tenant: str) -> bool:
        return self.tenant is None or self.tenant == tenant


def same_address(address: str) -> str:
    """The form in which two spellings of one e-mail address are equal."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


class Person(Frozen):
    """Somebody the directory knows, as their token proved them: addresses, stable subject, grants.

    `issuer` is who proved the subject; None where nobody did. A service account has an `owner`. Its address counts
    among its owner's `aliases`: what it asks for, they asked for.
    """

    email: Email
    name: PersonName
    subject: Subject | None = None
    aliases: tuple[Email, ...] = ()
    grants: Annotated[tuple[Grant, ...], Field(max_length=MOST_GRANTS)] = ()
    owner: Email | None = None
    issuer: Issuer | None = None

    def allowed(self, role: Role) -> frozenset[Permission]:
        """The permissions that the role gives this person on any ticket within its reach."""
        return GRANTED[role] if self.owner is None else GRANTED[role] & SERVICE

    def allowed_on_own(self, role: Role) -> frozenset[Permission]:
        """The permissions that the role gives this person, besides, on their own tickets within its reach."""
        if role is Role.VIEWER:
            return frozenset()
        return OWN if self.owner is None else OWN & SERVICE

    @property
    def addresses(self) -> frozenset[str]:
        """Every address of this person, comparable."""
        return frozenset(map(same_address, (self.email, *self.aliases)))

    @property
    def identities(self) -> frozenset[str]:
        """Whatever this person is recognised by: their addresses and their subject."""
        return _identities(self.addresses, self.subject)

    @property
    def voter(self) -> str:
        """The address that signs this person's vote."""
        return self.email

    def known_by(self, subject_of: Callable[[str], str | None]) -> Self:
        """The same with the sign-in by which they acted, where their entry names none."""
        return self.model_copy(update={"subject": self.subject or subject_of(self.email)})

    def is_requester(self, ticket: PromotionRequest, requester: "Requester | None" = None) -> bool:
        """Tells whether this person, as they are known now, asked for the ticket, under whatever address."""
        same_subject = self.subject is not None and requester is not None and self.subject == requester.subject
        return same_subject or same_address(ticket.metadata.created_by) in self.addresses

    def was(self, requester: "Requester") -> bool:
        """Tells whether the directory knew this person as the requester then, or as their owner."""
        return not self.identities.isdisjoint(requester.identities)


class Requester(Frozen):
    """The requester of a ticket, as far as anybody knew when they asked: it is signed, and nothing takes it back.

    `addresses` are all that were one person's then, those of a service account's owner among them. `subject` is the
    requester's own, as their token proved it; `owner_subject` the owner's, as a file named it.
    """

    subject: Subject | None = None
    addresses: tuple[Email, ...] = ()
    owner_subject: Subject | None = None

    @classmethod
    def of(cls, person: Person, owner: Person | None = None) -> Self:
        """The person as they are known now; `owner` is who owns them, where they are a service account."""
        addresses = {*person.addresses, *(owner.addresses if owner else ())}
        if person.owner is not None:
            addresses.add(same_address(person.owner))
        return cls(
            subject=person.subject,
            addresses=tuple(sorted(addresses)),
            owner_subject=owner.subject if owner else None,
        )

    @property
    def identities(self) -> frozenset[str]:
        """Whatever the requester, or their owner, was recognised by."""
        return _identities(map(same_address, self.addresses), self.subject, self.owner_subject)


def _identities(addresses: Iterable[str], *subjects: str | None) -> frozenset[str]:
    return frozenset((*(f"address {each}" for each in addresses), *(f"subject {each}" for each in subjects if each)))


class WithRequester(Frozen):
    """Something about a ticket for which somebody asked; None where nobody knows more than the ticket says."""

    requester: Requester | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_before(cls, said: Any) -> Any:
        """Messages of earlier versions, which promotions under way still hold, tell the subject alone."""
        if isinstance(said, dict) and "requesterSubject" in said:
            subject, said = said["requesterSubject"], {key: said[key] for key in said if key != "requesterSubject"}
            said = {"requester": {"subject": subject}, **said}
        return said


class Scope(Frozen):
    """The tickets on which a person holds a permission: those of `tenants`, and their own in `own_tenants`.

    None stands for every tenant. `addresses` are the person's own, comparable.
    """

    tenants: frozenset[str] | None
    own_tenants: frozenset[str] | None
    addresses: frozenset[str]


ALL = Scope(tenants=None, own_tenants=None, addresses=frozenset())
"""Every ticket there is: what the service itself looks through."""


def _reach(grants: list[Grant]) -> frozenset[str] | None:
    if any(grant.tenant is None for grant in grants):
        return None
    return frozenset(grant.tenant for grant in grants if grant.tenant is not None)


def scope(person: Person, permission: Permission) -> Scope:
    """The tickets on which the person holds the permission, as a filter for lists."""
    granted = [grant for grant in person.grants if permission in person.allowed(grant.role)]
    own = [grant for grant in person.grants if permission in person.allowed_on_own(grant.role)]
    return Scope(tenants=_reach(granted), own_tenants=_reach(own), addresses=person.addresses)


def own(person: Person) -> Scope:
    """The person's own tickets among those they may see."""
    seen = scope(person, Permission.SEE)
    anywhere = seen.tenants is None or seen.own_tenants is None
    tenants = None if anywhere else (seen.tenants or frozenset()) | (seen.own_tenants or frozenset())
    return Scope(tenants=frozenset(), own_tenants=tenants, addresses=seen.addresses)


def holds(person: Person, permission: Permission, tenant: str) -> bool:
    """Tells whether a grant of the person allows this on any ticket of the tenant."""
    return any(grant.reaches(tenant) and permission in person.allowed(grant.role) for grant in person.grants)


_ACTING = {
    Permission.CREATE: "creating",
    Permission.APPROVE: "approving",
    Permission.REJECT: "rejecting",
    Permission.CANCEL: "cancelling",
    Permission.RETRY: "retrying",
    Permission.SEE: "reading",
    Permission.OPERATE: "operating",
    Permission.TEMPLATES: "changing templates",
    Permission.AUDIT: "reading the audit trail",
    Permission.WEBHOOKS: "looking after webhooks",
    Permission.REPORT: "having reports",
}
MOST_NAMED = 5
"""People whom a refusal names at most."""


def lacking(permission: Permission, tenant: str, able: Sequence[Person]) -> NotAuthorized:
    """The refusal that names the roles which a permission takes in the tenant, and who may instead."""
    needed = tuple(role for role in Role if permission in GRANTED[role])
    local = " or ".join(role for role in needed if role is not Role.CPI_ADMIN)
    takes = f"the role {local} there or cpi_admin" if local else "the role cpi_admin"
    own = ", or having asked for it" if permission in OWN else ""
    who = f"; {_listed(able)} may" if able else ""
    sentence = f"{NotAuthorized.sentence}: {_ACTING[permission]} for {tenant} takes {takes}{own}{who}"
    said = {"action": permission.value, "tenant": tenant, "roles": ",".join(needed)}
    return NotAuthorized(sentence, **said, **_holders(able))


def own_request(able: Sequence[Person]) -> SelfApproval:
    """The refusal of one's own request that names who may approve it instead."""
    return SelfApproval(f"{SelfApproval.sentence}; {_listed(able)} may" if able else None, **_holders(able))


def _holders(able: Sequence[Person]) -> dict[str, str]:
    if not able:
        return {}
    names, more = ", ".join(person.name for person in able[:MOST_NAMED]), len(able) - MOST_NAMED
    return {"holders": names} | ({"more": str(more)} if more > 0 else {})


def _listed(able: Sequence[Person]) -> str:
    """The names as one reads them aloud, and how many more there are."""
    names, more = [person.name for person in able[:MOST_NAMED]], len(able) - MOST_NAMED
    *first, last = [*names, f"{more} more"] if more > 0 else names
    return f"{', '.join(first)} and {last}" if first else last


def refusal(
    person: Person, permission: Permission, ticket: PromotionRequest, requester: Requester | None = None
) -> RuleViolation | None:
    """The reason why the person may not do this to the ticket, if any: one answer for API, workflow, console, audit.

    Whoever is the requester now, or was then, may not approve. Rights to one's own come of who one is now.
    """
    tenant = ticket.metadata.tenant
    own = person.is_requester(ticket, requester)
    if permission is Permission.APPROVE and (own or (requester is not None and person.was(requester))):
        return SelfApproval()
    if person.owner is not None and permission not in SERVICE:
        return ServiceDecides()
    if holds(person, permission, tenant):
        return None
    on_own = any(grant.reaches(tenant) and permission in person.allowed_on_own(grant.role) for grant in person.grants)
    return None if own and on_own else NotAuthorized()
