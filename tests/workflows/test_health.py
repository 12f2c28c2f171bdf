"""Health after the job: a request is deployed once its target's own check held, whatever is killed meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from temporalio.client import WorkflowUpdateFailedError

from cli import main
from clients.health.probe import HealthProbe, Prometheus
from domain.decision import DecisionAction
from domain.ticket import Action, State
from record.audit.verify import verify
from record.signing.checkpoints import verifier
from tests.awx_fixtures import eventually
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import git
from tests.record.noting import ORIGIN, checkpoint_of
from tests.signing import WORKER_KEY
from tests.workflows.applications import QUICK, Application, name_check, serving
from tests.workflows.stage import Promoted, Stage, refused
from workflows.promotion import Promotion

APPROVE, RETRY, CANCEL = DecisionAction.APPROVE, DecisionAction.RETRY, DecisionAction.CANCEL


@pytest.fixture
def signing(dev_stage: Stage) -> Stage:
    dev_stage.sign()
    return dev_stage


async def approved(stage: Stage, **fields: Any) -> Promoted:
    promoted = await stage.submit(**fields)
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


def rules_broken(stage: Stage) -> list[str]:
    return [each.rule for each in verify(stage.git, branch="main")]


async def test_it_is_deployed_once_the_check_held(signing: Stage) -> None:
    """The entry tells for how long, and the audit finds the worker's word for it."""
    async with serving(Application(200)) as address, signing.working():
        name_check(signing.git, {"http": {"url": address}} | QUICK)
        promoted = await approved(signing)
        ticket = await promoted.result()
    actions = [entry.action for entry in ticket.status.history]
    assert actions[-3:] == [Action.DEPLOYING, Action.VERIFYING, Action.DEPLOYED]
    assert ticket.last.job_id == ticket.status.history[-2].job_id
    assert "check held for" in (ticket.last.comment or "")
    assert rules_broken(signing) == []


