"""Activities tell Temporal that they live, for as long as they run."""

import asyncio
from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from engine.heartbeats import HeartbeatInterceptor
from tests.awx_fixtures import environment


class Slow(ActivityInboundInterceptor):
    """An activity that takes longer than its heartbeat timeout, which is 60 ms here."""

    def __init__(self) -> None:
        """Nothing follows it."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  the SDK's name
        del input
        await asyncio.sleep(0.3)
        return "done"


async def test_a_slow_activity_beats_its_heart_until_it_ends() -> None:
    """Temporal tells a killed worker from a slow AWX."""
    beating, beats = environment(), 0

    def beat(*_: Any) -> None:
        nonlocal beats
        beats += 1

    async def run() -> Any:
        given = ExecuteActivityInput(fn=run, args=[], executor=None, headers={})
        return await HeartbeatInterceptor().intercept_activity(Slow()).execute_activity(given)

    beating.on_heartbeat = beat
    assert await beating.run(run) == "done"
    assert beats > 3
    ended = beats
    await asyncio.sleep(0.1)
    assert beats == ended
