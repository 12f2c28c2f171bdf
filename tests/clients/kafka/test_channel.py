"""Events on a real Kafka broker, read back by a consumer; and the documents that describe them."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema  # type: ignore[import-untyped]
import pytest
import trustme
import yaml
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from pydantic import ValidationError

from clients.channel import ChannelDown, NewerLeader
from clients.events import CONTENT_TYPE, CloudEvent
from clients.kafka.channel import Brokers, Kafka, Security
from clients.tls import ClientCertificate
from domain.announcement import Announcement, Event
from domain.delivery import DeliveryResult
from tests.clients.announcing import HOSTILE, said, told
from tests.events import EVENTS, SCHEMAS, text
from tests.kafka.broker import PASSWORD, USER, Broker

SOURCE = "https://prodgate.example/v1/requests/prod"
FACTS = [event for event in Event if not event.for_people]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = Broker(tmp_path_factory.mktemp("kafka"))
    running.start()
    yield running
    running.stop()


def kafka(brokers: Brokers) -> Kafka:
    """The channel, on a topic that no other test uses."""
    return Kafka(brokers, f"promotion-requests-{uuid4()}", SOURCE)


async def tell(channel: Kafka, *announcements: Announcement) -> list[DeliveryResult]:
    try:
        return [delivery for each in announcements for delivery in await told(channel, each)]
    finally:
        await channel.close()


async def read(broker: Broker, topic: str, count: int) -> list[ConsumerRecord[bytes, bytes]]:
    """The first messages of a topic, as a consumer group gets them."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.address, group_id=f"readers-{topic}", auto_offset_reset="earliest"
    )
    async with consumer:
        return [await asyncio.wait_for(consumer.getone(), 20) for _ in range(count)]


async def test_every_event_arrives_in_order_as_published(broker: Broker) -> None:
    """CloudEvents in structured mode, the ticket's id as key, one partition, and every message fits its schema."""
    channel = kafka(Brokers(broker.address))
    deliveries = await tell(channel, *(said(event) for event in FACTS))
    messages = await read(broker, channel.topic, len(FACTS))
    assert {message.key for message in messages} == {b"PR-2026-0001"}
    assert len({message.partition for message in messages}) == 1
    assert {message.headers for message in messages} == {(("content-type", CONTENT_TYPE.encode()),)}
    events = [json.loads(message.value or b"") for message in messages]
    assert [event["type"] for event in events] == [event.value for event in FACTS]
    schema = json.loads((EVENTS / "event.schema.json").read_text(encoding="utf-8"))
    for event in events:
        jsonschema.validate(event, schema, format_checker=jsonschema.FormatChecker())
    assert [event["id"] for event in events] == [delivery.receipts[0].id for delivery in deliveries]


async def test_the_data_is_the_ticket_as_the_api_shows_it(broker: Broker) -> None:
    """Hostile words included, byte for byte; beside it, the event and where it comes from."""
    channel, told = kafka(Brokers(broker.address)), said(Event.FAILED, HOSTILE)
    await tell(channel, told)
    (message,) = await read(broker, channel.topic, 1)
    event = json.loads(message.value or b"")
    assert event["data"] == {"event": "deployment-failed", "request": told.ticket.model_dump(mode="json")}
    about = {key: value for key, value in event.items() if key != "data"}
    assert about == {
        "specversion": "1.0",
        "id": "PR-2026-0001.4.deployment-failed",
        "source": SOURCE,
        "type": "deployment-failed",
        "subject": "PR-2026-0001",
        "time": "2026-03-02T09:30:00Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:prodgate:ticket-changed:1",  # another number is another form; new fields keep it
    }


async def test_an_event_sent_again_has_the_same_id(broker: Broker) -> None:
    """A worker that died before it could say that it had sent it."""
    channel = kafka(Brokers(broker.address))
    await tell(channel, said(Event.CREATED))
    await tell(channel, said(Event.CREATED))
    first, second = await read(broker, channel.topic, 2)
    assert first.value == second.value


async def test_an_earlier_leader_s_event_is_refused_by_the_cluster(broker: Broker) -> None:
    """It was silent for too long, and does not know that another sends now."""
    old = kafka(Brokers(broker.address))
    new = replace(old, _producer=None)
    await told(old, said(Event.CREATED))
    await told(new, said(Event.APPROVED))
    with pytest.raises(NewerLeader):
        await told(old, said(Event.REJECTED))
    await told(new, said(Event.STARTED))
    for channel in (old, new):
        await channel.close()
    events = [json.loads(each.value or b"")["type"] for each in await read(broker, old.topic, 3)]
    assert events == ["request-created", "request-approved", "deployment-started"]


