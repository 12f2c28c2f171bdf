"""The audit trail over HTTP: what gets into it, who may read it, and how it is exported."""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, REQUESTS, Caller, Connect, House, asked, opened, problem
from tests.record.building import bare

AUDIT = "/v1/audit"


@pytest.fixture(scope="module")
def kept(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that keeps an audit trail."""
    folder = tmp_path_factory.mktemp("audit")
    with opened(connect_temporal, folder, audit_repo=str(bare(folder / "audit.git"))) as house:
        yield house


def read(caller: Caller, **filters: Any) -> httpx.Response:
    answer = caller.call("GET", AUDIT, params=filters)
    assert answer.status_code == 200, answer.text
    return answer


def until(caller: Caller, true: Callable[[list[dict[str, Any]]], bool], **filters: Any) -> list[dict[str, Any]]:
    """The page, once it is as it should be; the index is some seconds late."""
    give_up = time.monotonic() + 90
    while not true(found := read(caller, **filters).json()):
        assert time.monotonic() < give_up, found
        time.sleep(0.2)
    return list(found)


def test_decisions_refusals_and_sign_ins_are_in_it(kept: House) -> None:
    """Who, what, on which request, from where; a refusal with the rule that refused."""
    ticket = kept.as_(PIERRE).create()["metadata"]["id"]
    kept.as_(PIERRE).decide("approve", ticket)
    kept.as_(NOBODY).decide("reject", ticket, json={"reason": "Not today, thank you"})
    kept.as_(JEAN).decide("reject", ticket, json={"reason": "Not today, thank you"})
    found = until(kept.as_(ALICE), lambda page: len(page) >= 4, ticket=ticket)
    assert [(each["action"], each["outcome"], each["by"]) for each in found] == [
        ("reject", "done", JEAN),
        ("reject", "refused", NOBODY),
        ("approve", "refused", PIERRE),
        ("create", "done", PIERRE),
    ]
    done, unseen, refused, created = found
    assert (done["detail"], done["address"], done["via"]) == ("Not today, thank you", "127.0.0.1", "api")
    assert {each["tenant"] for each in found} == {created["tenant"]}, "a refusal is its tenant's, too"
    assert (unseen["kind"], unseen["status"]) == ("not-found", 404)
    assert (refused["kind"], refused["rule"], refused["status"]) == ("self-approval", "SelfApproval", 403)
    assert refused["call"] == f"POST {REQUESTS}/{ticket}/approve"
    signed_in = until(kept.as_(ALICE), lambda page: bool(page), action="sign-in", person=PIERRE)
    assert len(signed_in) == 1, "once a session"
    kept.http().get(REQUESTS, headers={"Authorization": "Bearer forged.token.here"})
    strangers = until(kept.as_(ALICE), lambda page: bool(page), action="sign-in", outcome="refused")
    assert (strangers[0].get("by"), strangers[0]["status"]) == (None, 401)
    assert "forged.token" not in json.dumps(strangers)


def test_an_approver_reads_what_is_their_tenants(kept: House) -> None:
    """An admin of the platform reads all, others nothing."""
    ticket = kept.as_(PIERRE).create()["metadata"]["id"]
    until(kept.as_(ALICE), lambda page: bool(page), ticket=ticket)
    tenants = {each.get("tenant") for each in until(kept.as_(JEAN), lambda page: bool(page))}
    assert len(tenants) == 1
    assert None not in tenants
    assert read(kept.as_(JEAN), action="sign-in").json() == []
    assert read(kept.as_(JEAN), tenant="tenant-logistics").json() == []
    for email in (PIERRE, NOBODY):
        answer = kept.as_(email).call("GET", AUDIT)
        assert (answer.status_code, problem(answer)["type"]) == (403, "urn:prodgate:problem:not-authorized")


def test_pages_lead_on(kept: House) -> None:
    """By the header, the cursor or the link; each entry once, the total on each page."""
    for _ in range(6):
        kept.as_(NOBODY).get("/PR-2026-0999")
    until(kept.as_(ALICE), lambda page: len(page) >= 6, person=NOBODY, ticket="PR-2026-0999")
    seen: list[str] = []
    url: str | None = f"{AUDIT}?person={NOBODY}&ticket=PR-2026-0999&limit=2"
    while url:
        answer = kept.as_(ALICE).call("GET", url)
        seen += [each["id"] for each in answer.json()]
        assert answer.headers["X-Total-Count"] == "6"
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert len(set(seen)) == len(seen) == 6
    assert read(kept.as_(ALICE), person=NOBODY, q="0999", to="2020-01-01").json() == []


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"action": "dance"}, "action.0"),
        ({"outcome": "maybe"}, "outcome.0"),
        ({"limit": "0"}, "limit"),
        ({"format": "xlsx"}, "format"),
        ({"cursor": "x"}, "cursor"),
        ({"who": "jean"}, "who"),
        ({"q": "x" * 300}, "q"),
        ({"person": "\0"}, "person"),
    ],
)
def test_a_filter_that_is_none_is_refused(kept: House, filters: dict[str, str], field: str) -> None:
    """Rather than to show what nobody asked for."""
    answer = kept.as_(ALICE).call("GET", AUDIT, params=filters)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["field"].split(".")[0] == field.split(".")[0]


def test_an_export_is_whole_is_text_and_is_noted(kept: House) -> None:
    """Words that a spreadsheet would run are quoted; who exported what is in the trail itself."""
    ticket = kept.as_(PIERRE).create()["metadata"]["id"]
    reason = '=HYPERLINK("http://evil.example";"x")'
    kept.as_(JEAN).decide("reject", ticket, json={"reason": reason})
    until(kept.as_(ALICE), lambda page: len(page) == 2, ticket=ticket)
    answer = read(kept.as_(ALICE), ticket=ticket, format="csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["action"] for row in rows] == ["reject", "create"]
    assert rows[0]["detail"] == f"'{reason}"
    told = [json.loads(line) for line in read(kept.as_(ALICE), ticket=ticket, format="jsonl").text.splitlines()]
    assert told == read(kept.as_(ALICE), ticket=ticket).json()
    exports = until(kept.as_(ALICE), lambda page: len(page) >= 2, action="export", person=ALICE)
    assert exports[0]["detail"] == f"2 entries of the audit trail: ticket={ticket}&format=jsonl"


def test_two_apis_keep_one_trail(kept: House) -> None:
    """Each reads what the other noted."""
    other = kept.another_api()
    for number in range(5):
        kept.as_(NOBODY).get(f"/PR-2026-080{number}")
        kept.as_(NOBODY, api=other).get(f"/PR-2026-081{number}")
    for api in (None, other):
        found = until(kept.as_(ALICE, api=api), lambda page: len(page) >= 10, q="PR-2026-08", outcome="refused")
        assert len({each["ticket"] for each in found}) == 10


def test_a_fault_of_the_trail_keeps_nobody_from_working(kept: House) -> None:
    """While its repository is away, requests are made and decided; readiness tells of it, and what waited is kept."""
    home = kept.folder / "audit.git"
    away = home.rename(kept.folder / "away.git")
    try:
        ticket = kept.as_(PIERRE).create()["metadata"]["id"]
        time.sleep(2.5)
        ready = kept.http().get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["audit"] == "The audit trail's repository can't be reached"
        assert read(kept.as_(ALICE)).status_code == 200, "what is known is shown"
    finally:
        away.rename(home)
    until(kept.as_(ALICE), lambda page: bool(page), ticket=ticket, action="create")
    give_up = time.monotonic() + 90
    while kept.http().get("/readyz").json()["audit"] != "ok":
        assert time.monotonic() < give_up
        time.sleep(0.2)


def test_a_creation_that_is_refused_is_its_tenants(kept: House) -> None:
    """Whether the tenant was named, or is the only one of whoever asked."""
    kept.as_(PIERRE).post(json=asked(preChecks={"securityScanPassed": False}))
    found = until(kept.as_(JEAN), lambda page: bool(page), action="create", outcome="refused")
    assert (found[0]["by"], found[0]["kind"], found[0]["status"]) == (PIERRE, "pre-checks-not-passed", 422)


def test_an_api_that_keeps_no_trail_says_so(house: House) -> None:
    """In one sentence, with a kind."""
    answer = house.as_(ALICE).call("GET", AUDIT)
    assert (answer.status_code, problem(answer)["type"]) == (404, "urn:prodgate:problem:trail-not-kept")
    assert house.http().get("/readyz").json()["audit"] == "not kept"
