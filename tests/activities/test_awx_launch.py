"""Launching exactly once: for each way an answer can be lost, how many jobs the attempt has and what it is told.

`promote` asks in the order of the workflow: look, launch once, look again when the answer is lost, launch once more
only where there is certainly no job.
"""

import dataclasses
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.awx import LAUNCH_UNKNOWN, AwxActivities
from clients.awx.client import AwxClient, AwxConnection
from domain.deployment import JobLookup, Launch, Launched, LaunchRefused, NotLaunched
from tests.awx_fixtures import (
    ATTEMPT,
    LAUNCH,
    TIMINGS,
    TOKEN,
    Simulator,
    environment,
    find,
    launch,
    no_objection,
    promote,
)


async def test_a_launch_answered_at_once_is_one_job(simulator: Simulator, awx: AwxActivities) -> None:
    """The job carries the label and the variables of the attempt."""
    assert await promote(awx) == Launched(job=1)
    (job,) = simulator.jobs()
    assert (job["extra_vars"], len(job["labels"])) == (ATTEMPT.extra_vars(), 1)


@pytest.mark.parametrize(
    ("fault", "posts"),
    [
        ("commit-then-500", 1),
        ("commit-then-504", 1),
        ("commit-then-cut", 1),
        ("cut", 2),
        ("lost-502", 2),
        ("lost-504", 2),
        ("migrating", 2),
        ("slow", 1),
    ],
)
async def test_a_lost_answer_still_ends_in_one_job(
    simulator: Simulator, awx: AwxActivities, fault: str, posts: int
) -> None:
    """A job that was made is found; only where none was made is AWX asked once more."""
    simulator.faults(launch=[fault])
    assert await promote(awx) == Launched(job=1)
    told = simulator.control("GET", "jobs")
    assert (told["count"], told["launch_posts"]) == (1, posts)


async def test_a_launch_that_awx_carries_out_late_is_still_one_job(simulator: Simulator) -> None:
    """The client gave up after 0.1 s, AWX commits after 0.6 s: within the request's lifetime it is waited for."""
    simulator.faults(launch=["late"])
    patient = dataclasses.replace(TIMINGS, request_lifetime=timedelta(seconds=3))
    async with simulator.client(launch_seconds=0.1) as client:
        assert await promote(AwxActivities(client, no_objection, patient)) == Launched(job=1)
    assert simulator.control("GET", "jobs")["launch_posts"] == 1


async def test_an_answer_lost_twice_is_left_to_people(simulator: Simulator, awx: AwxActivities) -> None:
    """After two lost launches the last look says that there is certainly none."""
    simulator.faults(launch=["lost-502", "cut"])
    assert await promote(awx) == NotLaunched(reason="AWX made no job of the launch whose answer was lost")
    assert simulator.jobs() == []


async def test_no_job_is_said_only_after_the_request_s_lifetime(simulator: Simulator, awx: AwxActivities) -> None:
    """Until then the look fails, benign, with the delay to the next one, so that it holds no slot."""
    with pytest.raises(ApplicationError) as early:
        await environment().run(awx.find_job, JobLookup(deployment=ATTEMPT, asked_at=datetime.now(UTC)))
    assert early.value.category is ApplicationErrorCategory.BENIGN
    assert early.value.next_retry_delay == timedelta(seconds=0.1)


async def test_a_gateway_that_asks_to_wait_launched_nothing(simulator: Simulator, awx: AwxActivities) -> None:
    """429 never reached AWX."""
    simulator.faults(launch=["too-many"])
    outcome = await launch(awx)
    assert isinstance(outcome, NotLaunched)
    assert "asks to wait" in outcome.reason
    assert simulator.jobs() == []


