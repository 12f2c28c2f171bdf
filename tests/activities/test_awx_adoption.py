"""Which of AWX's jobs is the attempt's: found by marker or variables, made by us, and the oldest of twins."""

from typing import Any

import pytest

from activities.awx import AwxActivities
from domain.deployment import Launched, NotLaunched
from tests.awx_fixtures import ATTEMPT, Simulator, deployment, find, promote


@pytest.mark.parametrize(
    "changes",
    [
        {"ask_labels_on_launch": False, "skip_tags": "slow"},
        {"ask_labels_on_launch": False, "ask_skip_tags_on_launch": False},
        {"organization": None},
    ],
)
async def test_without_labels_the_job_is_found_all_the_same(
    simulator: Simulator, awx: AwxActivities, changes: dict[str, Any]
) -> None:
    """By its skip tags, and where those are off by its variables."""
    simulator.template(**changes)
    simulator.faults(launch=["commit-then-504"])
    assert await promote(awx) == Launched(job=1)
    expected = {True: f"{changes.get('skip_tags', '')},{ATTEMPT.marker}".lstrip(","), False: ""}
    assert simulator.job(1)["skip_tags"] == expected[changes.get("ask_skip_tags_on_launch", True)]


async def test_every_attempt_has_a_job_of_its_own(simulator: Simulator, awx: AwxActivities) -> None:
    """A retry does not adopt the job of the attempt before, nor another ticket's."""
    numbers = [await promote(awx, attempt) for attempt in (deployment(1, 1), deployment(1, 2), deployment(2, 1))]
    assert numbers == [Launched(job=1), Launched(job=2), Launched(job=3)]


async def test_a_person_s_relaunch_is_never_taken_for_ours(
    simulator: Simulator, awx: AwxActivities, caplog: pytest.LogCaptureFixture
) -> None:
    """It carries the same label and variables, and launch_type relaunch."""
    assert await promote(awx) == Launched(job=1)
    simulator.control("POST", "relaunch", json={"job": 1})
    assert await find(awx) == Launched(job=1)
    simulator.control("POST", "vanish", json={"job": 1})
    assert await find(awx) == NotLaunched(reason="AWX has no job for this attempt")
    assert "is a relaunch of somebody-else" in caplog.text


async def test_a_job_that_somebody_else_made_with_our_variables_is_not_ours(
    simulator: Simulator, awx: AwxActivities
) -> None:
    """Variables can be copied; who launched cannot."""
    simulator.control("POST", "launch", json={"extra_vars": ATTEMPT.extra_vars()})
    assert isinstance(await find(awx), NotLaunched)


async def test_of_two_jobs_the_older_is_adopted_and_the_younger_cancelled(
    simulator: Simulator, awx: AwxActivities, caplog: pytest.LogCaptureFixture
) -> None:
    """The younger had not run, for the template lets one job run at a time; an alarm is logged."""
    simulator.faults(life=["stuck-running"])
    assert await promote(awx) == Launched(job=1)
    simulator.control("POST", "duplicate", json={"job": 1})
    simulator.until_status(1, "running")
    assert await find(awx) == Launched(job=1)
    assert (simulator.job(2)["status"], simulator.ran()) == ("canceled", 1)
    assert [record.levelname for record in caplog.records if "are both" in record.message] == ["ERROR"]


async def test_a_younger_job_that_runs_is_left_alone(simulator: Simulator, awx: AwxActivities) -> None:
    """Stopping a deployment half way would be worse than two."""
    simulator.template(allow_simultaneous=True)
    simulator.faults(life=["stuck-running", "stuck-running"])
    await promote(awx)
    simulator.control("POST", "duplicate", json={"job": 1})
    simulator.until_status(2, "running")
    assert await find(awx) == Launched(job=1)
    assert simulator.job(2)["status"] == "running"
