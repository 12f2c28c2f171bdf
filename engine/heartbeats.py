"""Heartbeats for every activity that has a heartbeat timeout, so that a killed worker is noticed within seconds."""

import asyncio
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.health import HealthActivities
from activities.leading import LeadingActivities

_BEAT_THEMSELVES = {LeadingActivities.lead.__name__, HealthActivities.look_at_health.__name__}
"""A leader has to know which of its heartbeats were confirmed; looks at health hand on by theirs what they saw."""


class HeartbeatInterceptor(Interceptor):
    """Tells Temporal that an activity lives, for as long as it runs; short ones end before their first beat."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  the SDK's name
        return _Heartbeats(next)


class _Heartbeats(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  the SDK's name
        timeout = activity.info().heartbeat_timeout
        beating = timeout is not None and input.fn.__name__ not in _BEAT_THEMSELVES
        beats = asyncio.create_task(_beat(timeout.total_seconds() / 3)) if timeout and beating else None
        try:
            return await super().execute_activity(input)
        finally:
            if beats:
                beats.cancel()


async def _beat(every: float) -> None:
    while True:
        await asyncio.sleep(every)
        activity.heartbeat()
