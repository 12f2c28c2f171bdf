"""Tells the versions that a target had in production, to one person of its tenant."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from api.errors import NotFound
from api.tickets import sees
from domain import roles
from domain.roles import Permission, Person
from domain.targets import CatalogueEntry, environments, way
from domain.ticket import Impact, PromotionRequest, Target, TargetType
from domain.values import (
    ArtifactDigest,
    Email,
    Environment,
    Frozen,
    Moment,
    RuleName,
    TargetName,
    Tenant,
    TicketId,
    Version,
)
from domain.versions import Direction
from record.index import schema
from record.index.query import TicketQuery
from record.index.reader import Index
from record.index.targets import NEWEST, DeployedKey
from record.people.catalogue import Catalogue
from record.people.directory import Directory

VersionCursor = Annotated[str, StringConstraints(pattern=r"^\d{1,15}\.\d{4}\.\d{1,9}$")]
"""The key of a version, as the page before gave it."""


def cursor_of(key: DeployedKey) -> str:
    return ".".join(map(str, key))


def _key_of(cursor: str) -> DeployedKey:
    position, year, number = map(int, cursor.split("."))
    return position, year, number


class NamedPerson(Frozen):
    """Somebody by the name that the directory has, or else by their address."""

    name: str
    email: Email


class TargetVersion(Frozen):
    """A version that was in production from `since`, null for before the first request, to `until`, null for now.

    `direction` is its version's, seen from the one before it. The request and its people are null for who may not see
    it; `attempts` counts its deployments, those that failed too. `rule` is the company's rule that approved it where
    nobody did; `emergency` tells whether it was approved as one, past votes and freezes.
    """

    version: Version
    digest: ArtifactDigest | None = None
    since: Moment | None = None
    until: Moment | None
    direction: Direction
    ticket: TicketId | None = None
    asked_by: NamedPerson | None = None
    approved_by: NamedPerson | None = None
    rule: RuleName | None = None
    emergency: bool | None = None
    attempts: int | None = None


class TargetDetail(Frozen):
    """A target of a tenant: the version in production, null for none, and the impact that its owners ask for."""

    tenant: Tenant
    type: TargetType
    name: TargetName
    environment: Environment
    minimum_impact: Impact | None
    production: Version | None


@dataclass(frozen=True)
class VersionPage:
    """Some of a target's versions in production, the newest first, and the cursor of the older ones."""

    versions: tuple[TargetVersion, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class TargetHistories:
    """The history of one tenant's target as one person may know it.

    Which version is in production is no secret within a tenant; by which request, who asked and who approved is told to
    who sees that request.
    """

    index: Index
    directory: Directory
    catalogue: Catalogue
    person: Person

    def detail(self, tenant: str, kind: TargetType, name: str) -> TargetDetail:
        """The target. Raises NotFound for one of which the person knows nothing."""
        entry = self._entry(tenant, kind, name)
        found = self.page(tenant, kind, name, None, 1).versions
        if not found and not self._asked_for(tenant, kind, name):
            raise NotFound("No such target")
        return TargetDetail(
            tenant=tenant,
            type=kind,
            name=name,
            environment=_environment(entry),
            minimum_impact=entry and entry.minimum_impact,
            production=self._production(entry) or (found[0].version if found else None),
        )

    def _production(self, entry: CatalogueEntry | None) -> str | None:
        """The last version deployed to the tenant's own target, by another tenant too, before it had an owner."""
        if entry is None:
            return None
        return self.index.state_of(entry.tenant, entry.type, entry.name, entry.target).production

    def page(self, tenant: str, kind: TargetType, name: str, cursor: str | None, limit: int) -> VersionPage:
        """The versions after the cursor's; the oldest is what the catalogue says was there before the first request."""
        entry, first = self._entry(tenant, kind, name), _key_of(cursor) if cursor else NEWEST
        rows = self.index.deployed(schema.what(kind, name, _environment(entry)), tenant, first, limit + 2)
        newer = rows.pop(0).ticket if rows and rows[0].key == first else None
        tickets, rest = [each.ticket for each in rows[:limit]], rows[limit:]
        before = rest[0].ticket.spec.target if rest else _described(entry)
        told = list(self._told(newer, tickets, before))
        if rest:
            return VersionPage(tuple(told), cursor_of(rows[limit - 1].key))
        if before and (not told or told[-1].version != before.version):
            told.append(_first(before, tickets[-1] if tickets else newer))
        return VersionPage(tuple(told), None)

    def _told(
        self, newer: PromotionRequest | None, tickets: list[PromotionRequest], before: Target | None
    ) -> Iterator[TargetVersion]:
        for ticket, older in zip(tickets, (*(each.spec.target for each in tickets[1:]), before), strict=False):
            yield self._version(ticket, newer, way(older, ticket.spec.target))
            newer = ticket

    def _version(self, ticket: PromotionRequest, newer: PromotionRequest | None, direction: Direction) -> TargetVersion:
        shown, status, by_rule = sees(self.person, ticket), ticket.status, ticket.rule_approval
        return TargetVersion(
            version=ticket.spec.target.version,
            digest=ticket.spec.target.digest,
            since=status.deployed_at,
            until=newer and newer.status.deployed_at,
            direction=direction,
            ticket=ticket.id if shown else None,
            asked_by=self._named(ticket.metadata.created_by) if shown else None,
            approved_by=self._named(status.approved_by) if shown and status.approved_by else None,
            rule=by_rule.rule if shown and by_rule else None,
            emergency=ticket.emergency is not None if shown else None,
            attempts=ticket.attempt if shown else None,
        )

    def _named(self, email: str) -> NamedPerson:
        """The person by the name that the directory has now; who left it keeps their address."""
        known = self.directory.person(email)
        return NamedPerson(name=known.name if known else email, email=email)

    def _entry(self, tenant: str, kind: TargetType, name: str) -> CatalogueEntry | None:
        found = self.catalogue.entry(kind, name)
        return found if found is not None and found.tenant == tenant else None

    def _asked_for(self, tenant: str, kind: TargetType, name: str) -> bool:
        """Tells whether the person sees a request of the target, in whatever state."""
        scope = roles.scope(self.person, Permission.SEE)
        query = TicketQuery(scope=scope, tenant=tenant, target_type=kind, target_name=name, limit=1)
        return self.index.page(query).total > 0


def _environment(entry: CatalogueEntry | None) -> str:
    _, environment = environments(entry)
    return environment


def _described(entry: CatalogueEntry | None) -> Target | None:
    """The target as it was in production before the first request."""
    return None if entry is None else Target(type=entry.type, name=entry.name, version=entry.version)


def _first(target: Target, newer: PromotionRequest | None) -> TargetVersion:
    until = newer and newer.status.deployed_at
    return TargetVersion(version=target.version, until=until, direction=Direction.FIRST)
