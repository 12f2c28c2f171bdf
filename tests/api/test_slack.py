"""Decisions from Slack: signed, bound to a person, judged by that person's rights, never more than the API allows."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from git import Repo
from pydantic import SecretStr

from tests.api.house import ALICE, HUGO, JEAN, PIERRE, VICTOR, Connect, House, opened, problem, unique_name
from tests.e2e.stack import free_ports
from tests.rules import two_of_cpi
from tests.slack import SECRET, TOKEN, SlackStandIn, signed

HOOK = "/v1/webhooks/slack"
ROBOT = "ci@cab-i.com"
JEAN_THERE, PIERRE_THERE, VICTOR_THERE, CLAIRE_THERE, HUGO_THERE = (
    "U0JEAN",
    "U0PIERRE",
    "U0VICTOR",
    "U0CLAIRE",
    "U0HUGO",
)
FINANCE = (Path(__file__).parents[2] / "demo/gitops/tenants/tenant-finance.yaml").read_text(encoding="utf-8")
RETAIL = (Path(__file__).parents[2] / "demo/gitops/tenants/tenant-retail.yaml").read_text(encoding="utf-8")


def bound(text: str, email: str, slack_id: str, subject: str | None) -> str:
    """A tenant's file in which that person has a Slack id, and a subject."""
    more = f", slackId: {slack_id}" + (f", subject: {subject}" if subject else "")
    return text.replace(f"email: {email}", f"email: {email}{more}")


@dataclass
class Office:
    """A house, and the company's Slack."""

    house: House
    slack: SlackStandIn

    def send(self, payload: dict[str, Any], secret: str = SECRET, at: float | None = None) -> httpx.Response:
        body, headers = signed(payload, secret, at)
        return self.house.http().post(HOOK, content=body, headers=headers)

    def buttons(self, ticket_id: str) -> list[dict[str, Any]]:
        """Those of the message that asks for a decision."""
        blocks = self.first_message(ticket_id)["blocks"]
        return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]

    def first_message(self, ticket_id: str) -> dict[str, Any]:
        """The ticket's first message, once it is there."""
        self.until(lambda: any(self._about(each.said, ticket_id) for each in self.slack.messages))
        return next(each.said for each in self.slack.messages if self._about(each.said, ticket_id))

    def replies(self, ticket_id: str) -> list[dict[str, Any]]:
        """The messages that followed in the ticket's thread."""
        said = [each.said for each in self.slack.messages if each.thread]
        return [each for each in said if each["metadata"]["event_payload"]["id"].startswith(f"{ticket_id}.")]

    @staticmethod
    def _about(said: dict[str, Any], ticket_id: str) -> bool:
        return bool(said["metadata"]["event_payload"]["id"].startswith(f"{ticket_id}.1."))

    def click(self, action: str, ticket_id: str, user: str = JEAN_THERE) -> dict[str, Any]:
        """The message that Slack sends when the person clicks on the ticket's button."""
        button = next(each for each in self.buttons(ticket_id) if each["action_id"] == f"prodgate_{action}")
        return clicked(button["action_id"], button["value"], user)

    def whispered(self) -> str:
        """The next refusal, as told to who clicked alone."""
        self.until(lambda: bool(self.slack.whispers))
        return str(self.slack.whispers.pop(0)["text"])

    def until(self, seen: Callable[[], bool]) -> None:
        end = time.monotonic() + 90
        while not seen():
            assert time.monotonic() < end
            time.sleep(0.05)

    def state(self, ticket_id: str, seen_by: str = PIERRE) -> str:
        return str(self.house.as_(seen_by).get(f"/{ticket_id}").json()["status"]["state"])


def clicked(action: str, value: str, user: str = JEAN_THERE) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": "T0CABI"},
        "channel": {"id": "C0PROMO"},
        "trigger_id": "12466734323.1395872398",
        "actions": [{"action_id": action, "value": value}],
    }


