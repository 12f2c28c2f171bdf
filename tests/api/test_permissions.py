"""Every call for every role, on one's own ticket and on others', in one's own tenant and elsewhere.

404 where the ticket may not be seen, 403 where it is seen and may not be touched: the table of the product, by hand.
"""

from pathlib import Path

import pytest

from record.audit.verify import verify
from tests.api.house import (
    ALICE,
    CLAIRE,
    EMMA,
    HUGO,
    JEAN,
    KARIM,
    LEA,
    NICOLAS,
    NOBODY,
    PIERRE,
    SOPHIE,
    VICTOR,
    Connect,
    House,
    asked,
    opened,
    problem,
)

HIDDEN, REFUSED, DONE, WRONG_STATE = 404, 403, 200, 400
ACTIONS = ("approve", "reject", "cancel", "retry")

OF_PIERRE: dict[str, tuple[int, int, int, int, int]] = {
    # who, then: read, approve, reject, cancel, retry
    PIERRE: (DONE, REFUSED, REFUSED, DONE, WRONG_STATE),
    SOPHIE: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    JEAN: (DONE, DONE, DONE, REFUSED, WRONG_STATE),
    CLAIRE: (DONE, DONE, DONE, REFUSED, WRONG_STATE),
    VICTOR: (DONE, REFUSED, REFUSED, REFUSED, WRONG_STATE),
    LEA: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    KARIM: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    HUGO: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    EMMA: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    ALICE: (DONE, DONE, DONE, DONE, WRONG_STATE),
    NICOLAS: (DONE, DONE, DONE, DONE, WRONG_STATE),
    NOBODY: (HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
}
"""The rights of each on Pierre's pending ticket of tenant-finance. The state is judged before the right."""

OWN: dict[str, tuple[str, tuple[int, int, int, int, int]]] = {
    PIERRE: ("tenant-finance", (DONE, REFUSED, REFUSED, DONE, WRONG_STATE)),
    SOPHIE: ("tenant-logistics", (DONE, REFUSED, DONE, DONE, WRONG_STATE)),
    JEAN: ("tenant-finance", (DONE, REFUSED, DONE, DONE, WRONG_STATE)),
    ALICE: ("tenant-retail", (DONE, REFUSED, DONE, DONE, WRONG_STATE)),
}
"""The requester's rights on their own: never approve, reject where the role allows it, always withdraw."""

FAILED = {PIERRE: DONE, SOPHIE: HIDDEN, JEAN: DONE, VICTOR: REFUSED, KARIM: HIDDEN, ALICE: DONE, NOBODY: HIDDEN}
"""The people who may have Pierre's failed ticket deployed again."""

SENTENCES = {
    HIDDEN: "No such request",
    REFUSED: "Not authorized",
    WRONG_STATE: "Request not failed: it is pending",
}


@pytest.mark.parametrize("email", OF_PIERRE)
def test_each_person_may_do_with_a_ticket_what_the_table_says(house: House, email: str) -> None:
    """A ticket of Pierre's for each call, so that one call's effect is not another's reason."""
    caller = house.as_(email)
    read, *allowed = OF_PIERRE[email]
    for action, expected in zip(ACTIONS, allowed, strict=True):
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        assert caller.get(f"/{ticket_id}").status_code == read
        assert caller.get(f"/{ticket_id}/history").status_code == read
        answer = caller.decide(action, ticket_id)
        assert answer.status_code == expected, (action, answer.text)
        if expected != DONE:
            own = email == PIERRE and action == "approve"
            sentence = "Cannot approve your own request" if own else SENTENCES[expected]
            assert str(problem(answer)["detail"]).startswith(sentence)


@pytest.mark.parametrize("email", OWN)
def test_a_requester_may_do_with_their_own_what_the_table_says(house: House, email: str) -> None:
    """Whatever roles one holds, admin included."""
    tenant, (read, *allowed) = OWN[email]
    caller = house.as_(email)
    for action, expected in zip(ACTIONS, allowed, strict=True):
        ticket_id = caller.create(tenant=tenant)["metadata"]["id"]
        assert caller.get(f"/{ticket_id}").status_code == read
        answer = caller.decide(action, ticket_id)
        assert answer.status_code == expected, (action, answer.text)
        if action == "approve":
            assert str(problem(answer)["detail"]).startswith("Cannot approve your own request; ")


@pytest.mark.parametrize("email", FAILED)
def test_a_failed_deployment_is_retried_by_who_may(house: House, email: str) -> None:
    """The requester, or who may approve in that tenant."""
    house.awx.faults(life=["failed"])
    ticket_id = house.approved_by_jean()
    house.until(ticket_id, "failed")
    answer = house.as_(email).decide("retry", ticket_id)
    assert answer.status_code == FAILED[email], answer.text
    if answer.status_code == DONE:
        house.until(ticket_id, "deployed")


@pytest.mark.parametrize("email", [SOPHIE, LEA, KARIM, EMMA, NOBODY])
def test_a_hidden_ticket_looks_like_none(house: House, email: str) -> None:
    """The answer about a ticket that is hidden is, to the byte, that about one that never was."""
    hidden = house.as_(PIERRE).create()["metadata"]["id"]
    caller = house.as_(email)
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("POST", "/approve", {}),
        ("POST", "/cancel", {"comment": "x"}),
        ("POST", "/reject", {"reason": "long enough to be one"}),
    ):
        there = caller.call(method, f"/{hidden}{path}", json=body)
        nowhere = caller.call(method, f"/PR-1999-0001{path}", json=body)
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_lists_hold_what_the_caller_may_see_and_nothing_else(own_house: House) -> None:
    """One ticket in each tenant and one of each requester; who sees which."""
    made = {
        email: own_house.as_(email).create(tenant=tenant)["metadata"]["id"]
        for email, tenant in (
            (PIERRE, "tenant-finance"),
            (SOPHIE, "tenant-finance"),
            (LEA, "tenant-logistics"),
            (EMMA, "tenant-retail"),
            (ALICE, "tenant-retail"),
        )
    }
    seen = {
        PIERRE: {PIERRE},
        SOPHIE: {SOPHIE, LEA},
        JEAN: {PIERRE, SOPHIE},
        VICTOR: {PIERRE, SOPHIE, EMMA, ALICE},
        KARIM: {LEA},
        HUGO: set(),
        NICOLAS: set(made),
        NOBODY: set(),
    }
    waiting = {
        PIERRE: set(),
        SOPHIE: {LEA},
        JEAN: {PIERRE, SOPHIE},
        VICTOR: set(),
        EMMA: {ALICE},
        ALICE: {PIERRE, SOPHIE, LEA, EMMA},
    }
    for email, expected in seen.items():
        answer = own_house.as_(email).get()
        assert {ticket["metadata"]["id"] for ticket in answer.json()} == {made[each] for each in expected}, email
        assert answer.headers["X-Total-Count"] == str(len(expected))
        assert own_house.as_(email).get("/stats").json()["pending"] == len(expected)
    for email, expected in waiting.items():
        answer = own_house.as_(email).get("/pending")
        assert {ticket["metadata"]["id"] for ticket in answer.json()} == {made[each] for each in expected}, email
        assert answer.headers["X-Total-Count"] == str(len(expected))
    assert [each["metadata"]["id"] for each in own_house.as_(SOPHIE).get("/my").json()] == [made[SOPHIE]]
    assert own_house.as_(VICTOR).get("/my").json() == []


