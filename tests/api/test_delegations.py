"""Votes handed over, over HTTP: given, seen, used and ended by whom they are of, and by nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import ALICE, CLAIRE, EMMA, JEAN, PIERRE, SOPHIE, VICTOR, House, asked, problem
from tests.record.building import git

WHY = "On leave for a week"
PATH = "/v1/delegations"


def soon(**after: float) -> str:
    return (datetime.now(UTC) + timedelta(**after)).isoformat(timespec="seconds")


def hand(house: House, giver: str, to: str, key: str | None = None, **more: Any) -> Any:
    body = {"to": to, "until": soon(days=2), "reason": WHY} | more
    headers = {"Idempotency-Key": key} if key else {}
    return house.as_(giver).post(PATH, json=body, headers=headers)


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, problem(answer)["type"].rpartition(":")[2]


def listed(house: House, email: str, **query: Any) -> dict[str, Any]:
    answer = house.as_(email).get(PATH, params=query)
    assert answer.status_code == 200
    return {each["id"]: each for each in answer.json()}


@pytest.fixture
def given(house: House) -> Iterator[str]:
    """Claire's vote is Emma's, who has a role in another tenant alone, for two days."""
    made = hand(house, CLAIRE, EMMA)
    assert made.status_code == 201, made.text
    identity: str = made.json()["id"]
    yield identity
    house.as_(CLAIRE).post(f"{PATH}/{identity}/withdraw")


def test_a_delegate_sees_and_decides_what_the_giver_may(house: House, given: str) -> None:
    """It waits for them, says for whom, and is decided in the giver's name; nothing else of the tenant is theirs."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    emma = house.as_(EMMA)
    assert ticket_id in {each["metadata"]["id"] for each in emma.get("/pending", params={"limit": 200}).json()}
    said = emma.get(f"/{ticket_id}/permissions").json()
    assert not said["approve"]["allowed"]
    theirs = [each["onBehalfOf"] for each in said["deciders"] if each["email"] == EMMA]
    assert theirs == [{"name": "Claire Moreau", "email": CLAIRE}]
    pierre = house.as_(PIERRE)
    checked = pierre.post("/check", json=asked()).json()["approvers"]
    assert [each["email"] for each in checked if each["onBehalfOf"]] == [EMMA]
    assert [each["email"] for each in emma.get("/v1/me").json()["decidesFor"]] == [CLAIRE]
    waiting = emma.get("/v1/insights").json()["mine"]["waiting"]
    assert waiting == int(emma.get("/pending", params={"limit": 1}).headers["X-Total-Count"])
    (behalf,) = said["onBehalfOf"]
    assert (behalf["giver"]["email"], behalf["approve"], behalf["reject"]) == (CLAIRE, True, True)

    assert kind(emma.post(f"/{ticket_id}/approve", json={})) == (403, "not-authorized")
    assert kind(emma.post(f"/{ticket_id}/approve", json={"onBehalfOf": JEAN})) == (403, "not-delegated")
    assert kind(emma.post(f"/{ticket_id}/cancel", json={})) == (403, "not-authorized")
    done = emma.post(f"/{ticket_id}/approve", json={"onBehalfOf": CLAIRE})
    assert done.status_code == 200, done.text
    last = done.json()["status"]["history"][-1]
    assert (last["action"], last["by"], last["onBehalfOf"]) == ("approved", EMMA, CLAIRE)
    house.until(ticket_id, "deployed")
    assert emma.get(f"/{ticket_id}").status_code == 200
    assert emma.get("", params={"limit": 200}).json() == [
        each for each in emma.get("", params={"limit": 200}).json() if each["metadata"]["tenant"] != "tenant-finance"
    ]


def test_a_delegate_rejects_and_decides_several_at_once(house: House, given: str) -> None:
    """With the same field, in a call of its own and in one of several."""
    one, two = (house.as_(PIERRE).create()["metadata"]["id"] for _ in range(2))
    emma, why = house.as_(EMMA), {"reason": "Not before the audit", "onBehalfOf": CLAIRE}
    done = emma.post(f"/{one}/reject", json=why)
    assert (done.status_code, done.json()["status"]["rejectedBy"]) == (200, EMMA)
    several = emma.post("/decisions", json={"decisions": [{"id": two, "action": "reject", **why}]})
    assert several.json()[0]["ticket"]["status"]["history"][-1]["onBehalfOf"] == CLAIRE