def filled_in(view: dict[str, Any], reason: str, user: str = JEAN_THERE) -> dict[str, Any]:
    """The message that Slack sends when the person submits the form."""
    state = {"values": {"reason": {"reason": {"type": "plain_text_input", "value": reason}}}}
    return {"type": "view_submission", "user": {"id": user}, "team": {"id": "T0CABI"}, "view": {**view, "state": state}}


@pytest.fixture(scope="module")
def office(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    slack = SlackStandIn(port=free_ports(1)[0])
    given = {
        "slack_token": SecretStr(TOKEN),
        "slack_signing_secret": SecretStr(SECRET),
        "slack_decisions": True,
        "slack_api_url": slack.url,
        "answer_within": 30.0,
    }
    with opened(connect_temporal, tmp_path_factory.mktemp("office"), **given) as house:
        finance = bound(FINANCE, PIERRE, PIERRE_THERE, f"demo|{PIERRE}")
        finance = bound(finance, JEAN, JEAN_THERE, f"demo|{JEAN}")
        finance = bound(finance, "victor.roux@cab-i.com", VICTOR_THERE, "demo|victor.roux@cab-i.com")
        finance = bound(finance, "claire.moreau@cab-i.com", CLAIRE_THERE, None)
        retail = bound(RETAIL, HUGO, HUGO_THERE, f"demo|{HUGO}")
        house.commit({"tenants/tenant-finance.yaml": finance, "tenants/tenant-retail.yaml": retail})
        stack = AsyncExitStack()
        house.run(stack.enter_async_context(slack.open()))
        try:
            yield Office(house, slack)
        finally:
            house.run(stack.aclose())


def asked(office: Office, **request: Any) -> str:
    """The id of a request of Pierre's."""
    ticket_id: str = office.house.as_(PIERRE).create(request=request)["metadata"]["id"]
    return ticket_id


def test_an_approval_by_a_click_is_the_person_s_and_names_both_identities(office: Office) -> None:
    """Decided with Jean's rights, recorded as Jean's, with the Slack user and workspace beside."""
    ticket = asked(office)
    assert office.send(office.click("approve", ticket)).status_code == 200
    office.until(lambda: office.state(ticket) != "pending")
    approved = office.house.as_(PIERRE).get(f"/{ticket}").json()["status"]["history"][1]
    assert (approved["action"], approved["by"]) == ("approved", JEAN)
    assert approved["comment"] == "Decided in Slack by user U0JEAN of workspace T0CABI"
    assert any("Jean Dupont" in subject or "approved" in subject for subject in office.house.log(ticket))


def test_a_click_that_is_one_vote_of_several_is_answered_as_a_vote(office: Office) -> None:
    """In the ticket's thread, which calls nothing approved; who clicks again is told that they have voted."""
    name = unique_name()
    office.house.commit(two_of_cpi(names=[name]))
    ticket: str = office.house.as_(PIERRE).create(target={"name": name})["metadata"]["id"]
    click = office.click("approve", ticket)
    office.send(click)
    office.until(lambda: len(office.replies(ticket)) > 0)
    (reply,) = office.replies(ticket)
    assert "one vote more" in reply["text"]
    assert "Jean Dupont voted" in reply["blocks"][0]["text"]["text"]
    assert "approved" not in json.dumps(reply).lower()
    assert office.state(ticket) == "pending"
    office.send(click)
    assert office.whispered() == "You have voted"


def test_a_rejection_asks_for_its_reason_in_a_form(office: Office) -> None:
    """A reason that is too short is refused in the form; a good one ends the request."""
    ticket = asked(office)
    office.send(office.click("reject", ticket))
    office.until(lambda: bool(office.slack.views))
    view = office.slack.views.pop()["view"]
    short = office.send(filled_in(view, "No"))
    assert short.json()["response_action"] == "errors"
    assert "at least 10 characters" in short.json()["errors"]["reason"]
    assert office.state(ticket) == "pending"
    assert office.send(filled_in(view, "The rollback plan lacks the database")).content == b""
    office.until(lambda: office.state(ticket) == "rejected")
    rejected = office.house.as_(PIERRE).get(f"/{ticket}").json()["status"]
    assert rejected["rejectionReason"] == "The rollback plan lacks the database"
    assert "U0JEAN" in rejected["history"][1]["comment"]


def test_neither_a_service_account_nor_its_owner_of_then_decides_by_a_click(office: Office) -> None:
    """A Slack user who is an account's is nobody's; who owned it then stays who asked."""
    path, slack = "tenants/tenant-finance.yaml", f"slackId: U0ROBOT, subject: demo|{ROBOT}"
    with Repo(office.house.git) as repo:
        before = str(repo.git.show(f"main:{path}")) + "\n"
    owned = f"    - {{email: {ROBOT}, name: CI, role: devops, {slack}, kind: service, owner: {JEAN}}}\n"
    office.house.commit({path: before + owned})
    ticket: str = office.house.as_(ROBOT).create()["metadata"]["id"]
    office.send(office.click("approve", ticket, "U0ROBOT"))
    assert "nobody's in the directory" in office.whispered()
    office.house.commit({path: before})
    for action in ("approve", "reject"):
        office.send(office.click(action, ticket, "U0ROBOT"))
        assert "nobody's in the directory" in office.whispered()
    office.send(office.click("approve", ticket))
    assert "Cannot approve your own request" in office.whispered()
    assert office.state(ticket, ALICE) == "pending"


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        (PIERRE_THERE, "Cannot approve your own request"),
        (VICTOR_THERE, "Not authorized"),
        (HUGO_THERE, "No such request"),
        (CLAIRE_THERE, "names no `subject`"),
        ("U0NOBODY", "nobody's in the directory"),
    ],
)
def test_a_click_gives_no_right_that_the_person_does_not_have(office: Office, user: str, sentence: str) -> None:
    """Requester, viewer, somebody of another tenant, somebody whose identity isn't proven, a stranger."""
    ticket = asked(office)
    click = office.click("approve", ticket, user)
    with structlog.testing.capture_logs() as lines:
        assert office.send(click).status_code == 200
        told = office.whispered()
    assert sentence in told
    assert office.state(ticket) == "pending"
    (line,) = [line for line in lines if line["event"] == "refused"]
    assert (line["action"], line["via"], line["ticket"]) == ("approve", "slack", ticket)
    assert (line["by"], line["call"]) == (f"Slack user {user} of workspace T0CABI", f"POST {HOOK}")
    assert line["detail"] == f"approve {ticket}: {told}"
    assert line["status"] == (404 if user == HUGO_THERE else 403)


