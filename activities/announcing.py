"""Announcements as activities: one thing to say, on one channel; and how a ticket's announcements learn what to say."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from clients.channel import ChannelDown, Outlet
from domain.announcement import LISTENS, Announcement, Channel, Plan, Told, listens_until
from domain.change import Change
from domain.delivery import Delivery, Parcel, Story, announcements_of
from domain.ticket import Impact
from record.diff import Comparer
from record.directory import DirectoryReader
from record.errors import RecordUnavailable
from record.repository import Repository

ANNOUNCEMENTS, TELL, PROGRESS = "Announcements", "tell", "progress"
"""Names of the announcements' workflow, of the signal that it learns from, and of the query that it answers."""

SENT, FAILED = "prodgate_announcements_sent", "prodgate_announcements_failed_attempts"

SPARED = 30.0
"""Seconds after a failure in which first attempts are left out; what waits is tried again at its own pace."""

_FETCHED, _FETCHES = 2.0, 2.0
"""Seconds that what is known of the remote may be old, and that asking it may take within one attempt."""

Tell = Callable[[Change], Awaitable[None]]
"""Makes a recorded change known to those who announce it; running it twice is harmless."""


async def tell_nobody(_change: Change) -> None:
    """For an installation without channels."""


@dataclass
class Announcer:
    """Tells a ticket's announcements of each recorded change: a signal, which starts them where they don't run yet.

    `remind_after` has the durations by impact; the plan's own is the one that goes with the ticket.
    """

    client: Client
    task_queue: str
    plan: Plan
    remind_after: Mapping[Impact, timedelta]

    async def tell(self, change: Change) -> None:
        """Make the change known. The engine has the signal when this returns; what follows is not waited for.

        Announcements of a promotion that was terminated end by themselves, when nothing more can come.
        """
        ticket = change.ticket
        after = self.remind_after[ticket.spec.request.impact_assessment]
        plan = self.plan.model_copy(update={"remind_after": round(after.total_seconds())})
        told = Told(ticket=ticket, requester=change.requester, decide_by=change.decide_by, plan=plan)
        await self.client.start_workflow(
            ANNOUNCEMENTS,
            Story(),
            id=announcements_of(ticket.id),
            task_queue=self.task_queue,
            start_signal=TELL,
            start_signal_args=[told],
            execution_timeout=max(listens_until(told) - datetime.now(UTC), LISTENS),
            static_summary=f"tells of {ticket.id}, {ticket.spec.target.name}, for {ticket.metadata.tenant}",
        )


@dataclass
class AnnouncementActivities:
    """Delivers by the outlets that this installation has."""

    outlets: Mapping[Channel, Outlet]
    repository: Repository
    directory: DirectoryReader
    comparer: Comparer
    _down_since: dict[Channel, float] = field(default_factory=dict)

    @activity.defn
    async def deliver(self, parcel: Parcel) -> Delivery:
        """Deliver one announcement on one channel, or the part that can be delivered within the activity's time.

        Twice is harmless: who has it already is in the parcel, and a repeat carries the same id. Fails as
        `ChannelDown` where nothing at all could be delivered, and for good where this worker has no such channel.
        """
        outlet = self.outlets.get(parcel.channel)
        if outlet is None:
            raise ApplicationError(f"{parcel.channel} is not set up here", type="NoSuchChannel", non_retryable=True)
        self._spare(parcel.channel)
        await self._look()
        directory = await asyncio.to_thread(self.directory.current)
        audience = directory.audience(parcel.announcement.ticket.metadata.tenant)
        if parcel.channel is not Channel.KAFKA:
            compared = await asyncio.to_thread(self._compared, parcel.announcement)
            parcel = parcel.model_copy(update={"announcement": compared})
        try:
            delivery = await outlet.deliver(parcel, audience, _budget())
        except ChannelDown as down:
            self._down_since[parcel.channel] = time.monotonic()
            _count(parcel, FAILED, "Attempts that delivered nothing", 1)
            delay = timedelta(seconds=down.retry_after) if down.retry_after else None
            raise ApplicationError(str(down), type="ChannelDown", next_retry_delay=delay) from down
        self._down_since.pop(parcel.channel, None)
        _count(parcel, SENT, "Announcements that were delivered, by recipient", len(delivery.receipts))
        return delivery

    async def _look(self) -> None:
        """Learn what other workers recorded; where Git does not answer soon, people are told what is known here."""
        with contextlib.suppress(TimeoutError, RecordUnavailable):
            await asyncio.wait_for(asyncio.to_thread(self.repository.fetch, _FETCHED), _FETCHES)

    def _compared(self, announcement: Announcement) -> Announcement:
        """The announcement with what its ticket replaces now, as far as its own tenant may see that."""
        tenant = announcement.ticket.metadata.tenant
        comparison = self.comparer.comparison(announcement.ticket, lambda other: other.metadata.tenant == tenant)
        return announcement.model_copy(update={"comparison": comparison})

    def _spare(self, channel: Channel) -> None:
        """Refuse a first attempt on a channel that was down just now: it would hold a task of the worker meanwhile.

        A server that does not answer at all would keep promotions from theirs, if enough were announced at once.
        """
        since = self._down_since.get(channel)
        if since is not None and activity.info().is_local and time.monotonic() - since < SPARED:
            raise ApplicationError(f"{channel} was down just now", type="ChannelDown")


def _budget() -> float:
    """Seconds for one attempt: so few that what was done by then is still told."""
    timeout = activity.info().start_to_close_timeout
    return timeout.total_seconds() * 0.7 if timeout else 60.0


def _count(parcel: Parcel, name: str, description: str, number: int) -> None:
    meter = activity.metric_meter().with_additional_attributes({"channel": parcel.channel})
    meter.create_counter(name, description).add(number)
