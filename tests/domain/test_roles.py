"""The rights of people: the contract's table, written out for each role, tenant and request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotAuthorized, SelfApproval
from domain.roles import (
    Grant,
    Permission,
    Person,
    Requester,
    Role,
    Scope,
    holds,
    own,
    refusal,
    same_address,
    scope,
)
from domain.ticket import PromotionRequest
from tests.domain.builders import FINANCE, RETAIL, pending, person

SOMEBODY = person("somebody@cab-i.com", Role.DEVOPS)

CONTRACT = """
role       of-whom  create  approve  reject  cancel  retry  see  audit  webhooks  report  templates  operate
devops     theirs   yes     no       no      no      no     no   no     no        no      no         no
devops     own      yes     self     no      yes     yes    yes  no     no        no      no         no
cpi        theirs   yes     yes      yes     no      yes    yes  yes    yes       yes     no         no
cpi        own      yes     self     yes     yes     yes    yes  yes    yes       yes     no         no
cpi_admin  theirs   yes     yes      yes     yes     yes    yes  yes    yes       yes     yes        yes
cpi_admin  own      yes     self     yes     yes     yes    yes  yes    yes       yes     yes        yes
viewer     theirs   no      no       no      no      no     yes  no     no        no      no         no
viewer     own      no      self     no      no      no     yes  no     no        no      no         no
"""
"""The rights of each role on a request within its reach. 'self': refused as one's own approval, whatever the role."""
ANSWERS = {"yes": None, "no": NotAuthorized, "self": SelfApproval}


def contract() -> list[tuple[Role, bool, Permission, str]]:
    """(role, own request?, permission, answer) of every cell of the table."""
    header, *rows = (line.split() for line in CONTRACT.strip().splitlines())
    return [
        (Role(role), whose == "own", Permission(permission), answer)
        for role, whose, *answers in rows
        for permission, answer in zip(header[2:], answers, strict=True)
    ]


def request_of(who: Person, own: bool) -> PromotionRequest:
    """A request of the person, or of somebody else, in tenant-finance."""
    ticket = pending(requester=SOMEBODY)
    author = who if own else SOMEBODY
    return ticket.model_copy(update={"metadata": ticket.metadata.model_copy(update={"created_by": author.email})})


def answer(who: Person, permission: Permission, own: bool) -> type[Exception] | None:
    refused = refusal(who, permission, request_of(who, own), Requester.of(who if own else SOMEBODY))
    return type(refused) if refused else None


def test_the_table_has_every_cell() -> None:
    """Each role, each request, each permission: nothing is left to a default."""
    assert len({cell[:3] for cell in contract()}) == len(Role) * 2 * len(Permission)


@pytest.mark.parametrize(("role", "own", "permission", "expected"), contract())
@pytest.mark.parametrize("tenant", [FINANCE, None], ids=["own tenant", "platform"])
def test_a_role_allows_what_the_contract_says_within_its_reach(
    role: Role, own: bool, permission: Permission, expected: str, tenant: str | None
) -> None:
    """In the tenant of the grant, or everywhere for a platform-wide one."""
    assert answer(person("me@cab-i.com", role, tenant), permission, own) is ANSWERS[expected]


@pytest.mark.parametrize(("role", "own", "permission", "expected"), contract())
def test_a_role_allows_nothing_outside_its_tenant(role: Role, own: bool, permission: Permission, expected: str) -> None:
    """A role in tenant-retail says nothing about tenant-finance, one's own requests there included."""
    outside = SelfApproval if expected == "self" else NotAuthorized
    assert answer(person("me@cab-i.com", role, RETAIL), permission, own) is outside


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("own", [False, True])
def test_nobody_without_a_role_may_do_anything(permission: Permission, own: bool) -> None:
    """A person whose grants were taken away has no rights left, not even on what they asked for."""
    assert answer(person("me@cab-i.com", None), permission, own) is not None


