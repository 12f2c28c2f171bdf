"""Which of AWX's jobs an approved ticket explains."""

from typing import Any

from clients.awx.watch import named, orphans
from domain.watch import OrphanJob
from tests.awx_fixtures import Simulator, deployment

FIRST, RETRIED = deployment(1), deployment(2, attempt=2)


async def strays_of(simulator: Simulator) -> tuple[OrphanJob, ...]:
    async with simulator.client() as client:
        jobs = await client.newest_jobs((await client.template()).id)
        assert named(jobs) <= {"PR-2026-0001", "PR-2026-0002", "PR-2026-0009"}
        return orphans(jobs, [FIRST, RETRIED], (await client.me()).id)


def launch(simulator: Simulator, **variables: Any) -> None:
    simulator.api("POST", "job_templates/7/launch/", json={"extra_vars": variables})


async def test_jobs_of_approved_attempts_are_explained(simulator: Simulator) -> None:
    """Attempts before the current one too."""
    for made in (FIRST, deployment(2, attempt=1), RETRIED):
        launch(simulator, **made.extra_vars())
    assert len(simulator.jobs()) == 3
    assert await strays_of(simulator) == ()


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
    found = await strays_of(simulator)
    assert [(orphan.job, orphan.twin_of, orphan.reason) for orphan in found] == [
        (2, None, "somebody-else started it (relaunch), not Prodgate"),
        (3, None, "somebody-else started it (manual), not Prodgate"),
        (4, None, "it names no attempt of an approved ticket"),
        (5, None, "it names no attempt of an approved ticket"),
        (6, None, "it names no attempt of an approved ticket"),
        (7, 1, "it is a second job for attempt 1 of PR-2026-0001, after 1"),
        (8, None, "it runs something else than PR-2026-0002 was approved for"),
    ]


async def test_a_job_that_comes_on_two_pages_is_no_twin_of_itself(simulator: Simulator) -> None:
    """Jobs made while the pages are read push others to the next page."""
    launch(simulator, **FIRST.extra_vars())
    async with simulator.client() as client:
        jobs = await client.newest_jobs((await client.template()).id)
        assert orphans([*jobs, *jobs], [FIRST], (await client.me()).id) == ()
