"""A long run of promotions while everything goes wrong: `python -m tests.e2e.soak --help`, or `make soak`.

Real processes throughout: the engine, APIs and workers with clones of their own that are killed again and again, the
record in Git, and the simulated AWX over HTTP, with faults drawn from a seed where that is asked for. The engine is the
stack's dev server, or the one that TEMPORAL_ADDRESS names.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.stack import JEAN, PIERRE, Stack, free_ports, prodgate, started, submission

SEED = 20260301
AT_ONCE = 24
ENDED = {"deployed", "failed"}
SETTINGS = {
    "PRODGATE_AWX_REQUEST_LIFETIME": "3",
    "PRODGATE_AWX_SETTLE": "2",
    "PRODGATE_REQUESTS_PER_MINUTE_PERSON": "1000000",
    "PRODGATE_REQUESTS_PER_MINUTE_ADDRESS": "1000000",
    "PRODGATE_OPEN_REQUESTS_PERSON": "1000000",
}

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


@dataclass(frozen=True)
class Plan:
    """The amount of work, the processes it is done by, and the faults. `kill_every` and `within` are seconds."""

    promotions: int = 120
    apis: int = 2
    workers: int = 3
    kill_every: float = 4.0
    awx_fails: bool = False
    within: float = 1_800.0


@dataclass
class Child:
    """One API or worker, which whoever runs it starts again as soon as it has died."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    ready: str
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    async def serves(self, http: httpx.AsyncClient) -> None:
        """Return once it answers."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(self.ready)).is_success:
                    return
            await asyncio.sleep(0.2)


@dataclass
class Fleet:
    """The APIs and workers of one installation, instead of the stack's own two; each has a clone of the record."""

    stack: Stack
    apis: list[Child]
    workers: list[Child]
    kills: list[str] = field(default_factory=list)

    @property
    def children(self) -> list[Child]:
        return [*self.apis, *self.workers]

    @property
    def urls(self) -> list[str]:
        return [child.ready.removesuffix("/readyz") for child in self.apis]

    async def serves(self) -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            await asyncio.gather(*(child.serves(http) for child in self.children))

    async def suffer(self, chance: random.Random, every: float) -> None:
        """Kill one of them as a power cut would, again and again, at any moment of its work."""
        while True:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * every)
            child = chance.choice(self.children)
            await asyncio.to_thread(child.kill)
            self.kills.append(child.name)
            child.start()


@contextlib.contextmanager
def fleet(stack: Stack, plan: Plan) -> Iterator[Fleet]:
    """The plan's processes, started. The launcher, which would start its own two again, is held meanwhile."""
    said = {name: _environment(stack.pids()[name]) for name in ("api", "worker")}
    assert stack._process is not None
    stack._process.send_signal(signal.SIGSTOP)
    for name in said:
        stack.kill(name)
    ports = [stack.ports["port"], *free_ports(plan.apis - 1 + plan.workers)]
    apis = [_api(stack, said["api"], number, ports.pop(0)) for number in range(plan.apis)]
    workers = [_worker(stack, said["worker"], number, ports.pop(0)) for number in range(plan.workers)]
    made = Fleet(stack, apis, workers)
    try:
        for child in made.children:
            child.start()
        yield made
    finally:
        for child in made.children:
            child.kill()
        stack._process.send_signal(signal.SIGCONT)


def _environment(pid: int) -> dict[str, str]:
    said = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(line.split("=", 1) for line in said if "=" in line)


def _api(stack: Stack, said: Mapping[str, str], number: int, port: int) -> Child:
    command = [sys.executable, "-P", "-m", "cli", "api", "--port", str(port)]
    return _child(stack, f"api-{number}", command, said, f"http://127.0.0.1:{port}/readyz")


def _worker(stack: Stack, said: Mapping[str, str], number: int, port: int) -> Child:
    own = {"PRODGATE_WORKER_HEALTH_PORT": str(port)}
    command = [sys.executable, "-P", "-m", "worker"]
    return _child(stack, f"worker-{number}", command, {**said, **own}, f"http://127.0.0.1:{port}/healthz")


def _child(stack: Stack, name: str, command: list[str], said: Mapping[str, str], ready: str) -> Child:
    folder = stack.data.with_name(name)
    own = {"PRODGATE_DATA_DIR": str(folder), "PRODGATE_GIT_REPO": f"file://{stack.data / 'gitops.git'}"}
    return Child(name, command, {**said, **own}, ready, folder.with_suffix(".log"))


@dataclass
class Crowd:
    """People who ask and approve, and somebody who forges callbacks."""

    stack: Stack
    urls: list[str]
    http: httpx.AsyncClient
    chance: random.Random
    targets: int
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    tickets: list[str] = field(default_factory=list)

    async def call(self, person: str, path: str, body: object, **headers: str) -> httpx.Response:
        """Ask one of the APIs until there is an answer: it, or what it needs, may have been killed."""
        token = {"Authorization": f"Bearer {self.stack.token(person)}"}
        while True:
            with contextlib.suppress(httpx.TransportError):
                url = f"{self.chance.choice(self.urls)}/v1/requests/prod{path}"
                answer = await self.http.post(url, json=body, headers=headers | token)
                if answer.status_code < 500:
                    return answer
            await asyncio.sleep(0.5)

    async def promote(self, number: int) -> None:
        """Ask for a promotion and approve it; three of them share each target."""
        async with self.gate:
            body = submission(f"1.0.{number}")
            body["target"]["name"] = f"api-{number % self.targets}"
            asked = await self.call(PIERRE, "", body, **{"Idempotency-Key": f"soak-{number}"})
            assert asked.status_code in (201, 202), asked.text
            ticket = str(asked.json()["metadata"]["id"])
            self.tickets.append(ticket)
            decided = await self.call(JEAN, f"/{ticket}/approve", {"comment": "Reviewed"})
            while "production-changed" in decided.text:  # another one of the target was deployed meanwhile: look again
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


