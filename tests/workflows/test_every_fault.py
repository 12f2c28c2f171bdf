"""Each way in which AWX is known to misbehave, and two things only: how many jobs ran, and what the ticket says.

A ticket that failed says what is known; where nobody knows whether something was deployed it says that, and no more.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from demo.awx.model import Faults, LaunchFault, LifeFault
from domain.decision import DecisionAction
from domain.ticket import State
from tests.awx_fixtures import IMPATIENT
from tests.domain.builders import JEAN
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

APPROVE = DecisionAction.APPROVE
UNKNOWN = "Outcome unknown"
TIMINGS = replace(
    IMPATIENT,
    settle=timedelta(seconds=0.8),
    pending_deadline=timedelta(seconds=1),
    running_deadline=timedelta(seconds=1.5),
)

DEPLOYED = (1, State.DEPLOYED, "")
LAUNCHES: dict[LaunchFault, tuple[int, State, str]] = {
    LaunchFault.NONE: DEPLOYED,
    LaunchFault.COMMIT_THEN_500: DEPLOYED,
    LaunchFault.COMMIT_THEN_CUT: DEPLOYED,
    LaunchFault.COMMIT_THEN_504: DEPLOYED,
    LaunchFault.CUT: DEPLOYED,
    LaunchFault.LOST_502: DEPLOYED,
    LaunchFault.LOST_504: DEPLOYED,
    LaunchFault.LATE: DEPLOYED,
    LaunchFault.MIGRATING: DEPLOYED,
    LaunchFault.SLOW: DEPLOYED,
    LaunchFault.TOO_MANY: DEPLOYED,
    LaunchFault.ALTERED: (0, State.FAILED, "(other values for target_version); it was cancelled before it began"),
    LaunchFault.UNPROMPTED: (0, State.FAILED, "ignored extra_vars); it was cancelled before it began"),
    LaunchFault.SLICED: (0, State.FAILED, "(it is a workflow_job); it was told to stop: look at the target"),
}
WRONG_JOB = {LaunchFault.ALTERED, LaunchFault.UNPROMPTED, LaunchFault.SLICED}
"""AWX makes a job that is not what was approved: it waits here, as it does where AWX is busy, and never runs."""

LIVES: dict[LifeFault, tuple[int, State, str]] = {
    LifeFault.NONE: DEPLOYED,
    LifeFault.FAILED: (1, State.FAILED, "cannot reach the gateway"),
    LifeFault.TIMEOUT: (1, State.FAILED, "Job terminated due to timeout"),
    LifeFault.ERROR_AFTER_SUCCESS: (1, State.FAILED, "its outcome is unknown"),
    LifeFault.DEPENDENCY_FAILED: (0, State.FAILED, "Previous Task Failed"),
    LifeFault.STUCK_PENDING: (0, State.FAILED, UNKNOWN),
    LifeFault.STUCK_RUNNING: (1, State.FAILED, UNKNOWN),
    LifeFault.REQUEUED: DEPLOYED,
    LifeFault.REAPED: (1, State.FAILED, "not present in the job queue"),
    LifeFault.REAPED_THEN_SUCCESSFUL: DEPLOYED,
    # It ran; but its row is gone, and with it what the simulator knows.
    LifeFault.VANISHED: (0, State.FAILED, UNKNOWN),
    LifeFault.EVENTS_STUCK: DEPLOYED,
    LifeFault.FAILED_EVENTS_STUCK: (1, State.FAILED, "cannot reach the gateway"),
    LifeFault.CANCEL_LOST: DEPLOYED,
    LifeFault.LARGE_OUTPUT: (1, State.FAILED, "cannot reach the gateway"),
}


async def holds(stage: Stage, expected: tuple[int, State, str]) -> None:
    """Promote something and approve it; compare how many jobs ran, and what the ticket says at its end."""
    ran, state, words = expected
    stage.timings = TIMINGS
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        # What can't be asked now is asked again after some seconds, more of them each time.
        ticket = await stage.until(promoted, state, seconds=40)
        # What failed waits for a retry.
        await promoted.terminate() if state is State.FAILED else await promoted.result()
    assert stage.awx.ran() == ran
    assert words in (ticket.last.error or "")


@pytest.mark.parametrize("fault", LaunchFault)
async def test_a_fault_of_the_launch(dev_stage: Stage, fault: LaunchFault) -> None:
    """One job, or none and the reason."""
    dev_stage.awx.faults(launch=[fault], life=["stuck-pending"] if fault in WRONG_JOB else [])
    await holds(dev_stage, LAUNCHES[fault])


@pytest.mark.parametrize("fault", LifeFault)
async def test_a_fault_of_the_job(dev_stage: Stage, fault: LifeFault) -> None:
    """AWX's own end, unless AWX itself cannot know it."""
    dev_stage.awx.faults(life=[fault])
    await holds(dev_stage, LIVES[fault])


OTHERS: dict[str, tuple[dict[str, Any], tuple[int, State, str]]] = {
    "every-second-read-fails": ({"reads": ["500", "none", "502", "none", "migrating"]}, DEPLOYED),
    "a-label-made-by-two-at-once": ({"labels": ["racing"]}, DEPLOYED),
    "a-token-that-may-only-read": ({"credential": "read-scope"}, (0, State.FAILED, "403")),
    "a-cancellation-without-an-answer": (
        {"launch": ["altered"], "life": ["stuck-pending"], "cancels": ["lost-502"]},
        (0, State.FAILED, "it was cancelled before it began"),
    ),
    "a-wrong-job-that-ended-before-its-launch-was-answered": (
        {"launch": ["altered"], "notify": ["before-answer"]},
        (1, State.FAILED, "it had begun already, and is successful: look at the target"),
    ),
    "no-capacity": ({"no_capacity": True}, (0, State.FAILED, UNKNOWN)),
    "three-answers-lost": ({"launch": ["cut", "cut", "cut"]}, (0, State.FAILED, UNKNOWN)),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_a_fault_of_something_else(dev_stage: Stage, name: str) -> None:
    """Of reads, labels, credentials, cancellations and capacity."""
    faults, expected = OTHERS[name]
    dev_stage.awx.control("PUT", "faults", json=Faults.model_validate(faults).model_dump())
    await holds(dev_stage, expected)


@contextlib.asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Promoted]:
    """A promotion whose job runs, and goes on running."""
    stage.awx.faults(life=["stuck-running"])
    async with stage.working():
        promoted = await stage.submit()
        await stage.decide(promoted, APPROVE, JEAN)
        await stage.until(promoted, State.DEPLOYING)
        stage.awx.until_status(1, "running")
        yield promoted


async def test_a_template_that_is_deleted_while_its_job_runs(dev_stage: Stage) -> None:
    """AWX shows the job no longer, and nobody knows how it ended."""
    async with running(dev_stage) as promoted:
        dev_stage.awx.template(deleted=True)
        failed = await dev_stage.until(promoted, State.FAILED)
        await promoted.terminate()
    assert dev_stage.awx.ran() == 1
    assert UNKNOWN in (failed.last.error or "")


async def test_a_token_that_expires_while_its_job_runs(dev_stage: Stage) -> None:
    """The promotion waits for another one, and then says how the job ended."""
    async with running(dev_stage) as promoted:
        dev_stage.awx.faults(credential="expired")
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        dev_stage.awx.until_status(1, "successful")
        assert (await promoted.query(Promotion.ticket)).state is State.DEPLOYING
        dev_stage.awx.faults()
        await dev_stage.until(promoted, State.DEPLOYED)
    assert dev_stage.awx.ran() == 1
