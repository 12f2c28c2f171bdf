"""Whoever leads stops when told to."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from clients.channel import Allowed
from domain.audience import Audience
from domain.delivery import DeliveryOutcome, DeliveryResult, OutgoingMessage
from tests.activities.test_outbox import House, house
from tests.board import Board
from tests.record.building import Story

__all__ = ["house"]


@dataclass
class Losing(Board):
    """Loses the cancellation that comes together with a delivery's answer, as `wait_for` does before Python 3.12.

    `stop` ends the leader at that moment.
    """

    stop: Callable[[], object] = bool

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        delivery = await super().deliver(outgoing, audience, allowed)
        self.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(5)
        return delivery


async def test_a_cancellation_that_a_library_lost_ends_the_leader_all_the_same(house: House) -> None:
    """After the delivery, so that what was told is noted; or a worker that stops would wait for it for good."""
    board = Losing()
    async with house.leading(board) as leader:
        board.stop = leader.task.cancel
        await Story(leader.repository).create()
        await asyncio.wait({leader.task}, timeout=10)
        assert leader.task.cancelled()
    assert board.events == ["request-created"]
    assert [each.outcome for each in house.report().progress] == [DeliveryOutcome.DELIVERED]
