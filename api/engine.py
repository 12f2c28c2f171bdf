"""The engine as the API sees it: starts promotions, carries decisions to them, and reads what they hold."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from api.engine_errors import EngineUnavailable, NumberTaken, refusal_of, translated
from bootstrap.process import trace_id
from domain import errors
from domain.browsers import BrowserChange
from domain.contract import ContractWanted, SealedContract
from domain.decision import Decision, DecisionAction, Submission
from domain.deployment import AwxReport
from domain.evidence import EvidenceWanted, SealedEvidence
from domain.feeds import FeedChange
from domain.preferences import KeptPreferences, PreferencesChange
from domain.sessions import Revocation
from domain.templates import RecordedTemplate, TemplateChange
from domain.ticket import PromotionRequest
from domain.values import TicketId
from domain.webhooks import WebhookCall, WebhookResult
from workflows import shown
from workflows.browsers import KeepBrowser, browser_change_of
from workflows.claim import MEMO, Claim, claim_of
from workflows.contract import CompareContract, comparison_of
from workflows.evidence import ReadEvidence, look_of
from workflows.feeds import KeepFeed, feed_change_of
from workflows.preferences import KeepPreferences, preferences_change_of
from workflows.promotion import Promotion
from workflows.sessions import Logout, logout_of
from workflows.starting import submitted
from workflows.templates import TemplateEdit, template_change_of
from workflows.webhooks import CallWebhook, call_of

T = TypeVar("T")

log = structlog.get_logger(__name__)

ACCEPT_WITHIN = timedelta(seconds=10)
"""The time the engine may take to accept a message; past it, whether it was taken is unknown."""

_CALLED_WITHIN = timedelta(seconds=30)
"""The time from a person's wish to call a webhook until nobody waits for it any more."""

_LOOKED_WITHIN = timedelta(seconds=12)
"""The time that a creation waits for the look at its test evidence."""

_COMPARED_WITHIN = timedelta(seconds=17)
"""The time that a creation waits for the comparison of its contract."""

_ASK_AGAIN = (0.1, 0.4, 0.0)
"""Seconds to wait after each failed query: one that comes just ahead of a workflow's next task is refused."""


_DECIDE_AGAIN = (0.1, 0.3, 0.8)
"""Seconds to wait before a decision is offered again that a worker refused for what it had not read yet: it looks at a
record on its own disk ten times a second, and at a remote one every second."""

_MAY_BE_BEHIND = (
    errors.RecordBehind,
    errors.Unproven,
    errors.FaultyFile,
    errors.TargetNotOwned,
    errors.IdentityChanged,
    errors.ProductionChanged,
    errors.NotDelegated,
)
"""Refusals that say what the record says: this process, which signed the decision, has just read otherwise in it."""


@dataclass(frozen=True)
class Answer:
    """A ticket, and whether it is recorded as it stands; otherwise the engine holds it and the commit follows."""

    ticket: PromotionRequest
    recorded: bool


