"""Messages in Slack, on a stand-in that keeps its documented limits."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from clients.channel import ChannelDown
from clients.slack.blocks import APPROVE, OPEN, REJECT
from clients.slack.channel import Slack, web_client
from domain.announcement import Announcement, Event
from domain.audience import Audience, Contact
from domain.delivery import DeliveryResult, Thread
from domain.escalation import Party
from domain.ticket import Impact
from domain.versions import Direction
from tests.clients.announcing import HOSTILE, LETTERS, NAME, audience, compared, said, standard, told
from tests.domain.builders import ADA, JEAN, PIERRE, VERA
from tests.slack import TOKEN, SlackStandIn


@pytest.fixture
async def workspace() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn().open() as running:
        yield running


def slack(workspace: SlackStandIn, *, decides: bool = False, token: str = TOKEN) -> Slack:
    return Slack(web_client(token, workspace.url), "#promotions", LETTERS, decides)


async def tell(
    channel: Slack, announcement: Announcement, thread: Thread | None = None, to: Audience | None = None
) -> DeliveryResult:
    (delivery,) = await told(channel, announcement, to, thread=thread)
    return delivery


def buttons(message: dict[str, Any]) -> list[str]:
    return [
        each["action_id"]
        for block in message["blocks"]
        for each in block.get("elements", [])
        if "url" in each or "value" in each
    ]


def texts(value: object) -> list[dict[str, Any]]:
    """Every text object of a message."""
    if isinstance(value, dict):
        own = [value] if value.get("type") in {"plain_text", "mrkdwn"} else []
        return own + [found for each in value.values() for found in texts(each)]
    return [found for each in value for found in texts(each)] if isinstance(value, list) else []


async def test_a_ticket_is_one_thread_whose_first_message_follows_its_state(workspace: SlackStandIn) -> None:
    """Four events: one message in the channel, three replies, three updates."""
    channel, thread = slack(workspace), None
    for event in (Event.CREATED, Event.APPROVED, Event.STARTED, Event.SUCCEEDED):
        delivery = await tell(channel, said(event), thread)
        assert delivery.failure is None
        thread = delivery.thread
    first, *replies = workspace.messages
    assert thread == Thread(channel=first.channel, ts=first.ts)
    assert first.thread is None
    assert {reply.thread for reply in replies} == {first.ts}
    assert len(replies) == 3
    states = [update.said["blocks"][1]["fields"][0]["text"] for update in workspace.updates]
    assert states == ["State\napproved", "State\ndeploying", "State\ndeployed"]
    assert {update.ts for update in workspace.updates} == {first.ts}


async def test_the_tenant_s_own_channel_is_used_where_it_has_one(workspace: SlackStandIn) -> None:
    """The others share the installation's."""
    await tell(slack(workspace), said(Event.CREATED))
    await tell(slack(workspace), said(Event.CREATED), to=audience().model_copy(update={"slack_channel": "C0FINANCE"}))
    assert [message.said["channel"] for message in workspace.messages] == ["#promotions", "C0FINANCE"]


@pytest.mark.parametrize("event", Event)
async def test_hostile_words_are_text_and_fit(workspace: SlackStandIn, event: Event) -> None:
    """Whatever people typed is plain_text, within Slack's limits; the fallback has no markup."""
    channel, hostile = slack(workspace, decides=True), audience(NAME, NAME)
    opened = await tell(channel, said(Event.CREATED, HOSTILE), to=hostile)
    assert (await tell(channel, said(event, HOSTILE), opened.thread, hostile)).failure is None
    for message in (*workspace.messages, *workspace.updates):
        assert {each["type"] for each in texts(message.said["blocks"])} == {"plain_text"}
        assert "<" not in message.said["text"]
        assert "\u202e" not in str(message.said)
    assert all(receipt.refused is None for receipt in opened.receipts)


