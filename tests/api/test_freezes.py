"""Freezes and change windows as the API tells them: of one request, of a page of them, and before one is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import HUGO, JEAN, NOBODY, PIERRE, SOPHIE, House, asked, in_days, refused_fields, unique_name
from tests.rules import freeze, frozen, rule


def now() -> datetime:
    return datetime.now(UTC)


def created(house: House, email: str = PIERRE, **changes: Any) -> str:
    ticket_id: str = house.as_(email).create(**changes)["metadata"]["id"]
    return ticket_id


def closed(house: House, email: str, *ids: str) -> dict[str, str]:
    """The rules that close requests for somebody, by the request, in the order of the answer."""
    answer = house.as_(email).get("/ruled", params={"id": ids})
    assert answer.status_code == 200, answer.text
    return {each["ticketId"]: each["closed"]["rule"] for each in answer.json() if each["closed"]}


def of_line(house: House, ticket_id: str) -> Any:
    return house.as_(JEAN).get(f"/{ticket_id}/line").json()["closed"]


def test_whatever_may_be_launched_is_told_until_when_nothing_is(own_house: House) -> None:
    """Pending, approved, held; what came to an end waits for nothing."""
    at = now()
    own_house.commit(frozen(at))
    until = (at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:00Z")
    said = {"rule": "year-end", "reason": "The books are closed", "until": until}
    pending, withdrawn = created(own_house), created(own_house)
    approved, held = own_house.approved_by_jean(), own_house.approved_by_jean(request={"scheduledDate": in_days(1)})
    assert own_house.as_(JEAN).decide("hold", held).status_code == 200
    assert own_house.as_(PIERRE).decide("cancel", withdrawn).status_code == 200
    for each in (pending, approved, held):
        assert of_line(own_house, each) == said
    assert of_line(own_house, withdrawn) is None
    page = own_house.as_(JEAN).get("/ruled", params={"id": [withdrawn, held, pending, approved, held]}).json()
    assert page == [
        {"ticketId": each, "closed": said, "votes": None, "escalated": None} for each in (held, pending, approved)
    ]
    own_house.commit({"rules/year-end.yaml": None})
    assert of_line(own_house, pending) is None
    assert closed(own_house, JEAN, pending, approved, held) == {}


def test_what_was_retried_waits_for_the_end_of_a_freeze(own_house: House) -> None:
    """A failed one waits for nothing before somebody wants it again."""
    own_house.awx.faults(life=["failed"])
    failed = own_house.approved_by_jean()
    own_house.until(failed, "failed")
    own_house.commit(frozen(now()))
    assert closed(own_house, JEAN, failed) == {}
    assert own_house.as_(PIERRE).decide("retry", failed).status_code == 200
    assert closed(own_house, JEAN, failed) == {failed: "year-end"}
    assert of_line(own_house, failed)["rule"] == "year-end"


def test_outside_of_windows_there_is_no_reason_and_may_be_no_end(own_house: House) -> None:
    """Until the next window; of those that are all over, none comes."""
    soon = (now() + timedelta(days=3)).replace(second=0, microsecond=0)
    past = now() - timedelta(days=3)
    week = {each: freeze(at, at + timedelta(hours=2)) for each, at in (("windows", soon), ("never", past))}
    for period in week.values():
        del period["reason"]
    mine, over = unique_name(), unique_name()
    own_house.commit(
        rule("office", windows=[week["windows"]], match={"names": [mine]})
        | rule("over", windows=[week["never"]], match={"names": [over]})
    )
    until = soon.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, said in (
        (mine, {"rule": "office", "reason": None, "until": until}),
        (over, {"rule": "over", "reason": None, "until": None}),
    ):
        assert of_line(own_house, created(own_house, target={"name": name})) == said


def test_nobody_is_told_of_what_they_may_not_see(own_house: House) -> None:
    """Nor of requests that no rule matches."""
    own_house.commit(frozen(now(), types=["policy"]))
    mine, free = created(own_house, target={"name": unique_name(), "type": "policy"}), created(own_house)
    hers = created(own_house, SOPHIE, target={"name": unique_name(), "type": "policy"})
    ids = (free, hers, mine, "PR-2026-9999")
    assert closed(own_house, JEAN, *ids) == {hers: "year-end", mine: "year-end"}
    assert closed(own_house, PIERRE, *ids) == {mine: "year-end"}
    assert closed(own_house, HUGO, *ids) == {}
    assert closed(own_house, NOBODY, *ids) == {}


def test_what_is_no_id_is_refused_and_so_are_too_many(house: House) -> None:
    """From one to two hundred of them are answered."""
    caller = house.as_(JEAN)
    assert refused_fields(caller.get("/ruled", params={"id": ["PR-2026-0001", "../x"]})) == ["id"]
    assert refused_fields(caller.get("/ruled")) == ["id"]
    many = [f"PR-2026-{each:04}" for each in range(1, 202)]
    assert refused_fields(caller.get("/ruled", params={"id": many})) == ["id"]
    assert caller.get("/ruled", params={"id": many[:200]}).status_code == 200


@pytest.mark.parametrize(
    ("days", "rule_of_date"),
    [
        pytest.param(None, "year-end", id="now"),
        pytest.param(1, "year-end", id="in it"),
        pytest.param(9, None, id="after"),
    ],
)
def test_before_it_is_sent_the_form_is_told(own_house: House, days: int | None, rule_of_date: str | None) -> None:
    """Of the date that is asked for, and of now where it is as soon as possible; it is no refusal."""
    own_house.commit(frozen(now(), tenants=["tenant-finance"]))
    date = in_days(days) if days else None
    answer = own_house.as_(PIERRE).post("/check", json=asked(request={"scheduledDate": date}))
    assert answer.status_code == 200, answer.text
    said = answer.json()["closed"]
    assert (said and said["rule"]) == rule_of_date