@dataclass(frozen=True)
class Engine:
    """Temporal, one workflow a ticket, the ticket's id being the workflow's. `answer_within` bounds waits for Git."""

    client: Client
    task_queue: str
    answer_within: timedelta

    async def submit(self, submission: Submission) -> Answer:
        """Start the promotion and wait until its ticket is recorded.

        The same submission again gets the same ticket. Raises NumberTaken, EngineUnavailable.
        """
        traced = trace_id()
        start = submitted(submission, self.task_queue, traced and f"Created in trace `{traced}`")
        _take_note_of_failure(start)
        starting = self.client.start_update_with_start_workflow(
            Promotion.submit,
            submission,
            id=submission.key,
            start_workflow_operation=start,
            wait_for_stage=WorkflowUpdateStage.ACCEPTED,
            rpc_timeout=ACCEPT_WITHIN,
        )
        try:
            return await self._answer(submission.id, starting)
        except (WorkflowAlreadyStartedError, errors.WrongTicket) as error:
            ended = await self.held(submission.id) if await self._is_of(submission) else None
            if ended is None:
                raise NumberTaken from error
            return Answer(ended, recorded=True)

    async def _is_of(self, submission: Submission) -> bool:
        """Tells whether the number's promotion, which takes no message any more, is this submission's all the same."""
        found = await translated(self._handle(submission.id).describe(rpc_timeout=ACCEPT_WITHIN))
        key = found.typed_search_attributes.get(shown.KEY)
        return key == submission.key and found.status is not WorkflowExecutionStatus.FAILED

    async def claim(self, key: str, attempt: int, ticket_id: TicketId) -> TicketId:
        """The number that goes with the key: this one, or the one that was claimed before. Raises EngineUnavailable."""
        claim = claim_of(key, attempt)
        start = self.client.start_workflow(
            Claim.run,
            ticket_id,
            id=claim,
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={MEMO: ticket_id},
            static_summary=f"gives {ticket_id} to an Idempotency-Key",
            rpc_timeout=ACCEPT_WITHIN,
        )
        try:
            await translated(start)
        except WorkflowAlreadyStartedError:
            first = await translated(self.client.get_workflow_handle(claim).describe(rpc_timeout=ACCEPT_WITHIN))
            return str(await first.memo_value(MEMO))
        return ticket_id

    async def revoke(self, entry: Revocation, key: str) -> bool:
        """Have the record's list take the entry; False where that was asked for by the same key before.

        Raises EngineUnavailable.
        """
        start = self.client.start_workflow(
            Logout.run,
            entry,
            id=logout_of(key),
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary="a session that the identity provider ended",
            rpc_timeout=ACCEPT_WITHIN,
        )
        try:
            await translated(start)
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def change_template(self, change: TemplateChange, change_id: str) -> RecordedTemplate:
        """Have the record take the change of a template. Raises what refuses it, EngineUnavailable."""
        start = self.client.start_workflow(
            TemplateEdit.run,
            change,
            id=template_change_of(change.kind, change_id),
            task_queue=self.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"changes the template {change.kind}",
            rpc_timeout=ACCEPT_WITHIN,
        )
        return await self.recorded(start)

    async def keep_preferences(self, change: PreferencesChange) -> KeptPreferences:
        """Have the record take somebody's preferences. Raises PreferencesChanged, EngineUnavailable."""
        start = self.client.start_workflow(
            KeepPreferences.run,
            change,
            id=preferences_change_of(str(uuid.uuid4())),
            task_queue=self.task_queue,
            static_summary="changes somebody's preferences",
            rpc_timeout=ACCEPT_WITHIN,
        )
        return await self.recorded(start)

    async def keep_feed(self, change: FeedChange) -> None:
        """Have the record take the address of somebody's calendar. Raises EngineUnavailable."""
        start = self.client.start_workflow(
            KeepFeed.run,
            change,
            id=feed_change_of(str(uuid.uuid4())),
            task_queue=self.task_queue,
            static_summary="changes the address of somebody's calendar",
            rpc_timeout=ACCEPT_WITHIN,
        )
        await self.recorded(start)

    async def keep_browser(self, change: BrowserChange) -> None:
        """Have the record take a browser, or let one go. Raises what refuses it, or EngineUnavailable."""
        start = self.client.start_workflow(
            KeepBrowser.run,
            change,
            id=browser_change_of(str(uuid.uuid4())),
            task_queue=self.task_queue,
            static_summary="changes the browsers in which somebody is notified",
            rpc_timeout=ACCEPT_WITHIN,
        )
        await self.recorded(start)

    async def recorded(self, start: Awaitable[WorkflowHandle[Any, T]]) -> T:
        """The result of a workflow that ends with its commit."""
        running = await translated(start)
        try:
            async with asyncio.timeout(self.answer_within.total_seconds()):
                return await running.result()
        except WorkflowFailureError as error:
            raise refusal_of(error) from error
        except (TimeoutError, RPCError) as error:
            raise EngineUnavailable from error

    async def call_webhook(self, call: WebhookCall) -> WebhookResult:
        """Have a webhook called now; where that is under way, what comes of it. Raises EngineUnavailable."""
        start = self.client.start_workflow(
            CallWebhook.run,
            call,
            id=call_of(call),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            execution_timeout=_CALLED_WITHIN,
            static_summary="a webhook that a person calls",
            rpc_timeout=ACCEPT_WITHIN,
        )
        handle = await translated(start)
        try:
            return await handle.result(rpc_timeout=_CALLED_WITHIN)
        except (WorkflowFailureError, RPCError) as error:
            raise EngineUnavailable from error

    async def compare_contract(self, wanted: ContractWanted) -> SealedContract | None:
        """Have a worker compare contracts; None where the record names none, or no worker answered in time."""
        start = self.client.start_workflow(
            CompareContract.run,
            wanted,
            id=comparison_of(wanted),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            execution_timeout=_COMPARED_WITHIN,
            static_summary=f"compares the contract of {wanted.name}",
            rpc_timeout=ACCEPT_WITHIN,
        )
        return await _looked(start, _COMPARED_WITHIN)

    async def read_evidence(self, wanted: EvidenceWanted) -> SealedEvidence | None:
        """Have a worker look at test evidence; None where none of them answered in time, or at all."""
        start = self.client.start_workflow(
            ReadEvidence.run,
            wanted,
            id=look_of(wanted),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            execution_timeout=_LOOKED_WITHIN,
            static_summary="looks at test evidence",
            rpc_timeout=ACCEPT_WITHIN,
        )
        return await _looked(start, _LOOKED_WITHIN)

    async def decide(self, decision: Decision) -> Answer:
        """Carry the decision to its promotion. Raises what refuses it, NotRunning or EngineUnavailable.

        A worker that has not read yet what this process has is given a moment.
        """
        for pause in _DECIDE_AGAIN:
            with contextlib.suppress(*_MAY_BE_BEHIND):
                return await self._offer(decision)
            await asyncio.sleep(pause)
        return await self._offer(decision)

    async def _offer(self, decision: Decision) -> Answer:
        return await self._answer(
            decision.ticket_id,
            self._handle(decision.ticket_id).start_update(
                _UPDATES[decision.action],
                decision,
                id=decision.id,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                rpc_timeout=ACCEPT_WITHIN,
            ),
        )

    async def held(self, ticket_id: str) -> PromotionRequest | None:
        """The ticket as the engine holds it, None where it knows of none."""
        for pause in _ASK_AGAIN:
            try:
                return await self._handle(ticket_id).query(Promotion.ticket, rpc_timeout=ACCEPT_WITHIN)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise EngineUnavailable from error
            except WorkflowQueryFailedError as error:
                failed = error
                await asyncio.sleep(pause)
        raise EngineUnavailable from failed

    async def report(self, ticket_id: str, report: AwxReport) -> None:
        """Tell the promotion that AWX reported. Raises NotRunning, EngineUnavailable."""
        await translated(self._handle(ticket_id).signal(Promotion.awx_report, report, rpc_timeout=ACCEPT_WITHIN))

    async def submitted(self, key: str) -> str | None:
        """The id of the ticket that was submitted with this key, as far back as the engine remembers.

        A search, and so for what is rare: a claim tells the same of the usual case.
        """
        query = f'{shown.KEY.name} = "{key}" AND ExecutionStatus != "Failed"'  # failed: the number was taken
        try:
            async for found in self.client.list_workflows(query, limit=1):
                return found.id
        except RPCError as error:
            raise EngineUnavailable from error
        return None

    async def check(self) -> None:
        """Raise EngineUnavailable unless the server serves."""
        try:
            await self.client.service_client.check_health(timeout=timedelta(seconds=3))
        except RPCError as error:
            raise EngineUnavailable from error

    def _handle(self, ticket_id: str) -> WorkflowHandle[Promotion, PromotionRequest]:
        return self.client.get_workflow_handle_for(Promotion.run, ticket_id)

    async def _answer(self, ticket_id: str, starting: Awaitable[WorkflowUpdateHandle[PromotionRequest]]) -> Answer:
        update = await translated(starting)
        try:
            return Answer(await update.result(rpc_timeout=self.answer_within), recorded=True)
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            held = await self.held(ticket_id)
            if held is None:
                raise EngineUnavailable from None
            return Answer(held, recorded=False)
        except WorkflowUpdateFailedError as error:
            raise refusal_of(error) from error
        except RPCError as error:
            raise EngineUnavailable from error