@pytest.mark.parametrize("direction", Direction)
async def test_the_first_message_says_what_is_replaced_and_warns(workspace: SlackStandIn, direction: Direction) -> None:
    """In the message, in what the button asks, and in the thread; and what else is open while one decides."""
    channel, warns = slack(workspace, decides=True), direction in {Direction.OLDER, Direction.UNKNOWN}
    comparison = {"comparison": compared(direction, "3.3.0")}
    opened = await tell(channel, said(Event.CREATED).model_copy(update=comparison))
    await tell(channel, said(Event.APPROVED).model_copy(update=comparison), opened.thread)
    first, reply = (str(message.said["blocks"]) for message in workspace.messages)
    way = LETTERS.facts(said(Event.CREATED).model_copy(update=comparison), audience(), None).way
    assert way
    for message in (first, reply, str(workspace.updates[0].said["blocks"])):
        assert way in message
        assert ("⚠️ Look twice: " in message) == warns
    question = str(next(each["confirm"] for each in elements(first_of(workspace)) if "confirm" in each))
    assert ("⚠️ Look twice: " in question) == warns
    for asked in (question, first):
        assert "⚠️ Not passed: Performance tests" in asked
    assert "PR-2026-0002: 3.3.0, approved" in first
    assert "PR-2026-0002" not in reply


async def test_who_approves_by_a_click_was_shown_production(workspace: SlackStandIn) -> None:
    """The button carries the version that its message showed, empty for none; without one there is no such button."""
    ticket = said(Event.CREATED).ticket
    for replaced in ("3.2.0", None):
        seen = compared(Direction.FIRST).model_copy(update={"replaces": replaced})
        await tell(slack(workspace, decides=True), said(Event.CREATED).model_copy(update={"comparison": seen}))
        approve, reject = elements(workspace.messages[-1].said)[:2]
        assert approve["value"] == f"{ticket.id} {ticket.digest} {replaced or ''}"
        assert reject["value"] == f"{ticket.id} {ticket.digest}"
    await tell(slack(workspace, decides=True), said(Event.CREATED))
    assert buttons(workspace.messages[-1].said) == [REJECT, OPEN]


def first_of(workspace: SlackStandIn) -> dict[str, Any]:
    return workspace.messages[0].said


def elements(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for block in message["blocks"] if block["type"] == "actions" for each in block["elements"]]


async def test_ids_stay_when_a_message_is_sent_again(workspace: SlackStandIn) -> None:
    """In the message's metadata, where a reader of the channel finds it."""
    for _ in range(2):
        await tell(slack(workspace), said(Event.CREATED))
    first, second = (message.said["metadata"] for message in workspace.messages)
    assert first == second
    assert first["event_payload"] == {"id": "PR-2026-0001.1.request-created"}


async def test_slack_s_wish_to_wait_is_respected_for_every_ticket(workspace: SlackStandIn) -> None:
    """429: nothing is sent until the time is over, which the engine is told."""
    channel = slack(workspace)
    workspace.limit = 0
    with pytest.raises(ChannelDown) as limited:
        await tell(channel, said(Event.CREATED))
    assert limited.value.retry_after == 1
    with pytest.raises(ChannelDown) as again:
        await tell(channel, said(Event.CREATED))
    assert 0 < (again.value.retry_after or 0) <= 1
    assert len(workspace.calls) == 1
    await asyncio.sleep(1)
    await tell(channel, said(Event.CREATED))
    assert len(workspace.messages) == 1


async def test_a_reply_that_arrived_is_not_repeated_for_an_update_that_did_not(workspace: SlackStandIn) -> None:
    """Half an attempt is kept."""
    channel = slack(workspace)
    opened = await tell(channel, said(Event.CREATED))
    workspace.limit = 2
    half = await tell(channel, said(Event.APPROVED), opened.thread)
    assert half.failure
    await asyncio.sleep(1)
    (rest,) = await told(channel, said(Event.APPROVED), thread=opened.thread, done=half.receipts)
    assert rest.failure is None
    assert (len(workspace.messages), len(workspace.updates)) == (2, 1)


async def test_what_slack_never_takes_is_refused_for_good(workspace: SlackStandIn) -> None:
    """It would hold up the ticket's other messages for days."""
    workspace.errors = ["invalid_blocks"]
    delivery = await tell(slack(workspace), said(Event.CREATED))
    assert (delivery.failure, delivery.receipts[0].refused) == (None, "invalid_blocks")


async def test_a_first_message_that_somebody_deleted_stops_nothing(workspace: SlackStandIn) -> None:
    """The reply has said it."""
    gone = Thread(channel="C1", ts="1.0")
    delivery = await tell(slack(workspace), said(Event.APPROVED), gone)
    assert delivery.failure is None
    assert not any(receipt.refused for receipt in delivery.receipts)


