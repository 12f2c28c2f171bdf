"""The worker's door: what a promotion can't take, and what the API did not sign, never reaches it.

An update is checked where it is validated: a refused one leaves nothing in history, and an accepted one is not
validated again when the history is replayed, so the check may look at the keys as they are now.

A signal is in the history whatever becomes of it, and is handled again at every replay: after a deployment, a crash,
or months later. Asking the keys again could answer differently (a key was retired, removed or published since, the
decision is old by then), and a promotion that once dropped a signal would take it now. So a signal's check is a local
activity: asked once, its answer is written into the history beside the signal, and a replay reads it there. A reset to
before the signal delivers it as a new message, which is checked as one: what was decided long ago is stale.

Whoever asks the engine to cancel a promotion past the API is nobody that a ticket could name. Such a request changes
nothing: withdrawing is a decision like the others.

A submission is the workflow's input and needs no check here: nothing comes of it before its commit, and the record
refuses to commit what carries no proof (`activities.record`).
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.proofs import ProofActivities
from domain.decision import Decision
from domain.errors import RuleViolation, Unproven
from domain.signing import Delivery
from domain.targets import FileFault, TargetFacts
from domain.ticket import PromotionRequest
from workflows import options

Check = Callable[[Decision, str, datetime], None]
"""Raises Unproven unless the decision is signed, for the ticket, at about the moment, and IdentityChanged where the
person acted before by another sign-in."""

PROMOTION = "Promotion"
"""The workflow that nobody cancels past the API; others hold nothing that isn't known elsewhere."""

_LOG = logging.getLogger(__name__)

Facts = Callable[[PromotionRequest], TargetFacts]
"""What the record says of a ticket's target, as this process knows it."""

_CHECK, _FACTS = "prodgate_check_decision", "prodgate_target_facts"

PATIENCE, CHECKED_WITHIN = 0.5, 1.3
"""Seconds to wait for what the record says of a target, and of who acts: where nothing may take longer than two."""


def facts_of(ticket: PromotionRequest) -> TargetFacts:
    """What the record says of the ticket's target; for validators alone, which no replay runs again."""
    found: TargetFacts = workflow.extern_functions()[_FACTS](ticket)
    return found


class Door(Interceptor):
    """Refuses decisions that aren't proven, and drops signals that carry anything but one value."""

    def __init__(self, check: Check, facts: Facts) -> None:
        self._check = check
        self._facts = facts
        self._checking, self._looking = ThreadPoolExecutor(4, "door-check"), ThreadPoolExecutor(4, "door-look")

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002  the SDK's name
        input.unsafe_extern_functions[_CHECK] = self._ask
        input.unsafe_extern_functions[_FACTS] = self._look
        return _Inbound

    def _ask(self, decision: Decision, ticket_id: str, now: datetime) -> None:
        """Check in a thread of the process: in the workflow's own, the sandbox keeps libraries from importing, and the
        one that does the cryptography ends the process when it can't import what it raises for a forged signature.
        What can't be checked in time is not let in."""
        try:
            self._checking.submit(self._check, decision, ticket_id, now).result(CHECKED_WITHIN)
        except RuleViolation:
            raise
        except Exception as error:
            _LOG.exception("the decision on %s can't be checked", ticket_id)
            raise Unproven(f"It can't be checked now ({type(error).__name__}); try again") from error

    def _look(self, ticket: PromotionRequest) -> TargetFacts:
        """What can't be read in time stands in the way: it could take the right to decide away."""
        try:
            return self._looking.submit(self._facts, ticket).result(PATIENCE)
        except Exception as error:
            _LOG.exception("what the record says of %s can't be read", ticket.id)
            why = f"The record can't be read now ({type(error).__name__}); try again"
            return TargetFacts(controlled=True, faults=(FileFault(sentence=why),))


class _Inbound(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002  the SDK's name
        if workflow.info().workflow_type != PROMOTION:
            return await super().execute_workflow(input)
        running = asyncio.ensure_future(super().execute_workflow(input))
        while not running.done():
            try:
                await asyncio.shield(running)
            except asyncio.CancelledError:
                workflow.logger.warning("a request to cancel was dropped: a ticket is withdrawn through the API")
        return await running

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002  the SDK's name
        try:
            for decision in input.args:
                if isinstance(decision, Decision):
                    workflow.extern_functions()[_CHECK](decision, workflow.info().workflow_id, workflow.now())
            super().handle_update_validator(input)
        except RuleViolation as refused:  # as it is, it would lose the values of its sentence
            kind = type(refused).__name__
            raise ApplicationError(str(refused), refused.params, type=kind, non_retryable=True) from None

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002  the SDK's name
        if len(input.args) != 1 or input.args[0] is None:
            workflow.logger.warning("a signal %s with %d values was dropped", input.signal, len(input.args))
            return
        if isinstance(input.args[0], Decision) and (refusal := await _refusal(input.args[0])):
            workflow.logger.warning("a signal %s was dropped: %s", input.signal, refusal)
            return
        await super().handle_signal(input)


async def _refusal(decision: Decision) -> str | None:
    delivery = Delivery(decision=decision, ticket_id=workflow.info().workflow_id, at=workflow.now())
    verdict = await workflow.execute_local_activity_method(
        ProofActivities.check_decision, delivery, **options.checking(f"checks the signature of {decision.action}")
    )
    return verdict.refusal
