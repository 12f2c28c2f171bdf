"""Emergencies over HTTP: who may declare one, who is told why not, and the list of those that wait for an answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.house import ALICE, CLAIRE, EMMA, JEAN, PIERRE, SOPHIE, VICTOR, House, problem, unique_name
from tests.record.building import git
from tests.rules import frozen, rule

WHY = {"reason": "Payments are down since nine"}
BECAUSE = {"reason": "It could not wait for two people"}


@pytest.fixture(scope="module")
def urgent(house: House) -> str:
    """The name of a target that two people approve, that is frozen, and that one cpi launches in an emergency."""
    name = unique_name()
    said: dict[str, Any] = {"approvals": [{"role": "cpi", "count": 2}]}
    said |= {"emergency": {"role": "cpi", "answerWithin": "P3D", "stopAfterOverdue": True}}
    house.commit(rule("urgent", match={"names": [name]}, **said))
    return name


def asked(house: House, name: str, version: str, by: str = PIERRE) -> str:
    made: str = house.as_(by).create(target={"name": name, "version": version})["metadata"]["id"]
    return made


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, problem(answer)["type"].rpartition(":")[2]


def debts(house: House, email: str) -> dict[str, Any]:
    answer = house.as_(email).get("/v1/debts")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    assert answer.headers["X-Total-Count"] == str(len(found))
    return {each["ticketId"]: each for each in found}


def test_one_person_launches_and_another_answers(house: House, urgent: str) -> None:
    """Each is told beforehand what they may; the list has the debt for whoever sees the tenant."""
    ticket_id = asked(house, urgent, "2.1.0")
    said = house.as_(JEAN).get(f"/{ticket_id}/permissions").json()
    assert said["emergency"]["allowed"]
    assert said["emergencyRule"] == {"rule": "urgent", "answerWithin": "P3D", "stops": True}
    declared = house.as_(JEAN).post(f"/{ticket_id}/emergency", json=WHY)
    assert declared.status_code == 200
    last = declared.json()["status"]["history"][-1]
    assert (last["action"], last["emergency"], last["comment"]) == ("approved", True, WHY["reason"])
    house.until(ticket_id, "deployed")
    (shown,) = house.as_(JEAN).get(f"/v1/targets/tenant-finance/api/{urgent}/versions").json()
    assert (shown["emergency"], shown["rule"], shown["approvedBy"]["email"]) == (True, None, JEAN)

    mine, others = debts(house, JEAN)[ticket_id], debts(house, ALICE)[ticket_id]
    assert (mine["declaredBy"], mine["answerBy"], mine["overdue"]) == (JEAN, last["answerBy"], False)
    assert (mine["mayAnswer"], others["mayAnswer"]) == (False, True)
    assert ticket_id in debts(house, PIERRE)
    assert ticket_id not in debts(house, EMMA)

    assert kind(house.as_(ALICE).post(f"/{ticket_id}/approve", json={})) == (400, "not-pending")

    own = house.as_(JEAN).get(f"/{ticket_id}/permissions").json()
    assert (own["ratify"]["kind"], own["refute"]["kind"]) == ("own-emergency", "own-emergency")
    assert ALICE in {each["email"] for each in own["ratify"]["who"]}
    assert JEAN not in {each["email"] for each in own["ratify"]["who"]}
    assert (own["declared"]["owed"], own["declared"]["by"]) == (True, JEAN)

    assert kind(house.as_(JEAN).post(f"/{ticket_id}/ratify", json=BECAUSE)) == (403, "own-emergency")
    assert kind(house.as_(PIERRE).post(f"/{ticket_id}/refute", json=BECAUSE)) == (403, "self-approval")
    assert kind(house.as_(VICTOR).post(f"/{ticket_id}/ratify", json=BECAUSE)) == (403, "not-authorized")
    assert house.as_(EMMA).post(f"/{ticket_id}/ratify", json=BECAUSE).status_code == 404
    assert house.as_(ALICE).post(f"/{ticket_id}/ratify", json={"reason": "short"}).status_code == 422

    answered = house.as_(ALICE).post(f"/{ticket_id}/ratify", json=BECAUSE)
    assert (answered.status_code, answered.json()["status"]["state"]) == (200, "deployed")
    assert ticket_id not in debts(house, ALICE)
    assert kind(house.as_(ALICE).post(f"/{ticket_id}/refute", json=BECAUSE)) == (400, "nothing-owed")
    after = house.as_(JEAN).get(f"/{ticket_id}/permissions").json()["declared"]
    assert (after["owed"], after["answer"], after["answeredBy"]) == (False, "ratified", ALICE)


@pytest.mark.parametrize(
    ("who", "refused"),
    [(PIERRE, (403, "self-approval")), (SOPHIE, (404, "not-found")), (VICTOR, (403, "not-authorized"))],
    ids=["requester", "devops", "viewer"],
)
def test_nobody_else_declares_one(house: House, urgent: str, who: str, refused: tuple[int, str]) -> None:
    """And each is told by a kind of its own; whoever sees nothing of it gets 404."""
    version = f"3.{[PIERRE, SOPHIE, VICTOR].index(who)}.0"
    ticket_id = asked(house, urgent, version)
    assert kind(house.as_(who).post(f"/{ticket_id}/emergency", json=WHY)) == refused
    assert house.as_(EMMA).post(f"/{ticket_id}/emergency", json=WHY).status_code == 404


def test_without_a_rule_there_is_no_emergency(house: House) -> None:
    """Whatever the role."""
    ticket_id = asked(house, unique_name(), "2.1.0")
    for who in (JEAN, ALICE):
        assert kind(house.as_(who).post(f"/{ticket_id}/emergency", json=WHY)) == (403, "emergency-not-allowed")
        said = house.as_(who).get(f"/{ticket_id}/permissions").json()
        assert (said["emergency"]["kind"], said["emergencyRule"]) == ("emergency-not-allowed", None)


def test_it_takes_a_reason_and_production_as_it_is(house: House, urgent: str) -> None:
    """Both as a usual decision does; so does the revision that was read."""
    ticket_id = asked(house, urgent, "4.0.0")
    assert house.as_(JEAN).post(f"/{ticket_id}/emergency", json={}).status_code == 422
    shown = WHY | {"production": "0.0.1"}
    assert kind(house.as_(JEAN).post(f"/{ticket_id}/emergency", json=shown)) == (409, "production-changed")
    stale = house.as_(JEAN).post(f"/{ticket_id}/emergency", json=WHY, headers={"If-Match": '"other"'})
    assert kind(stale) == (412, "changed-since")


def test_bulk_decisions_declare_and_answer_nothing(house: House, urgent: str) -> None:
    """Many at once are approvals and rejections alone, and an approval there is one vote."""
    ticket_id = asked(house, urgent, "5.0.0")
    for action in ("emergency", "ratify", "refute"):
        item = {"id": ticket_id, "action": action, "comment": WHY["reason"], "reason": WHY["reason"]}
        assert house.as_(JEAN).post("/decisions", json={"decisions": [item]}).status_code == 422
    found = house.as_(JEAN).post("/decisions", json={"decisions": [{"id": ticket_id, "action": "approve"}]}).json()
    assert ticket_id in str(found)
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


def test_an_emergency_waits_for_no_freeze(house: House) -> None:
    """A usual approval of the same target does."""
    name = unique_name()
    house.commit(
        frozen(datetime.now(UTC), names=[name])
        | rule("fast", match={"names": [name]}, emergency={"role": "cpi", "answerWithin": "PT1H"})
    )
    ticket_id = asked(house, name, "2.1.0")
    house.as_(CLAIRE).post(f"/{ticket_id}/emergency", json=WHY)
    house.until(ticket_id, "deployed")
    assert house.as_(JEAN).post(f"/{ticket_id}/refute", json=BECAUSE).status_code == 200


def test_a_new_address_makes_nobody_else_of_the_declarer(house: House, urgent: str) -> None:
    """Their entry has the new one alone; they sign in as ever, and neither the list nor the page lets them answer."""
    path, new = "tenants/tenant-finance.yaml", "jean.martin@cab-i.com"
    ticket_id = asked(house, urgent, "2.7.0")
    assert house.as_(JEAN).post(f"/{ticket_id}/emergency", json=WHY).status_code == 200
    house.until(ticket_id, "deployed")
    before = git(house.git, "show", f"main:{path}") + "\n"
    renamed = house.as_(new, token=house.issuer.token(new, sub=f"demo|{JEAN}"))
    house.commit({path: before.replace(JEAN, new)})
    try:
        (mine,) = (each for each in renamed.get("/v1/debts").json() if each["ticketId"] == ticket_id)
        assert not mine["mayAnswer"]
        said = renamed.get(f"/{ticket_id}/permissions").json()
        assert (said["ratify"]["kind"], said["refute"]["kind"]) == ("own-emergency", "own-emergency")
        assert kind(renamed.post(f"/{ticket_id}/ratify", json=BECAUSE)) == (403, "own-emergency")
    finally:
        house.commit({path: before})
    assert house.as_(ALICE).post(f"/{ticket_id}/ratify", json=BECAUSE).status_code == 200