def test_nobody_filters_their_way_to_what_they_may_not_see(house: House) -> None:
    """A filter narrows what may be seen; it never widens it."""
    ticket = house.as_(PIERRE).create(request={"justification": "a word that only Pierre wrote: xylophonist"})
    for email in (SOPHIE, LEA, EMMA, NOBODY):
        for query in (
            {"tenant": "tenant-finance"},
            {"createdBy": PIERRE},
            {"q": "xylophonist"},
            {"q": ticket["metadata"]["id"]},
        ):
            found = house.as_(email).get(params=query)
            assert ticket["metadata"]["id"] not in found.text


def test_of_a_tenant_that_is_gone_the_platforms_admin_can_but_close_what_is_open(
    connect_temporal: Connect, tmp_path: Path
) -> None:
    """No file, no rules: nothing is let through, page, API and audit alike; what is left can be ended."""
    with opened(connect_temporal, tmp_path, answer_within=30.0) as house:
        ids = {action: house.as_(PIERRE).create()["metadata"]["id"] for action in ("approve", "reject", "cancel")}
        house.commit({"tenants/tenant-finance.yaml": None})
        told = house.as_(ALICE).get(f"/{ids['approve']}/permissions").json()["approve"]
        assert told["why"] == "The tenant tenant-finance no longer exists"
        answers = {action: house.as_(ALICE).decide(action, each) for action, each in ids.items()}
        assert [answer.status_code for answer in answers.values()] == [REFUSED, DONE, DONE]
        assert problem(answers["approve"])["detail"] == told["why"]
        assert (told["kind"], told["who"]) == ("tenant-gone", [])
        assert list(verify(house.git)) == []