def test_what_either_asked_for_is_neither_shown_nor_decided(house: House, given: str) -> None:
    """Claire's own request is no matter of Emma's."""
    ticket_id = house.as_(CLAIRE).create()["metadata"]["id"]
    emma = house.as_(EMMA)
    assert emma.get(f"/{ticket_id}").status_code == 404
    assert emma.post(f"/{ticket_id}/approve", json={"onBehalfOf": CLAIRE}).status_code == 404
    assert ticket_id not in {each["metadata"]["id"] for each in emma.get("/pending", params={"limit": 200}).json()}


def test_a_delegation_is_seen_by_both_and_admins_and_ended_by_them(house: House, given: str) -> None:
    """To others there is none; what ended is ended once."""
    assert listed(house, CLAIRE)[given]["state"] == "stands"
    assert listed(house, EMMA)[given]["withdrawable"]
    assert given in listed(house, ALICE)
    for other in (JEAN, VICTOR):
        assert given not in listed(house, other)
        assert kind(house.as_(other).post(f"{PATH}/{given}/withdraw"))[0] == 404
    ended = house.as_(EMMA).post(f"{PATH}/{given}/withdraw")
    assert (ended.status_code, ended.json()["state"], ended.json()["withdrawnBy"]) == (200, "ended", EMMA)
    assert kind(house.as_(CLAIRE).post(f"{PATH}/{given}/withdraw")) == (409, "delegation-over")
    assert given not in listed(house, CLAIRE)
    assert given in listed(house, CLAIRE, ended=True)
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    assert house.as_(EMMA).get(f"/{ticket_id}").status_code == 404


@pytest.mark.parametrize(
    ("giver", "to", "more", "refused"),
    [
        (VICTOR, JEAN, {}, (403, "no-vote-to-give")),
        (PIERRE, JEAN, {}, (403, "no-vote-to-give")),
        (CLAIRE, JEAN, {"tenants": ["tenant-retail"]}, (403, "no-vote-to-give")),
        (CLAIRE, CLAIRE, {}, (422, "delegate-unfit")),
        (CLAIRE, "nobody@cab-i.com", {}, (422, "delegate-unfit")),
        (CLAIRE, JEAN, {"until": soon(days=31)}, (422, "delegation-dates")),
        (CLAIRE, JEAN, {"until": soon(days=-1)}, (422, "delegation-dates")),
        (CLAIRE, JEAN, {"since": soon(days=99), "until": soon(days=100)}, (422, "delegation-dates")),
        (CLAIRE, JEAN, {"reason": "because"}, (422, "invalid")),
    ],
)
def test_what_nobody_may_hand_over_is_refused(
    house: House, giver: str, to: str, more: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert kind(hand(house, giver, to, **more)) == refused


def test_the_same_key_gives_the_same_delegation(house: House) -> None:
    """Another one's body with it is refused."""
    until = soon(days=1)
    first = hand(house, JEAN, SOPHIE, "holiday", until=until)
    again = hand(house, JEAN, SOPHIE, "holiday", until=until)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert kind(hand(house, JEAN, VICTOR, "holiday", until=until)) == (422, "key-reused")
    assert house.as_(JEAN).post(f"{PATH}/{first.json()['id']}/withdraw").status_code == 200


def test_a_key_makes_nothing_again_whose_file_somebody_removed(house: House) -> None:
    """It says so, and records nothing that would give no vote; with another key the vote is handed over."""
    until = soon(days=1)
    made = hand(house, SOPHIE, VICTOR, "removed", until=until).json()
    path = f"delegations/{SOPHIE}/{made['id']}.yaml"
    house.commit({path: None})
    assert kind(hand(house, SOPHIE, VICTOR, "removed", until=until)) == (409, "delegation-gone")
    assert made["id"] not in listed(house, SOPHIE, ended=True)
    assert path not in git(house.git, "ls-tree", "-r", "--name-only", "main")
    house.commit({path: "kind: Delegation\n"})
    assert kind(hand(house, SOPHIE, VICTOR, "removed", until=until)) == (409, "delegation-gone")
    house.commit({path: None})
    again = hand(house, SOPHIE, VICTOR, "another", until=until)
    assert again.status_code == 201
    assert house.as_(SOPHIE).post(f"{PATH}/{again.json()['id']}/withdraw").status_code == 200


def test_one_key_makes_one_delegation_whoever_comes_first(house: House) -> None:
    """Of two calls at once with one key and other words, one is told that the key was used."""
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(hand, house, CLAIRE, to, key="at-once") for to in (EMMA, SOPHIE)]
        answers = [call.result() for call in calls]
    assert sorted(each.status_code for each in answers) == [201, 422]
    (made,) = [each.json() for each in answers if each.status_code == 201]
    assert listed(house, CLAIRE)[made["id"]]["to"] == made["to"]
    house.as_(CLAIRE).post(f"{PATH}/{made['id']}/withdraw")
