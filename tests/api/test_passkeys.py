"""Passkeys over HTTP: made by their person, brought by people, confirmed by an earlier one, asked for by rules."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from api.keyring import site_of
from domain.assertions import to_base64url
from record.audit.verify import verify
from record.signing.authenticators import Site
from tests.api.house import (
    ALICE,
    CLAIRE,
    EMMA,
    JEAN,
    LEA,
    PIERRE,
    SOPHIE,
    Connect,
    House,
    in_days,
    opened,
    problem,
    unique_name,
)
from tests.api.test_delegations import hand
from tests.passkeys import PRESENT, Authenticator
from tests.record.building import git, person_commits
from tests.rules import rule

PATH = "/v1/passkeys"


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, problem(answer)["type"].rpartition(":")[2]


def new_passkey(house: House, email: str, device: Authenticator, **more: Any) -> dict[str, Any]:
    """The body that makes a passkey of the person on the device."""
    options = house.as_(email).post(f"{PATH}/options")
    assert options.status_code == 200, options.text
    said = options.json()
    made = device.registers(bytes_of(said["challenge"]))
    body = {"label": "Blue key", "asked": said["asked"], "credential": made.credential}
    return body | {"clientData": made.client_data, "attestation": made.attestation} | more


def answer_to(device: Authenticator, said: dict[str, Any]) -> dict[str, Any]:
    """The device's answer to a challenge of the API."""
    asked = datetime.fromisoformat(said["asked"])
    answer = device.answers(bytes_of(said["challenge"]), asked).model_dump(mode="json")
    return answer | ({"decision": said["decision"]} if "decision" in said else {})


