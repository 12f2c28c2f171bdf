"""Schedules on the Temporal server, made once for all workers: the watch over AWX, the look for drift, last
month's reports.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.drift import DriftReport
from domain.reports import ReportOrder, workflow_of
from workflows.drift import DRIFT_WATCH, DriftWatch
from workflows.report import MakeReport
from workflows.watch import WATCH, AwxWatch

_LOG = logging.getLogger(__name__)
REPORTS = "monthly-reports"
"""The id of that schedule."""
ANSWERS_WITHIN = 2.0
"""Seconds that the engine gets to tell of the last look: whoever asks for readiness waits for it."""


async def keep_watch(client: Client, task_queue: str, every: timedelta) -> None:
    """Have the watch run on a schedule, made once for all workers; one that is paused stays paused."""
    action = ScheduleActionStartWorkflow(
        AwxWatch.run, id=WATCH, task_queue=task_queue, static_summary="AWX's jobs against the record"
    )
    await _keep(
        client, WATCH, Schedule(action=action, spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]))
    )


async def keep_drift_watch(client: Client, task_queue: str, every: timedelta) -> None:
    """Have the look for drift run on a schedule, likewise."""
    action = ScheduleActionStartWorkflow(
        DriftWatch.run, id=DRIFT_WATCH, task_queue=task_queue, static_summary="the record against its promotions"
    )
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])
    await _keep(client, DRIFT_WATCH, Schedule(action=action, spec=spec))


async def last_drift(client: Client) -> str:
    """Tells what the last look for drift found: `none`, or how many of each kind."""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            return await _last_drift(client)
    except TimeoutError:
        return "not known: the engine does not answer"
    except RPCError as error:
        return "not looked for yet" if error.status is RPCStatusCode.NOT_FOUND else f"not known: {error}"


async def _last_drift(client: Client) -> str:
    looks = (await client.get_schedule_handle(DRIFT_WATCH).describe()).info.recent_actions
    for each in reversed(looks):
        run = each.action
        if isinstance(run, ScheduleActionExecutionStartWorkflow):
            look = client.get_workflow_handle(run.workflow_id, result_type=DriftReport)
            if (await look.describe()).status is WorkflowExecutionStatus.COMPLETED:
                return str(await look.result())
    return "not looked for yet"


async def keep_reports(client: Client, task_queue: str, order: ReportOrder | None, zone: ZoneInfo) -> None:
    """Have every tenant's report of last month made on the first of each month, early in the company's zone.

    One that was missed, for the engine was down, is made within the week after. Without an order, nothing is made.
    """
    if order is None:
        await _drop(client, REPORTS)
        return
    action = ScheduleActionStartWorkflow(
        MakeReport.run,
        order,
        id=workflow_of("monthly"),
        task_queue=task_queue,
        static_summary="every tenant's report of last month",
    )
    first = ScheduleCalendarSpec(day_of_month=[ScheduleRange(1)], hour=[ScheduleRange(6)])
    spec = ScheduleSpec(calendars=[first], time_zone_name=zone.key)
    policy = SchedulePolicy(catchup_window=timedelta(days=7))
    await _keep(client, REPORTS, Schedule(action=action, spec=spec, policy=policy))


async def _drop(client: Client, name: str) -> None:
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            _LOG.warning("the schedule %s stays: %s", name, error)


async def _keep(client: Client, name: str, schedule: Schedule) -> None:
    def changed(found: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule.state = found.description.schedule.state
        return ScheduleUpdate(schedule)

    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:
        await _change(client, name, changed)


async def _change(client: Client, name: str, changed: Callable[[ScheduleUpdateInput], ScheduleUpdate]) -> None:
    """Give the schedule its new form; where the engine is too busy to say what it has, the old one stays."""
    try:
        await client.get_schedule_handle(name).update(changed)
    except RPCError as error:
        _LOG.warning("the schedule %s stays as it was: %s", name, error)
