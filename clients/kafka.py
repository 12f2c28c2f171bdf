"""Kafka: each change of a ticket as a CloudEvents 1.0 message in structured JSON mode, in order within its ticket.

`docs/events/` describes it for those who read it.
"""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.helpers import create_ssl_context
from pydantic import Field

from clients.channel import ChannelDown
from clients.letters import one_line
from domain.announcement import Announcement, Event
from domain.audience import Audience
from domain.delivery import Delivery, Parcel, Receipt
from domain.ticket import PromotionRequest
from domain.values import Frozen, Moment, TicketId

ANSWER_WITHIN_MS = 3_000
"""How long the brokers may take for one message; a cluster that is well takes milliseconds."""

STOP_WITHIN = 0.5
"""Seconds in which messages under way may still be confirmed when the producer is let go."""

LARGEST = 8_000_000
"""Bytes of a message before it is compressed: more than a ticket can have. Brokers judge the compressed one."""

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"


class Security(StrEnum):
    """Kafka's own names."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


Fact = Literal[
    Event.CREATED,
    Event.APPROVED,
    Event.REJECTED,
    Event.CANCELLED,
    Event.EXPIRED,
    Event.STARTED,
    Event.SUCCEEDED,
    Event.FAILED,
]
"""The events that are changes of a ticket; reminders are for people."""


class Change(Frozen):
    """What happened: the event, and the ticket after it, as the API shows it."""

    event: Fact
    request: PromotionRequest


class CloudEvent(Frozen):
    """One message. `id` stays the same when it is sent again: a reader drops what it has seen."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(examples=["PR-2026-0001.2.request-approved"])]
    source: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    type: Fact
    subject: TicketId
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    data: Change

    @classmethod
    def of(cls, said: Announcement, source: str) -> Self:
        """The message about a change. Raises ValidationError for what is no change."""
        data = {"event": said.event, "request": said.ticket}
        about = {"id": said.id, "source": source, "type": said.event, "subject": said.ticket.id, "time": said.at}
        return cls.model_validate({**about, "data": data})


@dataclass(frozen=True)
class Brokers:
    """Where the cluster is, and how one gets in. `servers` are host:port, separated by commas."""

    servers: str
    security: Security = Security.PLAINTEXT
    mechanism: str = "PLAIN"
    user: str | None = None
    password: str | None = None
    ca_bundle: Path | None = None

    def producer(self) -> AIOKafkaProducer:
        """A producer that isn't started: idempotent, and answered by every replica in sync."""
        tls = self.security in {Security.SSL, Security.SASL_SSL}
        cafile = str(self.ca_bundle) if self.ca_bundle else None
        given: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "client_id": "prodgate",
            "enable_idempotence": True,
            "acks": "all",
            "compression_type": "gzip",
            "max_request_size": LARGEST,
            "request_timeout_ms": ANSWER_WITHIN_MS,
            "security_protocol": self.security.value,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": create_ssl_context(cafile=cafile) if tls else None,
        }
        return AIOKafkaProducer(**given)


@dataclass
class Kafka:
    """The channel. One producer serves the process; it is started with the first message, and anew after a failure."""

    brokers: Brokers
    topic: str
    source: str
    _producer: AIOKafkaProducer | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        """Hand the event over. Raises ChannelDown where no broker confirms it in time."""
        del audience
        if parcel.done:
            return Delivery()
        said = parcel.announcement
        value = CloudEvent.of(said, self.source).model_dump_json().encode()
        try:
            async with asyncio.timeout(seconds):
                sent = await self._send(said.ticket.id, value)
        except MessageSizeTooLargeError as error:
            return Delivery(receipts=(Receipt(to=self.topic, id=said.id, refused=one_line(str(error))),))
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise ChannelDown(f"Kafka takes no event: {one_line(str(error)) or type(error).__name__}") from error
        return Delivery(receipts=(Receipt(to=f"{sent.topic}/{sent.partition}@{sent.offset}", id=said.id),))

    async def _send(self, key: str, value: bytes) -> Any:
        producer = await self._started()
        headers = [("content-type", CONTENT_TYPE.encode())]
        return await producer.send_and_wait(self.topic, value, key=key.encode(), headers=headers)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = self.brokers.producer()
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def close(self) -> None:
        """Let go of the cluster; the next message looks for it again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop it, and let go of what no broker has confirmed by then.

    An idempotent producer keeps a message for as long as it takes, and `stop` waits for that: the engine sends it anew.
    """
    stopping = asyncio.ensure_future(producer.stop())
    done, _ = await asyncio.wait({stopping}, timeout=STOP_WITHIN)
    if not done:
        producer._sender.sender_task.cancel()
    await stopping
