"""Builds of the worker: who gets work, and who goes on with a promotion that another build began."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.decision import DecisionAction
from domain.ticket import State
from engine.connection import converter
from engine.versioning import build_id, deployment
from tests.awx_fixtures import Simulator
from tests.company import found
from tests.dev_server import dev_server
from tests.domain.builders import JEAN
from tests.workflows.stage import Stage
from workflows.shown import SEARCH_ATTRIBUTES

APPROVE = DecisionAction.APPROVE
ROOT = Path(__file__).parents[2]
TEMPORAL = Path(sys.executable).with_name("temporal")


@asynccontextmanager
async def working(stage: Stage, build: str | None = None) -> AsyncIterator[None]:
    """A worker of this build, or one without versioning."""
    config = deployment(stage.queue if build else None, build)
    async with stage.working(deployment_config=config):
        yield


async def temporal(stage: Stage, *arguments: str) -> str:
    """The answer of the `temporal` command; tried again until the server knows the build."""
    client = stage.environment.client
    where = ["--address", client.service_client.config.target_host, "--namespace", client.namespace]
    command = [str(TEMPORAL), "worker", "deployment", *arguments, *where]
    for _ in range(60):
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout
        await asyncio.sleep(0.25)
    raise AssertionError(done.stderr)


@pytest.fixture
async def versioned_stage(tmp_path: Path, awx: Simulator) -> AsyncIterator[Stage]:
    """A stage on a server of its own, with the workers of its own that look after versions; the tests' has none."""
    found(tmp_path / "gitops.git")
    async with await dev_server(
        data_converter=converter(None),
        search_attributes=list(SEARCH_ATTRIBUTES),
    ) as environment:
        yield Stage(environment, tmp_path / "gitops.git", awx)


async def make_current(stage: Stage, build: str) -> None:
    """As docs/operations.md says."""
    name = ("--deployment-name", stage.queue)
    await temporal(stage, "set-current-version", *name, "--build-id", build, "--yes")


async def test_a_build_gets_work_once_it_is_made_current(versioned_stage: Stage) -> None:
    """Until then a promotion waits; nothing of it is lost."""
    async with working(versioned_stage, "a"):
        submitting = asyncio.create_task(versioned_stage.submit())
        done, _ = await asyncio.wait({submitting}, timeout=2)
        assert not done
        await make_current(versioned_stage, "a")
        promoted = await submitting
        assert await versioned_stage.decide(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED


@pytest.mark.parametrize("first", ["a", None], ids=["versioned", "from before versioning"])
async def test_a_promotion_that_one_build_began_is_finished_by_the_next(
    versioned_stage: Stage, first: str | None
) -> None:
    """Both run; the new one takes over with the next task once it is current."""
    async with working(versioned_stage, first):
        if first:
            await make_current(versioned_stage, first)
        promoted = await versioned_stage.submit()
    async with working(versioned_stage, "b"):
        await make_current(versioned_stage, "b")
        await versioned_stage.decide(promoted, APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
    assert versioned_stage.actions() == ["created", "approved", "deploying", "deployed"]
    events = (await promoted.fetch_history()).events
    completed = [each.workflow_task_completed_event_attributes for each in events]
    builds = [each.deployment_version.build_id for each in completed if each.HasField("deployment_version")]
    assert builds[-1] == "b"
    assert first is None or builds[0] == first


async def ramp(stage: Stage, *arguments: str, check: str) -> tuple[int, str]:
    """The exit code of `deploy/temporal/canary.sh`, and all that it printed."""
    client = stage.environment.client
    variables = {
        "PATH": f"{TEMPORAL.parent}{os.pathsep}{os.environ['PATH']}",
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
        "HOME": "/nonexistent",
        "PAUSE": "0",
        "CHECK": check,
    }
    command = ["sh", str(ROOT / "deploy" / "temporal" / "canary.sh"), stage.queue, *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, env=variables, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


async def routing(stage: Stage) -> tuple[str, float]:
    """The build that has the work, and the share of the one that is ramped."""
    told = json.loads(await temporal(stage, "describe", "--name", stage.queue, "--output", "json"))["routingConfig"]
    return told["currentVersionBuildID"], told["rampingVersionPercentage"]


async def test_a_build_is_ramped_by_the_script_and_taken_back_where_its_check_fails(versioned_stage: Stage) -> None:
    """A failed check leaves the old build alone with the work; one that passes makes the new one current."""
    async with working(versioned_stage, "a"), working(versioned_stage, "b"):
        await make_current(versioned_stage, "a")
        code, printed = await ramp(versioned_stage, "b", "25", check="exit 1")
        assert (code, "the check failed" in printed, await routing(versioned_stage)) == (1, True, ("a", 0)), printed
        seen = f"temporal worker deployment describe --name {versioned_stage.queue} | grep -i ramping | grep -q 25"
        code, printed = await ramp(versioned_stage, "b", "25", check=seen)
        assert (code, await routing(versioned_stage)) == (0, ("b", 0)), printed


def test_without_a_deployment_a_build_is_only_told() -> None:
    """Then any worker takes any task, as `prodgate up` has it."""
    assert deployment(None, None).use_worker_versioning is False
    assert deployment(None, "7.1").version.build_id == "7.1"
    head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert build_id().endswith(f"-{head.stdout[:12]}")
