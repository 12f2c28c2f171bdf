"""GET: one ticket, its history, and the lists with their filters, orders and pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.house import (
    ALICE,
    CLAIRE,
    EMMA,
    JEAN,
    LEA,
    PIERRE,
    SOPHIE,
    Caller,
    House,
    in_days,
    problem,
    refused_fields,
    unique_name,
)


def ids(tickets: list[dict[str, Any]]) -> list[str]:
    return [ticket["metadata"]["id"] for ticket in tickets]


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"])
def test_what_the_caller_has_already_is_not_sent_again(house: House, tag: str) -> None:
    """304 without a body for the tag that was read, however a proxy has spelled it."""
    ticket = house.as_(PIERRE).create()
    read = house.as_(PIERRE).get(f"/{ticket['metadata']['id']}")
    again = house.as_(PIERRE).get(
        f"/{ticket['metadata']['id']}", headers={"If-None-Match": tag.format(read.headers["ETag"])}
    )
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", read.headers["ETag"])


def test_a_changed_ticket_has_another_tag(house: House) -> None:
    """And the decision's own answer carries it."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    before = house.as_(PIERRE).get(f"/{ticket_id}").headers["ETag"]
    decided = house.as_(JEAN).decide("reject", ticket_id)
    after = house.as_(PIERRE).get(f"/{ticket_id}", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert before != after.headers["ETag"] == decided.headers["ETag"]


@pytest.mark.parametrize(
    "ticket_id",
    [
        "PR-1999-0001",
        "PR-2026-000000001",
        "PR-2026-1",
        "pr-2026-0001",
        "PR-2026-0001%0a",
        "PR-2026-0001%00",
        "PR-2026-0001.yaml",
        "..%2f..%2ftenants",
        "PR-\uff12\uff10\uff12\uff16-0001",
        "x" * 2_000,
        "temporal-sys-scheduler",
    ],
)
def test_what_is_no_ticket_is_not_found(house: House, ticket_id: str) -> None:
    """404 with the one sentence, for everybody, on every call."""
    for path in (f"/{ticket_id}", f"/{ticket_id}/history"):
        answer = house.as_(ALICE).get(path)
        assert answer.status_code == 404
        assert problem(answer)["detail"] in (
            "No such request",
            "There is nothing at this address; /docs lists what there is",
        )
    assert house.as_(ALICE).decide("approve", ticket_id).status_code == 404


@pytest.fixture(scope="module")
def filled(house: House) -> dict[str, str]:
    """Six tickets of three tenants in four states, made for this module's filters, by a short name each."""
    name = unique_name()
    made: dict[str, str] = {}

    def create(key: str, email: str, tenant: str, **changes: Any) -> str:
        changes.setdefault("target", {"name": name, "version": f"2.1.{len(made)}"})
        made[key] = house.as_(email).create(tenant=tenant, **changes)["metadata"]["id"]
        return made[key]

    create("pending", PIERRE, "tenant-finance", request={"justification": "Zürich's clients wait for the façade"})
    house.as_(JEAN).decide("reject", create("rejected", PIERRE, "tenant-finance"))
    house.as_(SOPHIE).decide("cancel", create("cancelled", SOPHIE, "tenant-finance"))
    approved = create("approved", SOPHIE, "tenant-finance", request={"scheduledDate": in_days(3)})
    create("logistics", LEA, "tenant-logistics")
    create("retail", EMMA, "tenant-retail", target={"name": name, "type": "policy", "version": "7.7.7-rc.1"})
    house.as_(JEAN).decide("approve", approved)  # after which nobody else's may be asked for
    return made | {"name": name}


EVERY = {"pending", "rejected", "cancelled", "approved", "logistics", "retail"}
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, EVERY),
    ({"state": "pending"}, {"pending", "logistics", "retail"}),
    ({"state": ["rejected", "cancelled"]}, {"rejected", "cancelled"}),
    ({"state": "deployed"}, set()),
    ({"tenant": "tenant-finance"}, {"pending", "rejected", "cancelled", "approved"}),
    ({"tenant": "tenant-of-nobody"}, set()),
    ({"createdBy": SOPHIE}, {"cancelled", "approved"}),
    ({"createdBy": SOPHIE.upper()}, {"cancelled", "approved"}),
    ({"createdBy": PIERRE, "state": "rejected"}, {"rejected"}),
    ({"createdBy": PIERRE, "tenant": "tenant-retail"}, set()),
    ({"state": ["pending", "approved"], "tenant": "tenant-finance", "createdBy": SOPHIE}, {"approved"}),
    ({"q": "zurich facade"}, {"pending"}),
    ({"q": "ZÜRI"}, {"pending"}),
    ({"q": "7.7.7-rc"}, {"retail"}),
    ({"q": "sophie.martin", "state": "cancelled"}, {"cancelled"}),
    ({"q": "'; DROP TABLE tickets; --"}, set()),
    ({"q": '"NEAR(a b)" OR *'}, set()),
    ({"type": "policy"}, {"retail"}),
    ({"type": "api", "tenant": "tenant-logistics"}, {"logistics"}),
    ({"from": "2026-01-01", "to": "2098-01-01"}, EVERY),
    ({"from": "2098-01-01"}, set()),
    ({"to": "2026-01-01"}, set()),
    ({"from": "2026-01-01T00:00:00Z", "to": "2098-01-01T00:00:00+02:00"}, EVERY),
    ({"from": "2098-01-01T00:00:00Z"}, set()),
    ({"from": "2026-01-01", "state": "cancelled"}, {"cancelled"}),
]


