"""Service accounts ask and read, and never decide; what one asks for, its owner asked for."""

import pytest

from tests.api.house import ALICE, CLAIRE, JEAN, PIERRE, Caller, House, asked, in_days, problem

ROBOT, MIGHTY = "ci@cab-i.com", "ci-admin@cab-i.com"
TENANT = """apiVersion: apim.cab-i.com/v1
kind: Tenant
metadata:
  name: tenant-finance
spec:
  displayName: Finance
  members:
    - {email: pierre.durand@cab-i.com, name: Pierre Durand, role: devops}
    - {email: jean.dupont@cab-i.com, name: Jean Dupont, role: cpi, aliases: [jd@cab-i.com],
       subject: demo|jean.dupont@cab-i.com}
    - {email: claire.moreau@cab-i.com, name: Claire Moreau, role: cpi}
    - {email: ci@cab-i.com, name: Pipeline, role: devops, kind: service, owner: JD@cab-i.com}
    - {email: ci@cab-i.com, name: Pipeline, role: viewer, kind: service, owner: JD@cab-i.com}
"""
PLATFORM = """apiVersion: apim.cab-i.com/v1
kind: Platform
spec:
  controls: 2
  catalogue: open
  members:
    - {email: alice.admin@cab-i.com, name: Alice Admin, role: cpi_admin}
    - {email: ci-admin@cab-i.com, name: Platform pipeline, role: devops, kind: service, owner: alice.admin@cab-i.com}
    - {email: ci-admin@cab-i.com, name: Platform pipeline, role: viewer, kind: service, owner: alice.admin@cab-i.com}
"""


def by(house: House, email: str) -> Caller:
    """Somebody by one of their addresses: Jean's alias comes with his own subject."""
    subject = f"demo|{JEAN}" if email == "jd@cab-i.com" else f"demo|{email.casefold()}"
    return house.as_(email, token=house.issuer.token(email, sub=subject))


@pytest.fixture
def staffed(own_house: House) -> House:
    own_house.commit({"tenants/tenant-finance.yaml": TENANT, "platform.yaml": PLATFORM})
    return own_house


def test_a_service_account_creates_and_reads(staffed: House) -> None:
    """A pipeline files the request and follows it."""
    robot = staffed.as_(ROBOT)
    ticket_id = robot.create()["metadata"]["id"]
    assert robot.get(f"/{ticket_id}").json()["metadata"]["createdBy"] == ROBOT
    assert [each["metadata"]["id"] for each in robot.get("/my").json()] == [ticket_id]
    assert robot.get("/pending").json() == []


@pytest.mark.parametrize("email", [ROBOT, MIGHTY])
@pytest.mark.parametrize("action", ["approve", "reject", "cancel", "retry", "hold", "release"])
def test_a_service_account_never_decides(staffed: House, email: str, action: str) -> None:
    """Neither on others' tickets nor on its own, over the API itself."""
    for asking in (PIERRE, email):
        later = {"scheduledDate": in_days(1)}
        ticket_id = staffed.as_(asking).create(tenant="tenant-finance", request=later)["metadata"]["id"]
        for before in {"hold": ["approve"], "release": ["approve", "hold"]}.get(action, []):
            assert staffed.as_(CLAIRE).decide(before, ticket_id).status_code == 200
        told = staffed.as_(email).get(f"/{ticket_id}/permissions").json()[action]
        answer = staffed.as_(email).decide(action, ticket_id)
        assert answer.status_code == (400 if action == "retry" else 403), answer.text
        assert (told["allowed"], told["why"]) == (False, problem(answer)["detail"])
        if asking == PIERRE and action != "retry":
            assert problem(answer)["detail"] == "A service account cannot decide"


