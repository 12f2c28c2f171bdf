"""The end of a job as the ticket is told of it: for each way AWX can end, lose or misreport it."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.awx import AwxActivities, AwxTimings
from domain.deployment import Job, JobOutcome, JobResult
from tests.awx_fixtures import Simulator, deployment, environment, no_objection

TIMINGS = AwxTimings(settle=timedelta(0))
HASTY = dataclasses.replace(TIMINGS, pending_deadline=timedelta(0), running_deadline=timedelta(0))
A_MINUTE = timedelta(seconds=60)


@pytest.fixture
async def awx(simulator: Simulator) -> AsyncIterator[AwxActivities]:
    async with simulator.client() as client:
        yield AwxActivities(client, no_objection, TIMINGS, secrets=("payments",))


async def launched(simulator: Simulator, awx: AwxActivities, *statuses: str, **faults: object) -> int:
    """A job that reached one of the statuses."""
    simulator.faults(**faults)
    template = await awx.client.template()
    job = await awx.client.launch(template.id, deployment().extra_vars(), [], None)
    simulator.until_status(job.id, *statuses)
    return job.id


@contextmanager
def paced(simulator: Simulator, **seconds: float) -> Iterator[None]:
    """Jobs take that long for parts of their lives, for a while."""
    quick = simulator.control("PATCH", "pace", json={})
    simulator.control("PATCH", "pace", json=seconds)
    try:
        yield
    finally:
        simulator.control("PATCH", "pace", json=quick)


async def read(awx: AwxActivities, number: int, age: timedelta = timedelta(0)) -> JobResult:
    job = Job(deployment=deployment(), job=number, since=datetime.now(UTC) - age)
    return await environment().run(awx.read_result, job)


async def not_yet(awx: AwxActivities, number: int, age: timedelta = timedelta(0)) -> timedelta:
    """The delay to the next look, of a benign failure."""
    with pytest.raises(ApplicationError) as early:
        await read(awx, number, age)
    assert (early.value.type, early.value.category) == ("NotYet", ApplicationErrorCategory.BENIGN)
    assert early.value.next_retry_delay is not None
    return early.value.next_retry_delay


async def test_success_brings_deployment_id_and_times(simulator: Simulator, awx: AwxActivities) -> None:
    """The id is what the playbook set with set_stats."""
    number = await launched(simulator, awx, "successful")
    result = await read(awx, number)
    assert (result.outcome, result.error) == (JobOutcome.SUCCEEDED, None)
    assert result.deployment_id == simulator.job(number)["artifacts"]["deployment_id"]
    assert result.started_at is not None
    assert result.finished_at is not None
    assert result.started_at <= result.finished_at


@pytest.mark.parametrize("artifacts", [{"deployment_id": "no id at all!"}, {}, {"deployment_id": 7}])
async def test_a_deployment_id_that_is_none_costs_no_success(
    simulator: Simulator, awx: AwxActivities, artifacts: dict[str, object]
) -> None:
    """The playbook set something that cannot be written down, or nothing."""
    number = await launched(simulator, awx, "successful")
    simulator.control("POST", "artifacts", json={"job": number, "artifacts": artifacts})
    result = await read(awx, number)
    assert (result.outcome, result.deployment_id) == (JobOutcome.SUCCEEDED, None)


async def test_failure_brings_awx_s_words_and_the_output_s_end(simulator: Simulator, awx: AwxActivities) -> None:
    """Without colours; known secrets and what looks like one are masked."""
    number = await launched(simulator, awx, "failed", life=["failed"])
    result = await read(awx, number)
    assert result.outcome is JobOutcome.FAILED
    assert result.error is not None
    assert result.error.startswith("AWX says that the job failed.\n\nPLAY [Deploy] ****")
    assert 'fatal: [gateway-0001]: FAILED! => {"msg": "cannot reach the gateway", "token": ****}' in result.error
    assert "payments" not in result.error


async def test_only_four_kilobytes_of_output_are_kept(simulator: Simulator, awx: AwxActivities) -> None:
    """From over a megabyte, which AWX shows as a download only."""
    number = await launched(simulator, awx, "failed", life=["large-output"])
    result = await read(awx, number)
    assert result.error is not None
    assert 4000 < len(result.error) < 4200
    assert result.error.endswith('"token": ****}')


@pytest.mark.parametrize(
    ("life", "words"),
    [
        ("timeout", "Job terminated due to timeout"),
        ("dependency-failed", "Previous Task Failed"),
        ("reaped", "marked as failed"),
    ],
)
async def test_other_failures_are_told_in_awx_s_words(
    simulator: Simulator, awx: AwxActivities, life: str, words: str
) -> None:
    """job_explanation says why."""
    number = await launched(simulator, awx, "failed", life=[life])
    result = await read(awx, number)
    assert result.outcome is JobOutcome.FAILED
    assert words in (result.error or "")


async def test_error_is_an_unknown_outcome(simulator: Simulator, awx: AwxActivities) -> None:
    """AWX lost its runner; the play may have succeeded, as here it did."""
    number = await launched(simulator, awx, "error", life=["error-after-success"])
    result = await read(awx, number)
    assert result.outcome is JobOutcome.UNKNOWN
    assert "its outcome is unknown" in (result.error or "")
    assert "worker stream ended unexpectedly" in (result.error or "")


async def test_a_job_under_way_is_looked_at_soon_then_rarely(simulator: Simulator, awx: AwxActivities) -> None:
    """A tenth of its age, between 2 and 30 seconds; no slot is held in between."""
    number = await launched(simulator, awx, "running", life=["stuck-running"])
    delays = [await not_yet(awx, number, age) for age in (timedelta(0), A_MINUTE, timedelta(hours=1))]
    assert [round(delay.total_seconds()) for delay in delays] == [2, 6, 30]


async def test_a_reaped_job_is_read_again_after_a_minute(simulator: Simulator, awx: AwxActivities) -> None:
    """AWX said failed, the run went on and succeeded: the ticket says succeeded."""
    patient = dataclasses.replace(awx, timings=AwxTimings())
    with paced(simulator, reaped=3.0):  # seconds in which it is seen
        number = await launched(simulator, awx, "failed", life=["reaped-then-successful"])
        assert timedelta(seconds=50) < await not_yet(patient, number) <= A_MINUTE
        simulator.until_status(number, "successful")
    assert (await read(patient, number)).outcome is JobOutcome.SUCCEEDED


async def test_a_requeued_job_is_followed_to_its_end(simulator: Simulator, awx: AwxActivities) -> None:
    """Running, then pending again: a status may go back."""
    with paced(simulator, pending=1.5, running=1.5):  # seconds in which it is seen
        number = await launched(simulator, awx, "running", life=["requeued"])
        simulator.until_status(number, "pending")
        await not_yet(awx, number)
        simulator.until_status(number, "successful")
    assert (await read(awx, number)).outcome is JobOutcome.SUCCEEDED


async def test_events_that_never_finish_do_not_hold_back_a_success(simulator: Simulator, awx: AwxActivities) -> None:
    """The artifacts are there with the status."""
    patient = dataclasses.replace(awx, timings=AwxTimings())
    number = await launched(simulator, awx, "successful", life=["events-stuck"])
    assert (await read(patient, number)).outcome is JobOutcome.SUCCEEDED


async def test_a_failure_without_all_its_output_is_waited_for_a_minute_only(
    simulator: Simulator, awx: AwxActivities
) -> None:
    """Then what is there is taken."""
    patient = dataclasses.replace(awx, timings=AwxTimings())
    number = await launched(simulator, awx, "failed", life=["failed-events-stuck"])
    assert await not_yet(patient, number) <= A_MINUTE
    assert (await read(awx, number)).outcome is JobOutcome.FAILED


async def test_output_that_cannot_be_read_is_tried_again_then_left(simulator: Simulator, awx: AwxActivities) -> None:
    """A job's result never waits for its output for ever."""
    patient = dataclasses.replace(awx, timings=AwxTimings())
    number = await launched(simulator, awx, "failed", life=["failed"])
    simulator.faults(reads=["none", "502", "none", "502"])
    with pytest.raises(ApplicationError, match="gateway"):
        await read(patient, number)
    result = await read(awx, number)
    assert "(its output cannot be read: A gateway answered" in (result.error or "")