@pytest.fixture(scope="module")
def house(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: a rule asks for passkeys here."""
    with opened(connect_temporal, tmp_path_factory.mktemp("keys"), answer_within=30.0) as house:
        person_commits(house.git, rule("keys", passkey="required", match={"impacts": ["medium"]}))
        yield house


@pytest.fixture(scope="module")
def site(house: House) -> Site:
    """The console's address, as the API tells it."""
    said = house.as_(JEAN).post(f"{PATH}/options").json()
    return site_of(house.settings.public_url).model_copy(update={"rp_id": said["rpId"]})


@pytest.fixture(scope="module")
def device(house: House, site: Site) -> Authenticator:
    """Jean's first passkey, which people have committed."""
    device = Authenticator(site=site)
    made = house.as_(JEAN).post(PATH, json=new_passkey(house, JEAN, device))
    assert made.status_code == 200, made.text
    assert (made.json()["recorded"], made.json()["confirm"]) == (False, None)
    assert house.as_(JEAN).get(PATH).json() == []
    person_commits(house.git, {made.json()["path"]: made.json()["text"]})
    (shown,) = house.as_(JEAN).get(PATH).json()
    assert (shown["label"], shown["counts"], shown["confirmed"]) == ("Blue key", True, False)
    return device


def brought(house: House, email: str, site: Site) -> Authenticator:
    """A first passkey of the person, which people have committed."""
    device = Authenticator(site=site)
    made = house.as_(email).post(PATH, json=new_passkey(house, email, device)).json()
    person_commits(house.git, {made["path"]: made["text"]})
    return device


def ticket(house: House, impact: str = "medium", **more: Any) -> str:
    return str(house.as_(PIERRE).create(request={"impactAssessment": impact} | more)["metadata"]["id"])


def confirmed(house: House, email: str, device: Authenticator, ticket_id: str, action: str, **said: Any) -> Any:
    """The answer to the decision with its person's passkey; without one it has to be refused before that."""
    caller = house.as_(email)
    assert kind(caller.post(f"/{ticket_id}/{action}", json=said)) == (403, "passkey-required")
    wish = {"action": action} | ({"comment": said["reason"]} if action == "emergency" else said)
    challenge = caller.post(f"/{ticket_id}/challenge", json=wish)
    assert challenge.status_code == 200, challenge.text
    other = {"reason": "Of other words than confirmed"} if "reason" in said else {"comment": "Other words"}
    answer = {"passkey": answer_to(device, challenge.json())}
    assert kind(caller.post(f"/{ticket_id}/{action}", json=said | other | answer)) == (403, "passkey-invalid")
    done = caller.post(f"/{ticket_id}/{action}", json=said | answer)
    assert done.status_code == 200, done.text
    return done.json()["status"]


def test_a_decision_is_confirmed_where_a_rule_asks(house: House, device: Authenticator) -> None:
    """Without an answer it is refused, with one it is recorded, and the audit is content."""
    jean, ticket_id = house.as_(JEAN), ticket(house)
    assert jean.get(f"/{ticket_id}/permissions").json()["passkey"] == {"rule": "keys", "registered": True}
    assert kind(jean.post(f"/{ticket_id}/approve", json={})) == (403, "passkey-required")
    said = jean.post(f"/{ticket_id}/challenge", json={"action": "approve", "comment": "Looks good"})
    assert said.status_code == 200, said.text
    assert [each["label"] for each in said.json()["passkeys"]] == ["Blue key"]
    given = answer_to(device, said.json())
    body: dict[str, Any] = {"comment": "Looks good", "passkey": given}
    falses: list[dict[str, Any]] = [
        {"comment": "Looks bad"},
        {"passkey": given | {"decision": "11111111-aaaa"}},
        {"passkey": given | {"signature": "AAAA"}},
        {"passkey": given | {"passkey": "0" * 32}},
        {"passkey": given | {"asked": "2026-01-01T00:00:00Z"}},
    ]
    for false in falses:
        assert kind(jean.post(f"/{ticket_id}/approve", json=body | false)) == (403, "passkey-invalid"), false
    assert jean.post(f"/{ticket_id}/approve", json=body | {"passkey": {"decision": "x"}}).status_code == 422
    done = jean.post(f"/{ticket_id}/approve", json=body)
    assert (done.status_code, done.json()["status"]["history"][-1]["action"]) == (200, "approved"), done.text
    house.until(ticket_id, "deployed")
    assert "Passkey: " in git(house.git, "log", "--format=%B", "main")
    assert list(verify(house.git)) == []


def test_nothing_is_asked_where_no_rule_does(house: House, device: Authenticator) -> None:
    """Nor of a rejection."""
    jean, low, medium = house.as_(JEAN), ticket(house, "low"), ticket(house)
    assert jean.get(f"/{low}/permissions").json()["passkey"] is None
    assert jean.post(f"/{low}/approve", json={}).status_code == 200
    assert jean.post(f"/{medium}/reject", json={"reason": "Not before the audit"}).status_code == 200


def test_a_release_is_confirmed(house: House, device: Authenticator) -> None:
    """To hold takes none."""
    ticket_id, jean = ticket(house, scheduledDate=in_days(1)), house.as_(JEAN)
    confirmed(house, JEAN, device, ticket_id, "approve")
    assert jean.post(f"/{ticket_id}/hold", json={"reason": "The books are closed"}).status_code == 200
    released = confirmed(house, JEAN, device, ticket_id, "release", reason="The books are open")
    assert (released["state"], released["history"][-1]["action"]) == ("approved", "released")
    assert house.as_(PIERRE).post(f"/{ticket_id}/cancel", json={}).status_code == 200
    assert list(verify(house.git)) == []


def test_a_retry_is_confirmed_by_whoever_retries(house: House, device: Authenticator, site: Site) -> None:
    """The requester by a passkey of their own, and the refusal says so; an approver's answer is none of theirs."""
    house.awx.faults(life=["failed"])
    ticket_id, pierre = ticket(house), house.as_(PIERRE)
    confirmed(house, JEAN, device, ticket_id, "approve")
    house.until(ticket_id, "failed")
    assert pierre.get(f"/{ticket_id}/permissions").json()["passkey"] == {"rule": "keys", "registered": False}
    refused = pierre.post(f"/{ticket_id}/retry", json={})
    assert kind(refused) == (403, "passkey-required")
    assert "the requester's own" in problem(refused)["detail"]
    wish = {"action": "retry", "comment": "Disk was full"}
    assert "preferences" in problem(pierre.post(f"/{ticket_id}/challenge", json=wish))["detail"]
    said = house.as_(JEAN).post(f"/{ticket_id}/challenge", json=wish).json()
    theirs = {"comment": "Disk was full", "passkey": answer_to(device, said)}
    assert kind(pierre.post(f"/{ticket_id}/retry", json=theirs)) == (403, "passkey-invalid")
    own = brought(house, PIERRE, site)
    confirmed(house, PIERRE, own, ticket_id, "retry", comment="Disk was full")
    house.until(ticket_id, "deployed")
    assert list(verify(house.git)) == []


def test_an_emergency_and_the_word_on_it_are_confirmed(house: House, device: Authenticator, site: Site) -> None:
    """That it was none takes a passkey, too."""
    name = unique_name()
    house.commit(rule("urgent", match={"names": [name]}, emergency={"role": "cpi", "answerWithin": "P3D"}))
    asked = house.as_(PIERRE).create(target={"name": name}, request={"impactAssessment": "medium"})
    ticket_id = asked["metadata"]["id"]
    confirmed(house, JEAN, device, ticket_id, "emergency", reason="Payments are down since nine")
    house.until(ticket_id, "deployed")
    own = brought(house, CLAIRE, site)
    refuted = confirmed(house, CLAIRE, own, ticket_id, "refute", reason="It could have waited for two people")
    assert refuted["history"][-1]["action"] == "refuted"
    assert list(verify(house.git)) == []


def test_a_vote_that_takes_a_passkey_is_not_handed_over(house: House, device: Authenticator) -> None:
    """Nobody's confirms that it was; to reject for somebody takes none."""
    assert hand(house, JEAN, EMMA).status_code == 201
    ticket_id, emma = ticket(house), house.as_(EMMA)
    for path, said in (("approve", {}), ("challenge", {"action": "approve"})):
        refused = emma.post(f"/{ticket_id}/{path}", json=said | {"onBehalfOf": JEAN})
        assert kind(refused) == (403, "vote-not-handed"), path
    done = emma.post(f"/{ticket_id}/reject", json={"reason": "Not before the audit", "onBehalfOf": JEAN})
    assert done.status_code == 200, done.text


def test_one_answer_is_for_one_request_and_one_person(house: House, device: Authenticator) -> None:
    """Somebody else's passkey, another request's answer, and several decisions at once without any."""
    jean, claire, one, two = house.as_(JEAN), house.as_(CLAIRE), ticket(house), ticket(house)
    said = jean.post(f"/{one}/challenge", json={"action": "approve"}).json()
    body = {"passkey": answer_to(device, said)}
    assert kind(jean.post(f"/{two}/approve", json=body)) == (403, "passkey-invalid")
    assert kind(claire.post(f"/{one}/approve", json=body)) == (403, "passkey-invalid")
    both = [{"id": one, "action": "approve", **body}, {"id": two, "action": "approve"}]
    done = jean.post("/decisions", json={"decisions": both}).json()
    assert [each["status"] for each in done] == [200, 403]
    jean.post(f"/{two}/reject", json={"reason": "Not before the audit"})


def test_who_has_no_passkey_is_told_how_to_get_one(house: House, device: Authenticator) -> None:
    """Whoever may approve, and whoever may not is told that first."""
    ticket_id = ticket(house)
    answer = house.as_(ALICE).post(f"/{ticket_id}/challenge", json={"action": "approve"})
    assert kind(answer) == (403, "passkey-required")
    assert "preferences" in problem(answer)["detail"]
    own = house.as_(PIERRE).post(f"/{ticket_id}/challenge", json={"action": "approve"})
    assert kind(own) == (403, "self-approval")
    assert house.as_(LEA).post(f"/{ticket_id}/challenge", json={"action": "approve"}).status_code == 404
    house.as_(JEAN).post(f"/{ticket_id}/reject", json={"reason": "Not before the audit"})


@pytest.mark.parametrize(
    "wish",
    [
        {"action": "release"},
        {"action": "refute", "reason": "It was not urgent", "production": "2.0.0"},
        {"action": "retry", "onBehalfOf": ALICE},
        {"action": "emergency", "comment": "Short"},
    ],
)
def test_what_no_decision_could_be_has_no_challenge(house: House, device: Authenticator, wish: dict[str, Any]) -> None:
    """It would be refused when it is sent, too."""
    answer = house.as_(JEAN).post(f"/{ticket(house)}/challenge", json=wish)
    assert kind(answer) == (422, "invalid"), answer.text


def test_a_further_passkey_is_confirmed_and_withdrawn(house: House, device: Authenticator, site: Site) -> None:
    """By the first one; another's answer brings nothing, and what ended is ended once."""
    jean, red = house.as_(JEAN), Authenticator(site=site)
    body = new_passkey(house, JEAN, red, label="Red key")
    draft = jean.post(PATH, json=body).json()
    assert draft["recorded"] is False
    stranger = answer_to(Authenticator(site=site), draft["confirm"])
    assert kind(jean.post(PATH, json=body | {"confirmation": stranger})) == (403, "passkey-invalid")
    itself = answer_to(red, draft["confirm"])
    assert kind(jean.post(PATH, json=body | {"confirmation": itself})) == (403, "passkey-invalid")
    confirmation = answer_to(device, draft["confirm"])
    renamed = body | {"label": "Other", "confirmation": confirmation}
    assert kind(jean.post(PATH, json=renamed)) == (403, "passkey-invalid")
    made = jean.post(PATH, json=body | {"confirmation": confirmation})
    assert (made.status_code, made.json()["recorded"]) == (201, True), made.text
    found = {each["label"]: each for each in jean.get(PATH).json()}
    assert (found["Red key"]["counts"], found["Red key"]["confirmed"]) == (True, True)
    assert kind(jean.post(PATH, json=body | {"confirmation": confirmation})) == (409, "passkey-over")

    identity = made.json()["passkey"]["id"]
    assert house.as_(SOPHIE).post(f"{PATH}/{identity}/withdraw").status_code == 404
    ended = jean.post(f"{PATH}/{identity}/withdraw")
    assert (ended.status_code, ended.json()["counts"], ended.json()["withdrawnBy"]) == (200, False, JEAN), ended.text
    assert kind(jean.post(f"{PATH}/{identity}/withdraw")) == (409, "passkey-over")
    assert jean.post(f"{PATH}/{'0' * 32}/withdraw").status_code == 404
    ticket_id = ticket(house)
    said = jean.post(f"/{ticket_id}/challenge", json={"action": "approve"}).json()
    assert [each["label"] for each in said["passkeys"]] == ["Blue key"]
    late = {"passkey": answer_to(red, said)}
    assert kind(jean.post(f"/{ticket_id}/approve", json=late)) == (403, "passkey-invalid")
    jean.post(f"/{ticket_id}/reject", json={"reason": "Not before the audit"})
    assert list(verify(house.git)) == []


def test_what_no_authenticator_answered_makes_none(house: House, site: Site) -> None:
    """An old answer, another site's, one without a verified user, somebody else's, bytes from anywhere."""
    sophie = house.as_(SOPHIE)
    good = new_passkey(house, SOPHIE, Authenticator(site=site))
    for device in (
        Authenticator(site=Site(rp_id="evil.example", origin="https://evil.example")),
        Authenticator(site=site, flags=PRESENT),
    ):
        assert kind(sophie.post(PATH, json=new_passkey(house, SOPHIE, device))) == (403, "passkey-invalid")
    for false in (
        {"asked": "2026-01-01T00:00:00Z"},
        {"clientData": to_base64url(b"{}")},
        {"attestation": "AA"},
        {"attestation": "%"},
        {"credential": "AAAA"},
    ):
        assert kind(sophie.post(PATH, json=good | false)) == (403, "passkey-invalid"), false
    assert kind(house.as_(JEAN).post(PATH, json=good)) == (403, "passkey-invalid")
    for long in ({"label": "two\nlines"}, {"clientData": "A" * 2_049}, {"attestation": "A" * 64_001}):
        assert sophie.post(PATH, json=good | long).status_code == 422
    assert kind(house.as_("stranger@cab-i.com").post(f"{PATH}/options"))[0] in {401, 403}


def test_the_site_is_the_consoles_public_address() -> None:
    """As browsers write its origin: lower case, no usual port, no path."""
    assert site_of("https://Gate.cab-i.com/") == Site(rp_id="gate.cab-i.com", origin="https://gate.cab-i.com")
    assert site_of("https://gate.cab-i.com:443/x") == Site(rp_id="gate.cab-i.com", origin="https://gate.cab-i.com")
    assert site_of("http://localhost:8000") == Site(rp_id="localhost", origin="http://localhost:8000")


def test_the_record_names_the_console_not_the_settings(house: House, site: Site, device: Authenticator) -> None:
    """At another address no passkey is made, asked for or taken; at one that is named, all of it goes on."""
    platform, jean = git(house.git, "show", "main:platform.yaml"), house.as_(JEAN)
    ticket_id, body = ticket(house), new_passkey(house, JEAN, Authenticator(site=site))
    wish = {"action": "approve", "comment": "Fine"}
    challenge = jean.post(f"/{ticket_id}/challenge", json=wish).json()
    answer = {"comment": "Fine", "passkey": answer_to(device, challenge)}
    try:
        for rp_id, origin in (("gate.evil.example", "https://gate.evil.example"), (site.rp_id, f"{site.origin}1")):
            said = json.dumps({"rpId": rp_id, "origins": [origin]})
            person_commits(house.git, {"platform.yaml": f"{platform}\n  passkeys: {said}\n"})
            for refused in (jean.post(f"{PATH}/options"), jean.post(PATH, json=body)):
                assert kind(refused) == (403, "passkey-invalid")
            assert jean.post(f"/{ticket_id}/challenge", json=wish).status_code == 403
            assert kind(jean.post(f"/{ticket_id}/approve", json=answer)) == (403, "passkey-invalid")
            assert not any(each["counts"] for each in jean.get(PATH).json())
        said = json.dumps({"rpId": site.rp_id, "origins": [site.origin]})
        person_commits(house.git, {"platform.yaml": f"{platform}\n  passkeys: {said}\n"})
        assert jean.post(f"{PATH}/options").json()["rpId"] == site.rp_id
        assert confirmed(house, JEAN, device, ticket_id, "approve", comment="Fine") is not None
    finally:
        person_commits(house.git, {"platform.yaml": f"{platform}\n"})