@pytest.mark.parametrize(("robot", "owner", "other"), [(ROBOT, JEAN, CLAIRE), (MIGHTY, ALICE, JEAN)])
def test_the_owner_of_a_service_account_cannot_approve_what_it_asked_for(
    staffed: House, robot: str, owner: str, other: str
) -> None:
    """Under no address of theirs, admins included; another person can."""
    ticket_id = staffed.as_(robot).create(tenant="tenant-finance")["metadata"]["id"]
    for email in (owner, owner.upper().replace("CAB-I.COM", "cab-i.com"), *(["jd@cab-i.com"] if owner == JEAN else [])):
        answer = by(staffed, email).decide("approve", ticket_id)
        assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:self-approval")
    assert ticket_id not in staffed.as_(owner).get("/pending").text
    deciders = {each["email"] for each in staffed.as_(other).get(f"/{ticket_id}/permissions").json()["deciders"]}
    assert other in deciders
    assert not {owner, robot} & deciders
    assert staffed.as_(other).decide("approve", ticket_id).status_code == 200


def test_what_the_owner_asks_for_its_service_account_does_not_approve(staffed: House) -> None:
    """The other way round."""
    ticket_id = staffed.as_(JEAN).create()["metadata"]["id"]
    answer = staffed.as_(ROBOT).decide("approve", ticket_id)
    assert answer.status_code == 403


