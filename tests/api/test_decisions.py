"""Approve, reject, cancel, retry: what each does, what refuses it, and what the record says of it."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.api.house import (
    ALICE,
    CLAIRE,
    JEAN,
    PIERRE,
    Connect,
    House,
    in_days,
    in_seconds,
    opened,
    problem,
    refused_fields,
    unique_name,
)

GOOD_REASON = "The rollback plan lacks the database"


def created(house: House, **changes: object) -> str:
    ticket_id: str = house.as_(PIERRE).create(**changes)["metadata"]["id"]
    return ticket_id


def test_an_approval_is_recorded_and_deployed(house: House) -> None:
    """200 with the ticket approved; then AWX's job, then deployed; one commit each, the first by the approver."""
    ticket_id = created(house)
    answer = house.as_(JEAN).post(f"/{ticket_id}/approve", json={"comment": "Approved after review"})
    status = answer.json()["status"]
    assert (answer.status_code, status["state"], status["approvedBy"]) == (200, "approved", JEAN)
    assert status["history"][-1]["comment"] == "Approved after review"
    deployed = house.until(ticket_id, "deployed")
    assert [entry["action"] for entry in deployed["status"]["history"]] == [
        "created",
        "approved",
        "deploying",
        "deployed",
    ]
    steps = house.as_(PIERRE).get(f"/{ticket_id}/history").json()
    assert [(step["action"], step["authorName"]) for step in steps] == [
        ("created", "Pierre Durand"),
        ("approved", "Jean Dupont"),
        ("deploying", "Prodgate"),
        ("deployed", "Prodgate"),
    ]
    assert steps[1]["authorEmail"] == JEAN
    assert steps[1]["subject"] == f"{ticket_id}: approved {deployed['spec']['target']['name']} 2.1.0"


def test_a_rejection_keeps_its_reason(house: House) -> None:
    """The requester reads why."""
    ticket_id = created(house)
    answer = house.as_(JEAN).post(f"/{ticket_id}/reject", json={"reason": GOOD_REASON})
    status = answer.json()["status"]
    assert answer.status_code == 200
    assert (status["state"], status["rejectedBy"], status["rejectionReason"]) == ("rejected", JEAN, GOOD_REASON)
    assert status["rejectedAt"] == status["history"][-1]["at"]
    assert house.as_(PIERRE).get(f"/{ticket_id}").json()["status"] == status


@pytest.mark.parametrize(
    "body", [{}, {"reason": None}, {"reason": "no"}, {"reason": " " * 20}, {"reason": "x" * 4_097}]
)
def test_a_rejection_needs_a_reason(house: House, body: dict[str, object]) -> None:
    """10 characters that say something, and no more than can be read."""
    ticket_id = created(house)
    assert refused_fields(house.as_(JEAN).post(f"/{ticket_id}/reject", json=body)) == ["reason"]


def test_a_comment_has_its_limit_and_nothing_else_goes_with_it(house: House) -> None:
    """4096 characters; and nobody says by whom or when."""
    ticket_id = created(house)
    jean = house.as_(JEAN)
    assert refused_fields(jean.post(f"/{ticket_id}/approve", json={"comment": "c" * 4_097})) == ["comment"]
    assert refused_fields(jean.post(f"/{ticket_id}/approve", json={"approvedBy": ALICE})) == ["approvedBy"]
    assert refused_fields(jean.post(f"/{ticket_id}/approve", json={"digest": "0" * 64})) == ["digest"]


@pytest.mark.parametrize("given", [{}, {"json": {}}, {"json": {"comment": None}}])
def test_a_comment_may_be_left_out(house: House, given: dict[str, object]) -> None:
    """No body, an empty one and a null say the same."""
    answer = house.as_(JEAN).decide("approve", created(house), **given)
    assert answer.status_code == 200
    assert "comment" not in answer.json()["status"]["history"][-1]


