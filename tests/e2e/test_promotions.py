"""Promotions through the real processes, which die while they work."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client, WorkflowExecutionStatus

from tests.e2e.stack import JEAN, Stack, lives, started, until

DEPLOYED = ["created", "approved", "deploying", "deployed"]

SHORT = {"PRODGATE_AWX_REQUEST_LIFETIME": "2"}
"""The stand-in for AWX answers at once or is gone: a lost launch is looked up soon."""


def finished(stack: Stack, tickets: list[str]) -> bool:
    """Tells whether the engine has ended each of these promotions."""

    async def look() -> bool:
        client = await Client.connect(f"127.0.0.1:{stack.ports['temporal-port']}")
        described = [await client.get_workflow_handle(ticket).describe() for ticket in tickets]
        return all(each.status is WorkflowExecutionStatus.COMPLETED for each in described)

    return asyncio.run(look())


def test_ten_promotions_survive_a_killed_worker_and_a_killed_engine(tmp_path: Path) -> None:
    """Killed while some wait and some deploy: each is finished, each transition once in Git, one AWX job each."""
    with started(Stack(tmp_path / "data", job_seconds=1.5, settings=SHORT)) as stack:
        tickets = [stack.ask(f"2.0.{number}") for number in range(10)]
        for ticket in tickets[:4]:
            stack.approve(ticket)
        until("something deploys", lambda: "deploying" in stack.states().values())

        gone = stack.kill("worker")
        stack.approve(tickets[4])  # decided while no worker lives, or just as one comes
        stack.await_restart("worker", gone)
        stack.approve(tickets[5])
        stack.approve(tickets[6])
        assert {"pending", "approved"} <= set(stack.states().values())  # one target: the others wait their turn

        gone = stack.kill("temporal")
        stack.approve(tickets[7])
        stack.await_restart("temporal", gone)
        for ticket in tickets[8:]:
            stack.approve(ticket)

        stack.await_state(tickets, "deployed", 150)
        assert stack.recorded() == dict.fromkeys(tickets, DEPLOYED)
        stack.check_one_job_each(tickets)
        asked = re.search(r'prodgate_awx_policy_total\{answer="allowed"\} ([0-9.]+)', stack.metrics("api"))
        assert asked, "AWX asked before no job"
        assert float(asked[1]) == 2 * len(tickets)  # for the organisation and the inventory
        for name in ("worker", "temporal"):
            assert f"{name} ended, killed by SIGKILL; it is started again" in stack.said
        until("every workflow ended", lambda: finished(stack, tickets), 15)


def test_ctrl_c_stops_everything_and_the_next_start_goes_on(tmp_path: Path) -> None:
    """A pending one can be approved, a scheduled one deploys at its date, one that deployed is finished."""
    with started(Stack(tmp_path / "data", job_seconds=6, settings=SHORT)) as stack:
        date = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
        pending, deploying = stack.ask("2.0.0"), stack.ask("2.0.1")
        # On a target of its own: no approval covers what goes there unseen before its date.
        stack.open_catalogue()
        scheduled = stack.ask("2.0.2", f"{date:%Y-%m-%dT%H:%M:%SZ}", name="ledger-api")
        stack.approve(scheduled)
        stack.approve(deploying)
        stack.await_state([deploying], "deploying")
        children = stack.pids()

        assert stack.interrupt() == 0, stack.said
        assert set(children) == {"temporal", "awx", "oidc", "mailbox", "webhooks", "gitlab", "worker", "api"}
        assert not [name for name, pid in children.items() if lives(pid)]
        assert "Traceback" not in stack.said

        stack.start()
        assert stack.states()[pending] == "pending"
        stack.approve(pending)
        stack.await_state([pending, deploying, scheduled], "deployed")
        dated = [*DEPLOYED[:2], "due", *DEPLOYED[2:]]
        assert stack.recorded() == {pending: DEPLOYED, deploying: DEPLOYED, scheduled: dated}
        stack.check_one_job_each([pending, deploying, scheduled])
        history = stack.call(JEAN, "GET", f"/{scheduled}").json()["status"]["history"]
        assert all(datetime.fromisoformat(entry["at"]) >= date for entry in history[2:])
        assert stack.interrupt() == 0, stack.said