async def test_a_receipt_proves_the_check_that_held(
    signing: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The worker signed the launch, the job's end and the check's; the file proves each without the record."""
    async with serving(Application(200)) as address, signing.working():
        name_check(signing.git, {"http": {"url": address}} | QUICK)
        ticket = await (await approved(signing)).result()
    note, file = tmp_path / "note.checkpoint", tmp_path / "receipt.json"
    note.write_bytes(checkpoint_of(signing.git, WORKER_KEY))
    key = ["--key", str(verifier(ORIGIN, WORKER_KEY))]
    asked = ["receipt", ticket.id, "--repo", str(signing.git), "--checkpoint", str(note), "--out", str(file), *key]
    assert main(asked) == 0
    assert main(["verify", "--receipt", str(file), *key]) == 0
    said = capsys.readouterr().out
    for action in ("deploying", "verifying", "deployed"):
        assert f"{action} by system" in said


async def test_what_is_ill_fails_with_what_was_seen(signing: Stage) -> None:
    """A retry deploys it anew, and verifies it anew."""
    ill = Application(503, body="<b>db \x1b[31mgone</b>")
    async with serving(ill) as address, signing.working():
        name_check(signing.git, {"http": {"url": address}} | QUICK)
        promoted = await approved(signing)
        ticket = await signing.until(promoted, State.FAILED)
        assert "status 503: <b>db [U+001B][31mgone</b>" in (ticket.last.error or "")
        await signing.until_recorded(promoted)
        ill.statuses = [200]
        await signing.decide(promoted, RETRY, PIERRE)
        ticket = await promoted.result()
    assert ticket.state is State.DEPLOYED
    assert rules_broken(signing) == []


async def test_what_flaps_never_holds(dev_stage: Stage) -> None:
    """Each look that does not hold begins the time anew; two in three are not enough."""
    flapping = Application(*[200, 200, 500] * 10)
    async with serving(flapping) as address, dev_stage.working():
        name_check(dev_stage.git, {"http": {"url": address}} | QUICK | {"for": "PT4S"})
        promoted = await approved(dev_stage)
        ticket = await dev_stage.until(promoted, State.FAILED)
    assert "did not hold for 4 s within 8 s" in (ticket.last.error or "")


async def test_one_lost_look_is_no_failure(dev_stage: Stage) -> None:
    async with serving(Application(200, 500, 200)) as address, dev_stage.working():
        name_check(dev_stage.git, {"http": {"url": address}} | QUICK)
        promoted = await approved(dev_stage)
        ticket = await promoted.result()
    assert ticket.state is State.DEPLOYED


async def test_a_killed_worker_loses_no_look_and_writes_no_history(signing: Stage) -> None:
    """The next one goes on from what the last one saw; all of a check is one activity of the history."""
    application = Application(200)
    async with serving(application) as address:
        name_check(signing.git, {"http": {"url": address}, "for": "PT8S", "interval": "PT2S", "within": "PT20S"})
        async with signing.working():
            promoted = await approved(signing)
            await signing.until(promoted, State.VERIFYING)
            await asyncio.to_thread(eventually, lambda: application.asked >= 2)
        async with signing.working():
            ticket = await promoted.result()
        assert application.asked < 8
    assert ticket.state is State.DEPLOYED
    events = [event async for event in promoted.fetch_history_events()]
    names = [event.activity_task_scheduled_event_attributes.activity_type.name for event in events]
    assert names.count("look_at_health") == 1
    assert rules_broken(signing) == []


async def test_nothing_else_happens_to_it_meanwhile(dev_stage: Stage) -> None:
    """It can't be cancelled, and the next one for the target waits behind it."""
    application = Application(500)
    async with serving(application) as address, dev_stage.working():
        name_check(dev_stage.git, {"http": {"url": address}, "for": "PT2S", "interval": "PT1S", "within": "PT1M"})
        promoted = await approved(dev_stage)
        await dev_stage.until(promoted, State.VERIFYING)
        other = await approved(dev_stage, id="PR-2026-0009", key="9" * 64)
        await dev_stage.looking(other)
        with pytest.raises(WorkflowUpdateFailedError) as cancelled:
            await dev_stage.decide(promoted, CANCEL, PIERRE)
        assert refused(cancelled.value)[0] == "NotCancellable"
        assert (await other.query(Promotion.ticket)).state is State.APPROVED
        application.statuses = [200]
        assert (await promoted.result()).state is State.DEPLOYED
        assert (await other.result()).state is State.DEPLOYED


async def test_a_check_that_was_named_after_the_job_asks_nothing(dev_stage: Stage) -> None:
    """The catalogue counts as it is when the job ended: what is there then stays, whatever becomes of the file."""
    application = Application(500)
    async with serving(application) as address, dev_stage.working():
        name_check(dev_stage.git, {"http": {"url": address}} | QUICK)
        promoted = await approved(dev_stage)
        await dev_stage.until(promoted, State.VERIFYING)
        await dev_stage.until_recorded(promoted)
        name_check(dev_stage.git, None)
        ticket = await dev_stage.until(promoted, State.FAILED)
    assert ticket.last.action is Action.FAILED


async def test_a_query_of_prometheus_is_a_check_too(dev_stage: Stage) -> None:
    """The API is Prometheus' own: a POST of a form, and a vector of samples."""
    asked = list[str]()

    async def answer(request: web.Request) -> web.Response:
        asked.append(str((await request.post())["query"]))
        sample = {"metric": {"job": "pay"}, "value": [1_700_000_000.1, "0.002"]}
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": [sample]}})

    check = {"prometheus": {"query": 'rate(errors{job="pay"}[1m])', "operator": "<", "threshold": 0.01}} | QUICK
    async with serving(answer) as address:
        dev_stage.probe = HealthProbe(prometheus=Prometheus(address))
        async with dev_stage.working():
            name_check(dev_stage.git, check)
            promoted = await approved(dev_stage)
            ticket = await promoted.result()
    assert set(asked) == {'rate(errors{job="pay"}[1m])'}
    assert "value 0.002, wanted < 0.01" in (ticket.last.comment or "")


async def test_without_a_check_nothing_is_verified(signing: Stage) -> None:
    async with signing.working():
        promoted = await approved(signing)
        ticket = await promoted.result()
    assert Action.VERIFYING not in {entry.action for entry in ticket.status.history}
    assert rules_broken(signing) == []
    assert "Action: verifying" not in git(signing.git, "log", "main")