def test_an_approval_names_production_as_it_was_shown(house: House) -> None:
    """The version there now, or about to come, is taken; of any other both are told, and nothing is decided."""
    name = unique_name()
    jean = house.as_(JEAN)
    first, second, third = (created(house, target={"name": name, "version": f"{number}.0"}) for number in (1, 2, 3))
    stale = jean.decide("approve", first, json={"production": "0.9"})
    assert (stale.status_code, problem(stale)["type"]) == (409, "urn:prodgate:problem:production-changed")
    assert problem(stale)["detail"] == "Production is at nothing now, and you were shown 0.9: look again"
    assert problem(stale)["params"] == {"production": "", "shown": "0.9"}
    assert jean.decide("approve", first, json={"production": ""}).status_code == 200
    house.until(first, "deployed")
    stale = jean.decide("approve", second, json={"production": ""})
    assert problem(stale)["params"] == {"production": "1.0", "shown": ""}
    assert house.as_(JEAN).get(f"/{second}").json()["status"]["state"] == "pending"
    house.awx.faults(life=["stuck-running"])
    assert jean.decide("approve", second, json={"production": "1.0", "comment": "Looked"}).status_code == 200
    coming = jean.decide("approve", third, json={"production": "2.0"})
    assert coming.status_code == 200
    house.finish(second)
    house.until(third, "deployed")


def test_who_leaves_production_out_approves_as_it_is_now(house: House) -> None:
    """As the API's record has it: for scripts, which look at nothing."""
    name = unique_name()
    for version in ("1.0", "2.0"):
        ticket_id = created(house, target={"name": name, "version": version})
        assert house.as_(JEAN).decide("approve", ticket_id).status_code == 200
        house.until(ticket_id, "deployed")


@pytest.mark.parametrize("shown", ["x" * 65, "2.0 or so", 2])
def test_a_version_that_can_t_be_one_was_not_shown(house: House, shown: object) -> None:
    """422 that names the field."""
    answer = house.as_(JEAN).decide("approve", created(house), json={"production": shown})
    assert refused_fields(answer) == ["production"]


def test_a_held_request_is_deployed_once_it_is_released(house: House) -> None:
    """Approvers hold and release it, each with a reason that the record keeps; meanwhile none launches it."""
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_seconds(3)})
    answer = house.as_(CLAIRE).post(f"/{ticket_id}/hold", json={"reason": GOOD_REASON})
    held = answer.json()["status"]
    assert (answer.status_code, held["state"], held["approvedBy"]) == (200, "approved", JEAN)
    assert held["history"][-1] | {"at": ""} == {"action": "held", "at": "", "by": CLAIRE, "reason": GOOD_REASON}
    time.sleep(4)  # its date comes, and nothing happens
    assert house.as_(PIERRE).get(f"/{ticket_id}").json()["status"] == held
    again = house.as_(JEAN).decide("hold", ticket_id)
    assert (again.status_code, problem(again)["detail"]) == (400, "Request can't be held: it is held")
    released = house.as_(JEAN).post(f"/{ticket_id}/release", json={"reason": "The database is ready"})
    assert (released.status_code, released.json()["status"]["history"][-1]["action"]) == (200, "released")
    deployed = house.until(ticket_id, "deployed")
    actions = ["created", "approved", "held", "released", "deploying", "deployed"]
    assert [entry["action"] for entry in deployed["status"]["history"]] == actions
    assert [subject.split()[1] for subject in house.log(ticket_id)] == actions


@pytest.mark.parametrize("action", ["hold", "release"])
def test_holding_needs_a_reason(house: House, action: str) -> None:
    """As a rejection does: the requester reads it."""
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_days(1)})
    for body in ({}, {"reason": "no"}, {"reason": " " * 20}):
        assert refused_fields(house.as_(JEAN).post(f"/{ticket_id}/{action}", json=body)) == ["reason"]


def test_a_held_request_can_be_withdrawn(house: House) -> None:
    """By its requester, who may not let it go on."""
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_days(1)})
    assert house.as_(JEAN).decide("hold", ticket_id).status_code == 200
    assert house.as_(PIERRE).decide("release", ticket_id).status_code == 403
    assert house.as_(PIERRE).decide("cancel", ticket_id).status_code == 200


def test_a_withdrawal_ends_a_pending_request(house: House) -> None:
    """By its requester, with a comment where they like."""
    ticket_id = created(house)
    answer = house.as_(PIERRE).post(f"/{ticket_id}/cancel", json={"comment": "Not needed any more"})
    assert (answer.status_code, answer.json()["status"]["state"]) == (200, "cancelled")
    assert answer.json()["status"]["history"][-1] | {"at": ""} == {
        "action": "cancelled",
        "at": "",
        "by": PIERRE,
        "comment": "Not needed any more",
    }