async def test_it_logs_in_over_tls(broker: Broker) -> None:
    """SASL over TLS, with the company's own authority; a wrong password, or an unknown authority, is down."""
    secure = Brokers(broker.secure_address, Security.SASL_SSL, "PLAIN", USER, PASSWORD, broker.ca_bundle)
    channel = kafka(secure)
    await tell(channel, said(Event.CREATED))
    assert len(await read(broker, channel.topic, 1)) == 1
    for wrong in (replace(secure, password="guessed"), replace(secure, ca_bundle=None)):
        with pytest.raises(ChannelDown):
            await tell(kafka(wrong), said(Event.CREATED))


async def test_it_shows_its_certificate_where_the_brokers_ask_for_one(broker: Broker, tmp_path: Path) -> None:
    """Without one, or with another authority's, it is down and says so; a file that is gone is named."""
    shown = Brokers(broker.mutual_address, Security.SSL, ca_bundle=broker.ca_bundle)
    known = replace(shown, certificate=ClientCertificate(broker.client_certificate))
    channel = kafka(known)
    await tell(channel, said(Event.CREATED))
    assert len(await read(broker, channel.topic, 1)) == 1
    stranger = tmp_path / "stranger.pem"
    trustme.CA().issue_cert("gate@cab-i.com").private_key_and_cert_chain_pem.write_to_path(str(stranger))
    for wrong in (shown, replace(shown, certificate=ClientCertificate(stranger))):
        with pytest.raises(ChannelDown):
            await tell(kafka(wrong), said(Event.CREATED))
    with pytest.raises(ChannelDown, match=r"nowhere\.pem can't be used: No such file"):
        await tell(kafka(replace(shown, certificate=ClientCertificate(tmp_path / "nowhere.pem"))), said(Event.CREATED))


async def test_a_ticket_that_no_broker_takes_is_refused_for_good(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold up the ticket's other events for days."""
    monkeypatch.setattr("clients.kafka.channel.LARGEST", 1_000)
    (delivery,) = await tell(kafka(Brokers(broker.address)), said(Event.CREATED))
    assert delivery.failure is None
    assert "larger" in (delivery.receipts[0].refused or "")


async def test_a_cluster_that_goes_away_and_comes_back_is_found_again(broker: Broker) -> None:
    """Down after the first message, and before it: nothing is lost, and the order stays."""
    begun, late = (kafka(Brokers(broker.address)) for _ in range(2))
    await told(begun, said(Event.CREATED))
    await asyncio.to_thread(broker.stop)
    try:
        for channel, event in ((begun, Event.APPROVED), (late, Event.CREATED)):
            with pytest.raises(ChannelDown):
                await told(channel, said(event))
    finally:
        await asyncio.to_thread(broker.start)
    for event in (Event.CREATED, Event.APPROVED):
        await told(late, said(event))
    await told(begun, said(Event.APPROVED))
    for channel in (begun, late):
        await channel.close()
        messages = await read(broker, channel.topic, 2)
        types = [json.loads(message.value or b"")["type"] for message in messages]
        assert types == ["request-created", "request-approved"]


def test_a_reminder_is_no_event() -> None:
    """Nothing of the ticket changed."""
    with pytest.raises(ValidationError):
        CloudEvent.of(said(Event.REMINDER), SOURCE)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schemas_are_those_of_the_code(name: str) -> None:
    """`python -m tests.events` writes them anew."""
    assert (EVENTS / name).read_text(encoding="utf-8") == text(name)


def test_the_asyncapi_document_names_every_event_and_the_schema() -> None:
    """No event is missing, none is promised that never comes, and what is referred to is there."""
    document: dict[str, Any] = yaml.safe_load((EVENTS / "promotion-requests.asyncapi.yaml").read_text(encoding="utf-8"))
    messages = document["components"]["messages"]
    assert list(messages) == [event.value for event in FACTS]
    (channel,) = document["channels"].values()
    assert channel["address"] == "promotion-requests"
    assert {ref["$ref"].rpartition("/")[2] for ref in channel["messages"].values()} == set(messages)
    assert all((EVENTS / message["payload"]["$ref"]).exists() for message in messages.values())
    header = document["components"]["messageTraits"]["event"]["headers"]["properties"]["content-type"]
    assert header["const"] == CONTENT_TYPE
