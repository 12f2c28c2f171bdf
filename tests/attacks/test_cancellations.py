"""Whoever reaches Temporal has a worker look at AWX's jobs: none is cancelled that the record has no objection to."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from domain.clearance import Preflight
from domain.decision import DecisionAction
from domain.deployment import Deployment, Job
from domain.ticket import State
from tests.attacks.test_forged_acts import committed, running
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
from tests.workflows.test_rogue import done

APPROVE = DecisionAction.APPROVE


@pytest.mark.parametrize("door", ["a look", "a commit"])
async def test_a_running_job_is_not_cancelled_for_a_deployment_that_somebody_invented(
    dev_stage: Stage, door: str
) -> None:
    """AWX's job is compared with what is asked for, and stopped where it runs something else."""
    dev_stage.sign()
    async with dev_stage.working():
        ticket, _ = await running(dev_stage)
        target = ticket.spec.target.model_copy(update={"version": "6.6.6"})
        other = ticket.model_copy(update={"spec": ticket.spec.model_copy(update={"target": target})})
        asked = Preflight(request_id=ticket.id, revision=None, deployment=Deployment.of(other))
        rogue = done(dev_stage, ticket.id, "look", asked) if door == "a look" else committed(dev_stage, other)
        with pytest.raises(WorkflowFailureError):
            await rogue
        assert [job["status"] for job in dev_stage.awx.jobs()] == ["running"]


@pytest.mark.parametrize("whose", ["the attempt's", "another's"])
async def test_a_job_that_waits_is_not_given_up_for_a_date_that_somebody_invented(dev_stage: Stage, whose: str) -> None:
    """Its deadline counts from when it was made, and what is no job of the attempt is left alone."""
    dev_stage.awx.faults(life=["stuck-pending"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        ticket = await dev_stage.until(promoted, State.DEPLOYING)
        await dev_stage.lose(promoted)
        other: dict[str, Any] = {} if whose == "the attempt's" else {"request_id": "PR-2026-0009"}
        asked = Deployment.of(ticket).model_copy(update=other)
        job = Job(deployment=asked, job=1, since=ticket.last.at - timedelta(days=300))
        with pytest.raises(WorkflowFailureError):
            await done(dev_stage, ticket.id, "read_result", job)
        assert [job["status"] for job in dev_stage.awx.jobs()] == ["pending"]