def test_an_approved_request_that_waits_for_its_date_can_be_withdrawn(house: House) -> None:
    """And nothing is launched for it."""
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_days(1)})
    assert house.as_(PIERRE).decide("cancel", ticket_id).status_code == 200
    assert house.as_(PIERRE).get(f"/{ticket_id}").json()["status"]["state"] == "cancelled"
    assert ticket_id not in str(house.awx.jobs())


def test_a_failed_deployment_says_why_and_is_retried(own_house: House) -> None:
    """failed with AWX's output, then a second job, then deployed; what was approved stays approved."""
    own_house.awx.faults(life=["failed"])
    ticket_id = own_house.approved_by_jean()
    failed = own_house.until(ticket_id, "failed")
    assert failed["status"]["history"][-1]["error"]
    answer = own_house.as_(PIERRE).post(f"/{ticket_id}/retry", json={"comment": "Disk was full"})
    assert (answer.status_code, answer.json()["status"]["state"]) == (200, "deploying")
    deployed = own_house.until(ticket_id, "deployed")["status"]
    assert deployed["approvedBy"] == JEAN
    assert [entry["action"] for entry in deployed["history"]][-3:] == ["retried", "deploying", "deployed"]
    jobs = [entry["jobId"] for entry in deployed["history"] if entry["action"] == "deploying"]
    assert len(set(jobs)) == 2


ENDS = {
    "rejected": ("reject", JEAN),
    "cancelled": ("cancel", PIERRE),
    "deployed": ("approve", JEAN),
}
REFUSALS = {
    "approve": "Request not pending",
    "reject": "Request not pending",
    "cancel": "Request can no longer be cancelled",
    "retry": "Request not failed",
    "hold": "Request can't be held",
    "release": "Request not held",
}


@pytest.mark.parametrize("state", ENDS)
def test_nothing_is_decided_after_the_end(house: House, state: str) -> None:
    """Its workflow has ended; the rules still say why, 400, to everybody who may see the ticket."""
    action, email = ENDS[state]
    ticket_id = created(house)
    assert house.as_(email).decide(action, ticket_id).status_code == 200
    house.until(ticket_id, state)
    house.run(house.client.get_workflow_handle(ticket_id).result())
    before = house.as_(ALICE).get(f"/{ticket_id}")
    for attempt, sentence in REFUSALS.items():
        for caller in (PIERRE, CLAIRE, ALICE):
            answer = house.as_(caller).decide(attempt, ticket_id)
            assert (answer.status_code, problem(answer)["detail"]) == (400, f"{sentence}: it is {state}")
    assert house.as_(ALICE).get(f"/{ticket_id}").headers["ETag"] == before.headers["ETag"]


def test_nobody_decides_twice_while_it_deploys(house: House) -> None:
    """A deployment under way is neither approved again nor taken back."""
    house.awx.faults(life=["stuck-running"])
    ticket_id = house.approved_by_jean()
    house.until(ticket_id, "deploying")
    for action, sentence in REFUSALS.items():
        answer = house.as_(ALICE).decide(action, ticket_id)
        assert (answer.status_code, problem(answer)["detail"]) == (400, f"{sentence}: it is deploying")
    house.finish(ticket_id)
    house.until(ticket_id, "deployed")


def test_of_ten_decisions_at_once_one_is_taken(house: House) -> None:
    """Five approve, five reject, all allowed: one 200, nine 400, one entry and one commit."""
    ticket_id = created(house, request={"scheduledDate": in_days(1)})
    actions = ["approve", "reject"] * 5
    with ThreadPoolExecutor(10) as together:
        answers = list(together.map(lambda action: house.as_(JEAN).decide(action, ticket_id), actions))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 9]
    refusals = [problem(answer)["detail"] for answer in answers if answer.status_code == 400]
    assert all(detail.startswith("Request not pending: it is ") for detail in refusals)
    assert len(house.log(ticket_id)) == 2