@contextlib.asynccontextmanager
async def trouble(made: Fleet, crowd: Crowd, plan: Plan) -> AsyncIterator[None]:
    chance = random.Random(SEED)  # noqa: S311  drawn again alike
    tasks = [asyncio.create_task(made.suffer(chance, plan.kill_every)), asyncio.create_task(crowd.forge())]
    try:
        yield
        assert not [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def promoted(made: Fleet, plan: Plan) -> list[str]:
    """Everybody's tickets, once all have ended."""
    end, stack = time.monotonic() + plan.within, made.stack
    chance = random.Random(SEED)  # noqa: S311
    await made.serves()
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        crowd = Crowd(stack, made.urls, http, chance, max(1, plan.promotions // 3))
        async with trouble(made, crowd, plan):
            await asyncio.gather(*(crowd.promote(number) for number in range(plan.promotions)))
            while undone(recorded := await asyncio.to_thread(stack.recorded), crowd.tickets):
                assert time.monotonic() < end, f"not ended: {undone(recorded, crowd.tickets)}"
                await asyncio.sleep(1)
    return crowd.tickets


def undone(recorded: dict[str, list[str]], tickets: list[str]) -> dict[str, list[str]]:
    return {each: recorded.get(each, []) for each in tickets if recorded.get(each, [""])[-1] not in ENDED}


def control(stack: Stack, method: str, path: str, body: object) -> Any:
    url = f"http://127.0.0.1:{stack.ports['awx-port']}/control/{path}"
    answer = httpx.request(method, url, json=body, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


def drawn(chance: random.Random, weights: dict[str, int], count: int) -> list[str]:
    return chance.choices(list(weights), list(weights.values()), k=count)


def misbehave(stack: Stack, count: int) -> None:
    """Draw AWX's faults."""
    chance = random.Random(SEED)  # noqa: S311
    control(stack, "PATCH", "pace", {"late": 1.0, "reaped": 0.5, "slow": 1.5})
    faults = {"launch": drawn(chance, LAUNCHES, 2 * count), "life": drawn(chance, LIVES, 2 * count)}
    faults |= {"notify": drawn(chance, NOTICES, 2 * count), "reads": drawn(chance, READS, 10 * count)}
    control(stack, "PUT", "faults", faults)


def soak(folder: Path, plan: Plan) -> Fleet:
    """Run the plan to its end, and check what came of it: AssertionError where something is not as it must be."""
    given = {name: os.environ[name] for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE") if name in os.environ}
    with started(Stack(folder / "data", job_seconds=0.5, settings=SETTINGS | given)) as stack:
        stack.open_catalogue()
        control(stack, "PATCH", "templates/7", {"allow_simultaneous": True})
        if plan.awx_fails:
            misbehave(stack, plan.promotions)
        for person in (PIERRE, JEAN):
            stack.token(person)
        with fleet(stack, plan) as made:
            tickets = asyncio.run(promoted(made, plan))
        check(stack, plan, tickets)
    return made


def check(stack: Stack, plan: Plan, tickets: list[str]) -> None:
    """Each promotion ended once, as AWX says, with one job an attempt, and the audit finds nothing."""
    recorded, counted = stack.recorded(), stack.jobs()
    assert len(set(tickets)) == plan.promotions
    assert {tuple(recorded[ticket][:-1]) for ticket in tickets} == {("created", "approved", "deploying")}
    assert {attempt: told for attempt, told in counted["attempts"].items() if told["jobs"] > 1} == {}
    by_ticket = {job["extra_vars"]["request_id"]: job["status"] for job in counted["jobs"]}
    ends = {ticket: (recorded[ticket][-1], by_ticket.get(ticket)) for ticket in tickets}
    assert {each: end for each, end in ends.items() if (end[0] == "deployed") is not (end[1] == "successful")} == {}
    failed = [ticket for ticket, (end, _) in ends.items() if end == "failed"]
    assert plan.awx_fails or not failed, why(stack, failed)
    audit = prodgate("verify", stack.data / "gitops.git")
    assert audit.returncode == 0, audit.stdout + audit.stderr


def why(stack: Stack, tickets: list[str]) -> dict[str, str]:
    """The record's reasons for tickets whose deployment failed."""
    command = ["git", "-C", str(stack.data / "gitops.git"), "grep", "-h", "error:", "main", "--"]
    return {
        ticket: subprocess.run(
            [*command, f"*{ticket}.yaml"], capture_output=True, text=True, check=False
        ).stdout.strip()
        for ticket in tickets
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--promotions", type=int, default=120)
    parser.add_argument("--apis", type=int, default=2)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=4.0, metavar="SECONDS")
    parser.add_argument("--awx-fails", action="store_true", help="let AWX lose answers, and jobs fail")
    plan = Plan(**vars(parser.parse_args()))
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="prodgate-soak-"))
    sys.stdout.write(f"{plan.promotions} promotions in {folder}, which stays where something is not as it must be\n")
    made = soak(folder, plan)
    shutil.rmtree(folder)
    took = time.monotonic() - began
    sys.stdout.write(f"{plan.promotions} promotions ended as they must, {len(made.kills)} kills, {took:.0f} s\n")


if __name__ == "__main__":
    main()
