"""What every channel of announcements offers: one parcel at a time, and the truth about what became of it."""

import logging
from typing import Protocol

from domain.audience import Audience
from domain.delivery import Delivery, Parcel, Receipt

_LOG = logging.getLogger(__name__)


class ChannelDown(Exception):
    """Nothing could be delivered now; `str()` says why. `retry_after` is in seconds, where the channel asks for it."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Outlet(Protocol):
    """Speaks one channel's protocol."""

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        """Deliver what isn't done yet, within the time; an outcome for each recipient. Raises ChannelDown."""
        ...


class Logged:
    """Stands in for a channel that isn't set up: the log says what would have been told."""

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        """Write one line."""
        del seconds
        said, ticket = parcel.announcement, parcel.announcement.ticket
        _LOG.info("%s is not set up; it would tell %s of %s", parcel.channel, audience.slack_channel or "all", said.id)
        return Delivery(receipts=(Receipt(to="log", id=f"{said.id}@{ticket.state}"),))
