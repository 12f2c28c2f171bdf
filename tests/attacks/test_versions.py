"""Going back to an older version without anybody noticing: it is said before it is sent, approved and tried again."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.api.house import CLAIRE, JEAN, PIERRE, Connect, House, asked, opened, unique_name
from tests.e2e.stack import free_ports, until
from tests.smtp import MailSink


@contextmanager
def serving_mail(connect: Connect, folder: Path, **given: Any) -> Iterator[tuple[House, MailSink]]:
    """A house with a mail server of its own; `given` are settings that differ."""
    sink = MailSink(port=free_ports(1)[0])
    with opened(connect, folder, smtp_url=SecretStr(f"smtp://127.0.0.1:{sink.port}"), **given) as house:
        serving = AsyncExitStack()
        house.run(serving.enter_async_context(sink.open()))
        yield house, sink
        house.run(serving.aclose())


@pytest.fixture
def mailing(connect_temporal: Connect, tmp_path: Path) -> Iterator[tuple[House, MailSink]]:
    with serving_mail(connect_temporal, tmp_path) as mailing:
        yield mailing


def mailed(sink: MailSink, ticket: str, to: str) -> str:
    """The mail that asks somebody to decide on it."""

    def found() -> list[str]:
        asking = [each.message for each in sink.taken if each.to == [to] and ticket in str(each.message["Subject"])]
        bodies = [each.get_body(("plain",)) for each in asking if each["X-Prodgate-Event"] == "request-created"]
        return [body.get_content() for body in bodies if body]

    until(f"{to} was mailed of {ticket}", lambda: bool(found()), 20)
    return found()[0]


def deployed(house: House, name: str, version: str) -> str:
    """A request that is in production; its id."""
    ticket = house.approved_by_jean(target={"name": name, "version": version})
    house.until(ticket, "deployed")
    return ticket


def compared(house: House, *ids: str) -> list[dict[str, Any]]:
    """An approver's view of several requests at once."""
    answer = house.as_(JEAN).get("/comparisons", params={"id": ids})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_downgrade_is_seen_before_it_is_sent(house: House) -> None:
    """The check of the form says what is in production, that this is older, and who else asks for the target."""
    name = unique_name()
    deployed(house, name, "3.2.0")
    newer = house.as_(PIERRE).create(target={"name": name, "version": "3.3.0"})["metadata"]["id"]
    answer = house.as_(PIERRE).post("/check", json=asked(target={"name": name, "version": "2.3.0"}))
    assert answer.status_code == 200
    checked = answer.json()
    assert (checked["production"]["version"], checked["direction"]) == ("3.2.0", "older")
    assert [(other["id"], other["direction"]) for other in checked["others"]] == [(newer, "newer")]


def test_a_downgrade_is_seen_before_it_is_approved(house: House) -> None:
    """In the list of what waits, and on the request's page."""
    name = unique_name()
    deployed(house, name, "3.2.0")
    back = house.as_(PIERRE).create(target={"name": name, "version": "2.3.0"})["metadata"]["id"]
    assert compared(house, back) == [{"ticketId": back, "replaces": "3.2.0", "direction": "older", "others": []}]
    difference = house.as_(JEAN).get(f"/{back}/diff").json()
    assert (difference["inProduction"]["version"], difference["direction"]) == ("3.2.0", "older")


def test_a_downgrade_is_told_to_who_may_approve_it(mailing: tuple[House, MailSink]) -> None:
    """In the mail that asks to decide, in the reader's language, with what else is open of the target."""
    house, sink = mailing
    name = unique_name()
    deployed(house, name, "3.2.0")
    newer = house.as_(PIERRE).create(target={"name": name, "version": "3.3.0"})["metadata"]["id"]
    back = house.as_(PIERRE).create(target={"name": name, "version": "2.3.0"})["metadata"]["id"]
    assert "LOOK TWICE: 3.2.0 → 2.3.0: older than what is in production" in mailed(sink, back, JEAN)
    assert f"{newer}: 3.3.0, pending" in mailed(sink, back, JEAN)
    assert "3.2.0 → 2.3.0\u00a0: plus ancienne que celle en production" in mailed(sink, back, CLAIRE)
    assert "Version: 3.2.0 → 3.3.0" in mailed(sink, newer, JEAN)


def test_a_downgrade_is_seen_before_it_is_tried_again(own_house: House) -> None:
    """It was the newest when it failed; meanwhile another one got there."""
    name = unique_name()
    own_house.awx.faults(life=["failed"])
    failed = own_house.approved_by_jean(target={"name": name, "version": "2.1.1"})
    own_house.until(failed, "failed")
    assert own_house.as_(PIERRE).get(f"/{failed}/diff").json()["direction"] == "first"
    deployed(own_house, name, "3.2.0")
    difference = own_house.as_(PIERRE).get(f"/{failed}/diff").json()
    assert (difference["inProduction"]["version"], difference["direction"]) == ("3.2.0", "older")


def test_three_versions_of_one_target_know_of_each_other(house: House) -> None:
    """Whoever approves them together is told, of each, which of the others are newer."""
    name = unique_name()
    one, two, three = (
        house.as_(PIERRE).create(target={"name": name, "version": version})["metadata"]["id"]
        for version in ("2.9.0", "2.10.0", "2.11.0")
    )
    ways = {each["ticketId"]: {o["id"]: o["direction"] for o in each["others"]} for each in compared(house, two, three)}
    assert ways == {two: {one: "older", three: "newer"}, three: {one: "older", two: "older"}}
    assert [list(way) for way in ways.values()] == [[one, three], [one, two]]


def test_what_can_not_be_put_in_order_is_said_so(house: House) -> None:
    """A hash after a number: nobody is told that all is well."""
    name = unique_name()
    deployed(house, name, "3.2.0")
    found = house.as_(PIERRE).create(target={"name": name, "version": "7f3a9c1"})["metadata"]["id"]
    assert compared(house, found)[0]["direction"] == "unknown"
