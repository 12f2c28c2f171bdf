"""Describes a tenant to its people: who is who there, and what rules hold."""

from api.tenant_rules import TenantRule
from domain.roles import Person, Role
from domain.values import Email, Frozen, Tenant, Version
from record.people.directory import Directory


class TenantPerson(Frozen):
    """Somebody who has roles in a tenant; `platform` are those that they have everywhere.

    A service account has an `owner`.
    """

    name: str
    email: Email
    roles: tuple[Role, ...]
    platform: tuple[Role, ...]
    owner: Email | None


class TenantRules(Frozen):
    """The rules that hold for a tenant's requests: how long an approval does, in seconds, whether a newer version's
    approval closes requests of older ones, whether targets have owners, and which versions need a digest."""

    approval_valid_for: int
    supersede: bool
    owned_targets: bool
    moving_versions: tuple[Version, ...]


class TenantDetail(Frozen):
    """A tenant, its people, its own first, and the rules that hold there: the platform's, and the company's files."""

    name: Tenant
    display_name: str
    people: tuple[TenantPerson, ...]
    rules: TenantRules
    company_rules: tuple[TenantRule, ...]


def describe(tenant: str, directory: Directory, company_rules: tuple[TenantRule, ...]) -> TenantDetail:
    """The tenant, which the directory has."""
    found = (_person(each, tenant) for each in directory.people)
    people = sorted(filter(None, found), key=lambda each: (not each.roles, each.owner is not None, each.name))
    rules = directory.rules
    return TenantDetail(
        name=tenant,
        display_name=directory.tenants[tenant].display_name,
        people=tuple(people),
        rules=TenantRules(
            approval_valid_for=int(rules.approval_valid_for.total_seconds()),
            supersede=rules.supersede,
            owned_targets=rules.controls > 1,
            moving_versions=rules.moving_versions,
        ),
        company_rules=company_rules,
    )


def _person(person: Person, tenant: str) -> TenantPerson | None:
    here = tuple(grant.role for grant in person.grants if grant.tenant == tenant)
    platform = tuple(grant.role for grant in person.grants if grant.tenant is None)
    if not here and not platform:
        return None
    return TenantPerson(name=person.name, email=person.email, roles=here, platform=platform, owner=person.owner)
