"""Verifies signatures before a message reaches a workflow: what the API did not sign changes nothing.

An update is checked where it is validated: a refused one leaves nothing in history, and an accepted one is not
validated again when the history is replayed, so the check may look at the keys as they are now. It reads memory alone
(`record.facts.known`): a validator runs where every promotion of this worker waits for it.

A signal is in the history whatever becomes of it, and is handled again at every replay: after a deployment, a crash,
or months later. Asking the keys again could answer differently (a key was retired, removed or published since, the
decision is old by then), and a promotion that once dropped a signal would take it now. So a signal's check is a local
activity: asked once, its answer is written into the history beside the signal, and a replay reads it there. A reset to
before the signal delivers it as a new message, which is checked as one: what was decided long ago is stale.

A submission is the workflow's input and needs no check here: nothing comes of it before its commit, and the record
refuses to commit what carries no proof (`activities.record`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.proofs import ProofActivities
from domain.decision import Decision
from domain.errors import RuleViolation
from domain.signing import DeliveredDecision
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest
from workflows import options
from workflows.facts import FACTS

Check = Callable[[Decision, str, datetime], None]
"""Raises Unproven unless the decision is signed, for the ticket, at about the moment, IdentityChanged where the person
acted before by another sign-in, and RecordBehind where that isn't known now. Reads memory alone."""

Facts = Callable[[PromotionRequest], TargetFacts]
"""Gives what this process knows of what the record says of a ticket's target. Reads memory alone."""

_CHECK = "prodgate_check_decision"


def _check(decision: Decision) -> None:
    """Check it with the process's own modules: the sandbox keeps libraries from importing, and the one that does the
    cryptography ends the process when it can't import what it raises for a forged signature."""
    with workflow.unsafe.imports_passed_through():
        workflow.extern_functions()[_CHECK](decision, workflow.info().workflow_id, workflow.now())


class SignatureInterceptor(Interceptor):
    """Refuses decisions that aren't proven, and drops signals that carry anything but one value."""

    def __init__(self, check: Check, facts: Facts) -> None:
        self._extern: dict[str, Callable[..., Any]] = {_CHECK: check, FACTS: facts}

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002  the SDK's name
        input.unsafe_extern_functions.update(self._extern)
        return _Signatures


class _Signatures(WorkflowInboundInterceptor):
    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002  the SDK's name
        try:
            for decision in input.args:
                if isinstance(decision, Decision):
                    _check(decision)
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
    delivery = DeliveredDecision(decision=decision, ticket_id=workflow.info().workflow_id, at=workflow.now())
    verdict = await workflow.execute_local_activity_method(
        ProofActivities.check_decision, delivery, **options.checking(f"checks the signature of {decision.action}")
    )
    return verdict.refusal
