"""Service accounts ask and read, and never decide; what one asks for, its owner asked for."""

import pytest

from tests.api.house import ALICE, CLAIRE, JEAN, PIERRE, House, asked, problem

ROBOT, MIGHTY = "ci@cab-i.com", "ci-admin@cab-i.com"
TENANT = """apiVersion: apim.cab-i.com/v1
kind: Tenant
metadata:
  name: tenant-finance
spec:
  displayName: Finance
  members:
    - {email: pierre.durand@cab-i.com, name: Pierre Durand, role: devops}
    - {email: jean.dupont@cab-i.com, name: Jean Dupont, role: cpi, aliases: [jd@cab-i.com]}
    - {email: claire.moreau@cab-i.com, name: Claire Moreau, role: cpi}
    - {email: ci@cab-i.com, name: Pipeline, role: cpi, kind: service, owner: JD@cab-i.com}
"""
PLATFORM = """apiVersion: apim.cab-i.com/v1
kind: Platform
spec:
  members:
    - {email: alice.admin@cab-i.com, name: Alice Admin, role: cpi_admin}
    - {email: ci-admin@cab-i.com, name: Platform pipeline, role: cpi_admin, kind: service, owner: alice.admin@cab-i.com}
"""


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
@pytest.mark.parametrize("action", ["approve", "reject", "cancel", "retry"])
def test_a_service_account_never_decides(staffed: House, email: str, action: str) -> None:
    """Whatever roles it was given: neither on others' tickets nor on its own, over the API itself."""
    for asking in (PIERRE, email):
        ticket_id = staffed.as_(asking).create(tenant="tenant-finance")["metadata"]["id"]
        told = staffed.as_(email).get(f"/{ticket_id}/permissions").json()[action]
        answer = staffed.as_(email).decide(action, ticket_id)
        assert answer.status_code == (400 if action == "retry" else 403), answer.text
        assert told == {"allowed": False, "why": problem(answer)["detail"]}
        if asking == PIERRE and action != "retry":
            assert problem(answer)["detail"] == "A service account cannot decide"


@pytest.mark.parametrize(("robot", "owner", "other"), [(ROBOT, JEAN, CLAIRE), (MIGHTY, ALICE, JEAN)])
def test_the_owner_of_a_service_account_cannot_approve_what_it_asked_for(
    staffed: House, robot: str, owner: str, other: str
) -> None:
    """Under no address of theirs, admins included; another person can."""
    ticket_id = staffed.as_(robot).create(tenant="tenant-finance")["metadata"]["id"]
    for email in (owner, owner.upper().replace("CAB-I.COM", "cab-i.com"), *(["jd@cab-i.com"] if owner == JEAN else [])):
        answer = staffed.as_(email).decide("approve", ticket_id)
        assert (answer.status_code, problem(answer)["detail"]) == (403, "Cannot approve your own request")
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


def test_a_request_that_nobody_could_approve_is_refused_at_submission(own_house: House) -> None:
    """With the reason, and without spending a number: no approver but the requester, by whatever name."""
    alone = TENANT.replace("    - {email: claire.moreau@cab-i.com, name: Claire Moreau, role: cpi}\n", "")
    nobody = PLATFORM.split("    - ")[0].replace("members:\n", "members: []\n")
    own_house.commit({"tenants/tenant-finance.yaml": alone, "platform.yaml": nobody})
    for email in (JEAN, "jd@cab-i.com", ROBOT):
        answer = own_house.as_(email).post(json=asked())
        assert answer.status_code == 422, answer.text
        assert problem(answer)["detail"] == "Nobody but the requester could approve this request"
    made = own_house.as_(PIERRE).create()
    assert made["metadata"]["id"].endswith("-0001")
    deciders = own_house.as_(PIERRE).get(f"/{made['metadata']['id']}/permissions").json()["deciders"]
    assert deciders == [{"name": "Jean Dupont", "email": JEAN}]