ROBOTS = "    - {email: ci@cab-i.com, name: Pipeline, role: devops, kind: service, owner: "
AFTERWARDS = {
    "removed": TENANT[: TENANT.index(ROBOTS)],
    "somebody else's": TENANT.replace("owner: JD@", "owner: pierre.durand@"),
    "nobody's": TENANT.replace("owner: JD@", "owner: gone@"),
    "a service account's": TENANT.replace("owner: JD@", "owner: ci-admin@"),
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_who_owned_a_service_account_then_cannot_approve_what_it_asked_for(staffed: House, name: str) -> None:
    """Whatever the directory says of the account later: the request says whose it was."""
    ticket_id = staffed.as_(ROBOT).create()["metadata"]["id"]
    staffed.commit({"tenants/tenant-finance.yaml": AFTERWARDS[name]})
    for email in (JEAN, "jd@cab-i.com"):
        told = by(staffed, email).get(f"/{ticket_id}/permissions").json()
        answer = by(staffed, email).decide("approve", ticket_id)
        assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:self-approval")
        assert told["approve"]["why"].startswith("Cannot approve your own request")
        assert told["approve"]["kind"] == "self-approval"
        assert CLAIRE in {each["email"] for each in told["deciders"]}
        assert JEAN not in {each["email"] for each in told["deciders"]}
        assert by(staffed, email).get("/pending").json() == []
    if name == "somebody else's":
        assert staffed.as_(PIERRE).decide("cancel", ticket_id).status_code == 200
    else:
        assert staffed.as_(CLAIRE).decide("approve", ticket_id).status_code == 200


@pytest.mark.parametrize("name", ["removed", "nobody's", "a service account's"])
def test_a_service_account_that_is_nobodys_asks_for_nothing(staffed: House, name: str) -> None:
    """Nor does it see anything, until somebody answers for it again."""
    ticket_id = staffed.as_(ROBOT).create()["metadata"]["id"]
    staffed.commit({"tenants/tenant-finance.yaml": AFTERWARDS[name]})
    assert staffed.as_(ROBOT).post(json=asked()).status_code == 403
    assert staffed.as_(ROBOT).get(f"/{ticket_id}").status_code == 404
    staffed.commit({"tenants/tenant-finance.yaml": TENANT})
    assert staffed.as_(ROBOT).get(f"/{ticket_id}").status_code == 200
    assert staffed.as_(ROBOT).post(json=asked()).status_code == 201


def test_a_service_account_in_an_approving_role_makes_its_file_faulty(staffed: House) -> None:
    """Nothing is asked for or approved until that is mended; it is read and rejected, by whom the file allowed it."""
    robots = staffed.as_(ROBOT).create()["metadata"]["id"]
    pierres = staffed.as_(PIERRE).create()["metadata"]["id"]
    staffed.commit({"tenants/tenant-finance.yaml": TENANT.replace("devops, kind", "cpi, kind")})
    blocked = (
        *(staffed.as_(email).post(json=asked()) for email in (ROBOT, PIERRE)),
        *(staffed.as_(email).decide("approve", pierres) for email in (ROBOT, CLAIRE, ALICE)),
    )
    for answer in blocked:
        assert (answer.status_code, problem(answer)["type"]) == (409, "urn:prodgate:problem:faulty-file")
        assert "tenants/tenant-finance.yaml, line 12" in problem(answer)["detail"]
    assert staffed.as_(ROBOT).get(f"/{pierres}").status_code == 200
    assert staffed.as_(ROBOT).decide("reject", robots).status_code == 403
    assert staffed.as_(CLAIRE).decide("reject", robots).status_code == 200
    staffed.commit({"tenants/tenant-finance.yaml": TENANT})
    assert staffed.as_(ROBOT).decide("approve", pierres).status_code == 403
    assert staffed.as_(CLAIRE).decide("approve", pierres).status_code == 200


def test_a_service_account_with_a_persons_address_is_neither(staffed: House) -> None:
    """Whoever signs in under that address asks and decides nothing, and nobody else is touched."""
    pierres = staffed.as_(PIERRE).create()["metadata"]["id"]
    staffed.commit({"tenants/tenant-finance.yaml": TENANT.replace("ci@cab-i.com", CLAIRE)})
    assert staffed.as_(CLAIRE).post(json=asked()).status_code == 403
    assert staffed.as_(CLAIRE).decide("approve", pierres).status_code == 404
    assert staffed.as_(JEAN).decide("approve", pierres).status_code == 200


@pytest.mark.parametrize("tenant", ["tenant-retail", "tenant-of-nobody"])
def test_a_service_account_asks_for_no_other_tenant(staffed: House, tenant: str) -> None:
    """The answer is one whether it exists or not; the platform's own account learns no more of the latter."""
    assert staffed.as_(ROBOT).post(json=asked(tenant=tenant)).status_code == 403
    assert staffed.as_(MIGHTY).post(json=asked(tenant="tenant-of-nobody")).status_code == 403


def test_when_its_tenant_is_gone_a_service_account_has_no_role(staffed: House) -> None:
    """Nor has anybody else of that tenant."""
    ticket_id = staffed.as_(ROBOT).create()["metadata"]["id"]
    staffed.commit({"tenants/tenant-finance.yaml": None})
    for email in (ROBOT, JEAN, CLAIRE):
        assert staffed.as_(email).get(f"/{ticket_id}").status_code == 404
        assert staffed.as_(email).post(json=asked()).status_code == 403


def test_a_request_that_nobody_could_approve_is_refused_at_submission(own_house: House) -> None:
    """With the reason, and without spending a number: no approver but the requester, by whatever name."""
    alone = TENANT.replace("    - {email: claire.moreau@cab-i.com, name: Claire Moreau, role: cpi}\n", "")
    nobody = PLATFORM.split("    - ")[0].replace("members:\n", "members: []\n")
    own_house.commit({"tenants/tenant-finance.yaml": alone, "platform.yaml": nobody})
    for email in (JEAN, "jd@cab-i.com", ROBOT):
        answer = by(own_house, email).post(json=asked())
        assert answer.status_code == 422, answer.text
        assert problem(answer)["detail"] == "Nobody but the requester could approve this request"
    made = own_house.as_(PIERRE).create()
    assert made["metadata"]["id"].endswith("-0001")
    deciders = own_house.as_(PIERRE).get(f"/{made['metadata']['id']}/permissions").json()["deciders"]
    assert deciders == [{"name": "Jean Dupont", "email": JEAN, "onBehalfOf": None}]
