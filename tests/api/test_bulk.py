"""Decisions on several requests in one call: each is what a call of its own would have been."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.house import (
    ALICE,
    CLAIRE,
    JEAN,
    LEA,
    PIERRE,
    Caller,
    Connect,
    House,
    in_days,
    opened,
    problem,
    refused_fields,
    unique_name,
)
from tests.api.test_audit import until
from tests.record.building import bare
from tests.rules import rule

REASON = "The rollback plan lacks the database"
KIND = "urn:prodgate:problem:"


def send(caller: Caller, *decisions: dict[str, Any]) -> httpx.Response:
    return caller.post("/decisions", json={"decisions": decisions})


def results(caller: Caller, *decisions: dict[str, Any]) -> list[dict[str, Any]]:
    answer = send(caller, *decisions)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    assert [each["id"] for each in found] == [each["id"] for each in decisions], "in their order"
    return found


def approval(ticket_id: str, **more: Any) -> dict[str, Any]:
    return {"id": ticket_id, "action": "approve", **more}


def rejection(ticket_id: str, **more: Any) -> dict[str, Any]:
    return {"id": ticket_id, "action": "reject", "reason": REASON, **more}


def told(found: list[dict[str, Any]]) -> list[tuple[int, str | None]]:
    """Status and kind of each result."""
    return [(each["status"], each["problem"] and each["problem"]["type"].removeprefix(KIND)) for each in found]


def made(house: House, by: str = PIERRE, **changes: Any) -> str:
    ticket_id: str = house.as_(by).create(**changes)["metadata"]["id"]
    return ticket_id


def test_each_is_recorded_as_by_a_call_of_its_own(house: House) -> None:
    """One commit each, by who decided, with what was said of it; a date that was agreed on is waited for."""
    first, second, dated = made(house), made(house), made(house, request={"scheduledDate": in_days(3)})
    said = (approval(first, comment="Read the plan"), rejection(second), approval(dated))
    found = results(house.as_(JEAN), *said)
    assert told(found) == [(200, None)] * 3
    states = [each["ticket"]["status"]["state"] for each in found]
    assert states == ["approved", "rejected", "approved"]
    assert found[0]["ticket"]["status"]["history"][-1]["comment"] == "Read the plan"
    assert found[1]["ticket"]["status"]["rejectionReason"] == REASON
    house.until(first, "deployed")
    steps = house.as_(PIERRE).get(f"/{second}/history").json()
    assert [(each["action"], each["authorName"]) for each in steps][1:] == [("rejected", "Jean Dupont")]
    assert house.as_(PIERRE).get(f"/{dated}").json()["status"]["state"] == "approved", "before its date"


def test_refusals_of_each_kind_keep_none_of_the_others(house: House) -> None:
    """And each is word for word what the call of its own answers."""
    ended, changed, moved, foreign = made(house), made(house), made(house), made(house, LEA, tenant="tenant-logistics")
    own, good, last = made(house, JEAN), made(house), made(house)
    assert house.as_(JEAN).decide("reject", ended).status_code == 200
    decisions = (
        approval(ended),
        approval(changed, revision='"0000"'),
        approval(good),
        approval(moved, production="0.0.1"),
        approval(foreign),
        approval("PR-2026-999999"),
        approval(own),
        rejection(last),
    )
    found = results(house.as_(JEAN), *decisions)
    kinds = ["not-pending", "changed-since", None, "production-changed", *(2 * ["not-found"]), "self-approval", None]
    assert [kind for _, kind in told(found)] == kinds
    for each, said in zip(found, decisions, strict=True):
        if each["problem"] is not None:
            body = {name: value for name, value in said.items() if name in ("production", "reason")}
            headers = {"If-Match": said["revision"]} if "revision" in said else {}
            alone = house.as_(JEAN).post(f"/{each['id']}/{said['action']}", json=body, headers=headers)
            assert (alone.status_code, problem(alone)["detail"]) == (each["status"], each["problem"]["detail"])
            assert alone.json().get("params", {}) == each["problem"]["params"]


def test_one_s_own_in_between_stays_undecided(house: House) -> None:
    """Nobody approves their own by hiding it among others, admins included."""
    tickets = [made(house, by) for by in (PIERRE, JEAN, PIERRE, JEAN, PIERRE)]
    assert told(results(house.as_(JEAN), *map(approval, tickets))) == [
        (403, "self-approval") if number % 2 else (200, None) for number in range(5)
    ]
    assert house.as_(JEAN).get(f"/{tickets[1]}").json()["status"]["approvedBy"] is None


def test_who_may_not_decide_decides_nothing(house: House) -> None:
    """A devops is refused for each, and learns nothing of what they can't see."""
    mine, foreign = made(house), made(house, LEA, tenant="tenant-logistics")
    found = results(house.as_(PIERRE), approval(mine), rejection(mine), approval(foreign))
    assert told(found) == [(403, "self-approval"), (403, "not-authorized"), (404, "not-found")]


def test_of_one_request_named_twice_the_first_decision_counts(house: House) -> None:
    """Approved twice, or approved and rejected: the second finds it decided, whichever they are."""
    twice, both = made(house), made(house)
    found = results(house.as_(JEAN), approval(twice), rejection(both), approval(twice), approval(both))
    assert told(found) == [(200, None), (200, None), (400, "not-pending"), (400, "not-pending")]
    assert house.as_(JEAN).get(f"/{both}").json()["status"]["state"] == "rejected"