async def test_a_cancelled_job_failed(simulator: Simulator, awx: AwxActivities) -> None:
    """Somebody stopped it in AWX."""
    number = await launched(simulator, awx, "running", life=["stuck-running"])
    simulator.api("POST", f"jobs/{number}/cancel/")
    simulator.until_status(number, "canceled")
    result = await read(awx, number)
    assert result.outcome is JobOutcome.FAILED
    assert (result.error or "").startswith("The job was cancelled in AWX")


async def test_a_cancellation_that_lost_to_success_is_a_success(simulator: Simulator, awx: AwxActivities) -> None:
    """AWX accepted it, and the play was faster."""
    number = await launched(simulator, awx, "running", life=["cancel-lost"])
    simulator.api("POST", f"jobs/{number}/cancel/")
    simulator.until_status(number, "successful")
    assert (await read(awx, number)).outcome is JobOutcome.SUCCEEDED


async def test_a_vanished_job_is_an_unknown_outcome(simulator: Simulator, awx: AwxActivities) -> None:
    """404: told as such."""
    number = await launched(simulator, awx, "successful")
    simulator.control("POST", "vanish", json={"job": number})
    result = await read(awx, number)
    assert result.outcome is JobOutcome.UNKNOWN
    assert "vanished from AWX" in (result.error or "")


