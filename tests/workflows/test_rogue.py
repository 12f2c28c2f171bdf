"""Whoever may write to the engine can have our worker's activities done by a workflow of their own: to no avail."""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

from domain import lifecycle
from domain.change import Change
from domain.decision import DecisionAction
from domain.deployment import Deployment, Launch
from domain.roles import Person
from domain.signing import proof_of
from domain.ticket import PromotionRequest
from domain.values import Frozen
from record.files.writing import text_of
from record.signing.signatures import signed
from tests.domain.builders import JEAN, PIERRE, decision, details, pending
from tests.record.building import after, git, person_commits
from tests.signing import KEY
from tests.workflows.stage import Stage
from tests.workflows.test_clearance import TENANT, WITHOUT_JEAN

APPROVE = DecisionAction.APPROVE
SOON = timedelta(seconds=4)


@workflow.defn(sandboxed=False)
class Rogue:
    """Asks for one activity, once, on a queue that is not its own."""

    @workflow.run
    async def run(self, queue: str, name: str, said: Any) -> Any:
        if "run" in said:
            said["run"] = workflow.info().run_id
        wait, once = timedelta(seconds=20), RetryPolicy(maximum_attempts=1)
        return await workflow.execute_activity(
            name, said, task_queue=queue, start_to_close_timeout=wait, retry_policy=once
        )


@workflow.defn(name="Promotion", sandboxed=False)
class FalsePromotion:
    """The same by the name of a promotion."""

    @workflow.run
    async def run(self, queue: str, name: str, said: Any) -> Any:
        return await Rogue().run(queue, name, said)


async def done(stage: Stage, workflow_id: str, name: str, said: Frozen, kind: str = "Rogue") -> Any:
    """Asks our worker's activity by a workflow of that id and type, and returns the answer."""
    client, queue = stage.environment.client, f"rogue-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[Rogue, FalsePromotion]):
        given = [stage.queue, name, said]
        return await client.execute_workflow(kind, args=given, id=workflow_id, task_queue=queue)


async def left(stage: Stage, date: datetime, approver: Person | None) -> PromotionRequest:
    """A ticket for a date, approved or not, whose promotion is terminated, so that its id is free in the engine."""
    promoted = await stage.submit(request=details(scheduled_date=date))
    if approver:
        await stage.decide(promoted, APPROVE, approver)
    await promoted.terminate()
    return stage.recorded(pending(at=await stage.now()))


CHANGED: dict[str, dict[str, Any]] = {"something else": {"target_version": "6.6.6"}, "another attempt": {"attempt": 2}}


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("pending", "no such approved request"),
        ("approved by hand", "does not prove"),
        ("approved by its requester", "Cannot approve your own request"),
        ("too early", "date"),
        ("something else", "no such approved request"),
        ("another attempt", "no such approved request"),
        ("another workflow", "not asked for by a promotion"),
        ("the role is gone", "holds no role any more"),
        ("Git is away", "The record can't be read"),
        ("", ""),
    ],
)
async def test_what_the_record_does_not_clear_is_not_launched(dev_stage: Stage, how: str, why: str) -> None:
    """Whoever asks, AWX is not; the last one is what the record does clear."""
    async with dev_stage.working():
        now = await dev_stage.now()
        hand = how in {"pending", "approved by hand", "approved by its requester"}
        date = now + (timedelta(hours=1) if how == "too early" else SOON)
        ticket = await left(dev_stage, date, None if hand else JEAN)
        if hand:
            by = PIERRE if how == "approved by its requester" else JEAN
            decided = signed(decision(ticket, APPROVE, by, at=await dev_stage.now()), KEY)
            approved = lifecycle.apply(ticket, decided, decided.at)
            if how == "approved by hand":
                person_commits(dev_stage.git, {ticket.path: text_of(approved)})
            elif by is PIERRE:
                base = git(dev_stage.git, "rev-parse", f"main:{ticket.path}")
                change = Change(ticket=approved, base=base, actor_name="Pierre", proof=proof_of(decided))
                await done(dev_stage, ticket.id, "record_change", change)
            ticket = approved
        if how == "the role is gone":
            person_commits(dev_stage.git, {TENANT: WITHOUT_JEAN})
        await asyncio.sleep(SOON.total_seconds())
        if not how:
            base, due = git(dev_stage.git, "rev-parse", f"main:{ticket.path}"), await dev_stage.now()
            ticket = lifecycle.become_due(ticket, due)
            await done(dev_stage, ticket.id, "record_change", Change(ticket=ticket, base=base, actor_name="Prodgate"))
        workflow_id = "rogue" if how == "another workflow" else ticket.id
        deployment = Deployment.of(ticket).model_copy(update=CHANGED.get(how, {}))
        with dev_stage.git_away() if how == "Git is away" else nullcontext():
            launch = Launch(deployment=deployment, run="their own")
            answer = await done(dev_stage, workflow_id, "launch_job", launch)
    again = how in {"Git is away", "approved by its requester", "the role is gone"}
    outcome = "not-launched" if again else "refused" if why else "launched"
    assert answer["outcome"] == outcome, answer
    assert why in answer.get("reason", "")
    assert len(dev_stage.awx.jobs()) == (not why)


def made_by_nobody(ticket: PromotionRequest) -> PromotionRequest:
    entry = ticket.last.model_copy(update={"by": "system"})
    return ticket.model_copy(update={"status": ticket.status.model_copy(update={"history": (entry,)})})


FORGED: dict[str, Callable[[PromotionRequest], PromotionRequest]] = {
    "two steps": lambda ticket: after(after(ticket, "approved"), "deploying", "system"),
    "made by nobody": lambda ticket: made_by_nobody(pending(id="PR-2026-0002", at=ticket.last.at)),
    "made and gone": lambda ticket: after(pending(id="PR-2026-0002", at=ticket.last.at), "expired", "system"),
    "cancelled by nobody": lambda ticket: after(ticket, "cancelled", "system"),
    "a history of its own": lambda ticket: after(after(pending(at=ticket.last.at), "approved"), "deploying", "system"),
}


@pytest.mark.parametrize("how", FORGED)
async def test_nothing_is_committed_that_people_are_said_to_have_done(dev_stage: Stage, how: str) -> None:
    """Neither beside what the service does by itself, nor in its name."""
    async with dev_stage.working():
        ticket = await left(dev_stage, await dev_stage.now() + SOON, None)
        tip, forged = git(dev_stage.git, "rev-parse", "main"), FORGED[how](ticket)
        base = git(dev_stage.git, "rev-parse", f"main:{ticket.path}") if forged.id == ticket.id else None
        change = Change(ticket=forged, base=base, actor_name="Prodgate")
        with pytest.raises(WorkflowFailureError):
            await done(dev_stage, "rogue", "record_change", change)
    assert git(dev_stage.git, "rev-parse", "main") == tip
