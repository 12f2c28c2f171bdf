"""Events on webhooks: what a receiver gets over real HTTP, what counts as delivered, and who is told."""

import asyncio
import base64
import json
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import trustme
from standardwebhooks import Webhook as Verifier

from clients.events import CloudEvent
from clients.secrets_file import SecretsUnusable
from clients.webhook.sender import NotSent, WebhookSender, read_secrets
from domain.announcement import Event
from domain.audience import Audience
from domain.delivery import DeliveryResult
from domain.webhooks import Address, Webhook
from tests.clients.announcing import HOSTILE, always, outgoing, said, told
from tests.events import EVENTS
from tests.webhooks import LOOPBACK, SECRET, SOURCE, Receiver, channel, secrets_file, sender, webhook


def to(*webhooks: Webhook) -> Audience:
    return Audience(tenant_name="Finance", webhooks=webhooks)


async def post(sending: WebhookSender, hook: Webhook) -> int:
    return (await sending.post(hook, "an.id", "{}", always)).status


async def test_a_receiver_gets_what_kafka_gets_signed() -> None:
    """Byte for byte, hostile words too; the id stays when it is sent again, and has no full stop where it is signed."""
    announcement = said(Event.FAILED, HOSTILE)
    async with Receiver().open() as receiver:
        everybody = to(webhook(receiver.url()))
        for _ in range(2):
            (delivery,) = await told(channel(), announcement, everybody)
            assert delivery.failure is None
    schema = json.loads((EVENTS / "event.schema.json").read_text(encoding="utf-8"))
    for event in receiver.got:
        jsonschema.validate(event, schema, format_checker=jsonschema.FormatChecker())
        assert event == json.loads(CloudEvent.of(announcement, SOURCE).model_dump_json())
    assert {head["webhook-id"] for head in receiver.heads} == {"PR-2026-0001_4_deployment-failed"}
    assert {head["host"] for head in receiver.heads} == {f"127.0.0.1:{receiver.port}"}


async def test_it_tells_the_events_that_an_entry_names_and_no_reminders() -> None:
    """All changes, where it names none; each address of the tenant once."""
    some, every = webhook("https://a.example/", events=["request-created"]), webhook("https://b.example/")
    reached = {
        event: channel().destinations(said(event), to(some, every))
        for event in (Event.CREATED, Event.APPROVED, Event.REMINDER)
    }
    assert reached == {Event.CREATED: (some.id, every.id), Event.APPROVED: (every.id,), Event.REMINDER: ()}


async def test_over_tls_the_name_is_proven_and_the_judged_address_called(tmp_path: Path) -> None:
    """The receiver's certificate has to be for the name in the file, whatever address that led to; asked for once."""
    ca, served = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("hooks.example").configure_cert(served)
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1")]

    trusting = sender(ca_bundle=tmp_path / "ca.pem", resolve=resolve)
    async with Receiver().open(served) as receiver:
        assert await post(trusting, webhook(receiver.url("hooks.example", "https"))) == 204
        assert asked == ["hooks.example"]
        with pytest.raises(NotSent, match="certificate verify failed"):
            await post(trusting, webhook(receiver.url("other.example", "https")))
        with pytest.raises(NotSent, match="certificate verify failed"):
            await post(replace(trusting, ca_bundle=None), webhook(receiver.url("hooks.example", "https")))
    assert receiver.heads[0]["host"] == f"hooks.example:{receiver.port}"
    assert len(receiver.got) == 1


async def test_two_secrets_under_one_name_sign_both(tmp_path: Path) -> None:
    """So a receiver takes the new one whenever it is ready; each verifies by itself."""
    new = "whsec_" + base64.b64encode(bytes(24)).decode()
    secrets = read_secrets(secrets_file(tmp_path, **{"tenant-finance/ci": [new, SECRET]}))
    async with Receiver().open() as receiver:
        assert await post(sender(secrets=secrets), webhook(receiver.url())) == 204
    assert receiver.heads[0]["webhook-signature"].count("v1,") == 2
    assert Verifier(new).verify("{}", receiver.heads[0]) == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("whsec_x", "it is no JSON"),
        ('["whsec_x"]', "must be a JSON object"),
        ('{"a/b": 7}', "must be a JSON object"),
        ('{"a/b": "plain-text-secret-that-has-no-mark"}', "a/b must be whsec_"),
        ('{"a/b": "whsec_c2hvcnQ="}', "24 to 64 bytes"),
        ('{"a/b": "whsec_"}', "a/b"),
    ],
)
def test_a_file_of_secrets_that_is_none_is_refused_and_not_shown(tmp_path: Path, content: str, sentence: str) -> None:
    """Nor is a file that is not there; what stands in it stays there."""
    file = tmp_path / "secrets.json"
    with pytest.raises(SecretsUnusable, match="No such file"):
        read_secrets(file)
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SecretsUnusable, match=sentence) as refused:
        read_secrets(file)
    assert "c2hvcnQ" not in str(refused.value)
    assert "plain-text" not in str(refused.value)


