"""Kafka: each change of a ticket as a CloudEvents 1.0 message in structured JSON mode, in order within its ticket.

`docs/events/` describes it for those who read it.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerFenced

from clients.channel import Allowed, ChannelDown, NewerLeader
from clients.events import CONTENT_TYPE, CloudEvent
from clients.http import reason
from clients.letters import one_line
from clients.tls import ClientCertificate, context
from domain.announcement import Announcement
from domain.audience import Audience
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread

ANSWER_WITHIN_MS = 3_000
"""The time the brokers may take for one message; a cluster that is well takes milliseconds."""

DELIVER_WITHIN = 10.0
"""Seconds for one event, with finding the cluster and ending the transaction."""

STOP_WITHIN = 0.5
"""Seconds in which messages under way may still be confirmed when the producer is let go."""

LARGEST = 8_000_000
"""Bytes of a message before it is compressed: more than a ticket can have. Brokers judge the compressed one."""


class Security(StrEnum):
    """Kafka's own names."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


@dataclass(frozen=True)
class Brokers:
    """The address of the cluster, and what it takes to get in. `servers` are host:port, separated by commas."""

    servers: str
    security: Security = Security.PLAINTEXT
    mechanism: str = "PLAIN"
    user: str | None = None
    password: str | None = None
    ca_bundle: Path | None = None
    certificate: ClientCertificate | None = None

    def producer(self, transactional_id: str) -> AIOKafkaProducer:
        """A producer that isn't started: answered by every replica in sync, and the end of any other of that id."""
        tls = self.security in {Security.SSL, Security.SASL_SSL}
        given: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "client_id": "prodgate",
            "transactional_id": transactional_id,
            "acks": "all",
            "compression_type": "gzip",
            "max_request_size": LARGEST,
            "request_timeout_ms": ANSWER_WITHIN_MS,
            "security_protocol": self.security.value,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": context(self.ca_bundle, self.certificate) if tls else None,
        }
        return AIOKafkaProducer(**given)


@dataclass
class Kafka:
    """The channel. One producer serves whoever leads the outbox; it is started with the first event, and anew after a
    failure, which ends the transaction that was open. Each event is a transaction, so that the cluster refuses what an
    earlier leader still sends.
    """

    brokers: Brokers
    topic: str
    source: str
    _producer: AIOKafkaProducer | None = None

    @property
    def transactional_id(self) -> str:
        """The same for every worker of an installation, and nobody else's."""
        return f"prodgate-{self.topic}-{hashlib.sha256(self.source.encode()).hexdigest()[:12]}"

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """The topic, for what other systems can act on."""
        del audience
        return () if said.event.for_people else (self.topic,)

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The topic."""
        del thread, audience
        return to

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Hand the event over. Raises ChannelDown where no broker confirms it in time, and NewerLeader."""
        del audience
        said = outgoing.announcement
        value = CloudEvent.of(said, self.source).model_dump_json().encode()
        headers = [("content-type", CONTENT_TYPE.encode())]
        try:
            sent = await self.send(said.ticket.id, value, headers, allowed)
        except MessageSizeTooLargeError as error:
            await self.close()
            return DeliveryResult(receipts=(Receipt(to=self.topic, id=said.id, refused=one_line(str(error))),))
        return DeliveryResult(receipts=(Receipt(to=f"{sent.topic}/{sent.partition}@{sent.offset}", id=said.id),))

    async def send(self, key: str, value: bytes, headers: list[tuple[str, bytes]], allowed: Allowed) -> Any:
        """Send one message in a transaction of its own; where it is now.

        Raises ChannelDown, NewerLeader, and MessageSizeTooLargeError.
        """
        try:
            async with asyncio.timeout(DELIVER_WITHIN):
                return await self._send(key, value, headers, allowed)
        except MessageSizeTooLargeError:
            raise
        except ProducerFenced as error:
            await self.close()
            raise NewerLeader(f"Another worker sends to {self.topic} now") from error
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise ChannelDown(f"Kafka takes no event: {reason(error)}") from error

    async def _send(self, key: str, value: bytes, headers: list[tuple[str, bytes]], allowed: Allowed) -> Any:
        producer = await self._started()
        allowed()
        await producer.begin_transaction()
        sent = await producer.send_and_wait(self.topic, value, key=key.encode(), headers=headers)
        await producer.commit_transaction()
        return sent

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = self.brokers.producer(self.transactional_id)
            try:
                await producer.start()
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer

    async def rest(self) -> None:
        """A producer that has nothing to send costs a cluster nothing."""

    async def close(self) -> None:
        """Let go of the cluster; the next event looks for it again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop it, and let go of what no broker has confirmed by then.

    A transactional producer tries for as long as it takes, and `stop` waits for that; cancelled once, its sender waits
    for the steps under way, and ends each when it is cancelled again. What was let go of is sent anew.
    """
    stopping = asyncio.ensure_future(producer.stop())
    done, _ = await asyncio.wait({stopping}, timeout=STOP_WITHIN)
    if not done and (sender := producer._sender.sender_task) is not None:
        while not sender.done():
            sender.cancel()
            await asyncio.wait({sender}, timeout=0.01)
    await stopping
