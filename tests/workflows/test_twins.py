"""AWX carries out a lost launch late, after a second one was asked for: noticed, told, and stopped before it runs."""

from dataclasses import replace
from datetime import timedelta

from domain.decision import DecisionAction
from domain.ticket import State
from tests.awx_fixtures import IMPATIENT
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage

APPROVE = DecisionAction.APPROVE


async def test_a_twin_that_waits_behind_its_job_never_runs_and_is_recorded(dev_stage: Stage) -> None:
    """It pends while the attempt's job runs; when that ends, the ticket names both and one has run."""
    dev_stage.awx.faults(launch=["cut"], life=["stuck-running", "stuck-pending"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "running")
        dev_stage.awx.control("POST", "duplicate", json={"job": 1})
        dev_stage.awx.control("POST", "finish", json={"job": 1})
        ended = await promoted.result()
    assert ended.state is State.DEPLOYED
    assert ended.last.job_id == "awx-job-1"
    assert "AWX made more than one job for this attempt: see awx-job-2 too." in (ended.last.comment or "")
    assert dev_stage.awx.job(2)["status"] == "canceled"
    assert dev_stage.awx.ran() == 1


async def test_a_launch_that_was_answered_is_asked_nothing_more(dev_stage: Stage) -> None:
    """Its template, its label, its launch and its end are all that AWX is asked for, once its callback has come."""
    dev_stage.timings = replace(IMPATIENT, report_within=timedelta(minutes=1))
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.DEPLOYING)
        dev_stage.awx.until_status(1, "successful")
        before = dev_stage.awx.control("GET", "requests")
        await dev_stage.report(promoted, 1, "successful")
        assert (await promoted.result()).state is State.DEPLOYED
    looked = dev_stage.awx.control("GET", "requests")
    # Those of the test itself, which looks at the job, are in `before`.
    assert {path: looked[path] - before.get(path, 0) for path in looked if looked[path] != before.get(path)} == {
        "GET /api/v2/jobs/{number}/": 1
    }
    assert sum(times for path, times in before.items() if not path.startswith("GET /api/v2/jobs/")) == 3


async def test_the_end_records_when_awx_ran_the_job(dev_stage: Stage) -> None:
    """AWX's own times stand beside the job's number and the deployment's id."""
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        ended = await promoted.result()
    assert (ended.last.comment or "").startswith("AWX ran it from 20")
    assert (ended.last.deployment_id or "").startswith("deploy-")
    assert dev_stage.recorded(ended) == ended
