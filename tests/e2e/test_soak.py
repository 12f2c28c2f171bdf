"""Three hundred promotions while everything goes wrong: each ends once, as AWX says, and no attempt has two jobs.

Real processes throughout: the engine, the API, two workers that are killed again and again, the record in Git, and the
simulated AWX over HTTP with faults drawn from a seed.
"""

import asyncio
import contextlib
import json
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.stack import JEAN, PIERRE, Stack, free_ports, started, submission

COUNT = 300
SEED = 20260301
AT_ONCE = 24
WITHIN = 900.0
"""Seconds for all of them, on two cores that do other things besides."""

LAUNCHES = {
    "none": 50,
    "commit-then-500": 7,
    "commit-then-cut": 7,
    "commit-then-504": 5,
    "cut": 6,
    "lost-502": 5,
    "lost-504": 5,
    "late": 4,
    "migrating": 3,
    "slow": 4,
    "too-many": 3,
    "altered": 1,
}
LIVES = {
    "none": 78,
    "failed": 8,
    "timeout": 3,
    "error-after-success": 3,
    "dependency-failed": 2,
    "requeued": 3,
    "reaped-then-successful": 1,
    "events-stuck": 2,
}
NOTICES = {
    "none": 40,
    "unsent": 20,
    "duplicate": 10,
    "reversed": 10,
    "error-then-success": 10,
    "empty-body": 5,
    "other-kinds": 5,
}
READS = {"none": 90, "500": 3, "502": 3, "too-many": 2, "migrating": 2}

SETTINGS = {
    "PRODGATE_AWX_REQUEST_LIFETIME": "3",
    "PRODGATE_AWX_SETTLE": "2",
    "PRODGATE_REQUESTS_PER_MINUTE_PERSON": "1000000",
    "PRODGATE_REQUESTS_PER_MINUTE_ADDRESS": "1000000",
    "PRODGATE_OPEN_REQUESTS_PERSON": "1000000",
}
ENDED = {"deployed", "failed"}


def drawn(chance: random.Random, weights: dict[str, int], count: int) -> list[str]:
    return chance.choices(list(weights), list(weights.values()), k=count)


@dataclass
class SecondWorker:
    """A worker beside the stack's own, on its task queue; it is started again as soon as it was killed."""

    stack: Stack
    port: int = field(default_factory=lambda: free_ports(1)[0])
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        said = Path(f"/proc/{self.stack.pids()['worker']}/environ").read_bytes().decode().split("\0")
        environment = dict(line.split("=", 1) for line in said if "=" in line)
        environment |= {
            "PRODGATE_WORKER_HEALTH_PORT": str(self.port),
            "PRODGATE_DATA_DIR": str(self.stack.data.with_name("second")),
        }
        with self.stack.data.with_name("second.log").open("ab") as log:
            command = [sys.executable, "-P", "-m", "worker"]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@dataclass
class Crowd:
    """People who ask and approve, and somebody who forges callbacks."""

    stack: Stack
    http: httpx.AsyncClient
    chance: random.Random
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    tickets: list[str] = field(default_factory=list)

    async def call(self, person: str, path: str, body: object, **headers: str) -> httpx.Response:
        """Ask until there is an answer: the API is there, what it needs may not be."""
        token = {"Authorization": f"Bearer {self.stack.token(person)}"}
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self.http.post(
                    f"{self.stack.api}/v1/requests/prod{path}", json=body, headers=headers | token
                )
                if answer.status_code < 500:
                    return answer
            await asyncio.sleep(0.5)

    async def promote(self, number: int) -> None:
        """Ask for a promotion and approve it; three of them share each target."""
        async with self.gate:
            body = submission(f"1.0.{number}")
            body["target"]["name"] = f"api-{number % (COUNT // 3)}"
            asked = await self.call(PIERRE, "", body, **{"Idempotency-Key": f"soak-{number}"})
            assert asked.status_code in (201, 202), asked.text
            ticket = str(asked.json()["metadata"]["id"])
            self.tickets.append(ticket)
            decided = await self.call(JEAN, f"/{ticket}/approve", {"comment": "Reviewed"})
            refused = decided.status_code not in (200, 202)
            assert not refused or decided.json()["detail"].startswith("Request not pending"), decided.text

    async def forge(self) -> None:
        """Callbacks that say what isn't so, with the right secret and with a wrong one."""
        secret = json.loads((self.stack.data / "secrets.json").read_text())["callback"]
        while True:
            ticket = self.chance.choice(self.tickets or ["PR-2026-0001"])
            body = {"id": self.chance.randint(1, 400), "status": "successful", "extra_vars": {"request_id": ticket}}
            for given in (secret, "guessed"):
                with contextlib.suppress(httpx.TransportError):
                    await self.http.post(
                        f"{self.stack.api}/v1/webhooks/awx/job-complete",
                        json=body,
                        headers={"X-Prodgate-Secret": given},
                    )
            await asyncio.sleep(0.3)


