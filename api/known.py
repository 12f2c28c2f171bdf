"""Finds what to offer a caller: tenants, and targets that the repository describes or earlier tickets promoted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from api.models import KnownTarget, KnownTenant, Me, ReportedFault, Right
from api.votes import Decider
from domain import roles
from domain.roles import Permission, Person, Role, Scope
from domain.targets import CatalogueEntry
from domain.ticket import TargetType
from record.index.reader import Index
from record.people.catalogue import CatalogueReader
from record.people.directory import Directory
from record.people.members import Fault

MOST_TARGETS = 50

Key = tuple[str, TargetType, str]
"""A target's name, type and tenant, in the order in which targets are listed."""


def creates(person: Person, directory: Directory) -> tuple[str, ...]:
    """The tenants in which the person may ask for promotions, in order."""
    return tuple(sorted(tenant for tenant in directory.tenants if roles.holds(person, Permission.CREATE, tenant)))


def tenants(person: Person, directory: Directory) -> tuple[str, ...]:
    """The tenants in which the person may see something or create, in order."""
    scope = roles.scope(person, Permission.SEE)
    if scope.tenants is None or scope.own_tenants is None:
        return tuple(sorted(directory.tenants))
    reached = scope.tenants | scope.own_tenants | set(creates(person, directory))
    return tuple(sorted(reached & directory.tenants.keys()))


def people(person: Person, directory: Directory) -> tuple[Decider, ...]:
    """The people of the tenants that the person reaches, and of the platform who act there too, by address."""
    reached = tenants(person, directory)
    acting = {None, *reached} if reached else frozenset()
    found = (each for each in directory.people if any(grant.tenant in acting for grant in each.grants))
    return tuple(sorted(map(Decider.of, found), key=lambda each: each.email))


def me(person: Person, directory: Directory, faults: Iterable[Fault], givers: Iterable[Person] = ()) -> Me:
    """The caller, as the console greets them; whoever runs the platform is told of the record's faults.

    `givers` are those for whom they may decide now.
    """
    admin = any(grant.role is Role.CPI_ADMIN for grant in person.grants)
    known = (directory.tenants[name] for name in tenants(person, directory))
    return Me(
        email=person.email,
        name=person.name,
        grants=person.grants,
        tenants=tuple(KnownTenant(name=each.name, display_name=each.display_name) for each in known),
        creates=creates(person, directory),
        faults=tuple(map(ReportedFault.of, faults)) if admin else (),
        may_approve=any(roles.holds(person, Permission.APPROVE, tenant) for tenant in directory.tenants),
        decides_for=tuple(map(Decider.of, givers)),
        rights=tuple(_rights(person, directory)),
    )


def _rights(person: Person, directory: Directory) -> Iterator[Right]:
    """The permissions that the person holds on whole tenants."""
    for permission in Permission:
        reach = roles.scope(person, permission).tenants
        tenants = sorted(directory.tenants if reach is None else directory.tenants.keys() & reach)
        if reach is None or tenants:
            yield Right(permission=permission, everywhere=reach is None, tenants=tuple(tenants))


@dataclass(frozen=True)
class Targets:
    """Finds targets for one person."""

    index: Index
    described: tuple[CatalogueEntry, ...]
    scope: Scope

    @classmethod
    def of(cls, index: Index, catalogue: CatalogueReader, person: Person) -> "Targets":
        return cls(index, catalogue.current().entries, roles.scope(person, Permission.SEE))

    def find(self, tenants: Iterable[str], types: Iterable[TargetType], beginning: str) -> tuple[KnownTarget, ...]:
        """The first targets, by name, of that beginning."""
        found: dict[Key, set[str]] = {}
        for each in self.described:
            if each.name.lower().startswith(beginning.lower()):
                found.setdefault((each.name, each.type, each.tenant), set()).add(each.version)
        wanted = set(product(types, tenants))
        found = {key: versions for key, versions in found.items() if key[1:] in wanted}
        for kind, tenant in wanted:
            for name in self.index.names(tenant, kind, beginning, MOST_TARGETS):
                found.setdefault((name, kind, tenant), set())
        targets = (self._target(key, found[key]) for key in sorted(found)[:MOST_TARGETS])
        return tuple(target for target in targets if target.versions)

    def _target(self, key: Key, described: set[str]) -> KnownTarget:
        name, kind, tenant = key
        told = self.index.history_of(tenant, kind, name, self._requesters(tenant))
        versions = tuple(dict.fromkeys((*told.versions, *sorted(described))))
        return KnownTarget(
            tenant=tenant,
            type=kind,
            name=name,
            versions=versions,
            production=told.production or next(iter(sorted(described)), None),
        )

    def _requesters(self, tenant: str) -> frozenset[str] | None:
        """Those whose tickets of the tenant the person sees; None for everybody's: no other's existence is told."""
        whole = self.scope.tenants is None or tenant in self.scope.tenants
        return None if whole else self.scope.addresses
