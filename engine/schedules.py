"""Schedules on the Temporal server: the watch over AWX, made once for all workers."""

import logging
from collections.abc import Callable
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from workflows.watch import WATCH, AwxWatch

_LOG = logging.getLogger(__name__)


async def keep_watch(client: Client, task_queue: str, every: timedelta) -> None:
    """Have the watch run on a schedule, made once for all workers; one that is paused stays paused."""
    action = ScheduleActionStartWorkflow(
        AwxWatch.run, id=WATCH, task_queue=task_queue, static_summary="AWX's jobs against the record"
    )
    schedule = Schedule(action=action, spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]))

    def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule.state = found.description.schedule.state
        return ScheduleUpdate(schedule)

    try:
        await client.create_schedule(WATCH, schedule)
    except ScheduleAlreadyRunningError:
        await _change(client, changed)


async def _change(client: Client, changed: Callable[[ScheduleUpdateInput], ScheduleUpdate]) -> None:
    """Give the schedule its new interval; where the engine is too busy to say what it has, the old one stays."""
    try:
        await client.get_schedule_handle(WATCH).update(changed)
    except RPCError as error:
        _LOG.warning("the schedule of the watch stays as it was: %s", error)
