"""The channel of web push: what a mail's subject says, in each browser in which somebody wants to be notified."""

import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from clients.channel import Allowed
from clients.letters import Letters
from clients.push.encryption import unpadded
from clients.push.sender import PushAnswer, PushMessage, PushNotSent, PushSender, Urgency
from domain.announcement import Announcement, Event
from domain.audience import Audience, Notified, notified
from domain.browsers import Browser
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread

GONE = frozenset({404, 410})
"""The statuses of a subscription that has ended (RFC 8030, section 7.3)."""

TOO_LARGE = 413

RESTS = 30.0
"""Seconds in which a push service that gave no answer is asked for nobody: its browsers would take all places."""

Forget = Callable[[Browser], Awaitable[None]]
"""Takes a browser out of the record whose subscription has ended."""


@dataclass
class WebPush:
    """The channel. `_resting` are the push services that gave no answer, each until when."""

    sender: PushSender
    letters: Letters
    forget: Forget
    _resting: dict[str, float] = field(default_factory=dict)

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """Each browser of whoever is to be notified."""
        return tuple(each.browser.destination for each in notified(said, audience))

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The browser itself: no other one waits for it."""
        del thread, audience
        return to

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Notify in one browser, unless it is nobody's to tell any more. A failure is this browser's alone."""
        said, to = outgoing.announcement, outgoing.to
        found = next((each for each in notified(said, audience) if each.browser.destination == to), None)
        if found is None:
            return DeliveryResult()
        service = urlsplit(found.browser.endpoint).netloc
        if (left := self._resting.get(service, 0) - time.monotonic()) > 0:
            return DeliveryResult(failure=f"{service} gave no answer before", retry_after=left)
        try:
            answer = await self._sent(said, found, audience, allowed)
        except PushNotSent as error:
            self._resting[service] = time.monotonic() + RESTS
            return DeliveryResult(failure=f"{service}: {error}", retry_after=RESTS)
        self._resting.pop(service, None)
        return await self._result(answer, said, found.browser)

    async def rest(self) -> None:
        """Nothing is held between two messages."""

    async def close(self) -> None:
        """Ask every push service again: this is another leader's."""
        self._resting.clear()

    async def _sent(self, said: Announcement, to: Notified, audience: Audience, allowed: Allowed) -> PushAnswer:
        facts = self.letters.facts(said, audience, to.language, to.reason)
        message = PushMessage(
            title=f"{said.ticket.id}{facts.t['colon']} {facts.heading}",
            body=f"{facts.what} → {facts.environment}",
            lang=to.language,
            tag=said.ticket.id,
            path=f"/requests/{said.ticket.id}",
        )
        urgent = said.asks or said.event is Event.FAILED
        urgency = Urgency.HIGH if urgent else Urgency.NORMAL
        return await self.sender.send(to.browser, message, topic_of(said.ticket.id, to.browser), urgency, allowed)

    async def _result(self, answer: PushAnswer, said: Announcement, browser: Browser) -> DeliveryResult:
        if 200 <= answer.status < 300:
            return DeliveryResult(receipts=(Receipt(to=browser.destination, id=said.id),))
        if answer.status in GONE:
            await self.forget(browser)
            return _refused(browser, said, f"The subscription has ended ({answer.status})")
        if answer.status == TOO_LARGE:
            return _refused(browser, said, f"The push service finds it too large ({answer.status})")
        service = urlsplit(browser.endpoint).netloc
        return DeliveryResult(failure=f"{service} answered {answer.status}", retry_after=answer.wait)


def topic_of(ticket: str, browser: Browser) -> str:
    """The name by which a newer message replaces one that waits (RFC 8030, section 5.4): 32 letters.

    It is keyed with what the push service does not know, so that it learns no request's number.
    """
    mac = hmac.digest(unpadded(browser.keys.auth), ticket.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac[:24]).decode()


def _refused(browser: Browser, said: Announcement, why: str) -> DeliveryResult:
    return DeliveryResult(receipts=(Receipt(to=browser.destination, id=said.id, refused=why),))
