"""Preferences are the caller's own: an address that somebody else has as an alias leads to nobody else's."""

from tests.api.house import JEAN, House
from tests.api.test_preferences import DEFAULTS, QUIET, WHERE
from tests.attacks.test_identity import FOREIGN, give_alias


def test_an_alias_changes_its_entry_s_preferences_for_no_foreign_subject(own_house: House) -> None:
    """With a role of their own, whoever has Jean's old address now switched off the mails that ask Jean to decide."""
    old = "j.dupont@cab-i.com"
    give_alias(own_house, old)
    path = "tenants/tenant-retail.yaml"
    member = f"    - {{email: new.owner@cab-i.com, name: New Owner, role: viewer, subject: {FOREIGN}}}"
    own_house.commit({path: own_house.text(path).replace("  members:\n", f"  members:\n{member}\n")})
    foreign = own_house.as_(old, token=own_house.issuer.token(old, sub=FOREIGN))
    assert [each["tenant"] for each in foreign.get("/v1/me").json()["grants"]] == ["tenant-retail"]
    tag = foreign.get(WHERE).headers["ETag"]
    assert foreign.call("PUT", WHERE, {"If-Match": tag}, json=QUIET).status_code == 200
    assert foreign.get(WHERE).json() == QUIET
    assert own_house.as_(JEAN).get(WHERE).json() == DEFAULTS


def test_whoever_got_a_new_address_can_still_choose(own_house: House) -> None:
    """What was kept by the old one holds until then; a change of it was refused for good as another window's."""
    jean = own_house.as_(JEAN)
    tag = jean.get(WHERE).headers["ETag"]
    assert jean.call("PUT", WHERE, {"If-Match": tag}, json=QUIET).status_code == 200
    new, path = "jean.martin@cab-i.com", "tenants/tenant-finance.yaml"
    text = own_house.text(path).replace(f"{{email: {JEAN},", f"{{email: {new}, aliases: [{JEAN}],")
    own_house.commit({path: text})
    renamed = own_house.as_(new, token=own_house.issuer.token(new, sub=f"demo|{JEAN}"))
    read = renamed.get(WHERE)
    assert read.json() == QUIET
    kept = renamed.call("PUT", WHERE, {"If-Match": read.headers["ETag"]}, json=DEFAULTS)
    assert kept.status_code == 200, kept.text
    assert renamed.get(WHERE).json() == DEFAULTS