def test_several_roles_add_up() -> None:
    """Viewer here and cpi there: each right comes from the grant that has it."""
    both = SOMEBODY.model_copy(
        update={"grants": (Grant(role=Role.VIEWER, tenant=FINANCE), Grant(role=Role.CPI, tenant=RETAIL))}
    )
    assert holds(both, Permission.SEE, FINANCE)
    assert holds(both, Permission.APPROVE, RETAIL)
    assert not holds(both, Permission.APPROVE, FINANCE)


@pytest.mark.parametrize("tenant", ["tenant-financ", "tenant-finance2", "Tenant-Finance", "", "*"])
def test_a_tenant_is_reached_by_its_exact_name_only(tenant: str) -> None:
    """No prefix, case or wildcard of a name reaches a tenant."""
    assert not Grant(role=Role.CPI, tenant=FINANCE).reaches(tenant)


def test_an_admin_of_the_platform_reaches_a_tenant_that_has_no_other_rule() -> None:
    """A grant without a tenant reaches every tenant, a new one too; nobody else reaches it."""
    assert holds(person("ada@cab-i.com", Role.CPI_ADMIN, None), Permission.APPROVE, "tenant-new")
    assert not holds(person("jean@cab-i.com", Role.CPI, FINANCE), Permission.APPROVE, "tenant-new")


@pytest.mark.parametrize("spelling", ["Jean.Dupont@Cab-I.com", " jean.dupont@cab-i.com ", "\uff4aean.dupont@cab-i.com"])
def test_spellings_of_one_address_are_one_address(spelling: str) -> None:
    """Case, spaces and width of letters don't make another person."""
    assert same_address(spelling) == same_address("jean.dupont@cab-i.com")


GRANTS = st.builds(Grant, role=st.sampled_from(Role), tenant=st.sampled_from([FINANCE, RETAIL, None]))
ADDRESSES = st.sampled_from(["me@cab-i.com", "ME@cab-i.com", "old@cab-i.com", "you@cab-i.com"])
PEOPLE = st.builds(
    Person,
    email=ADDRESSES,
    name=st.just("Me"),
    subject=st.none(),
    aliases=st.lists(ADDRESSES, max_size=1).map(tuple),
    grants=st.lists(GRANTS, max_size=3).map(tuple),
)


def ticket_of(by: str, tenant: str) -> PromotionRequest:
    """A ticket with this requester and tenant, whatever the rules for making one."""
    ticket = pending(requester=SOMEBODY)
    metadata = ticket.metadata.model_copy(update={"created_by": by, "tenant": tenant})
    return ticket.model_copy(update={"metadata": metadata})


def within(reach: Scope, by: str, tenant: str) -> bool:
    """Tells whether a list with this filter has a ticket of that requester and tenant."""
    anyones = reach.tenants is None or tenant in reach.tenants
    own_there = reach.own_tenants is None or tenant in reach.own_tenants
    return anyones or (own_there and same_address(by) in reach.addresses)


@given(PEOPLE, st.sampled_from(Permission), st.sampled_from([FINANCE, RETAIL]), ADDRESSES)
def test_lists_and_single_tickets_follow_one_rule(who: Person, permission: Permission, tenant: str, by: str) -> None:
    """A ticket is within a person's scope exactly when nothing refuses it to them, but for approving one's own."""
    refused = refusal(who, permission, ticket_of(by, tenant))
    if permission is Permission.APPROVE and same_address(by) in who.addresses:
        assert isinstance(refused, SelfApproval)
    else:
        assert (refused is None) is within(scope(who, permission), by, tenant)


@given(PEOPLE, st.sampled_from([FINANCE, RETAIL]), ADDRESSES)
def test_ones_own_list_has_ones_own_tickets_that_one_may_see(who: Person, tenant: str, by: str) -> None:
    """Everything I asked for and may still see is mine to list, and nobody else's ticket is."""
    mine = same_address(by) in who.addresses
    seen = refusal(who, Permission.SEE, ticket_of(by, tenant)) is None
    assert within(own(who), by, tenant) is (mine and seen)