def test_a_role_that_is_taken_away_is_gone_with_the_next_call(own_house: House) -> None:
    """Rights are what the record says now; a tenant that loses its file leaves nobody but the platform's admins."""
    ticket_id = own_house.as_(PIERRE).create()["metadata"]["id"]
    head = "apiVersion: apim.cab-i.com/v1\nkind: Tenant\nmetadata:\n  name: tenant-finance\n"
    own_house.commit({"tenants/tenant-finance.yaml": head + "spec:\n  displayName: Finance\n  members: []\n"})
    assert own_house.as_(JEAN).decide("approve", ticket_id).status_code == HIDDEN
    assert own_house.as_(PIERRE).get(f"/{ticket_id}").status_code == HIDDEN
    assert own_house.as_(PIERRE).post(json={}).status_code == 422
    assert own_house.as_(ALICE).decide("approve", ticket_id).status_code == DONE


def test_who_may_stop_it_is_said_to_whom_may_not(house: House) -> None:
    """A viewer reads who could withdraw: the requester and the platform's admin; of what the state refuses, nobody."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    told = house.as_(VICTOR).get(f"/{ticket_id}/permissions").json()
    assert (told["cancel"]["kind"], told["retry"]["kind"]) == ("not-authorized", "not-retryable")
    assert {PIERRE, ALICE} <= {each["email"] for each in told["cancel"]["who"]}
    assert told["retry"]["who"] == []


def test_a_refusal_names_the_role_that_is_needed_and_who_holds_it(house: House) -> None:
    """As a sentence and as values, asked beforehand and tried; who does not see the tenant is told neither."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    told = house.as_(VICTOR).get(f"/{ticket_id}/permissions").json()["approve"]
    refused = problem(house.as_(VICTOR).decide("approve", ticket_id))
    needed = "Not authorized: approving for tenant-finance takes the role cpi there or cpi_admin"
    assert told["why"] == refused["detail"]
    assert told["why"].startswith(f"{needed}; Jean Dupont, Claire Moreau, ")
    assert told["params"] == refused["params"]
    assert told["params"]["roles"] == "cpi,cpi_admin"
    assert told["params"]["holders"].split(", ") == [each["name"] for each in told["who"]]
    creating = problem(house.as_(VICTOR).post(json=asked(tenant="tenant-finance")))["detail"]
    assert str(creating).startswith("Not authorized: creating for tenant-finance takes the role devops or cpi there")
    assert problem(house.as_(PIERRE).post(json=asked(tenant="tenant-retail")))["detail"] == "Not authorized"


def test_who_could_not_stop_it_either_is_not_named(house: House) -> None:
    """Once the deployment is under way, nobody can withdraw, whatever their role."""
    house.awx.faults(life=["stuck-running"])
    ticket_id = house.approved_by_jean()
    house.until(ticket_id, "deploying")
    assert house.as_(VICTOR).get(f"/{ticket_id}/permissions").json()["cancel"]["who"] == []
    house.finish(ticket_id)
