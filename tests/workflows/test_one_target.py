"""Requests of one target, two workers, people who do anything at any time: one deployment at a time, each covered."""

import asyncio
import contextlib
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from domain.decision import DecisionAction
from domain.lifecycle import CLOSED
from domain.ticket import Action, State, Target, TargetType
from record.audit.verify import verify
from tests.domain.builders import JEAN, PIERRE, details
from tests.record.building import git
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction
STEPS = 40


async def beside(stage: Stage) -> Stage:
    """The same stage for another worker, which has a connection of its own, as processes do."""
    first = stage.environment.client
    client = await Client.connect(
        first.service_client.config.target_host, namespace=first.namespace, data_converter=first.data_converter
    )
    return replace(stage, environment=WorkflowEnvironment.from_client(client))


async def submitted(stage: Stage, number: int, chance: random.Random) -> Promoted:
    date = await stage.now() + timedelta(seconds=chance.randint(2, 5)) if chance.random() < 0.4 else None
    target = Target(type=TargetType.API, name="payment-api", version=f"3.{number}.0")
    return await stage.submit(
        id=f"PR-2026-{number:04}", key=f"{number:064}", target=target, request=details(scheduled_date=date)
    )


async def anything(stage: Stage, promoted: Promoted, chance: random.Random) -> None:
    """One decision of somebody, taken or refused."""
    action = chance.choice([APPROVE, APPROVE, APPROVE, HOLD, RELEASE, RELEASE, CANCEL, RETRY, REJECT])
    by = {RETRY: PIERRE, CANCEL: PIERRE}.get(action, JEAN)
    if action in {CANCEL, REJECT} and chance.random() < 0.7:
        return
    with contextlib.suppress(WorkflowUpdateFailedError, RPCError):
        await stage.decide(promoted, action, by)


async def brought_to_its_end(stage: Stage, promoted: Promoted) -> None:
    """Nobody waits for ever: whatever it waits for, somebody can do."""
    for _ in range(200):
        ticket = await promoted.query(Promotion.ticket)
        action = {State.PENDING: APPROVE, State.FAILED: RETRY, State.APPROVED: RELEASE if ticket.hold else None}
        if ticket.state in CLOSED:
            return
        if decided := action.get(ticket.state):
            with contextlib.suppress(WorkflowUpdateFailedError, RPCError):
                await stage.decide(promoted, decided, PIERRE if decided is RETRY else JEAN)
        await asyncio.sleep(0.5)  # a look has all of its history replayed
    raise AssertionError(f"{promoted.id} never ends: {ticket.status.history}")


def at_once(stage: Stage) -> int:
    """The most deployments that the branch ever had under way."""
    trailers = (f"%(trailers:key={key},valueonly,separator=)" for key in ("Request-Id", "Action"))
    log = git(stage.git, "log", "--reverse", "--first-parent", f"--format={' '.join(trailers)}", "main")
    under_way: set[str] = set()
    most = 0
    for line in log.splitlines():
        ticket, _, action = line.strip().partition(" ")
        if action == "deploying":
            under_way.add(ticket)
        elif action in {"deployed", "failed"}:
            under_way.discard(ticket)
        most = max(most, len(under_way))
    return most


@pytest.mark.parametrize("seed", range(3))
async def test_one_target_is_never_deployed_twice_at_once(dev_stage: Stage, seed: int) -> None:
    """Whatever people do meanwhile: the branch has one under way at a time, and the audit finds nothing."""
    chance = random.Random(seed)  # noqa: S311  it hides nothing
    dev_stage.awx.faults(life=["none", "failed", "none", "none", "failed"])
    other = await beside(dev_stage)
    async with dev_stage.working(), other.working():
        promotions = [await submitted(dev_stage, number, chance) for number in range(1, 7)]
        for _ in range(STEPS):
            await anything(dev_stage, chance.choice(promotions), chance)
            await asyncio.sleep(chance.random() * 0.15)
        await asyncio.gather(*(brought_to_its_end(dev_stage, each) for each in promotions))
        tickets = [await each.result() for each in promotions]
    assert at_once(dev_stage) == 1
    jobs = [entry.job_id for ticket in tickets for entry in ticket.status.history if entry.action is Action.DEPLOYING]
    assert len(jobs) == len(set(jobs)) == len(dev_stage.awx.jobs())
    assert any(ticket.state is State.DEPLOYED for ticket in tickets)
    assert list(verify(dev_stage.git)) == []
