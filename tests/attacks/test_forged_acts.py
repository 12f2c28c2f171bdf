"""Acts of the service that never happened: whoever reaches Temporal asks the worker to commit them, to no avail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from domain import lifecycle
from domain.change import Change
from domain.decision import DecisionAction
from domain.deployment import Deployment, Job
from domain.signing import proof_of
from domain.ticket import HistoryEntry, PromotionRequest, State
from record.git.message import SIGNATURE
from tests.domain.builders import JEAN, PIERRE, details
from tests.record.building import git
from tests.workflows.paths import come_to_rest
from tests.workflows.stage import Promoted, Stage
from tests.workflows.test_rogue import done
from workflows.promotion import Promotion

APPROVE, RETRY, HOLD, RELEASE = (
    DecisionAction.APPROVE,
    DecisionAction.RETRY,
    DecisionAction.HOLD,
    DecisionAction.RELEASE,
)


async def approved(stage: Stage) -> PromotionRequest:
    """A ticket for tomorrow, approved, whose promotion is gone, so that its id is free in the engine."""
    promoted = await stage.submit(request=details(scheduled_date=await stage.now() + timedelta(days=1)))
    ticket = await stage.decide(promoted, APPROVE, JEAN)
    await promoted.terminate()
    return ticket


async def committed(stage: Stage, ticket: PromotionRequest, **fields: Any) -> Any:
    """Has our worker commit the ticket's last transition, as if its promotion asked."""
    base = git(stage.git, "rev-parse", f"main:{ticket.path}")
    change = Change(ticket=ticket, base=base, **{"actor_name": "Prodgate", **fields})
    return await done(stage, ticket.id, "record_change", change, "Promotion")


def refusal(error: WorkflowFailureError) -> str | None:
    """The kind of the refusal; final, so that nobody tries for ever."""
    cause = error.cause.cause if isinstance(error.cause, ActivityError) else None
    assert isinstance(cause, ApplicationError), error.cause
    assert cause.non_retryable
    return cause.type


FORGED: dict[str, Callable[[PromotionRequest], PromotionRequest]] = {
    "launched": lambda ticket: lifecycle.start(ticket, 999, ticket.last.at),
    "due": lambda ticket: lifecycle.become_due(ticket, ticket.last.at),
    "dated ahead": lambda ticket: lifecycle.become_due(ticket, ticket.last.at + timedelta(days=1)),
    "lapsed": lambda ticket: lifecycle.lapse(ticket, "Nobody likes it", ticket.last.at, ticket.last.at),
    "superseded": lambda ticket: lifecycle.supersede(ticket, "PR-2026-0009", ticket.last.at),
}


@pytest.mark.parametrize("how", FORGED)
async def test_what_the_service_did_not_do_is_not_committed(dev_stage: Stage, how: str) -> None:
    """The clock, the record and AWX are asked, not the asker."""
    dev_stage.sign()
    async with dev_stage.working():
        ticket = await approved(dev_stage)
        tip = git(dev_stage.git, "rev-parse", "main")
        with pytest.raises(WorkflowFailureError) as caught:
            await committed(dev_stage, FORGED[how](ticket))
    assert refusal(caught.value) == "Unvouched"
    assert git(dev_stage.git, "rev-parse", "main") == tip


async def test_a_request_that_can_be_decided_on_does_not_expire(dev_stage: Stage) -> None:
    """A second after its creation, as an outsider had it."""
    dev_stage.sign()
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        ticket = await promoted.query(Promotion.ticket)
        await promoted.terminate()
        with pytest.raises(WorkflowFailureError) as caught:
            await committed(dev_stage, lifecycle.expire(ticket, ticket.last.at))
    assert refusal(caught.value) == "Unvouched"
    assert dev_stage.actions() == ["created"]


async def running(stage: Stage) -> tuple[PromotionRequest, Promoted]:
    """A ticket whose job runs in AWX, and whose promotion is gone."""
    stage.awx.faults(life=["stuck-running"])
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    ticket = await stage.until(promoted, State.DEPLOYING)
    stage.awx.until_status(1, "running")
    await stage.lose(promoted)
    return ticket, promoted


@pytest.mark.parametrize("how", ["deployed", "failed"])
async def test_a_job_that_runs_has_not_ended(dev_stage: Stage, how: str) -> None:
    """Neither well nor badly, whatever is asked for."""
    dev_stage.sign()
    async with dev_stage.working():
        ticket, _ = await running(dev_stage)
        at = ticket.last.at
        entry = {"action": how, "at": at, "by": "system", "job_id": ticket.last.job_id, "error": None}
        forged = lifecycle.fail(ticket, "Because", at, 1) if how == "failed" else _deployed(ticket, entry)
        with pytest.raises(WorkflowFailureError) as caught:
            await committed(dev_stage, forged)
    assert refusal(caught.value) == "Unvouched"
    assert dev_stage.actions()[-1] == "deploying"


