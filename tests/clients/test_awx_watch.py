"""The watch: which jobs no ticket explains, and which tickets have no job."""

from datetime import UTC, datetime, timedelta
from typing import Any

from clients.awx_watch import Comparison, watch
from tests.awx_fixtures import Simulator, deployment

FIRST, RETRIED = deployment(1), deployment(2, attempt=2)


async def compared(simulator: Simulator) -> Comparison:
    async with simulator.client() as client:
        return await watch(client, datetime.now(UTC) - timedelta(minutes=5), [FIRST, RETRIED])


def launch(simulator: Simulator, **variables: Any) -> None:
    simulator.api("POST", "job_templates/7/launch/", json={"extra_vars": variables})


async def test_jobs_of_approved_attempts_are_explained(simulator: Simulator) -> None:
    """Attempts before the current one too."""
    for made in (FIRST, deployment(2, attempt=1), RETRIED):
        launch(simulator, **made.extra_vars())
    assert await compared(simulator) == Comparison(strays=(), missing=())


async def test_tickets_without_a_job_are_told(simulator: Simulator) -> None:
    """Only an earlier attempt of the second ticket has one."""
    launch(simulator, **deployment(2, attempt=1).extra_vars())
    assert (await compared(simulator)).missing == (FIRST, RETRIED)


async def test_jobs_that_no_ticket_explains_are_told_with_the_reason(simulator: Simulator) -> None:
    """Other people's, relaunches, unknown tickets, future attempts, doubles and altered ones."""
    launch(simulator, **FIRST.extra_vars())
    simulator.control("POST", "relaunch", json={"job": 1})
    simulator.control("POST", "launch", json={"extra_vars": FIRST.extra_vars()})
    launch(simulator)
    launch(simulator, **deployment(9).extra_vars())
    launch(simulator, **deployment(2, attempt=3).extra_vars())
    launch(simulator, **FIRST.extra_vars())
    launch(simulator, **RETRIED.extra_vars() | {"target_version": "6.6.6"})
    found = await compared(simulator)
    assert [(stray.job, stray.reason) for stray in found.strays] == [
        (2, "somebody-else started it (relaunch), not Prodgate"),
        (3, "somebody-else started it (manual), not Prodgate"),
        (4, "it names no attempt of an approved ticket"),
        (5, "it names no attempt of an approved ticket"),
        (6, "it names no attempt of an approved ticket"),
        (7, "it is a second job for attempt 1 of PR-2026-0001, after 1"),
        (8, "it runs something else than PR-2026-0002 was approved for"),
    ]
    assert found.missing == (RETRIED,)
