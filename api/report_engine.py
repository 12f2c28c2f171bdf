"""Carries reports and used links to the engine, and reads there what is under way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.engine_errors import EngineUnavailable, NotRunning, translated
from domain.reports import ReportId, ReportOrder, ReportStopped, RunState, workflow_of
from workflows.claim import Claim
from workflows.report import MakeReport

_MEMO = "order"
"""The memo in which the order stands from the first moment, readable without any worker."""

_WITHIN = timedelta(seconds=5)
"""For one call to the engine."""


@dataclass(frozen=True)
class UnderWay:
    """A report that the engine makes: its order, None of a schedule's, and by tenant why a part has to wait."""

    order: ReportOrder | None
    waits: Mapping[str, str]


@dataclass(frozen=True)
class ReportEngine:
    """Starts reports, retries and cancels them. Every method raises EngineUnavailable."""

    client: Client
    task_queue: str

    async def start(self, order: ReportOrder, retried: str | None = None) -> None:
        """Make the report; of one that is there already, the part that is retried."""
        signal: dict[str, Any] = {"start_signal": "retry_part", "start_signal_args": [retried]} if retried else {}
        kind = order.kind.replace("-", " ")
        starting = self.client.start_workflow(
            MakeReport.run,
            order,
            id=workflow_of(order.id or ""),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            memo={_MEMO: order},
            static_summary=f"{kind} {order.month or ''} of {len(order.tenants)} tenants",
            rpc_timeout=_WITHIN,
            **signal,
        )
        await translated(starting)

    async def cancel(self, report: ReportId) -> None:
        """Have what is not made yet stay so. Raises ReportStopped where nobody makes it."""
        try:
            await translated(self._handle(report).cancel(rpc_timeout=_WITHIN))
        except NotRunning as error:
            raise ReportStopped from error

    async def under_way(self, report: ReportId) -> UnderWay | None:
        """The report as the engine has it; None where it does not make it."""
        try:
            found = await translated(self._handle(report).describe(rpc_timeout=_WITHIN))
        except NotRunning:
            return None
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return None
        children = [each.workflow_id for each in found.raw_description.pending_children]
        waits = {child.rpartition("/")[2]: why for child in children if (why := await self._why(child))}
        order = await found.memo_value(_MEMO, None, type_hint=ReportOrder)
        return UnderWay(order, waits)

    async def _why(self, part: str) -> str | None:
        """The last failure of a part's activity that is tried again."""
        try:
            found = await self.client.get_workflow_handle(part).describe(rpc_timeout=_WITHIN)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:  # it has just ended
                return None
            raise EngineUnavailable from error
        for pending in found.raw_description.pending_activities:
            if pending.HasField("last_failure"):
                return str(await self.client.data_converter.decode_failure(pending.last_failure))
        return None

    async def spend(self, link: str) -> bool:
        """Use the link; False where it was used: the engine starts one workflow of an id, whoever asks for it."""
        starting = self.client.start_workflow(
            Claim.run,
            link,
            id=f"links/{link}",
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary="a link to a document that was used",
            rpc_timeout=_WITHIN,
        )
        try:
            await translated(starting)
        except WorkflowAlreadyStartedError:
            return False
        return True

    def _handle(self, report: ReportId) -> WorkflowHandle[MakeReport, RunState]:
        return self.client.get_workflow_handle_for(MakeReport.run, workflow_of(report))