async def test_a_tenant_signs_with_no_other_tenants_secret() -> None:
    """Its file may name it: it is looked up under the tenant's own name."""
    with pytest.raises(NotSent, match="no secret tenant-retail/ci"):
        await post(sender(), webhook("https://a.example/", tenant="tenant-retail"))


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 500, 502])
async def test_anything_but_success_is_tried_again(status: int) -> None:
    """A redirect too, which is not followed: not even to where it could go."""
    async with Receiver().open() as elsewhere, Receiver(status=status).open() as receiver:
        receiver.headers = {"Location": elsewhere.url()}
        (delivery,) = await told(channel(), said(Event.CREATED), to(webhook(receiver.url())))
    assert delivery == DeliveryResult(failure=f"The receiver answered {status}")
    assert elsewhere.asked == 0


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 120),
        ("99999999999", 86_400),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Mon, 02 Mar 2026 10:00:00 GMT", 60),
        ("-3", None),
        ("²", None),
        ("soon", None),
    ],
)
async def test_a_receiver_says_when_it_wants_to_be_asked_again(header: str, wait: float | None) -> None:
    """In seconds or as a date, a day at most; what is neither is passed over."""
    at = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)
    async with Receiver(status=429, headers={"Retry-After": header.encode().decode("latin-1")}).open() as receiver:
        answer = await sender(now=lambda: at).post(webhook(receiver.url()), "an.id", "{}", always)
    assert (answer.status, answer.wait) == (429, wait)


async def test_who_is_gone_is_asked_no_more_until_the_entry_changes() -> None:
    """410: this message is refused for good, and so are the next ones, unasked."""
    hooks = channel()
    async with Receiver(status=410).open() as receiver:
        first = webhook(receiver.url())
        deliveries = [
            *await told(hooks, said(Event.CREATED), to(first)),
            *await told(hooks, said(Event.APPROVED), to(first)),
        ]
        assert receiver.asked == 1
        assert [each.receipts[0].refused for each in deliveries] == [
            "The receiver answered 410",
            "The receiver answered 410 before",
        ]
        receiver.status = 204
        (delivery,) = await told(hooks, said(Event.STARTED), to(webhook(receiver.url(), events=["deployment-started"])))
    assert delivery.receipts[0].refused is None


async def test_what_the_file_no_longer_names_is_told_nothing() -> None:
    """The entry went while its message waited."""
    async with Receiver().open() as receiver:
        gone = webhook(receiver.url())
        delivery = await channel().deliver(outgoing(said(Event.CREATED), gone.id), to(), always)
    assert delivery.receipts[0].refused == "The tenant's file no longer names this webhook"
    assert receiver.asked == 0


async def test_a_receiver_that_is_away_is_this_webhooks_failure_alone() -> None:
    """Nobody listens, or the name leads nowhere; a name that can't be one is no error of ours."""
    for url in ("http://127.0.0.1:9/", "https://nowhere.invalid/", f"https://{'x' * 64}.example/", "https://a..b/"):
        (delivery,) = await told(channel(allowed=LOOPBACK), said(Event.CREATED), to(webhook(url)))
        assert delivery.failure
        assert not delivery.receipts


async def test_nothing_is_sent_once_somebody_else_leads() -> None:
    """The lease is asked after the name was resolved, right before the connection."""

    class Lost(Exception):
        pass

    def lost() -> None:
        raise Lost

    async with Receiver().open() as receiver:
        with pytest.raises(Lost):
            await sender().post(webhook(receiver.url()), "an.id", "{}", lost)
    assert receiver.asked == 0


async def test_many_are_told_while_one_is_slow() -> None:
    """A message takes as long as its own receiver."""
    async with Receiver(pause=4).open() as slow, Receiver().open() as quick:
        sending = sender()
        waiting = asyncio.create_task(post(sending, webhook(slow.url())))
        for _ in range(10):
            await post(sending, webhook(quick.url()))
        assert not waiting.done()
        assert await waiting == 204