async def kill_workers(stack: Stack, second: SecondWorker, http: httpx.AsyncClient, kills: list[str]) -> None:
    """End a worker as a power cut would, at any moment of its work; never both at once."""
    chance = random.Random(SEED)  # noqa: S311  drawn again alike
    second.start()
    while True:
        for port in (stack.ports["worker-port"], second.port):
            await working(http, port)
        await asyncio.sleep(chance.uniform(4.0, 12.0))
        if len(kills) % 4 == 3:  # rarely: the launcher waits longer for one that dies young
            stack.kill("worker")
            kills.append("first")
        else:
            second.kill()
            second.start()
            kills.append("second")
        await asyncio.sleep(0.2)


async def working(http: httpx.AsyncClient, port: int) -> None:
    """Return once the worker takes tasks."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            if (await http.get(f"http://127.0.0.1:{port}/healthz")).is_success:
                return
        await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def trouble(stack: Stack, crowd: Crowd, kills: list[str]) -> AsyncIterator[None]:
    second = SecondWorker(stack)
    tasks = [
        asyncio.create_task(kill_workers(stack, second, crowd.http, kills)),
        asyncio.create_task(crowd.forge()),
    ]
    try:
        yield
        assert not [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        second.kill()


async def soak(stack: Stack, chance: random.Random) -> list[str]:
    """Everybody's tickets, once all have ended."""
    end, kills = time.monotonic() + WITHIN, list[str]()
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        crowd = Crowd(stack, http, chance)
        async with trouble(stack, crowd, kills):
            await asyncio.gather(*(crowd.promote(number) for number in range(COUNT)))
            while not all(stack_ended(await asyncio.to_thread(stack.recorded), crowd.tickets)):
                assert time.monotonic() < end, undone(stack, crowd.tickets)
                await asyncio.sleep(2)
    assert {"first", "second"} <= set(kills)
    return crowd.tickets


def stack_ended(recorded: dict[str, list[str]], tickets: list[str]) -> list[bool]:
    return [recorded.get(ticket, [""])[-1] in ENDED for ticket in tickets]


def undone(stack: Stack, tickets: list[str]) -> str:
    recorded = stack.recorded()
    left = {ticket: recorded.get(ticket) for ticket in tickets if recorded.get(ticket, [""])[-1] not in ENDED}
    return f"{len(left)} of {len(tickets)} tickets have not ended: {left}"


def control(stack: Stack, method: str, path: str, body: object) -> Any:
    url = f"http://127.0.0.1:{stack.ports['awx-port']}/control/{path}"
    answer = httpx.request(method, url, json=body, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


def misbehave(stack: Stack, chance: random.Random) -> None:
    control(stack, "PATCH", "templates/7", {"allow_simultaneous": True})
    control(stack, "PATCH", "pace", {"late": 1.0, "reaped": 0.5, "slow": 1.5})
    faults = {"launch": drawn(chance, LAUNCHES, 2 * COUNT), "life": drawn(chance, LIVES, 2 * COUNT)}
    faults |= {"notify": drawn(chance, NOTICES, 2 * COUNT), "reads": drawn(chance, READS, 10 * COUNT)}
    control(stack, "PUT", "faults", faults)


@pytest.mark.longest
def test_three_hundred_promotions_end_once_and_as_awx_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is lost, late, doubled, forged or killed: one end each, at most one job an attempt, AWX's own result."""
    # Counting the lines that its processes run would double their work; other tests run the same ones.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    chance = random.Random(SEED)  # noqa: S311  drawn again alike
    with started(Stack(tmp_path / "data", job_seconds=0.5, settings=SETTINGS)) as stack:
        stack.open_catalogue()
        misbehave(stack, chance)
        tickets = asyncio.run(soak(stack, chance))
        recorded, counted = stack.recorded(), stack.jobs()
    assert len(set(tickets)) == COUNT
    assert {tuple(recorded[ticket][:-1]) for ticket in tickets} == {("created", "approved", "deploying")}
    assert {attempt: told for attempt, told in counted["attempts"].items() if told["jobs"] > 1} == {}
    by_ticket = {job["extra_vars"]["request_id"]: job["status"] for job in counted["jobs"]}
    told_otherwise = {
        ticket: (recorded[ticket][-1], by_ticket.get(ticket))
        for ticket in tickets
        if (recorded[ticket][-1] == "deployed") is not (by_ticket.get(ticket) == "successful")
    }
    assert told_otherwise == {}
    assert {recorded[ticket][-1] for ticket in tickets} == ENDED