BORROWED = {
    "an entry without a subject": "email: paul.marchand@cab-i.com, name: Paul Marchand, role: cpi",
    "an entry of another subject": "email: paul.marchand@cab-i.com, name: Paul Marchand, role: cpi, subject: demo|paul",
}


@pytest.mark.parametrize("first", [True, False], ids=["before his own", "after his own"])
@pytest.mark.parametrize("whose", BORROWED)
def test_an_alias_of_somebody_else_gives_its_roles_to_no_click(office: Office, whose: str, first: bool) -> None:
    """Victor, who may only look, has an address now that was Paul's, who may approve: Paul's roles stay Paul's."""
    path = "tenants/tenant-finance.yaml"
    before = office.house.text(path)
    lines = before.splitlines(keepends=True)
    own = next(at for at, line in enumerate(lines) if f"email: {VICTOR}" in line)
    lines.insert(own if first else own + 1, f"    - {{{BORROWED[whose]}, aliases: [{VICTOR}]}}\n")
    ticket = asked(office)
    click = office.click("approve", ticket, VICTOR_THERE)
    office.house.commit({path: "".join(lines)})
    try:
        office.send(click)
        assert office.whispered().startswith("Not authorized: approving for tenant-finance takes the role cpi")
        assert office.state(ticket) == "pending"
    finally:
        office.house.commit({path: before})


def test_a_second_click_and_a_replayed_one_are_stale(office: Office) -> None:
    """The same signed request again decides nothing."""
    ticket = asked(office)
    body, headers = signed(office.click("approve", ticket))
    for _ in range(2):
        assert office.house.http().post(HOOK, content=body, headers=headers).status_code == 200
        office.until(lambda: office.state(ticket) != "pending")
    assert office.whispered().startswith("Request not pending: it is ")
    assert [subject.split()[1] for subject in office.house.log(ticket)].count("approved") == 1