async def test_an_awx_that_is_down_launched_nothing_and_is_asked_again() -> None:
    """A refused connection is 'not launched' for the launch, and 'could not find out' for the look."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with AwxClient(AwxConnection(f"http://127.0.0.1:{port}/api/", "7", token=TOKEN)) as client:
        awx = AwxActivities(client, no_objection, TIMINGS)
        assert isinstance(await launch(awx), NotLaunched)
        with pytest.raises(ApplicationError, match="cannot be reached") as failure:
            await find(awx)
    assert not failure.value.non_retryable


async def test_a_look_waits_as_long_as_the_gateway_says(simulator: Simulator, awx: AwxActivities) -> None:
    """Retry-After becomes the delay to the next look."""
    simulator.faults(reads=["too-many"])
    with pytest.raises(ApplicationError) as failure:
        await find(awx)
    assert (failure.value.type, failure.value.next_retry_delay) == ("AwxUnavailable", timedelta(seconds=1))


async def test_an_expired_token_is_told_and_asked_again(simulator: Simulator, awx: AwxActivities) -> None:
    """The look fails with the sentence until somebody renews the token."""
    simulator.faults(credential="expired")
    with pytest.raises(ApplicationError, match="expired or revoked") as failure:
        await find(awx)
    assert not failure.value.non_retryable


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"may_start": False}, "lacks the right"),
        ({"survey": [{"variable": "change_number"}]}, "'change_number' value missing"),
        ({"ask_variables_on_launch": False}, "does not prompt for variables"),
        ({"job_slice_count": 2}, "into 2 slices"),
        ({"name": "Renamed"}, "shows 0 job templates"),
    ],
)
async def test_what_awx_would_refuse_or_do_otherwise_is_refused_without_a_job(
    simulator: Simulator, awx: AwxActivities, changes: dict[str, Any], words: str
) -> None:
    """A certain no, with the reason."""
    simulator.template(**changes)
    outcome = await launch(awx)
    assert isinstance(outcome, LaunchRefused)
    assert words in outcome.reason
    assert simulator.ran() == 0


async def test_a_job_with_altered_variables_is_cancelled_and_refused(simulator: Simulator, awx: AwxActivities) -> None:
    """AWX echoes something else than was sent: nothing else than approved is deployed."""
    simulator.faults(launch=["altered"], life=["stuck-pending"])
    outcome = await promote(awx)
    assert isinstance(outcome, LaunchRefused)
    assert "other values for target_version" in outcome.reason
    assert (simulator.job(1)["status"], simulator.ran()) == ("canceled", 0)


async def test_ignored_fields_cancel_the_job(simulator: Simulator, awx: AwxActivities) -> None:
    """The prompt went off between the check and the launch: AWX answers 201 and drops the variables."""
    simulator.faults(launch=["unprompted"], life=["stuck-pending"])
    outcome = await promote(awx)
    assert isinstance(outcome, LaunchRefused)
    assert "ignored extra_vars" in outcome.reason
    assert (simulator.job(1)["status"], simulator.ran()) == ("canceled", 0)


async def test_an_altered_job_whose_answer_was_lost_is_cancelled_when_it_is_found(
    simulator: Simulator, awx: AwxActivities
) -> None:
    """Adopting checks what launching checks."""
    simulator.faults(life=["stuck-pending"])
    label = simulator.api("POST", "labels/", json={"name": ATTEMPT.marker, "organization": 1}).json()["id"]
    other = {"extra_vars": ATTEMPT.extra_vars() | {"target_name": "other"}, "labels": [label]}
    simulator.api("POST", "job_templates/7/launch/", json=other)
    outcome = await promote(awx)
    assert isinstance(outcome, LaunchRefused)
    assert "other values for target_name" in outcome.reason
    assert simulator.ran() == 0


async def test_a_sliced_launch_is_cancelled_and_refused(simulator: Simulator, awx: AwxActivities) -> None:
    """A workflow job in place of a job would deploy in parallel slices."""
    simulator.faults(launch=["sliced"], life=["stuck-pending"])
    outcome = await promote(awx)
    assert isinstance(outcome, LaunchRefused)
    assert "it is a workflow_job" in outcome.reason
    assert (simulator.job(1)["status"], simulator.ran()) == ("canceled", 0)


async def test_a_job_that_must_go_but_cannot_be_cancelled_is_left_to_the_next_look(
    simulator: Simulator, awx: AwxActivities
) -> None:
    """AWX does not answer the cancellation: the launch is unknown, and the look cancels."""
    simulator.faults(launch=["altered"], life=["stuck-pending"], cancels=["lost-502"])
    with pytest.raises(ApplicationError) as lost:
        await launch(awx)
    assert lost.value.type == LAUNCH_UNKNOWN
    assert isinstance(await find(awx), LaunchRefused)
    assert simulator.job(1)["status"] == "canceled"


async def test_a_launch_that_is_late_itself_is_not_sent(simulator: Simulator, awx: AwxActivities) -> None:
    """A worker that slept in between must not launch what nobody waits for any more."""
    outcome = await environment(scheduled=timedelta(seconds=3)).run(awx.launch_job, LAUNCH)
    assert outcome == NotLaunched(reason="The launch could not be sent in time, so it was not sent")
    assert simulator.control("GET", "jobs")["launch_posts"] == 0


FIRST = LAUNCH.model_copy(update={"first": True})
"""A launch by a run that has asked nobody for the attempt."""


async def test_a_label_that_was_there_is_of_a_launch_that_may_be_alive(
    simulator: Simulator, awx: AwxActivities
) -> None:
    """An engine that was restored from a backup asks for the first time again; where it has asked, it goes on."""
    simulator.api("POST", "labels/", json={"name": ATTEMPT.marker, "organization": 1})
    with pytest.raises(ApplicationError, match="of which its promotion does not") as lost:
        await environment().run(awx.launch_job, FIRST)
    assert (lost.value.type, lost.value.non_retryable) == (LAUNCH_UNKNOWN, True)
    assert simulator.jobs() == []
    assert await launch(awx) == Launched(job=1)


async def test_a_first_launch_makes_the_label(simulator: Simulator, awx: AwxActivities) -> None:
    """It is asked nothing more than before: template, label, launch."""
    assert await environment().run(awx.launch_job, FIRST) == Launched(job=1)
    assert sum(simulator.control("GET", "requests").values()) == 3


@pytest.mark.parametrize("prompts", [{}, {"ask_skip_tags_on_launch": True}], ids=["variables", "skip tags"])
@pytest.mark.parametrize("asked", [FIRST, LAUNCH], ids=["first", "again"])
async def test_without_a_label_a_job_that_is_there_is_seen(
    simulator: Simulator, awx: AwxActivities, prompts: dict[str, Any], asked: Launch
) -> None:
    """Whatever the template takes: the attempt has one job."""
    simulator.template(ask_labels_on_launch=False, **prompts)
    assert await launch(awx) == Launched(job=1)
    with pytest.raises(ApplicationError) as lost:
        await environment().run(awx.launch_job, asked)
    assert lost.value.type == LAUNCH_UNKNOWN
    assert len(simulator.jobs()) == 1
