"""What AWX's answers mean for a promotion."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.awx_answers import (
    AwxJob,
    LaunchRules,
    difference,
    ending,
    given_id,
    not_succeeded,
    settles_in,
    succeeded,
    unfit,
    unknown,
    unsettled,
)
from domain.deployment import JobOutcome
from tests.awx_fixtures import deployment

FIRST = deployment(1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = AwxJob(5, "successful", started=AT, finished=AT + timedelta(minutes=1), variables=FIRST.extra_vars())


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (LaunchRules(takes_variables=True, slices=1), None),
        (LaunchRules(takes_variables=False, slices=1), "variables"),
        (LaunchRules(takes_variables=True, slices=3), "3"),
    ],
)
def test_a_template_that_changes_a_launch_is_unfit(rules: LaunchRules, told: str | None) -> None:
    """It drops the variables, or cuts the job into slices."""
    found = unfit(rules)
    assert found is None if told is None else told in str(found)


def test_a_job_that_runs_something_else_than_asked_is_told_apart() -> None:
    """By its kind, by the fields that AWX dropped, and by its variables, of which more than sent are no matter."""
    assert difference(replace(JOB, variables={**JOB.variables, "more": 1}), FIRST) is None
    for other in (
        replace(JOB, kind="workflow_job"),
        replace(JOB, ignored_fields=("labels",)),
        replace(JOB, variables={**JOB.variables, "target_version": "6.6.6"}),
        replace(JOB, variables={}),
    ):
        assert difference(other, FIRST)


@pytest.mark.parametrize(
    ("artifacts", "known"),
    [
        ({"deployment_id": "d-1"}, "d-1"),
        ({"deployment_id": "no id: {}"}, None),
        ({"deployment_id": 7}, None),
        ("", None),
    ],
)
def test_a_deployment_id_that_can_not_be_written_down_is_left_out(artifacts: object, known: str | None) -> None:
    """The playbook's own word stays there to be logged."""
    job = replace(JOB, artifacts=artifacts)
    assert succeeded(job).deployment_id == known
    assert (given_id(job) is not None) == isinstance(artifacts, dict)


@pytest.mark.parametrize(("status", "outcome"), [("failed", "failed"), ("canceled", "failed"), ("error", "unknown")])
def test_a_job_that_awx_lost_has_no_known_outcome(status: str, outcome: str) -> None:
    """AWX's `error` says nothing about the deployment."""
    assert not_succeeded(replace(JOB, status=status), "why").outcome == outcome
    assert unknown(5, "why").outcome is JobOutcome.UNKNOWN


def test_an_ending_is_one_text_of_sentences() -> None:
    """AWX's status, explanation and traceback, each ending once."""
    told = ending(replace(JOB, status="failed", explanation="Out of disk. ", traceback="  "))
    assert told.endswith(". Out of disk.")


def test_a_job_that_awx_lost_sight_of_settles_for_a_while_after_its_end() -> None:
    """So does one whose output is still being written; counted from now where it has no end."""
    reaped = replace(JOB, status="failed", explanation="Job has been marked as failed")
    assert unsettled(reaped)
    assert unsettled(replace(JOB, output_complete=False))
    assert not unsettled(replace(JOB, status="failed"))
    assert settles_in(reaped, AT + timedelta(minutes=1, seconds=20), timedelta(minutes=1)) == timedelta(seconds=40)
    assert settles_in(replace(reaped, finished=None), AT, timedelta(minutes=1)) == timedelta(minutes=1)
