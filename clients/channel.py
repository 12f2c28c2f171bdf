"""The interface of every channel of announcements: it delivers one message at a time, and reports the result."""

from collections.abc import Callable
from typing import Protocol

from domain.announcement import Announcement
from domain.audience import Audience
from domain.delivery import DeliveryResult, OutgoingMessage, Thread

Allowed = Callable[[], None]
"""Asked before each call that tells anybody anything; raises where nothing may be sent any more."""


class ChannelDown(Exception):
    """Nothing could be delivered now, to anybody; `str()` says why. `retry_after`, in seconds, is what it asks for."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class NewerLeader(Exception):
    """The channel itself knows of a newer leader, and takes nothing from this one any more."""


class ChannelClient(Protocol):
    """Speaks one channel's protocol."""

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """The destinations to tell, each by a name that stays: a ticket's announcements reach each of them in order."""
        ...

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The place that it leads to. One that takes nothing now holds up no other."""
        ...

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Deliver what isn't done yet; a failure is this destination's alone. Raises ChannelDown, or NewerLeader."""
        ...

    async def rest(self) -> None:
        """Release whatever costs the other side something while there is nothing to tell."""
        ...

    async def close(self) -> None:
        """Release everything; the next message takes it up again."""
        ...
