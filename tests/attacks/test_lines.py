"""Attacks on a target's line: never two deployments at once, and nobody waits for ever."""

from pathlib import Path

from domain.decision import DecisionAction
from domain.ticket import State
from tests.domain.builders import JEAN, PIERRE
from tests.record.building import person_commits
from tests.workflows.stage import Stage
from tests.workflows.test_clearance import version

APPROVE, RETRY = DecisionAction.APPROVE, DecisionAction.RETRY


async def test_a_retry_that_a_newer_version_overtook_is_not_stuck(dev_stage: Stage) -> None:
    """Newer versions close older requests here; a failed one that is retried is none that could be closed."""
    rules = (Path(__file__).parents[2] / "demo" / "gitops" / "platform.yaml").read_text(encoding="utf-8")
    person_commits(dev_stage.git, {"platform.yaml": rules.replace("controls: 2", "controls: 2\n  supersede: true")})
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        old = await dev_stage.submit()
        await dev_stage.decide(old, APPROVE, JEAN)
        await dev_stage.until(old, State.FAILED)
        newer = await dev_stage.submit(id="PR-2026-0002", key="2" * 64, target=version("2.2.0"))
        await dev_stage.decide(newer, APPROVE, JEAN)
        assert (await newer.result()).state is State.DEPLOYED
        await dev_stage.decide(old, RETRY, PIERRE)
        lapsed = await dev_stage.until(old, State.PENDING)
        assert "PR-2026-0002" in (lapsed.last.reason or "")
        await old.terminate()
    assert dev_stage.actions()[-2:] == ["retried", "lapsed"]
