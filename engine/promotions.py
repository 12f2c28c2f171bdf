"""Reads the promotions that the engine runs, and has recorded tickets go on in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.drift import NoAnswer
from domain.change import Resumed
from domain.drift import DriftKind, difference
from domain.ticket import PromotionRequest
from workflows import shown
from workflows.debt import EmergencyDebt
from workflows.promotion import Promotion
from workflows.starting import resume

_RUNNING = f"WorkflowType IN ('{Promotion.__name__}', '{EmergencyDebt.__name__}') AND ExecutionStatus = 'Running'"
_PAGE = 1_000
ANSWERS_WITHIN = timedelta(seconds=10)
"""The time in which a worker that is there answers a query, replay included."""


@dataclass(frozen=True)
class EnginePromotions:
    """The promotions of one namespace and task queue."""

    client: Client
    task_queue: str

    async def running(self) -> AsyncIterator[tuple[str, str]]:
        """The ids and states of those that run, page by page. Raises RPCError."""
        async for found in self.client.list_workflows(
            f"{_RUNNING} AND TaskQueue = '{self.task_queue}'", page_size=_PAGE
        ):
            yield found.id, found.typed_search_attributes.get(shown.STATE, "")

    async def runs(self, ticket_id: str) -> bool:
        """Tells whether it runs now. Raises RPCError."""
        try:
            found = await self.client.get_workflow_handle(ticket_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return found.status is WorkflowExecutionStatus.RUNNING

    async def told(self, ticket_id: str, run_id: str | None = None) -> PromotionRequest | None:
        """The ticket as its promotion has it, or one run of it; None where none runs. Raises NoAnswer, RPCError."""
        if not await self.runs(ticket_id):
            return None
        handle = self.client.get_workflow_handle(ticket_id, run_id=run_id)
        try:
            return await handle.query(Promotion.ticket, rpc_timeout=ANSWERS_WITHIN)
        except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise NoAnswer(f"no worker says what its promotion holds: {error}") from error

    async def resume(self, resumed: Resumed) -> bool:
        """Have the ticket go on where the engine knows no promotion of it; one that runs is left alone.

        False for one that has run and ended meanwhile: what it recorded is newer. Raises RPCError.
        """
        try:
            await resume(self.client, resumed, self.task_queue, first=True)
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def resume_ended(self, resumed: Resumed) -> None:
        """Have the ticket go on though its promotion ended before it was read. Raises RPCError."""
        await resume(self.client, resumed, self.task_queue)

    async def replace(self, resumed: Resumed) -> bool:
        """Have the ticket go on from what the record has, instead of the promotion that runs. Raises RPCError.

        The one that runs may have asked AWX for a job: the new one looks for it before it asks (docs/adr/0002). False
        for one that is not older any more, or does not say: it may hold what people decided since, and goes on.
        """
        ticket = resumed.ticket
        run = (await self.client.get_workflow_handle(ticket.id).describe()).run_id
        try:
            told = await self.told(ticket.id, run)
        except NoAnswer:
            return False
        if told is None or difference(ticket, told) is not DriftKind.BEHIND:
            return False
        if not await self._end(ticket.id, run):
            return False
        await resume(self.client, resumed, self.task_queue)
        return True

    async def _end(self, ticket_id: str, run_id: str) -> bool:
        """End that run and no later one; False where it has ended by itself."""
        try:
            await self.client.get_workflow_handle(ticket_id, run_id=run_id).terminate("it is older than the record")
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
