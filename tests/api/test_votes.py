"""Approvals that several people give: over HTTP, one after the other, at once, taken back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.house import ALICE, CLAIRE, JEAN, PIERRE, House, problem, unique_name
from tests.api.house import asked as body
from tests.rules import rule


@pytest.fixture(scope="module")
def ruled(house: House) -> str:
    """The name of a target that two people approve."""
    name = unique_name()
    house.commit(rule("ruled", match={"names": [name]}, approvals=[{"role": "cpi", "count": 2}]))
    return name


def asked(house: House, name: str, version: str) -> str:
    made = house.as_(PIERRE).create(target={"name": name, "version": version})
    ticket_id: str = made["metadata"]["id"]
    return ticket_id


def actions(house: House, ticket_id: str) -> list[str]:
    ticket: dict[str, Any] = house.as_(ALICE).get(f"/{ticket_id}").json()
    return [entry["action"] for entry in ticket["status"]["history"]]


def test_two_people_approve_one_request(house: House, ruled: str) -> None:
    """The first is told that others have to; whoever looks sees who voted, what is missing and who could give it."""
    ticket_id = asked(house, ruled, "2.1.0")
    first = house.as_(JEAN).post(f"/{ticket_id}/approve", json={"comment": "Read the plan"})
    assert (first.status_code, first.json()["status"]["state"]) == (200, "pending")
    said = house.as_(JEAN).get(f"/{ticket_id}/permissions").json()
    votes = said["votes"]
    assert (votes["rule"], votes["needs"]) == ("ruled", [{"role": "cpi", "group": None, "count": 2}])
    assert [(each["by"], each["comment"]) for each in votes["given"]] == [(JEAN, "Read the plan")]
    assert votes["missing"] == [{"role": "cpi", "group": None, "count": 1}]
    assert ALICE in {each["email"] for each in votes["asked"]}
    assert JEAN not in {each["email"] for each in votes["asked"]}
    assert (said["approve"]["allowed"], said["approve"]["kind"]) == (False, "already-voted")
    assert said["unendorse"]["allowed"]
    again = house.as_(JEAN).post(f"/{ticket_id}/approve", json={})
    assert (again.status_code, problem(again)["type"]) == (400, "urn:prodgate:problem:already-voted")
    assert house.as_(ALICE).post(f"/{ticket_id}/approve", json={}).json()["status"]["approvedBy"] == ALICE
    house.until(ticket_id, "deployed")
    assert actions(house, ticket_id) == ["created", "endorsed", "approved", "deploying", "deployed"]


def test_a_vote_is_taken_back_by_who_gave_it(house: House, ruled: str) -> None:
    """Nobody else; and once."""
    ticket_id = asked(house, ruled, "2.2.0")
    house.as_(JEAN).post(f"/{ticket_id}/approve", json={})
    other = house.as_(ALICE).post(f"/{ticket_id}/unendorse", json={})
    assert (other.status_code, problem(other)["type"]) == (400, "urn:prodgate:problem:no-vote")
    assert house.as_(JEAN).post(f"/{ticket_id}/unendorse", json={}).status_code == 200
    assert house.as_(JEAN).post(f"/{ticket_id}/unendorse", json={}).status_code == 400
    assert house.as_(PIERRE).post(f"/{ticket_id}/cancel", json={}).status_code == 200
    assert actions(house, ticket_id) == ["created", "endorsed", "unendorsed", "cancelled"]


def waiting(house: House, email: str, name: str) -> list[str]:
    """The target's requests that wait for somebody."""
    found = house.as_(email).get("/pending", params={"target": name}).json()
    return [each["metadata"]["id"] for each in found]


def test_what_has_ones_vote_waits_for_others_and_lists_count_votes(house: House) -> None:
    """It waits for nobody who voted, until they take that back; a row tells how many votes are missing of how many."""
    name, other = unique_name(), unique_name()
    house.commit(rule("counted", match={"names": [name]}, approvals=[{"role": "cpi", "count": 2}]))
    ticket_id, everyday = asked(house, name, "2.1.0"), asked(house, other, "2.1.0")

    def counts(email: str) -> dict[str, dict[str, int]]:
        rows = house.as_(email).get("/ruled", params={"id": [ticket_id, everyday]}).json()
        return {each["ticketId"]: each["votes"] for each in rows}

    assert counts(JEAN) == {ticket_id: {"needed": 2, "missing": 2}}
    assert waiting(house, JEAN, name) == waiting(house, ALICE, name) == [ticket_id]
    house.as_(JEAN).post(f"/{ticket_id}/approve", json={})
    assert counts(PIERRE) == {ticket_id: {"needed": 2, "missing": 1}}
    assert (waiting(house, JEAN, name), waiting(house, ALICE, name)) == ([], [ticket_id])
    house.as_(JEAN).post(f"/{ticket_id}/unendorse", json={})
    assert waiting(house, JEAN, name) == [ticket_id]
    for each in (JEAN, ALICE):
        house.as_(each).post(f"/{ticket_id}/approve", json={})
    assert counts(JEAN) == {}


@pytest.mark.parametrize("round_", range(3))
def test_votes_at_once_are_neither_lost_nor_counted_twice(house: House, ruled: str, round_: int) -> None:
    """Two people, three times each, at the same moment: one of each counts, and both together complete it."""
    ticket_id = asked(house, ruled, f"3.{round_}.0")
    with ThreadPoolExecutor(6) as pool:
        calls = [JEAN, ALICE] * 3
        said = list(pool.map(lambda who: house.as_(who).post(f"/{ticket_id}/approve", json={}).status_code, calls))
    assert sorted(said)[:2] == [200, 200], said
    house.until(ticket_id, "deployed")
    assert actions(house, ticket_id)[:3] == ["created", "endorsed", "approved"]


def test_one_rejection_ends_it(house: House, ruled: str) -> None:
    """Whoever voted for it."""
    ticket_id = asked(house, ruled, "4.0.0")
    house.as_(JEAN).post(f"/{ticket_id}/approve", json={})
    rejected = house.as_(ALICE).post(f"/{ticket_id}/reject", json={"reason": "The rollback plan is none"})
    assert rejected.json()["status"]["state"] == "rejected"


def test_a_request_that_too_few_could_approve_is_refused(house: House) -> None:
    """Before it has a number; the refusal tells what is missing."""
    name = unique_name()
    house.commit(rule("nobody", match={"names": [name]}, approvals=[{"group": "nobody-there"}]))
    answer = house.as_(PIERRE).post(json=body(target={"name": name}))
    said = problem(answer)
    assert (answer.status_code, said["type"]) == (422, "urn:prodgate:problem:nobody-to-approve")
    assert said["params"] == {"missing": "1 of nobody-there"}
    assert CLAIRE not in said["detail"]


def test_a_form_learns_beforehand_how_many_have_to_approve(house: House, ruled: str) -> None:
    """By which rule, and who could; nothing where one approval is enough."""
    said = house.as_(PIERRE).post("/check", json=body(target={"name": ruled, "version": "5.0.0"})).json()["votes"]
    needs = [{"role": "cpi", "group": None, "count": 2}]
    assert (said["rule"], said["needs"], said["missing"], said["given"]) == ("ruled", needs, needs, [])
    assert {JEAN, ALICE} <= {each["email"] for each in said["asked"]}
    other = house.as_(PIERRE).post("/check", json=body(target={"name": unique_name()})).json()
    assert other["votes"] is None
