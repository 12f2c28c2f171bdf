"""Makes a report: opens it in the record, then makes a part for each tenant, some at a time, each in a child workflow.

Messages:
- retry_part (signal): have a part made again that failed or was cancelled; with start, of a report that has ended
- cancellation: what is not made yet stays so, and the record says it

What ended stands in the record's journal, part by part: nothing is lost with the workflow, which goes on from there.
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities.reports import ReportActivities
    from domain.reports import (
        PartOrder,
        PartsNote,
        PartState,
        ReportOrder,
        ReportPart,
        ReportRun,
        RunState,
        workflow_of,
    )
    from workflows import options, shown

CANCELLED = ("cancelled", "The report was cancelled")
ENDED = ("ended", "An operator ended the workflow of this part")


@workflow.defn
class MakePart:
    """Makes one tenant's part and notes it, whatever became of it."""

    @workflow.run
    async def run(self, order: PartOrder) -> ReportPart:
        """The part as the record has it."""
        cancelled = False
        if order.part.state is not PartState.WAITING:
            order = order.model_copy(update={"part": ReportPart(tenant=order.part.tenant)})
            cancelled = await _noted(order.report, order.part)
        part = _cancelled(order.part) if cancelled else await self._made(order)
        await _noted(order.report, part)
        return part

    async def _made(self, order: PartOrder) -> ReportPart:
        """The part, or why there is none: a refusal for good, or a cancellation."""
        try:
            return await workflow.execute_activity_method(
                ReportActivities.make_part, order, **options.rendering(f"makes the documents of {order.part.tenant}")
            )
        except (ActivityError, asyncio.CancelledError) as error:
            if is_cancelled_exception(error):
                return _cancelled(order.part)
            if not isinstance(error.__cause__, ApplicationError):
                raise
            return order.part.ended(PartState.FAILED, error.__cause__.type or "failed", error.__cause__.message)


@workflow.defn
class MakeReport:
    """One report, from its order to the last of its parts."""

    @workflow.init
    def __init__(self, order: ReportOrder) -> None:
        self._parts: dict[str, ReportPart] = {}
        self._due: set[str] = set()
        self._making: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(options.PARTS_AT_ONCE)

    @workflow.run
    async def run(self, order: ReportOrder) -> RunState:
        """The state in which the report ended."""
        run = await self._opened(order)
        while self._due:
            try:
                await self._make(run)
            except asyncio.CancelledError:
                await self._give_up(run)
        return run.with_(self._parts.values()).state

    async def _opened(self, order: ReportOrder) -> ReportRun:
        run = await workflow.execute_activity_method(
            ReportActivities.open_report, order, **options.recording("opens the report in the record")
        )
        self._parts = {part.tenant: part for part in run.parts}
        self._due |= {part.tenant for part in run.parts if part.state is PartState.WAITING}
        return run

    async def _make(self, run: ReportRun) -> None:
        """Make what is due, and what somebody wants made again meanwhile."""
        while self._due or self._making:
            for tenant in sorted(self._due & self._parts.keys() - self._making.keys()):
                if self._parts[tenant].state is not PartState.MADE:
                    self._making[tenant] = asyncio.create_task(self._make_part(run, tenant))
            self._due.clear()
            await workflow.wait_condition(lambda: bool(self._due) or all(map(_done, self._making.values())))
            for tenant in [tenant for tenant, task in self._making.items() if task.done()]:
                self._making.pop(tenant).result()  # what a part does not answer for is the workflow's failure, and seen

    async def _make_part(self, run: ReportRun, tenant: str) -> None:
        async with self._turns:
            self._parts[tenant] = await self._child(run, self._parts[tenant])
        workflow.set_current_details(shown.report(self._parts.values()))

    async def _child(self, run: ReportRun, part: ReportPart) -> ReportPart:
        try:
            return await workflow.execute_child_workflow(
                MakePart.run,
                PartOrder.of(run, part, workflow.now()),
                id=f"{workflow_of(run.id)}/{part.tenant}",
                static_summary=f"makes the part of {part.tenant}",
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError) as error:
            # A part that is cancelled before its workflow began has nobody else to say so.
            ended = _cancelled(part) if is_cancelled_exception(error) else part.ended(PartState.FAILED, *ENDED)
            await _noted(run.id, ended)
            return ended

    async def _give_up(self, run: ReportRun) -> None:
        """Cancel what is under way, and note what was not begun."""
        for task in self._making.values():
            task.cancel()
        if self._making:
            await workflow.wait(self._making.values())
        self._making = {}
        left = [part for part in self._parts.values() if part.state is PartState.WAITING]
        ended = [_cancelled(part) for part in left]
        self._parts |= {part.tenant: part for part in ended}
        await _note(run.id, *ended)

    @workflow.signal
    def retry_part(self, tenant: str) -> None:
        """Have the part made once more; one that is made, or being made, stays as it is."""
        self._due.add(tenant)


async def _note(report: str, *parts: ReportPart) -> None:
    """Have the parts noted in the record."""
    await workflow.execute_activity_method(
        ReportActivities.note_parts, PartsNote(report=report, parts=parts), **options.recording("notes what was made")
    )


async def _noted(report: str, part: ReportPart) -> bool:
    """Have a part noted, also where a cancellation arrives meanwhile; tells whether one did."""
    noting = asyncio.create_task(_note(report, part))
    try:
        await asyncio.shield(noting)
    except asyncio.CancelledError:
        await noting
        return True
    return False


def _cancelled(part: ReportPart) -> ReportPart:
    return part.ended(PartState.CANCELLED, *CANCELLED)


def _done(task: asyncio.Task[None]) -> bool:
    return task.done()