async def test_a_channel_that_takes_nothing_is_one_failure_and_no_other_s(workspace: SlackStandIn) -> None:
    """The app was not invited there; elsewhere it was."""
    workspace.errors = ["not_in_channel"]
    away = await tell(
        slack(workspace), said(Event.CREATED), to=audience().model_copy(update={"slack_channel": "C0AWAY"})
    )
    assert (away.failure, away.receipts) == ("Slack takes no message: not_in_channel", ())
    assert (await tell(slack(workspace), said(Event.CREATED))).failure is None


async def test_a_wrong_token_or_no_answer_is_a_channel_that_is_down(workspace: SlackStandIn) -> None:
    """An operator can mend it while it is tried again."""
    with pytest.raises(ChannelDown, match="invalid_auth"):
        await tell(slack(workspace, token="xoxb-wrong"), said(Event.CREATED))
    away = SlackStandIn(port=9)
    with pytest.raises(ChannelDown):
        await tell(slack(away), said(Event.CREATED))


@pytest.mark.parametrize(
    ("impact", "decides", "expected"),
    [
        (Impact.LOW, True, [APPROVE, REJECT, OPEN]),
        (Impact.MEDIUM, True, [APPROVE, REJECT, OPEN]),
        (Impact.HIGH, True, [OPEN]),
        (Impact.CRITICAL, True, [OPEN]),
        (Impact.LOW, False, [OPEN]),
    ],
)
async def test_buttons_decide_where_that_is_allowed_and_while_it_is_pending(
    workspace: SlackStandIn, impact: Impact, decides: bool, expected: list[str]
) -> None:
    """Never for high or critical impact, and not at all unless it was switched on."""
    channel = slack(workspace, decides=decides)
    opened = await tell(
        channel,
        said(Event.CREATED, impact_assessment=impact).model_copy(update={"comparison": compared(Direction.NEWER)}),
    )
    await tell(channel, said(Event.APPROVED, impact_assessment=impact), opened.thread)
    assert buttons(workspace.messages[0].said) == expected
    assert buttons(workspace.updates[0].said) == [OPEN]


async def test_no_button_decides_on_what_a_rule_approves(workspace: SlackStandIn) -> None:
    """The thread says which rule, from its first message on."""
    channel = slack(workspace, decides=True)
    opened = await tell(channel, standard(Event.CREATED))
    await tell(channel, standard(Event.APPROVED), opened.thread)
    assert buttons(workspace.messages[0].said) == buttons(workspace.updates[0].said) == [OPEN]
    assert "standard change" in workspace.messages[0].said["text"]
    assert "the rule everyday" in str(workspace.updates[0].said["blocks"])
    assert "2 clean deployments" in str(workspace.messages[1].said["blocks"])


async def test_whom_a_rule_asks_is_mentioned_and_nobody_else(workspace: SlackStandIn) -> None:
    """In the thread, shown in the channel too: an admin and a viewer of the group; never the requester."""
    everybody = audience()
    members = {PIERRE.email: "UPIERRE", ADA.email: "UADA", VERA.email: "UVERA", JEAN.email: "UJEAN"}
    contacts = (*everybody.contacts, Contact(person=VERA))
    grouped = tuple(
        each.model_copy(
            update={
                "slack": members.get(each.person.email),
                "groups": () if each.person.email == JEAN.email else ("management",),
            }
        )
        for each in contacts
    )
    to = everybody.model_copy(update={"contacts": grouped})
    channel = slack(workspace)
    thread = (await tell(channel, said(Event.CREATED))).thread
    escalated = said(Event.ESCALATED).model_copy(update={"escalates_to": Party(group="management")})
    assert (await tell(channel, escalated, thread, to)).failure is None
    reply = workspace.messages[-1].said
    (block,) = (each for each in reply["blocks"] if each["type"] == "rich_text")
    users = [each["user_id"] for each in block["elements"][0]["elements"] if each["type"] == "user"]
    assert users == ["UADA", "UVERA"]
    assert reply["reply_broadcast"] is True
    assert workspace.updates == []
