"""Heartbeats for every activity that has a heartbeat timeout, so that a killed worker is noticed within seconds."""

import asyncio
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class Beating(Interceptor):
    """Tells Temporal that an activity lives, for as long as it runs; short ones end before their first beat."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  the SDK's name
        return _Inbound(next)


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  the SDK's name
        timeout = activity.info().heartbeat_timeout
        beats = asyncio.create_task(_beat(timeout.total_seconds() / 3)) if timeout else None
        try:
            return await super().execute_activity(input)
        finally:
            if beats:
                beats.cancel()


async def _beat(every: float) -> None:
    while True:
        await asyncio.sleep(every)
        activity.heartbeat()
