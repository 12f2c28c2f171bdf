"""Right before a launch the record is read once more: what no longer holds stops it, with a plain reason."""

from pathlib import Path

from domain.decision import DecisionAction
from domain.ticket import PromotionRequest, State
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import person_commits
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction

TENANT = "tenants/tenant-finance.yaml"
FILE = (Path(__file__).parents[2] / "demo" / "gitops" / TENANT).read_text(encoding="utf-8")
WITHOUT_JEAN = "".join(line for line in FILE.splitlines(keepends=True) if "jean.dupont" not in line)


async def approved_and_queued(stage: Stage) -> Promoted:
    """Approved, and standing behind another deployment of its target that goes on until `let_it_go`."""
    stage.awx.faults(life=["stuck-running"])
    first = await stage.submit(id="PR-2026-0009", key="9" * 64)
    await stage.decide(first, APPROVE, JEAN, id="decision-0009")
    await stage.until(first, State.DEPLOYING)
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    return promoted


async def let_it_go(stage: Stage, promoted: Promoted, state: State) -> PromotionRequest:
    """The other deployment ends; the ticket once it is in the state."""
    stage.awx.until_status(1, "running")
    stage.awx.control("POST", "finish", json={"job": 1})
    return await stage.until(promoted, state)


async def test_an_approver_who_lost_the_role_stops_the_launch_until_it_is_back(dev_stage: Stage) -> None:
    """The ticket fails with the reason and no job; with the role back, a retry deploys."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: WITHOUT_JEAN})
        failed = await let_it_go(dev_stage, promoted, State.FAILED)
        assert failed.last.error == "jean.dupont@cab-i.com, who approved, holds no role any more; nothing was launched"
        assert len(dev_stage.awx.jobs()) == 1
        person_commits(dev_stage.git, {TENANT: FILE})
        await dev_stage.decide(promoted, RETRY, PIERRE)
        assert (await promoted.result()).state is State.DEPLOYED


async def test_an_approver_with_a_lesser_role_stops_the_launch(dev_stage: Stage) -> None:
    """Who only sees may not have approved."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: FILE.replace("Jean Dupont, role: cpi", "Jean Dupont, role: viewer")})
        failed = await let_it_go(dev_stage, promoted, State.FAILED)
        assert "no longer may: Not authorized" in (failed.last.error or "")
        assert len(dev_stage.awx.jobs()) == 1
        await promoted.terminate()


async def test_a_tenant_that_is_gone_stops_the_launch(dev_stage: Stage) -> None:
    """No rule is no permission."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: None})
        failed = await let_it_go(dev_stage, promoted, State.FAILED)
        assert failed.last.error == "The tenant tenant-finance no longer exists; nothing was launched"
        assert len(dev_stage.awx.jobs()) == 1
        await promoted.terminate()


async def test_a_file_edited_after_the_approval_stops_the_launch(dev_stage: Stage) -> None:
    """Nothing is launched and nothing is written over; once the file is back, the failure is recorded."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        ticket = await promoted.query(Promotion.ticket)
        good = dev_stage.file(ticket)
        person_commits(dev_stage.git, {ticket.path: good.replace("2.1.0", "6.6.6")})
        failed = await let_it_go(dev_stage, promoted, State.FAILED)
        assert "changed after the approval" in (failed.last.error or "")
        assert len(dev_stage.awx.jobs()) == 1
        assert "6.6.6" in dev_stage.file(ticket)
        await promoted.terminate()
