"""A channel of announcements that a test looks at, and a clock that a test moves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clients.channel import Allowed, ChannelDown
from domain.announcement import Announcement
from domain.audience import Audience, recipients
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread
from domain.roles import same_address
from tests.domain.builders import NOW


@dataclass
class Board:
    """Keeps what it is told: the announcement's id and the destination.

    It is down while `down` says why, and `away` are destinations that take nothing. With `people` it has one for each
    person whom a mail would reach, otherwise one for all. `then` happens after each.
    """

    down: str = ""
    away: set[str] = field(default_factory=set)
    people: bool = False
    told: list[tuple[str, str]] = field(default_factory=list)
    messages: list[OutgoingMessage] = field(default_factory=list)
    attempts: int = 0
    then: Callable[[], None] | None = None
    rested: int = 0

    @property
    def ids(self) -> list[str]:
        return [identity for identity, _ in self.told]

    @property
    def events(self) -> list[str]:
        return [identity.split(".")[2] for identity in self.ids]

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        return tuple(same_address(each.email) for each in recipients(said, audience)) if self.people else ("board",)

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        return to

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        self.attempts += 1
        if self.down:
            raise ChannelDown(self.down)
        if outgoing.to in self.away:
            return DeliveryResult(failure="451 try later")
        allowed()
        self.told.append((outgoing.announcement.id, outgoing.to))
        self.messages.append(outgoing)
        if self.then:
            self.then()
        receipt = Receipt(to=outgoing.to, id=outgoing.announcement.id)
        return DeliveryResult(receipts=(receipt,), thread=Thread(channel="board", ts=f"{len(self.told)}"))

    async def rest(self) -> None:
        self.rested += 1

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Clock:
    """The time of the tickets that builders make, passing at its own pace and as far as it is moved."""

    ahead: timedelta = timedelta(hours=1)
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        return NOW + self.ahead + timedelta(seconds=time.monotonic() - self._began)

    def let_pass(self, **some: float) -> None:
        self.ahead += timedelta(**some)
