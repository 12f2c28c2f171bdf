"""Right before a launch the record is read once more: an approval that no longer covers the request lapses."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.decision import DecisionAction
from domain.roles import Role
from domain.ticket import PromotionRequest, State, Target, TargetType
from tests.domain.builders import JEAN, PIERRE, details, person
from tests.record.building import person_commits
from tests.workflows.stage import Promoted, Stage
from workflows.promotion import Promotion

APPROVE, REJECT, CANCEL, RETRY, HOLD, RELEASE, *_ = DecisionAction

TENANT = "tenants/tenant-finance.yaml"
FILE = (Path(__file__).parents[2] / "demo" / "gitops" / TENANT).read_text(encoding="utf-8")
WITHOUT_JEAN = "".join(line for line in FILE.splitlines(keepends=True) if "jean.dupont" not in line)
ALICE = person("alice.admin@cab-i.com", Role.CPI_ADMIN, tenant=None)
AGAIN = "the request has to be approved again"


async def approved_and_queued(stage: Stage) -> Promoted:
    """Approved, and standing behind another deployment of its target that goes on until `let_it_go`."""
    stage.awx.faults(life=["stuck-running"])
    first = await stage.submit(id="PR-2026-0009", key="9" * 64)
    await stage.decide(first, APPROVE, JEAN, id="decision-0009")
    await stage.until(first, State.DEPLOYING)
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    await stage.looking(promoted)
    return promoted


async def let_it_go(stage: Stage, promoted: Promoted, state: State) -> PromotionRequest:
    """The other deployment ends, and is recorded; the ticket once it is in the state."""
    stage.awx.until_status(1, "running")
    stage.awx.control("POST", "finish", json={"job": 1})
    await stage.environment.client.get_workflow_handle("PR-2026-0009").result()
    return await stage.until(promoted, state)


async def test_an_approver_who_lost_the_role_has_approved_nothing(dev_stage: Stage) -> None:
    """The ticket waits for an approval anew, with the reason and no job; whoever else may approve lets it go on."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: WITHOUT_JEAN})
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert lapsed.last.reason == f"jean.dupont@cab-i.com, who approved, holds no role any more; {AGAIN}"
        assert lapsed.last.decide_by == lapsed.last.at + timedelta(days=30)
        assert (lapsed.status.approved_by, lapsed.status.approved_at) == (None, None)
        await let_it_go(dev_stage, promoted, State.PENDING)
        assert len(dev_stage.awx.jobs()) == 1
        await dev_stage.decide(promoted, APPROVE, ALICE)
        ended = await promoted.result()
    assert (ended.state, ended.status.approved_by) == (State.DEPLOYED, ALICE.email)
    assert dev_stage.actions() == ["created", "approved", "lapsed", "approved", "deploying", "deployed"]


async def test_an_approver_with_a_lesser_role_has_approved_nothing(dev_stage: Stage) -> None:
    """Somebody who only sees may not have approved."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: FILE.replace("Jean Dupont, role: cpi", "Jean Dupont, role: viewer")})
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert "no longer may: Not authorized" in (lapsed.last.reason or "")
        assert len(dev_stage.awx.jobs()) == 1
        await promoted.terminate()


async def test_a_tenant_that_is_gone_lets_nothing_go_on(dev_stage: Stage) -> None:
    """No rule is no permission."""
    async with dev_stage.working():
        promoted = await approved_and_queued(dev_stage)
        person_commits(dev_stage.git, {TENANT: None})
        lapsed = await dev_stage.until(promoted, State.PENDING)
        assert lapsed.last.reason == f"The tenant tenant-finance no longer exists; {AGAIN}"
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


def version(number: str) -> Target:
    return Target(type=TargetType.API, name="payment-api", version=number)


async def test_what_went_to_production_unseen_has_the_approval_lapse(dev_stage: Stage) -> None:
    """Approved for a date; a fix that was approved later is there before it: production is not taken back silently."""
    async with dev_stage.working():
        date = await dev_stage.now() + timedelta(seconds=4)
        old = await dev_stage.submit(request=details(scheduled_date=date))
        await dev_stage.decide(old, APPROVE, JEAN)
        fix = await dev_stage.submit(id="PR-2026-0002", key="2" * 64, target=version("2.1.1"))
        await dev_stage.decide(fix, APPROVE, JEAN)
        await fix.result()
        lapsed = await dev_stage.until(old, State.PENDING)
        changed = f"Production was changed by PR-2026-0002 to 2.1.1 after the approval; {AGAIN}"
        assert lapsed.last.reason == changed
        assert len(dev_stage.awx.jobs()) == 1
        await dev_stage.decide(old, REJECT, JEAN)


async def test_what_the_approver_saw_coming_lets_the_approval_stand(dev_stage: Stage) -> None:
    """One that was approved before, and deploys before: it was in the approver's sight."""
    async with dev_stage.working():
        dev_stage.awx.faults(life=["stuck-running"])
        first = await dev_stage.submit(id="PR-2026-0009", key="9" * 64, target=version("2.0.9"))
        await dev_stage.decide(first, APPROVE, JEAN, id="decision-0009")
        await dev_stage.until(first, State.DEPLOYING)
        second = await dev_stage.submit()
        await dev_stage.decide(second, APPROVE, JEAN, production="2.0.9")
        await let_it_go(dev_stage, second, State.DEPLOYED)
        assert (await second.result()).state is State.DEPLOYED  # the engine knows it before the record does
    assert dev_stage.actions() == ["created", "approved", "deploying", "deployed"]