def _deployed(ticket: PromotionRequest, entry: dict[str, Any]) -> PromotionRequest:
    history = (*ticket.status.history, HistoryEntry.model_validate(entry))
    return ticket.model_copy(update={"status": lifecycle.status_of(history)})


async def test_anothers_job_gets_no_seal(dev_stage: Stage) -> None:
    """A job that succeeded proves nothing about another ticket."""
    dev_stage.sign()
    async with dev_stage.working():
        ended = await dev_stage.submit()
        ticket = await dev_stage.decide(ended, APPROVE, JEAN)
        await come_to_rest(dev_stage, ended)
        other = Deployment.of(ticket).model_copy(update={"request_id": "PR-2026-0002"})
        asked = Job(deployment=other, job=1, since=ticket.last.at)
        assert "seal" not in await done(dev_stage, "PR-2026-0002", "read_result", asked, "Promotion")
        asked = Job(deployment=Deployment.of(ticket), job=1, since=ticket.last.at)
        assert "seal" in await done(dev_stage, "PR-2026-0003", "read_result", asked, "Promotion")


def asked_of_awx(stage: Stage) -> int:
    """The requests to AWX so far, but for looks at a job that runs, which take as many as it takes."""
    asked = stage.awx.control("GET", "requests")
    return sum(times for what, times in asked.items() if what != "GET /api/v2/jobs/{number}/")


async def test_every_act_of_a_promotion_is_signed(dev_stage: Stage) -> None:
    """By the API, or by the worker with what AWX said; AWX is asked no more often for it."""
    async with dev_stage.working():
        first = await dev_stage.submit(id="PR-2026-0009", key="9" * 64)
        await dev_stage.decide(first, APPROVE, JEAN)
        await come_to_rest(dev_stage, first)
        unsigned = asked_of_awx(dev_stage)
    dev_stage.sign()
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await come_to_rest(dev_stage, promoted)
        assert (await promoted.query(Promotion.ticket)).state is State.DEPLOYED
    format_ = f"%(trailers:key={SIGNATURE},valueonly)"
    signed = git(dev_stage.git, "log", "-4", f"--format={format_}", "main").split()
    assert len(signed) == 4
    assert asked_of_awx(dev_stage) == 2 * unsigned


async def test_a_retry_that_was_used_is_not_taken_again(dev_stage: Stage) -> None:
    """Its signature stands in the engine's history for everybody there to read."""
    dev_stage.sign()
    dev_stage.awx.faults(life=["failed", "failed"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        failed = await dev_stage.until(promoted, State.FAILED)
        made = await dev_stage.decision(promoted, RETRY, PIERRE)
        await promoted.execute_update(Promotion.retry, made, id=made.id)
        await dev_stage.until(promoted, State.DEPLOYING)
        ticket = await dev_stage.until(promoted, State.FAILED)
        await dev_stage.lose(promoted)
        assert ticket.attempt == failed.attempt + 1
        again = lifecycle.apply(ticket, made, ticket.last.at)
        with pytest.raises(WorkflowFailureError) as caught:
            await committed(dev_stage, again, actor_name="Pierre", proof=proof_of(made))
    assert refusal(caught.value) == "Unproven"
    assert len(dev_stage.awx.jobs()) == 2


async def test_a_release_that_was_used_is_not_taken_again(dev_stage: Stage) -> None:
    """Attempt and round are the same; the id is not."""
    dev_stage.sign()
    async with dev_stage.working():
        promoted = await dev_stage.submit(request=details(scheduled_date=await dev_stage.now() + timedelta(days=1)))
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.decide(promoted, HOLD, JEAN)
        made = await dev_stage.decision(promoted, RELEASE, JEAN)
        await promoted.execute_update(Promotion.release, made, id=made.id)
        held = await dev_stage.decide(promoted, HOLD, JEAN)
        await promoted.terminate()
        again = lifecycle.apply(held, made, held.last.at)
        with pytest.raises(WorkflowFailureError) as caught:
            await committed(dev_stage, again, actor_name="Jean", proof=proof_of(made))
    assert refusal(caught.value) == "StaleDecision"
    assert dev_stage.actions()[-1] == "held"