def test_a_click_on_something_else_than_the_ticket_says_is_refused(office: Office) -> None:
    """The button carries the digest of what it showed."""
    ticket = asked(office)
    office.send(clicked("prodgate_approve", f"{ticket} {'0' * 64} "))
    assert office.whispered()
    assert office.state(ticket) == "pending"


def test_a_click_approves_looking_at_production_as_the_message_showed_it(office: Office) -> None:
    """It is another version by now: whoever clicked is told both; a button that shows none approves nothing."""
    ticket = asked(office)
    click = office.click("approve", ticket)
    value = click["actions"][0]["value"]
    assert value.endswith(" ")  # nothing was ever deployed there
    office.send(clicked("prodgate_approve", value.rstrip()))
    office.send(clicked("prodgate_approve", f"{value}1.9.0"))
    told = "Production is at nothing now, and you were shown 1.9.0: look again in Prodgate"
    assert office.whispered() == told
    assert office.state(ticket) == "pending"
    office.send(click)
    office.until(lambda: office.state(ticket) != "pending")


@pytest.mark.parametrize("impact", ["high", "critical"])
def test_what_weighs_more_is_never_decided_by_a_click(office: Office, impact: str) -> None:
    """There is no button, and a made-up click is refused."""
    ticket = asked(office, impactAssessment=impact)
    actions = [each["action_id"] for each in office.buttons(ticket)]
    assert actions == ["prodgate_open"]
    other = office.click("approve", asked(office))
    digest = other["actions"][0]["value"].split()[1]
    for action, shown in (("prodgate_approve", " "), ("prodgate_reject", "")):
        office.send(clicked(action, f"{ticket} {digest}{shown}"))
        assert "high or critical" in office.whispered()
    assert office.state(ticket) == "pending"


@pytest.mark.parametrize(("secret", "late"), [("guessed", 0), (SECRET, 310), (SECRET, -310)])
def test_only_slack_is_believed_and_only_for_five_minutes(office: Office, secret: str, late: int) -> None:
    """Another secret, a request of long ago, one of the future: nothing of them is looked at."""
    ticket = asked(office)
    answer = office.send(office.click("approve", ticket), secret, time.time() - late)
    assert answer.status_code == 401
    assert "signature" in problem(answer)["detail"]
    assert office.state(ticket) == "pending"


@pytest.mark.parametrize("headers", [{}, {"X-Slack-Signature": "v0=é"}, {"X-Slack-Request-Timestamp": "soon"}])
def test_an_unsigned_request_is_refused(office: Office, headers: dict[str, str]) -> None:
    """Whatever the headers are."""
    encoded = httpx.Headers({name.encode(): value.encode() for name, value in headers.items()})
    assert office.house.http().post(HOOK, content=b"payload=%7B%7D", headers=encoded).status_code == 401


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": [{"action_id": "prodgate_open"}], "user": None},
        {"type": "view_submission", "view": {"callback_id": "another"}},
        {"type": "view_submission", "view": {"callback_id": "prodgate_reason", "private_metadata": ""}},
        clicked("prodgate_approve", "PR-2026-0001 <!channel>"),
        clicked("prodgate_approve", f"PR-2026-0001 {'0' * 64}", "U0\nBcc"),
    ],
)
def test_other_interactions_are_acknowledged_and_do_nothing(office: Office, payload: dict[str, Any]) -> None:
    """Slack sends what other parts of an app would take."""
    assert office.send(payload).status_code == 200
    time.sleep(0.1)
    assert office.slack.whispers == []


def test_it_is_off_unless_somebody_switched_it_on(house: House) -> None:
    """The route tells nothing but that."""
    body, headers = signed(json.loads("{}"))
    answer = house.http().post(HOOK, content=body, headers=headers)
    assert answer.status_code == 404
    assert "switched off" in problem(answer)["detail"]