async def test_a_deleted_template_is_an_unknown_outcome(simulator: Simulator, awx: AwxActivities) -> None:
    """403 on the job: told as such."""
    number = await launched(simulator, awx, "running", life=["stuck-running"])
    simulator.template(deleted=True)
    result = await read(awx, number)
    assert result.outcome is JobOutcome.UNKNOWN
    assert "its template was deleted" in (result.error or "")


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"credential": "expired"}, "unknown, expired or revoked"),
        ({"reads": ["500"]}, "AWX failed"),
        ({"reads": ["migrating"]}, "being upgraded"),
    ],
)
async def test_what_could_not_be_found_out_is_asked_again(
    simulator: Simulator, awx: AwxActivities, faults: dict[str, object], words: str
) -> None:
    """An expired token, a failing or upgrading AWX: retried, with the sentence."""
    number = await launched(simulator, awx, "successful")
    simulator.faults(**faults)
    with pytest.raises(ApplicationError, match=words) as failure:
        await read(awx, number)
    assert (failure.value.non_retryable, failure.value.category) == (False, ApplicationErrorCategory.UNSPECIFIED)


async def test_a_job_that_never_starts_is_cancelled_and_unknown(simulator: Simulator, awx: AwxActivities) -> None:
    """Past the deadline for pending; AWX's explanation is quoted."""
    number = await launched(simulator, awx, "pending", no_capacity=True)
    waiting = dataclasses.replace(awx, timings=dataclasses.replace(HASTY, pending_deadline=A_MINUTE))
    await not_yet(waiting, number)
    result = await read(waiting, number, age=2 * A_MINUTE)
    assert result.outcome is JobOutcome.UNKNOWN
    assert "did not start the job within 0:01:00" in (result.error or "")
    assert "it was cancelled" in (result.error or "")
    assert (simulator.job(number)["status"], simulator.ran()) == ("canceled", 0)


async def test_a_job_that_may_not_be_cancelled_is_told(simulator: Simulator, awx: AwxActivities) -> None:
    """The outcome stays unknown, and people know that the job is still there."""
    number = await launched(simulator, awx, "pending", life=["stuck-pending"])
    simulator.faults(credential="read-scope")
    result = await read(dataclasses.replace(awx, timings=HASTY), number, age=A_MINUTE)
    assert "it could not be cancelled: AWX forbids it" in (result.error or "")


async def test_a_job_that_runs_too_long_is_unknown_and_left_alone(simulator: Simulator, awx: AwxActivities) -> None:
    """Past the deadline for running; stopping it half way would be worse."""
    number = await launched(simulator, awx, "running", life=["stuck-running"])
    result = await read(dataclasses.replace(awx, timings=HASTY), number)
    assert result.outcome is JobOutcome.UNKNOWN
    assert "still runs the job" in (result.error or "")
    assert simulator.job(number)["status"] == "running"