@pytest.mark.parametrize(
    ("query", "expected"), FILTERS, ids=lambda value: str(value)[:60] if isinstance(value, dict) else ""
)
def test_filters_combine(house: House, filled: dict[str, str], query: dict[str, Any], expected: set[str]) -> None:
    """Each narrows what the others left; the total says how many there are."""
    answer = house.as_(ALICE).get(params={"target": filled["name"], **query})
    assert {key for key in filled if filled[key] in ids(answer.json())} == expected
    assert answer.headers["X-Total-Count"] == str(len(expected))


ORDERS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "createdAt": lambda ticket: (ticket["metadata"]["createdAt"], ticket["metadata"]["id"]),
    "updatedAt": lambda ticket: (ticket["status"]["history"][-1]["at"], ticket["metadata"]["id"]),
    "id": lambda ticket: (ticket["metadata"]["id"], ""),
}
FROM_ONE_END = ["scheduledDate", "due", "-impact"]
"""Orders that nobody needs the other way round."""


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_lists_are_in_the_order_that_is_asked_for(
    house: House, filled: dict[str, str], order: str, descending: bool
) -> None:
    """A minus is descending; equal moments follow their numbers."""
    query = {"target": filled["name"], "sort": ("-" if descending else "") + order}
    found = house.as_(ALICE).get(params=query).json()
    assert len(found) == 6
    assert found == sorted(found, key=ORDERS[order], reverse=descending)


def test_the_newest_come_first_by_default(house: House, filled: dict[str, str]) -> None:
    """People mostly look for something recent."""
    query = {"target": filled["name"]}
    default = house.as_(ALICE).get(params=query).json()
    assert default == house.as_(ALICE).get(params=query | {"sort": "-createdAt"}).json()


