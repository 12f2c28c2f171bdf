"""Lets one follower lead at a time, by an activity's heartbeats: the leader knows until when nobody else can."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from prometheus_client import Gauge
from temporalio import activity
from temporalio.client import AsyncActivityCancelledError, AsyncActivityHandle, Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from activities.tracing import apart
from domain.errors import NewerFormat
from domain.following import Followed
from domain.values import Frozen
from record.errors import BranchRewritten, JournalMoved, RecordError
from record.git.repository import Repository

MARGIN = 0.2
"""The part of the heartbeat timeout by which a lease ends before the engine gives the activity to somebody else: two
machines' clocks count seconds nearly alike, and what a leader sends right before its end takes a moment."""

BEATS = 5
"""Heartbeats within one timeout: some of them may be lost."""

LEAVES_WITHIN = 5.0
"""Seconds in which a leader notes what it told and lets its channel go, before it is cancelled again."""

SHIFT = timedelta(hours=12)
"""The time for which one run of the activity leads, so that its workflow can go on in a new run."""

LOOK_AGAIN = timedelta(minutes=1)
"""The wait where a person has to mend something before a follower can go on."""

ELSEWHERE = timedelta(seconds=10)
"""The wait before a worker without this follower hands the activity to another again."""


NOW = timedelta(milliseconds=100)
"""The wait before another worker leads, where the one before has ended in order."""

STANDS = Gauge(
    "prodgate_follower_stands_still", "1 while a follower waits for a person: see its last failure", ["follower"]
)
BEHIND = Gauge(
    "prodgate_follower_behind", "Commits and deliveries that a follower has still to deal with", ["follower"]
)
OLDEST = Gauge("prodgate_follower_oldest_seconds", "Age of the oldest of them", ["follower"])


class LeaseLost(Exception):
    """Somebody else may lead by now: nothing may be sent or written any more."""


@dataclass
class Lease:
    """The right to act as the leader, renewed by heartbeats that the engine has confirmed.

    It counts from the moment before a heartbeat was sent, so it ends before the engine lets anybody else begin.
    """

    handle: AsyncActivityHandle
    timeout: timedelta
    details: Frozen | None = None
    """The details that the engine's pages show of the leader."""
    _until: float = 0.0
    _lost: str = ""

    def check(self) -> None:
        """Raise LeaseLost unless the lease holds now; asked before each effect."""
        if self._lost or time.monotonic() >= self._until:
            raise LeaseLost(self._lost or "no heartbeat was confirmed in time")

    async def renew(self) -> None:
        """Send one heartbeat. Raises LeaseLost where the engine has given the activity up."""
        started = time.monotonic()
        said = [self.details] if self.details is not None else []
        try:
            await self.handle.heartbeat(*said, rpc_timeout=self.timeout / 2)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                self._lose(error)
            activity.logger.warning("a heartbeat was not confirmed: %s", error)
            return
        except AsyncActivityCancelledError as error:
            self._lose(error)
        activity.heartbeat(*said)  # besides, for the SDK, which watches the timeout itself
        self._until = started + self.timeout.total_seconds() * (1 - MARGIN)

    def _lose(self, error: Exception) -> None:
        self._lost = str(error) or type(error).__name__
        raise LeaseLost(self._lost) from error

    async def keep(self) -> None:
        """Renew until the lease is lost."""
        while True:
            await asyncio.sleep(self.timeout.total_seconds() / BEATS)
            await self.renew()
            self.check()


Rest = Callable[[float], Awaitable[None]]
"""Waits for so many seconds, or until the branch moves on this disk."""


TOGETHER = 0.1
"""Seconds from a change of the branch to the look at it."""


@contextlib.asynccontextmanager
async def resting(repository: Repository) -> AsyncIterator[Rest]:
    """A follower's rest between two rounds; whatever moves the branch during a round ends the rest after it soon.

    Not at once: whoever waits for the answer to the act that moved it comes first, and what comes together is read
    together.
    """
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    async def rest(seconds: float) -> None:
        # Not wait_for, which loses a cancellation that comes together with what is awaited (before Python 3.12). A
        # library of a channel may have lost one so.
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()
                await asyncio.sleep(TOGETHER)
        woken.clear()

    with repository.listening(wake):
        yield rest


class Follower(Protocol):
    """Follows the record and does something about it, for as long as it leads."""

    async def follow(self, lease: Lease) -> None:
        """Go on until cancelled. Checks the lease before each effect, and raises what it lets through."""
        ...


@dataclass
class LeadingActivities:
    """Leads the followers of this process, each by its name."""

    client: Client
    followers: Mapping[str, Follower]

    @activity.defn
    async def lead(self, followed: Followed) -> None:
        """Follow the record as the only one who does, until the shift ends, the worker stops, or the lease is lost.

        Running it twice is harmless: the second leads only when the first can't any more, and goes on from the journal.
        Fails as BranchRewritten or NewerFormat until a person has looked, and as what was raised otherwise, to be run
        again.
        """
        follower = self.followers.get(followed.name)
        if follower is None:
            raise _again(f"{followed.name} is not set up in this worker", "NotSetUp", ELSEWHERE)
        info = activity.info()
        timeout = info.heartbeat_timeout or timedelta(seconds=10)
        lease = Lease(self.client.get_async_activity_handle(task_token=info.task_token), timeout)
        STANDS.labels(followed.name).set(0)
        try:
            await lease.renew()
            lease.check()
            async with _while_leading(lease) as ended:
                with apart():
                    ended.append(asyncio.create_task(follower.follow(lease)))
                await asyncio.wait(ended, timeout=SHIFT.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
                await _first_failure(ended)
        except (BranchRewritten, NewerFormat) as error:
            activity.logger.error("%s stands still: %s", followed.name, error)
            STANDS.labels(followed.name).set(1)
            raise _again(str(error), type(error).__name__, LOOK_AGAIN) from error
        except LeaseLost as error:
            raise _again(f"{followed.name} is led by somebody else: {error}", "LeaseLost", NOW) from error
        except JournalMoved as error:
            raise _again(str(error), "JournalMoved", timedelta(seconds=1)) from error
        except RecordError as error:
            raise ApplicationError(str(error), type=type(error).__name__) from error
        if activity.is_worker_shutdown():
            raise _again("the worker stops", "Leaves", NOW)


@contextlib.asynccontextmanager
async def _while_leading(lease: Lease) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """The tasks that end a leader: its heartbeats, and the worker's end. They and others added are ended after it."""
    tasks = [asyncio.create_task(lease.keep()), asyncio.create_task(activity.wait_for_worker_shutdown())]
    try:
        yield tasks
    finally:
        pending = set(tasks)
        while pending:  # what swallows a cancellation is cancelled again
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=LEAVES_WITHIN)


async def _first_failure(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        if task.done():
            await task


def _again(sentence: str, kind: str, delay: timedelta) -> ApplicationError:
    """A failure after which the activity is run again, by whichever worker is free."""
    category = ApplicationErrorCategory.UNSPECIFIED if delay == LOOK_AGAIN else ApplicationErrorCategory.BENIGN
    return ApplicationError(sentence, type=kind, next_retry_delay=delay, category=category)
