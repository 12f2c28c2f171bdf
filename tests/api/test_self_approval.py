"""Nobody approves their own request, by whatever name they come."""

import pytest

from tests.api.house import ALICE, JEAN, PIERRE, Caller, House, problem

TENANT = """apiVersion: apim.cab-i.com/v1
kind: Tenant
metadata:
  name: tenant-finance
spec:
  displayName: Finance
  members:
    - {email: pierre.durand@cab-i.com, name: Pierre Durand, role: devops, aliases: [pdurand@cab-i.com]}
    - {email: p.durand@partner.example, name: Pierre Durand, role: cpi, aliases: [pierre.durand@cab-i.com]}
    - {email: jean.dupont@cab-i.com, name: Jean Dupont, role: cpi}
    - {email: married@cab-i.com, name: Jean Neuf, role: cpi}
"""


def known_as(house: House, email: str, subject: str) -> Caller:
    """Somebody whose token says this address and this subject."""
    return house.as_(email, token=house.issuer.token(email, sub=subject))


def refused_as_own(house: House, caller: Caller, ticket_id: str) -> None:
    answer = caller.decide("approve", ticket_id)
    assert answer.status_code == 403, answer.text
    assert str(problem(answer)["detail"]).startswith("Cannot approve your own request")
    state = house.as_(ALICE).get(f"/{ticket_id}").json()["status"]["state"]
    assert state == "pending"


@pytest.mark.parametrize("email", ["Jean.Dupont@CAB-I.com", "JEAN.DUPONT@cab-i.com", "jean.dupont@cab-I.COM"])
def test_case_makes_nobody_else(house: House, email: str) -> None:
    """One address in another spelling is one person; with another subject it is nobody's who acted before."""
    ticket_id = house.as_(JEAN).create()["metadata"]["id"]
    refused_as_own(house, house.as_(email), ticket_id)
    foreign = known_as(house, email, "another|subject").decide("approve", ticket_id)
    assert (foreign.status_code, problem(foreign)["type"]) == (403, "urn:prodgate:problem:identity-changed")


def test_the_platforms_admin_is_no_exception(house: House) -> None:
    """Alice may approve everything but what she asked for."""
    refused_as_own(house, house.as_(ALICE), house.as_(ALICE).create()["metadata"]["id"])


def test_an_alias_makes_nobody_else(own_house: House) -> None:
    """Addresses that the directory calls one person's are one person's, in both directions."""
    own_house.commit({"tenants/tenant-finance.yaml": TENANT})
    asked_as_devops = own_house.as_(PIERRE).create()["metadata"]["id"]
    for email in ("pdurand@cab-i.com", "p.durand@partner.example", "P.Durand@Partner.example"):
        refused_as_own(own_house, known_as(own_house, email, f"demo|{PIERRE}"), asked_as_devops)
    asked_as_partner = known_as(own_house, "p.durand@partner.example", f"demo|{PIERRE}").create()["metadata"]["id"]
    refused_as_own(own_house, own_house.as_(PIERRE), asked_as_partner)
    assert own_house.as_(JEAN).decide("approve", asked_as_devops).status_code == 200


def test_a_new_address_makes_nobody_else(own_house: House) -> None:
    """Whoever got another e-mail address keeps their subject, and that is compared too."""
    own_house.commit({"tenants/tenant-finance.yaml": TENANT})
    ticket_id = known_as(own_house, JEAN, "idp|4711").create()["metadata"]["id"]
    married = known_as(own_house, "married@cab-i.com", "idp|4711")
    refused_as_own(own_house, married, ticket_id)
    assert married.get("/pending").json() == []
    assert known_as(own_house, "married@cab-i.com", "idp|4712").decide("approve", ticket_id).status_code == 200


ENTRY = "    - {email: p.durand@partner.example, name: Pierre Durand, role: cpi, aliases: [pierre.durand@cab-i.com]}\n"
AFTERWARDS = {
    "alias gone": (TENANT.replace(", aliases: [pierre.durand@cab-i.com]", ""), "p.durand@partner.example", "other"),
    "all aliases gone": (
        TENANT.replace(", aliases: [pierre.durand@cab-i.com]", "").replace(", aliases: [pdurand@cab-i.com]", ""),
        "p.durand@partner.example",
        "other",
    ),
    "entry renamed": (
        TENANT.replace(ENTRY, ENTRY.replace("p.durand@", "new@").replace(", aliases: [pierre.durand@cab-i.com]", "")),
        "new@partner.example",
        "idp|1",
    ),
    "alias of somebody else": (
        TENANT.replace(
            "Pierre Durand, role: devops, aliases: [pdurand@cab-i.com]", "Pierre Durand, role: devops"
        ).replace("name: Jean Neuf, role: cpi", "name: Jean Neuf, role: cpi, aliases: [pdurand@cab-i.com]"),
        "married@cab-i.com",
        "other",
    ),
}


@pytest.mark.parametrize("name", AFTERWARDS)
def test_whoever_was_the_requester_is_it_for_good(own_house: House, name: str) -> None:
    """One person of the directory at submission stays one person for it: list, page and API alike."""
    own_house.commit({"tenants/tenant-finance.yaml": TENANT})
    ticket_id = known_as(own_house, PIERRE, "idp|1").create()["metadata"]["id"]
    later, email, subject = AFTERWARDS[name]
    assert later != TENANT
    own_house.commit({"tenants/tenant-finance.yaml": later})
    caller = known_as(own_house, email, subject)
    told = caller.get(f"/{ticket_id}/permissions").json()
    assert told["approve"]["why"].startswith("Cannot approve your own request")
    assert told["approve"]["kind"] == "self-approval"
    assert email not in {each["email"] for each in told["deciders"]} or subject == "idp|1"
    refused_as_own(own_house, caller, ticket_id)
    assert caller.get("/pending").json() == []
    assert [each["metadata"]["id"] for each in own_house.as_(JEAN).get("/pending").json()] == [ticket_id]
    assert own_house.as_(JEAN).decide("approve", ticket_id).status_code == 200


def test_what_one_asked_for_is_not_waiting_for_oneself(own_house: House) -> None:
    """The list of what one could approve leaves out one's own, under every alias."""
    own_house.commit({"tenants/tenant-finance.yaml": TENANT})
    own_house.as_(PIERRE).create()
    assert known_as(own_house, "p.durand@partner.example", f"demo|{PIERRE}").get("/pending").json() == []
    assert len(own_house.as_(JEAN).get("/pending").json()) == 1
