"""The watch: on a schedule, every AWX job of the template is held against the record; its result is what is wrong."""

import logging
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
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

with workflow.unsafe.imports_passed_through():
    from activities.awx_watch import WatchActivities
    from domain.watch import JobComparison, Window
    from workflows import options, shown

_LOG = logging.getLogger(__name__)

WATCH = "awx-watch"
"""The schedule's id, and its runs' with the time behind it."""


@workflow.defn
class AwxWatch:
    """One comparison. Its result and its details stand in the Temporal UI."""

    @workflow.run
    async def run(self) -> JobComparison:
        """Jobs that no ticket explains, and tickets whose job never ran."""
        window = Window(since=workflow.now() - options.WATCHED, now=workflow.now())
        comparison = await workflow.execute_activity_method(
            WatchActivities.compare_jobs, window, **options.looking("holds AWX's jobs against the record")
        )
        workflow.set_current_details(shown.comparison(comparison))
        return comparison


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
