"""The channel of webhooks: each change of a ticket, to every address that its tenant's file names."""

from dataclasses import dataclass, field

from clients.channel import Allowed
from clients.events import CloudEvent, TestEvent
from clients.webhook.sender import NotSent, WebhookSender
from domain.announcement import Announcement
from domain.audience import Audience
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread
from domain.webhooks import Webhook, WebhookResult

GONE = 410
"""The status of a receiver that wants no more messages, ever."""

NO_LONGER_NAMED = "The tenant's file no longer names this webhook"


@dataclass
class Webhooks:
    """The channel. `_gone` are the webhooks whose receivers want no more; an entry that changes is another webhook."""

    sender: WebhookSender
    source: str
    _gone: set[Webhook] = field(default_factory=set)

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """Each webhook of the tenant that wants the event, by its id."""
        return tuple(each.id for each in audience.webhooks if each.wants(said.event))

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The webhook itself: no other one waits for it."""
        del thread, audience
        return to

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Post the event. A failure is this webhook's alone, and may say how long it rests."""
        said, to = outgoing.announcement, outgoing.to
        webhook = next((each for each in audience.webhooks if each.id == to), None)
        if webhook is None:
            return _refused(to, said, NO_LONGER_NAMED)
        if webhook in self._gone:
            return _refused(to, said, f"The receiver answered {GONE} before")
        body = CloudEvent.of(said, self.source).model_dump_json()
        try:
            answer = await self.sender.post(webhook, said.id, body, allowed)
        except NotSent as error:
            return DeliveryResult(failure=str(error))
        if answer.status == GONE:
            self._gone.add(webhook)
            return _refused(to, said, f"The receiver answered {GONE}")
        if answer.failure:
            return DeliveryResult(failure=answer.failure, retry_after=answer.wait)
        return DeliveryResult(receipts=(Receipt(to=to, id=said.id),))

    async def call(self, webhook: Webhook, said: Announcement | str, allowed: Allowed) -> WebhookResult:
        """Post at once what a person asks for: an event again, or a test by its id; in no order with the others."""
        if isinstance(said, str):
            event: TestEvent | CloudEvent = TestEvent(id=said, source=self.source, time=self.sender.now())
        else:
            event = CloudEvent.of(said, self.source)
        try:
            answer = await self.sender.post(webhook, event.id, event.model_dump_json(), allowed)
        except NotSent as error:
            return WebhookResult(delivered=False, failure=str(error))
        return WebhookResult(delivered=answer.failure is None, status=answer.status, failure=answer.failure)

    async def rest(self) -> None:
        """Nothing is held between two messages."""

    async def close(self) -> None:
        """Forget who is gone: each new leader asks once."""
        self._gone.clear()


def _refused(to: str, said: Announcement, why: str) -> DeliveryResult:
    return DeliveryResult(receipts=(Receipt(to=to, id=said.id, refused=why),))