BAD: list[tuple[str, dict[str, Any]]] = [
    ("state", {"state": "open"}),
    ("tenant", {"tenant": "Tenant Finance"}),
    ("createdBy", {"createdBy": "pierre"}),
    ("target", {"target": "../secrets"}),
    ("q", {"q": "x" * 201}),
    ("sort", {"sort": "tenant; DROP TABLE tickets"}),
    ("limit", {"limit": 0}),
    ("limit", {"limit": 201}),
    ("limit", {"limit": "ten"}),
    ("limit", {"limit": "9" * 5_000}),
    ("cursor", {"cursor": "x" * 501}),
    ("cursor", {"cursor": "x"}),
    ("cursor", {"cursor": ""}),
    ("cursor", {"cursor": "W10"}),
    ("cursor", {"cursor": "bnVsbA"}),
    ("cursor", {"cursor": "é"}),
    ("cursor", {"cursor": "eyJhIjoxfQ=="}),
    ("stat", {"stat": "pending"}),
    ("created_by", {"created_by": PIERRE}),
    ("since", {"since": "2026-01-01"}),
    ("type", {"type": "database"}),
    ("sort", {"sort": "-scheduledDate"}),
    ("scheduledFrom", {"scheduledFrom": "soon"}),
    ("scheduledTo", {"scheduledFrom": "2026-02-02", "scheduledTo": "2026-02-01"}),
    *(("from", {"from": value}) for value in ("", "yesterday", "2026-02-30", "2026-01-01T10:00:00", "20260101")),
    *(("to", {"to": value}) for value in ("1767225600", "0001-01-01", "9999-12-31", "2026-13-01", "2026-01-01Z")),
    ("to", {"from": "2026-02-02", "to": "2026-02-01"}),
    ("to", {"from": "2026-02-01T10:00:00Z", "to": "2026-02-01T09:00:00Z"}),
]


@pytest.mark.parametrize(("field", "query"), BAD, ids=lambda value: str(value)[:40])
def test_a_bad_filter_is_named(house: House, field: str, query: dict[str, Any]) -> None:
    """422; a filter that is misspelled must not show everything, as if it had been applied."""
    answer = house.as_(ALICE).get(params=query)
    assert [name.removesuffix(".0") for name in refused_fields(answer)] == [field]


def test_a_cursor_is_good_for_its_own_list_only(house: House, filled: dict[str, str]) -> None:
    """Neither for another filter, nor for another order, nor for another person's view."""
    cursor = house.as_(ALICE).get(params={"limit": 1}).headers["X-Next-Cursor"]
    assert house.as_(ALICE).get(params={"limit": 2, "cursor": cursor}).status_code == 200
    for caller, query in (
        (ALICE, {"state": "pending"}),
        (ALICE, {"sort": "createdAt"}),
        (JEAN, {}),
    ):
        assert refused_fields(house.as_(caller).get(params={**query, "cursor": cursor})) == ["cursor"]
    assert refused_fields(house.as_(ALICE).get("/pending", params={"cursor": cursor})) == ["cursor"]


def pages(caller: Caller, path: str = "", **query: Any) -> list[list[dict[str, Any]]]:
    """Every page of a list, followed by its Link headers."""
    found, answer = [], caller.get(path, params=query)
    while True:
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        following = answer.links.get("next")
        if following is None:
            assert "X-Next-Cursor" not in answer.headers
            return found
        assert answer.headers["X-Next-Cursor"] in following["url"]
        answer = caller.get(following["url"])


@pytest.mark.parametrize("sort", [*ORDERS, *("-" + order for order in ORDERS), *FROM_ONE_END])
def test_pages_together_are_the_list(house: House, filled: dict[str, str], sort: str) -> None:
    """Nothing twice, nothing left out, the filters kept in the links, and the total the same on each."""
    query: dict[str, Any] = {"target": filled["name"], "state": ["pending", "rejected", "approved"], "sort": sort}
    whole = house.as_(ALICE).get(params=query).json()
    paged = pages(house.as_(ALICE), **query, limit=2)
    assert [len(page) for page in paged] == [2, 2, 1]
    assert [ticket for page in paged for ticket in page] == whole


def test_pages_stay_right_while_tickets_arrive(house: House) -> None:
    """Every request that was there when the first page was read comes once, whatever was created meanwhile."""
    name = unique_name()
    pierre = house.as_(PIERRE)
    there = [pierre.create(target={"name": name, "version": f"1.{each}"})["metadata"]["id"] for each in range(5)]
    first = pierre.get(params={"target": name, "limit": 2})
    arrived = [pierre.create(target={"name": name, "version": f"2.{each}"})["metadata"]["id"] for each in range(2)]
    second = pierre.get(first.links["next"]["url"])
    arrived.append(pierre.create(target={"name": name, "version": "3.0"})["metadata"]["id"])
    third = pierre.get(second.links["next"]["url"])
    assert ids([*first.json(), *second.json(), *third.json()]) == there[::-1]
    assert third.headers["X-Total-Count"] == str(len(there + arrived))


