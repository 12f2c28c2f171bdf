"""Notifications reach the browsers of whom they are for: no other's, no address of ours, nobody who lost the role."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from domain.announcement import Event
from domain.audience import Audience, Contact
from tests.api.house import CLAIRE, JEAN, PIERRE
from tests.api.test_browsers import WHERE, Pushing, eventually, pushing
from tests.api.test_sessions import by_hand
from tests.attacks.test_identity import FOREIGN, give_alias
from tests.clients.announcing import said, told
from tests.domain import builders as people
from tests.push import Browser, Delivered, PushService, body_of, channel, known, push_key

__all__ = ["pushing"]

FINANCE = "tenants/tenant-finance.yaml"


OURS = (
    *("10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "0x0a000001", "167772161", "no.such.host.invalid"),
    *("[::ffff:10.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[fe80::1]", "0", "10.1", "012.0.0.1", "100.100.100.200:80"),
)


def test_no_address_of_ours_is_a_push_service(pushing: Pushing) -> None:
    """In whatever form it is written; and the refusal tells nothing of what is there."""
    for address in OURS:
        answer = pushing.house.as_(JEAN).post(WHERE, json=body_of(Browser(), f"https://{address}/push"))
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:prodgate:problem:endpoint-refused"), address
        assert address.strip("[]") not in answer.text
    assert pushing.names(JEAN) == []


def test_nobody_adds_lists_or_removes_a_browser_of_somebody_else(pushing: Pushing) -> None:
    """The owner is whoever is signed in; another person's id removes nothing."""
    house = pushing.house
    pushing.add(JEAN, "jean")
    (his,) = house.as_(JEAN).get(WHERE).json()
    body = body_of(Browser(), pushing.service.endpoint("spy"))
    for owner in ({"email": JEAN}, {"subject": f"demo|{JEAN}"}, {"at": "2026-01-01T00:00:00Z"}):
        assert house.as_(PIERRE).post(WHERE, json=body | owner).status_code == 422
    assert house.as_(CLAIRE).get(WHERE).json() == []
    assert house.as_(CLAIRE).call("DELETE", f"{WHERE}/{his['id']}").status_code == 204
    assert pushing.names(JEAN) == ["Firefox, Linux"]


def test_whoever_lost_the_role_is_told_nothing_any_more(pushing: Pushing) -> None:
    """Their browser stays on the list, and hears of no request; whoever decides still does."""
    house, jean, claire = pushing.house, pushing.add(JEAN, "jean"), pushing.add(CLAIRE, "claire")
    house.as_(PIERRE).create()
    eventually(lambda: pushing.told("jean", jean) and pushing.told("claire", claire))
    lines = [line for line in house.text(FINANCE).split("\n") if JEAN not in line]
    house.commit({FINANCE: "\n".join(lines)})
    house.as_(PIERRE).create()
    eventually(lambda: len(pushing.told("claire", claire)) == 2)
    assert len(pushing.told("jean", jean)) == 1
    assert house.as_(JEAN).post(WHERE, json=body_of(Browser(), pushing.service.endpoint("more"))).status_code == 403


def test_an_alias_tells_its_entry_s_news_to_no_foreign_subject(pushing: Pushing) -> None:
    """With a role of their own, whoever has Jean's old address now gets what is theirs."""
    house, old = pushing.house, "j.dupont@cab-i.com"
    give_alias(house, old)
    path = "tenants/tenant-retail.yaml"
    member = f"    - {{email: new.owner@cab-i.com, name: New Owner, role: viewer, subject: {FOREIGN}}}"
    house.commit({path: house.text(path).replace("  members:\n", f"  members:\n{member}\n")})
    foreign = house.as_(old, token=house.issuer.token(old, sub=FOREIGN))
    assert foreign.post(WHERE, json=body_of(Browser(), pushing.service.endpoint("spy"))).status_code == 201
    jean = pushing.add(JEAN, "jean")
    house.as_(PIERRE).create()
    eventually(lambda: pushing.told("jean", jean))
    assert [each.token for each in pushing.service.taken] == ["jean"]


def test_an_earlier_foreign_sign_in_hears_nothing_once_the_person_acts(pushing: Pushing) -> None:
    """Its browser is not the person's, and they are not told by it, nor shown it."""
    house = pushing.house
    foreign = house.as_(JEAN, token=house.issuer.token(JEAN, sub=FOREIGN))
    spy = Browser()
    assert foreign.post(WHERE, json=body_of(spy, pushing.service.endpoint("spy"))).status_code == 201
    first = house.as_(PIERRE).create()["metadata"]["id"]
    eventually(lambda: pushing.told("spy", spy))
    assert house.as_(JEAN).decide("approve", first).status_code == 200
    claire = pushing.add(CLAIRE, "claire")
    second = house.as_(PIERRE).create(target={"name": "refunds-api"})["metadata"]["id"]
    eventually(lambda: [each["tag"] for each in pushing.told("claire", claire)] == [second])
    assert {each["tag"] for each in pushing.told("spy", spy)} == {first}
    assert len(pushing.told("spy", spy)) == 1
    assert pushing.names(JEAN) == []


def test_a_lost_laptop_is_told_nothing_once_its_owner_s_sessions_are_revoked(
    pushing: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser that a thief has is told no more; Claire's is, and Jean may switch on the one he has now."""
    house, laptop, claire = pushing.house, pushing.add(JEAN, "laptop"), pushing.add(CLAIRE, "claire")
    assert by_hand(house, monkeypatch, "--person", JEAN, "--reason", "lost laptop") == 0
    house.as_(PIERRE).create()
    eventually(lambda: pushing.told("claire", claire))
    assert pushing.told("laptop", laptop) == []
    assert pushing.names(CLAIRE) == ["Firefox, Linux"]


def test_who_registers_another_s_browser_reads_nothing_and_ends_nothing(pushing: Pushing) -> None:
    """Claire knows the address of Jean's: each message opens by its own person's keys, and hers going ends not his."""
    house, jean, claire = pushing.house, pushing.add(JEAN, "shared"), pushing.add(CLAIRE, "shared")
    house.as_(PIERRE).create()
    eventually(lambda: len(pushing.service.taken) == 2)
    for mine in (jean, claire):
        assert sorted(_opens(mine, each) for each in pushing.service.taken) == [False, True]
    (his,) = house.as_(JEAN).get(WHERE).json()
    for _ in range(2):  # replayed
        assert house.as_(CLAIRE).call("DELETE", f"{WHERE}/{his['id']}").status_code == 204
    assert pushing.names(JEAN) == ["Firefox, Linux"]
    assert pushing.names(CLAIRE) == []


async def test_a_stolen_subscription_is_worth_nothing_without_the_key(tmp_path: Path) -> None:
    """Address and keys of a browser, and a key that is not the installation's: its push service takes nothing."""
    service = PushService(tmp_path, push_key().public)
    async with service.open():
        stolen = known(Browser(), service.endpoint("jean"))
        jean = Audience(tenant_name="Finance", contacts=(Contact(person=people.JEAN, browsers=(stolen,)),))
        (delivery,) = await told(channel(push_key(), service.ca), said(Event.CREATED), jean)
    assert delivery.failure == f"{service.origin.removeprefix('https://')} answered 403"
    assert service.taken == []


def _opens(browser: Browser, message: Delivered) -> bool:
    try:
        return bool(browser.opened(message.body))
    except InvalidTag:
        return False
