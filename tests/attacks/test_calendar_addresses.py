"""An address of a calendar shows what its maker would see by the API now, and no more."""

from tests.api.house import JEAN, PIERRE, Caller, House
from tests.api.test_calendar import ADDRESS, ENDED, in_days, made, read, shown
from tests.attacks.test_identity import FOREIGN, give_alias


def taken(foreign: Caller) -> str:
    """The path and query of an address that somebody with another sign-in than the person's makes."""
    answer = foreign.post(ADDRESS, json={})
    assert answer.status_code == 201, answer.text
    return "/v1/" + str(answer.json()["url"]).partition("/v1/")[2]


def test_an_alias_shows_its_entry_s_calendar_to_no_foreign_subject(own_house: House) -> None:
    """The API gave them no role; the address that they could make showed all that the entry's person may see."""
    own_house.as_(PIERRE).create(request={"scheduledDate": in_days(3)})
    old = "j.dupont@cab-i.com"
    give_alias(own_house, old)
    foreign = own_house.as_(old, token=own_house.issuer.token(old, sub=FOREIGN))
    assert foreign.get("").json() == []
    assert foreign.post(ADDRESS, json={}).status_code == 403
    member = f"    - {{email: new.owner@cab-i.com, name: New Owner, role: viewer, subject: {FOREIGN}}}"
    path = "tenants/tenant-retail.yaml"
    own_house.commit({path: own_house.text(path).replace("  members:\n", f"  members:\n{member}\n")})
    assert shown(own_house, taken(foreign)) == {}, "with a role elsewhere"


def test_an_address_of_an_earlier_foreign_sign_in_ends_when_the_person_acts(own_house: House) -> None:
    """Jean could not end it himself, since it is on the list under the other sign-in's name."""
    planned = own_house.as_(PIERRE).create(request={"scheduledDate": in_days(3)})["metadata"]["id"]
    foreign = own_house.as_(JEAN, token=own_house.issuer.token(JEAN, sub=FOREIGN))
    address = taken(foreign)
    assert planned in shown(own_house, address)
    assert own_house.as_(JEAN).decide("approve", planned).status_code == 200
    assert foreign.get("/v1/me").status_code == 403
    assert read(own_house, address).json()["type"] == ENDED
    assert planned in shown(own_house, made(own_house, JEAN))