def test_versions_of_one_target_are_deployed_in_the_order_of_the_call(house: House) -> None:
    """The second is decided looking at what the first brings."""
    name = unique_name()
    old, new = (made(house, target={"name": name, "version": version}) for version in ("2.1.0", "2.2.0"))
    found = results(house.as_(JEAN), approval(old, production=""), approval(new, production="2.1.0"))
    assert told(found) == [(200, None)] * 2
    first, second = (house.until(each, "deployed")["status"]["deployedAt"] for each in (old, new))
    assert first <= second


def test_a_vote_is_one_of_several(house: House) -> None:
    """Where the rules ask for two, the request stays pending."""
    name = unique_name()
    house.commit(rule("bulk-ruled", match={"names": [name]}, approvals=[{"role": "cpi", "count": 2}]))
    voted, done = made(house, target={"name": name}), made(house)
    found = results(house.as_(JEAN), approval(voted), approval(done), approval(voted))
    assert told(found) == [(200, None), (200, None), (400, "already-voted")]
    assert [each["ticket"]["status"]["state"] for each in found[:2]] == ["pending", "approved"]


def test_critical_impact_asks_for_a_fresh_sign_in_among_others_too(house: House) -> None:
    """The others are decided."""
    old = house.issuer.token(JEAN, auth_time=int(time.time()) - 3600)
    critical, low = made(house, request={"impactAssessment": "critical"}), made(house)
    found = results(house.as_(JEAN, token=old), approval(critical), approval(low))
    assert told(found) == [(401, "stale-sign-in"), (200, None)]


def test_who_loses_a_right_while_the_call_goes_on_decides_no_more(own_house: House) -> None:
    """Each is decided by the rights that its moment has, as by a call of its own."""
    name = unique_name()
    tickets = [made(own_house, target={"name": name, "version": f"2.1.{number}"}) for number in range(16)]
    jean, claire = own_house.as_(JEAN), own_house.as_(CLAIRE)
    with ThreadPoolExecutor() as pool:
        deciding = pool.submit(results, jean, *map(rejection, tickets))
        while claire.get(f"/{tickets[0]}").json()["status"]["state"] == "pending":
            time.sleep(0.02)
        head = "apiVersion: apim.cab-i.com/v1\nkind: Tenant\nmetadata: {name: tenant-finance}\n"
        own_house.commit({"tenants/tenant-finance.yaml": head + "spec:\n  displayName: Finance\n  members: []\n"})
        statuses = [each["status"] for each in deciding.result()]
    assert (statuses[0], statuses[-1]) == (200, 404)


def test_what_a_call_has_no_time_to_begin_is_left_undecided(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has given up waiting finds out what was decided, and nothing more is."""
    monkeypatch.setattr("api.bulk.BEGUN_WITHIN", 0.2)
    name = unique_name()
    tickets = [made(house, target={"name": name, "version": f"2.1.{number}"}) for number in range(16)]
    found = told(results(house.as_(JEAN), *map(rejection, tickets)))
    assert (found[0], found[-1]) == ((200, None), (429, "too-many-requests"))
    assert house.as_(JEAN).get(f"/{tickets[-1]}").json()["status"]["state"] == "pending"


@pytest.mark.parametrize(
    ("decisions", "field"),
    [
        ([], "decisions"),
        ([approval("PR-2026-0001")] * 101, "decisions"),
        ([approval("PR-1")], "decisions.0.approve.id"),
        ([{"id": "PR-2026-0001", "action": "cancel"}], "decisions.0"),
        ([{"id": "PR-2026-0001", "action": "reject", "reason": "no"}], "decisions.0.reject.reason"),
        ([approval("PR-2026-0001", by=ALICE)], "decisions.0.approve.by"),
    ],
)
def test_what_is_no_list_of_decisions_decides_nothing(
    house: House, decisions: list[dict[str, Any]], field: str
) -> None:
    """One to a hundred, each of a known form: otherwise nothing is decided at all."""
    pending = made(house)
    answer = send(house.as_(JEAN), *(decisions and [approval(pending), *decisions]))
    place = field.replace("decisions.0", "decisions.1")
    assert refused_fields(answer) == [place]
    assert house.as_(JEAN).get(f"/{pending}").json()["status"]["state"] == "pending"


def test_each_counts_as_a_request_of_its_caller(connect_temporal: Connect, tmp_path: Path) -> None:
    """A hundred in one call are no way around the limit; those within it are decided."""
    with opened(connect_temporal, tmp_path, requests_per_minute_person=6) as house:
        tickets = [made(house) for _ in range(4)]
        statuses = [each["status"] for each in results(house.as_(JEAN), *map(rejection, 5 * tickets))]
        assert statuses[0] == 200
        assert 429 in statuses
        assert house.as_(CLAIRE).get("/my").status_code == 200


def test_the_trail_has_each(connect_temporal: Connect, tmp_path: Path) -> None:
    """What was done and what was refused, by request."""
    with opened(connect_temporal, tmp_path, audit_repo=str(bare(tmp_path / "audit.git"))) as house:
        good, own = made(house), made(house, JEAN)
        results(house.as_(JEAN), rejection(good), approval(own))
        (done,) = until(house.as_(ALICE), lambda page: len(page) == 1, ticket=good, action="reject")
        (refused,) = until(house.as_(ALICE), lambda page: len(page) == 1, ticket=own, action="approve")
        assert (done["outcome"], done["by"], done["detail"]) == ("done", JEAN, REASON)
        assert (refused["outcome"], refused["kind"]) == ("refused", "self-approval")
        assert (refused["tenant"], refused["call"]) == ("tenant-finance", "POST /v1/requests/prod/decisions")