def test_a_decision_on_what_has_changed_is_refused(house: House) -> None:
    """If-Match names the revision that was read: 412 when it is no longer that, and it is taken when it is."""
    jean = house.as_(JEAN)
    ticket_id = created(house, request={"scheduledDate": in_days(1)})
    read = jean.get(f"/{ticket_id}").headers["ETag"]
    stale = jean.decide("approve", ticket_id, headers={"If-Match": '"0123456789abcdef0123456789abcdef"'})
    assert stale.status_code == 412
    assert "has changed" in problem(stale)["detail"]
    assert jean.decide("approve", ticket_id, headers={"If-Match": f'"other", {read}'}).status_code == 200
    assert house.as_(PIERRE).decide("cancel", ticket_id, headers={"If-Match": read}).status_code == 412
    assert house.as_(PIERRE).decide("cancel", ticket_id, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("tag", ["", "none", '"', 'W/"0123456789abcdef0123456789abcdef"'])
def test_an_unreadable_revision_is_never_taken_for_the_right_one(house: House, tag: str) -> None:
    """An If-Match that names nothing decides nothing."""
    ticket_id = created(house)
    assert house.as_(JEAN).decide("approve", ticket_id, headers={"If-Match": tag}).status_code == 412


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("action", ["approve", "reject", "cancel", "retry", "hold", "release"])
def test_only_a_post_decides(house: House, method: str, action: str) -> None:
    """A mail scanner that follows links changes nothing: 405, and the ticket stays as it was."""
    ticket = house.as_(PIERRE).create()
    ticket_id = ticket["metadata"]["id"]
    answer = house.as_(JEAN).call(method, f"/{ticket_id}/{action}?comment=fine&reason=long+enough")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    if method != "HEAD":  # whose answer has no body
        assert answer.json()["type"] == "urn:prodgate:problem:method-not-allowed"
    assert house.as_(JEAN).get(f"/{ticket_id}").json() == ticket


def test_a_promotion_that_an_operator_ended_can_not_be_decided(house: House) -> None:
    """409: the record says pending, the engine runs it no more; a person has to look."""
    ticket_id = created(house)
    house.run(house.client.get_workflow_handle(ticket_id).terminate("by an operator"))
    answer = house.as_(JEAN).decide("approve", ticket_id)
    assert answer.status_code == 409
    assert "operators" in problem(answer)["detail"]
    assert house.as_(PIERRE).decide("approve", ticket_id).status_code == 403
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


def test_a_request_that_nobody_decided_expires(connect_temporal: Connect, tmp_path: Path) -> None:
    """Its time is over without a decision; what comes later is refused."""
    with opened(connect_temporal, tmp_path, expiry=2.0) as house:
        ticket_id = created(house)
        expired = house.until(ticket_id, "expired")
        assert expired["status"]["history"][-1]["by"] == "system"
        answer = house.as_(JEAN).decide("approve", ticket_id)
        assert (answer.status_code, problem(answer)["detail"]) == (400, "Request not pending: it is expired")


RETARGETED = [
    {"target": {"type": "api", "name": "other-api", "version": "6.6.6"}},
    {"tenant": "tenant-retail"},
    {"request": {"scheduledDate": in_days(2)}},
    {"scheduledDate": in_days(2)},
]


@pytest.mark.parametrize("changes", RETARGETED, ids=lambda changes: next(iter(changes)))
def test_a_scheduled_request_is_pointed_at_nothing_else(house: House, changes: dict[str, object]) -> None:
    """Target, version, tenant and date are what was approved: no method changes them, no decision carries others."""
    ticket_id = house.approved_by_jean(request={"scheduledDate": in_days(1)})
    before = house.as_(PIERRE).get(f"/{ticket_id}").json()
    for email in (PIERRE, JEAN, ALICE):
        for method in ("PUT", "PATCH", "POST"):
            assert house.as_(email).call(method, f"/{ticket_id}", json={**before, **changes}).status_code == 405
        for action in ("approve", "cancel", "retry"):
            assert house.as_(email).post(f"/{ticket_id}/{action}", json={"comment": "x", **changes}).status_code == 422
    assert house.as_(PIERRE).get(f"/{ticket_id}").json() == before
    assert house.as_(PIERRE).decide("cancel", ticket_id).status_code == 200
