"""Votes of people who change their address, and votes that nobody is left to give."""

from record.audit.verify import verify
from tests.api.house import ALICE, CLAIRE, JEAN, NICOLAS, PIERRE, Caller, House
from tests.rules import rule, two_of_cpi

FINANCE = "tenants/tenant-finance.yaml"
NEW = "jean.neuf@cab-i.com"
TENANT = f"""apiVersion: apim.cab-i.com/v1
kind: Tenant
metadata:
  name: tenant-finance
spec:
  displayName: Finance
  members:
    - {{email: {PIERRE}, name: Pierre Durand, role: devops}}
    - {{email: {JEAN}, name: Jean Dupont, role: cpi}}
    - {{email: {CLAIRE}, name: Claire Moreau, role: cpi}}
"""
RENAMED = TENANT.replace(
    f"email: {JEAN}, name: Jean Dupont, role: cpi", f"email: {NEW}, name: Jean Dupont, role: cpi, aliases: [{JEAN}]"
)


def known_as(house: House, email: str) -> Caller:
    """Jean, whose token says this address."""
    return house.as_(email, token=house.issuer.token(email, sub="idp|jean"))


def test_a_vote_is_taken_back_by_whoever_changed_their_address(own_house: House) -> None:
    """It counts as theirs, so it is theirs to take back; then they may vote again, by the new one."""
    own_house.commit({FINANCE: TENANT, **two_of_cpi()})
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    assert known_as(own_house, JEAN).post(f"/{ticket_id}/approve", json={}).status_code == 200
    own_house.commit({FINANCE: RENAMED})
    jean = known_as(own_house, NEW)
    assert jean.get(f"/{ticket_id}/permissions").json()["unendorse"]["allowed"]
    assert jean.post(f"/{ticket_id}/unendorse", json={}).status_code == 200
    assert jean.get(f"/{ticket_id}/permissions").json()["votes"]["given"] == []
    assert jean.post(f"/{ticket_id}/unendorse", json={}).status_code == 400
    assert jean.post(f"/{ticket_id}/approve", json={}).json()["status"]["state"] == "pending"
    assert own_house.as_(CLAIRE).post(f"/{ticket_id}/approve", json={}).json()["status"]["approvedBy"] == CLAIRE
    own_house.until(ticket_id, "deployed")
    assert list(verify(own_house.git)) == []


def test_what_nobody_is_left_to_give_is_said(own_house: House) -> None:
    """Enough could approve when it was sent; then a rule asked for more, as a raised impact does."""
    own_house.commit({FINANCE: TENANT})
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    needs = [{"role": "cpi_admin", "count": 2}, {"role": "cpi", "count": 3}, {"group": "security"}]
    own_house.commit(rule("more", approvals=needs))
    votes = own_house.as_(JEAN).get(f"/{ticket_id}/permissions").json()["votes"]
    assert {each["email"] for each in votes["asked"]} == {JEAN, CLAIRE, ALICE, NICOLAS}
    assert votes["unfillable"] == [
        {"role": "cpi", "group": None, "count": 1},
        {"role": None, "group": "security", "count": 1},
    ]
