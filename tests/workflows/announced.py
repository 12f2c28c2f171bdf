"""Every way in which announcements can go, each as a scene on the dev server; their histories are replayed."""

from dataclasses import dataclass, field
from datetime import timedelta

from clients.channel import ChannelDown
from domain.announcement import Channel
from domain.audience import Audience
from domain.decision import DecisionAction
from domain.delivery import Delivery, Parcel, Receipt, Thread
from domain.ticket import State
from tests.domain.builders import JEAN
from tests.workflows.paths import SOON, Scene
from tests.workflows.stage import Promoted, Stage


@dataclass
class Board:
    """A channel that keeps what it is told; it is down while `down` says why, and forgets to answer `lost` times.

    With `halves` it has two recipients, of which each attempt reaches one.
    """

    told: list[str] = field(default_factory=list)
    threads: list[Thread | None] = field(default_factory=list)
    down: str = ""
    lost: int = 0
    halves: bool = False

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        del audience, seconds
        if self.down:
            raise ChannelDown(self.down)
        self.told.append(parcel.announcement.id)
        self.threads.append(parcel.thread)
        if self.lost:
            self.lost -= 1
            raise ConnectionError("the worker was killed before it could say what it had done")
        if self.halves and not parcel.done:
            return Delivery(receipts=(Receipt(to="half", id=parcel.announcement.id),), failure="one is left")
        receipt = Receipt(to="board", id=parcel.announcement.id)
        return Delivery(receipts=(receipt,), thread=Thread(channel="board", ts=f"{len(self.told)}"))


async def _deployed(stage: Stage) -> Promoted:
    promoted = await stage.submit()
    await stage.decide(promoted, DecisionAction.APPROVE, JEAN)
    await stage.until(promoted, State.DEPLOYED)
    return promoted


async def delivered(stage: Stage) -> Promoted:
    """Everything at once, on three channels."""
    stage.outlets |= {channel: Board() for channel in Channel}
    return await _deployed(stage)


async def delivered_late(stage: Stage) -> Promoted:
    """A channel comes back after the deployment."""
    stage.outlets |= {Channel.MAIL: (board := Board(down="no server")), Channel.KAFKA: Board()}
    promoted = await _deployed(stage)
    board.down = ""
    return promoted


async def delivered_in_parts(stage: Stage) -> Promoted:
    """Each attempt gets a part done, and the next one the rest."""
    stage.outlets[Channel.MAIL] = Board(halves=True)
    return await _deployed(stage)


async def given_up(stage: Stage) -> Promoted:
    """A channel never comes back."""
    stage.patience = timedelta(seconds=1)
    stage.outlets |= {Channel.SLACK: Board(down="no such channel"), Channel.KAFKA: Board()}
    return await _deployed(stage)


async def warned_and_expired(stage: Stage) -> Promoted:
    """Nobody decides."""
    stage.outlets |= {Channel.MAIL: Board(), Channel.KAFKA: Board()}
    return await stage.submit(decide_by=await stage.now() + SOON)


ANNOUNCED: dict[str, Scene] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (delivered, delivered_late, delivered_in_parts, given_up, warned_and_expired)
}
"""Every way by its name."""
