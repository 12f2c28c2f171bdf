"""A worker looks for drift by itself, on a schedule, and tells of it where operators look."""

import json
import re
import subprocess
from pathlib import Path

import httpx

from tests.commands import command
from tests.e2e.stack import PRODGATE, Stack, bare_environment, started, until


def temporal(stack: Stack, *command: str) -> str:
    """What the Temporal command says of the installation's engine."""
    address = f"127.0.0.1:{stack.ports['temporal-port']}"
    called = [str(PRODGATE.with_name("temporal")), *command, "--address", address]
    return subprocess.run(called, env=bare_environment(), capture_output=True, text=True, check=True).stdout


def lost(stack: Stack) -> float | None:
    """The promotions that the engine lost, as the worker's metric tells; None before its first look."""
    found = re.search(r'^prodgate_drift\{[^}]*kind="no-promotion"[^}]*\} (\S+)$', stack.metrics("worker"), re.MULTILINE)
    return float(found[1]) if found else None


def readiness(stack: Stack) -> str:
    """What the worker's readiness says of the last look."""
    answer = httpx.get(f"http://127.0.0.1:{stack.ports['worker-port']}/readyz", timeout=30, trust_env=False)
    return str(answer.json()["drift"])


def reconcile(stack: Stack) -> "subprocess.CompletedProcess[str]":
    """Have lost promotions go on, with the worker's settings."""
    lines = Path(f"/proc/{stack.pids()['worker']}/environ").read_bytes().decode().split("\0")
    environment = bare_environment() | dict(line.split("=", 1) for line in lines if "=" in line)
    return command("reconcile", "--apply", environment=environment)


def test_a_promotion_that_the_engine_lost_is_told_until_it_goes_on(tmp_path: Path) -> None:
    """The schedule is there from the worker's start; its metric and readiness follow what it finds."""
    with started(Stack(tmp_path / "data", settings={"PRODGATE_RECONCILE_EVERY": "1"})) as stack:
        schedules = json.loads(temporal(stack, "schedule", "list", "--output", "json"))
        assert "drift-watch" in {each["scheduleId"] for each in schedules}
        ticket = stack.ask("1.0.0")
        until("a look that counts nothing", lambda: lost(stack) == 0.0)
        until("a look that tells nothing", lambda: readiness(stack) == "none")

        temporal(stack, "workflow", "terminate", "--workflow-id", ticket)
        until("the lost promotion is counted", lambda: lost(stack) == 1.0)
        until("the lost promotion is told", lambda: "no-promotion" in readiness(stack))
        assert reconcile(stack).returncode == 0
        until("nothing is lost any more", lambda: lost(stack) == 0.0)
        until("nothing is told any more", lambda: readiness(stack) == "none")