async def test_an_approval_grows_old(stage: Stage) -> None:
    """It is held for longer than it is valid after its date; released, it has to be given anew."""
    async with stage.working():
        promoted = await stage.submit(request=details(scheduled_date=await stage.now() + timedelta(days=1)))
        await stage.decide(promoted, APPROVE, JEAN)
        await stage.decide(promoted, HOLD, JEAN)
        await stage.environment.sleep(timedelta(days=9))
        await stage.decide(promoted, RELEASE, JEAN)
        lapsed = await stage.until(promoted, State.PENDING)
        assert (lapsed.last.reason or "").startswith("The approval was valid until ")
        await stage.decide(promoted, APPROVE, JEAN)
        assert (await stage.ended(promoted)).state is State.DEPLOYED
    assert stage.actions()[-4:] == ["approved", "due", "deploying", "deployed"]


async def test_a_retry_lapses_before_its_launch_where_production_moved_on(dev_stage: Stage) -> None:
    """The failed one is tried again after another went there: it is approved anew, as the next attempt."""
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        old = await dev_stage.submit()
        await dev_stage.decide(old, APPROVE, JEAN)
        await dev_stage.until(old, State.FAILED)
        fix = await dev_stage.submit(id="PR-2026-0002", key="2" * 64, target=version("2.1.1"))
        await dev_stage.decide(fix, APPROVE, JEAN)
        await fix.result()
        await dev_stage.decide(old, RETRY, PIERRE)
        lapsed = await dev_stage.until(old, State.PENDING)
        assert [entry.action for entry in lapsed.status.history][-2:] == ["retried", "lapsed"]
        await dev_stage.decide(old, APPROVE, JEAN)
        ended = await old.result()
    assert ended.state is State.DEPLOYED
    assert dev_stage.awx.jobs()[-1]["name"] is not None
    assert ended.attempt == 2


@pytest.mark.parametrize("supersedes", [True, False])
async def test_a_newer_version_closes_older_requests_where_the_platform_says_so(
    dev_stage: Stage, supersedes: bool
) -> None:
    """Pending and approved ones, and only where it says so; each names the newer one."""
    if supersedes:
        dev_stage.let_newer_close_older()
    async with dev_stage.working():
        later = details(scheduled_date=await dev_stage.now() + timedelta(days=2))
        older = [
            await dev_stage.submit(id=f"PR-2026-000{n}", key=f"{n}" * 64, target=version(f"2.1.{n}"), request=later)
            for n in (1, 2)
        ]
        await dev_stage.decide(older[0], APPROVE, JEAN)
        newer = await dev_stage.submit(id="PR-2026-0003", key="3" * 64, target=version("2.2.0"), request=later)
        await dev_stage.decide(newer, APPROVE, JEAN)
        for each in older:
            await dev_stage.hint(each)
        if supersedes:
            assert {(await each.result()).last.superseded_by for each in older} == {"PR-2026-0003"}
        else:
            states = [(await each.query(Promotion.ticket)).state for each in older]
            assert states == [State.APPROVED, State.PENDING]
        assert (await newer.query(Promotion.ticket)).state is State.APPROVED