def test_one_s_own_list_and_the_waiting_list_have_pages_too(house: House) -> None:
    """The same headers, the same cursors."""
    name = unique_name()
    targets = [{"name": name, "version": f"1.{each}"} for each in range(3)]
    made = [house.as_(CLAIRE).create(target=target)["metadata"]["id"] for target in targets]
    for path, caller in (("/my", CLAIRE), ("/pending", JEAN)):
        found = [ticket for page in pages(house.as_(caller), path, limit=1 if path == "/my" else 50) for ticket in page]
        assert [each for each in ids(found) if each in made] == made[::-1]


def test_the_counts_are_those_of_what_one_sees(own_house: House) -> None:
    """pending, approvedToday, rejectedToday, deployedThisWeek; for each caller their own, and each with its list."""
    pierre, jean = own_house.as_(PIERRE), own_house.as_(JEAN)
    rejected, approved, deployed = (pierre.create()["metadata"]["id"] for _ in range(3))
    pierre.create()
    own_house.as_(EMMA).create(tenant="tenant-retail")
    jean.decide("reject", rejected)
    scheduled = pierre.create(request={"scheduledDate": in_days(1)})["metadata"]["id"]
    for ticket_id in (approved, deployed, scheduled):
        jean.decide("approve", ticket_id)
    for ticket_id in (approved, deployed):
        own_house.until(ticket_id, "deployed")
    counts = {"pending": 1, "approvedToday": 3, "rejectedToday": 1, "deployedThisWeek": 2}
    assert jean.get("/stats").json() == counts
    assert own_house.as_(ALICE).get("/stats").json() == counts | {"pending": 2}
    assert own_house.as_(LEA).get("/stats").json() == dict.fromkeys(counts, 0)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for filters, counted in (
        ({"approvedFrom": today}, {approved, deployed, scheduled}),
        ({"rejectedFrom": today}, {rejected}),
        ({"deployedFrom": today}, {approved, deployed}),
        ({"approvedFrom": today, "deployedFrom": today, "state": "pending"}, set()),
        ({"deployedFrom": in_days(1)}, set()),
    ):
        assert set(ids(jean.get("", params=filters).json())) == counted, filters


def test_reading_changes_nothing(house: House, filled: dict[str, str]) -> None:
    """GET and HEAD, many at once, leave the branch where it was."""
    tip = (house.git / "refs/heads/main").read_text()
    paths = ["", "/my", "/pending", "/stats", f"/{filled['pending']}", f"/{filled['pending']}/history"]
    with ThreadPoolExecutor(6) as together:
        read = list(together.map(lambda path: house.as_(ALICE).get(path).status_code, paths * 5))
        heads = list(together.map(lambda path: house.as_(ALICE).call("HEAD", path).status_code, paths))
    assert set(read) == {200}
    assert set(heads) <= {200, 405}
    assert (house.git / "refs/heads/main").read_text() == tip


def test_what_waits_for_one_and_what_one_asked_for_can_be_narrowed(own_house: House) -> None:
    """The filters of the whole list hold for both, but for the state of what waits: it is pending."""
    kept = own_house.as_(PIERRE).create(target={"name": "kept-api"})["metadata"]["id"]
    own_house.as_(PIERRE).create(target={"name": "other-api"})
    for caller, path in ((JEAN, "/pending"), (PIERRE, "/my")):
        for narrowed in ("q=kept", "target=kept-api", "from=2020-01-01&q=kept-api"):
            found = own_house.as_(caller).get(f"{path}?{narrowed}").json()
            assert [each["metadata"]["id"] for each in found] == [kept], (path, narrowed)
        assert own_house.as_(caller).get(f"{path}?type=policy").json() == []
    assert own_house.as_(PIERRE).get("/my?state=deployed").json() == []
    assert own_house.as_(JEAN).get("/pending?state=deployed").status_code == 422