_UPDATES: Mapping[DecisionAction, UpdateMethodMultiParam[[Any, Decision], PromotionRequest]] = {
    DecisionAction.ENDORSE: Promotion.vote,
    DecisionAction.UNENDORSE: Promotion.vote,
    DecisionAction.APPROVE: Promotion.approve,
    DecisionAction.REJECT: Promotion.reject,
    DecisionAction.CANCEL: Promotion.cancel,
    DecisionAction.RETRY: Promotion.retry,
    DecisionAction.HOLD: Promotion.hold,
    DecisionAction.RELEASE: Promotion.release,
    DecisionAction.EMERGENCY: Promotion.approve,
    DecisionAction.RATIFY: Promotion.answer,
    DecisionAction.REFUTE: Promotion.answer,
}


async def _looked(start: Awaitable[WorkflowHandle[Any, T | None]], within: timedelta) -> T | None:
    """The sealed look of a worker; None where none answered: a creation goes on without."""
    try:
        handle = await start
        return await handle.result(rpc_timeout=within)
    except (WorkflowFailureError, RPCError) as error:
        log.warning("a look was not taken", error=repr(error))
        return None


def _take_note_of_failure(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """Retrieve the start's own error: the update's call raises the same one, and asyncio warns of the unread twin."""
    started = asyncio.ensure_future(start.workflow_handle())
    started.add_done_callback(lambda task: task.cancelled() or task.exception())
