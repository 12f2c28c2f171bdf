"""Everything goes wrong while people work: `python -m tests.e2e.soak --help`, or `make soak SEED=7 MINUTES=10`.

Real processes throughout: Temporal, APIs and workers with clones of their own, a Git server, mail, Slack's stand-in,
Kafka, S3, the identity provider, and the simulated AWX, which has faults of its own. A plan that is drawn from the seed
kills them, fills disks, moves clocks, and slows, cuts and silences the paths between them. Afterwards a checker holds
Git, AWX and the channels against what people were answered. The exit code is 1 where something is not as it must be.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from demo.layout import Demo
from demo.signin import sign_in
from tests.chaos.checker import MAY_COME, Evidence, Finding, Wrong, findings, summary
from tests.chaos.evidence import Gathering
from tests.chaos.laws import laws
from tests.chaos.people import ALICE, REQUESTERS, ClientLog, Crowd
from tests.chaos.plan import EXAMPLE, Fault, Kind, drawn, together
from tests.chaos.processes import can_mount
from tests.chaos.rig import Rig, Shape, demo_of, rigged
from tests.e2e.stack import Stack

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


SEED = 729
"""The seed that CI runs, which has a bit of everything."""

KEPT = (
    Fault(1.0, "worker-1", Kind.CLOCK, 12.0, 3_600.0),
    Fault(3.0, "worker-0>git", Kind.LOST_ANSWERS, 4.0),
)
"""The faults that found something (docs/chaos.md), which the short form has besides those that it draws.

A worker an hour ahead dated commits by its clock; a push without an answer removed a pack that a fetch counted on.
"""

ANSWERED_WITHIN = 60
"""Seconds that a client waits for one answer."""

SERVING = 30.0
"""Seconds that the parts take to start, before anybody works."""

LOOKED_EVERY = 3.0
"""Seconds between two looks at what is still to come after the faults."""


@dataclass(frozen=True)
class Run:
    """One run: a fault `every` seconds, `lanes` promotions at once, and `settle` seconds in which all comes right."""

    seed: int
    minutes: float = 10.0
    shape: Shape = field(default_factory=Shape)
    every: float = 3.5
    lanes: int = 6
    pause: float = 1.0
    settle: float = 600.0
    named: tuple[Fault, ...] = ()
    """Faults besides those that are drawn."""

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    @property
    def plan(self) -> tuple[Fault, ...]:
        return together(self.named, drawn(self.seed, self.seconds, self.shape.victims(), self.every))


def short(seed: int, named: tuple[Fault, ...] = KEPT) -> Run:
    """The form that CI has time for: without what runs on Java, a few faults, and those that found something."""
    shape = Shape(apis=2, workers=2, java=False)
    return Run(seed, minutes=0.25, shape=shape, every=1.5, lanes=4, pause=0.5, settle=120, named=named)


@dataclass(frozen=True)
class Outcome:
    """The end of a run. `deaths` are processes that ended by themselves: no finding, and worth a look.

    `lost` are the answers that proxies lost, to whomever.
    """

    evidence: Evidence
    found: list[Finding]
    deaths: list[str]
    lost: int

    def __str__(self) -> str:
        died = "\n".join(self.deaths) or "no process ended by itself"
        return f"{self.lost} answers lost on the network\n{summary(self.evidence, self.found)}\n{died}"


def soak(folder: Path, run: Run) -> Outcome:
    """Do one run in the folder."""
    given = {name: os.environ[name] for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE") if name in os.environ}
    stack = Stack(folder / "data", job_seconds=0.5)
    demo = demo_of(stack, SETTINGS | given)
    demo.prepare()
    stack.open_catalogue()
    laws(stack.data / "gitops.git", thaws_in=timedelta(seconds=run.seconds / 2 + SERVING))
    return asyncio.run(_soak(stack, demo, run))


async def _soak(stack: Stack, demo: Demo, run: Run) -> Outcome:
    async with (
        rigged(stack, demo, run.shape) as rig,
        httpx.AsyncClient(timeout=ANSWERED_WITHIN, trust_env=False) as http,
    ):
        await asyncio.to_thread(control, stack, "PATCH", "templates/7", {"allow_simultaneous": True})
        issuer = f"http://127.0.0.1:{rig.paths['oidc'].port}"
        tokens = {each: await asyncio.to_thread(sign_in, issuer, each, "prodgate") for each in (*REQUESTERS, ALICE)}
        await rig.serves()
        log = ClientLog(stack.data.with_name("clients.jsonl"))
        crowd = Crowd(stack, rig.urls, http, log, run.seed, tokens)
        late = await _trouble(rig, crowd, run)
        evidence = await settled(Gathering(rig, crowd), run.settle)
        lost = sum(path.lost for path in rig.paths.values())
        return Outcome(evidence, [*late, *findings(evidence)], rig.deaths, lost)


async def _trouble(rig: Rig, crowd: Crowd, run: Run) -> list[Finding]:
    """Have people work while the plan is carried out; who of them is still without an answer long after it."""
    until = asyncio.get_running_loop().time() + run.seconds
    async with _beside(rig, crowd, run):
        lanes = [asyncio.create_task(crowd.promote(until, run.pause)) for _ in range(run.lanes)]
        await rig.suffer(run.plan)
        done, late = await asyncio.wait(lanes, timeout=run.seconds + run.settle)
    for lane in late:
        lane.cancel()
    for lane in done:
        lane.result()
    await asyncio.gather(*late, return_exceptions=True)
    return [Finding(Wrong.UNENDED, "clients", f"{len(late)} were never answered")] if late else []


@contextlib.asynccontextmanager
async def _beside(rig: Rig, crowd: Crowd, run: Run) -> AsyncIterator[None]:
    """While whoever watches the processes, forges callbacks, orders reports and lets AWX misbehave is at it."""
    tasks = [asyncio.create_task(each) for each in (crowd.forge(), _misbehave(rig.stack, run.seed))]
    tasks += [asyncio.create_task(crowd.report(30.0))] if run.shape.java else []
    async with rig.watching():
        try:
            yield
            assert not [task for task in tasks if task.done()]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(control, rig.stack, "PUT", "faults", {})


async def settled(gathering: Gathering, within: float) -> Evidence:
    """The evidence once nothing is still to come, or as it is when time is up."""
    loop, evidence = asyncio.get_running_loop(), Evidence()
    end = loop.time() + within
    async with gathering.rig.watching():
        while True:
            with contextlib.suppress(httpx.HTTPError):  # an API that is not there yet
                evidence = await gathering.evidence()
                if MAY_COME.isdisjoint(finding.wrong for finding in findings(evidence)):
                    break
            if loop.time() > end:
                break
            await asyncio.sleep(LOOKED_EVERY)
    return replace(evidence, unverified=await asyncio.to_thread(gathering.verified))


def control(stack: Stack, method: str, path: str, body: object) -> Any:
    url = f"http://127.0.0.1:{stack.ports['awx-port']}/control/{path}"
    answer = httpx.request(method, url, json=body, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


async def _misbehave(stack: Stack, seed: int) -> None:
    """Draw AWX's own faults, a few at a time: one that was killed has forgotten the rest."""
    chance = random.Random(seed)  # noqa: S311
    pace = {"late": 1.0, "reaped": 0.5, "slow": 1.5}
    while True:
        with contextlib.suppress(httpx.TransportError):  # it is killed at times
            await asyncio.to_thread(control, stack, "PATCH", "pace", pace)
            tables = (("launch", LAUNCHES, 12), ("life", LIVES, 12), ("notify", NOTICES, 12), ("reads", READS, 60))
            faults = {name: chance.choices(list(table), list(table.values()), k=n) for name, table, n in tables}
            await asyncio.to_thread(control, stack, "PUT", "faults", faults)
        await asyncio.sleep(10)


def told(run: Run) -> str:
    """The run, so that it can be given again."""
    disk = "a small file system (ENOSPC)" if can_mount() else "RLIMIT_FSIZE (EFBIG), for none can be mounted here"
    clock = "clocks jump by a shim of the C library" if shutil.which("cc") else "clocks don't jump: there is no `cc`"
    form = 'ARGS="--short"' if run == short(run.seed) else f"MINUTES={run.minutes:g}"
    named = f", {len(run.named)} of them named" if run.named else ""
    lines = [f"make soak SEED={run.seed} {form}: {len(run.plan)} faults{named}", f"Disks: {disk}; {clock}"]
    return "\n".join([*lines, *map(str, run.plan)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--apis", type=int, default=2)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--every", type=float, default=3.5, metavar="SECONDS", help="between two faults")
    parser.add_argument("--settle", type=float, default=600.0, metavar="SECONDS", help="in which all may come right")
    parser.add_argument("--short", action="store_true", help="the short form, as CI runs it")
    text = f"a fault besides the others, as a run prints it: '{EXAMPLE}'; may be repeated"
    parser.add_argument("--fault", action="append", type=Fault.read, default=[], metavar="LINE", help=text)
    given = parser.parse_args()
    shape, named = Shape(given.apis, given.workers, engine=os.environ.get("TEMPORAL_ADDRESS")), tuple(given.fault)
    whole = Run(given.seed, given.minutes, shape, given.every, settle=given.settle, named=named)
    found = _found(short(given.seed, KEPT + named) if given.short else whole)
    sys.exit(f"Not as it must be: seed {given.seed}" if found else 0)


def _found(run: Run) -> bool:
    """Do a run, say what came of it, and keep its folder where something did."""
    folder = Path(tempfile.mkdtemp(prefix="prodgate-soak-"))
    sys.stdout.write(f"{told(run)}\n")
    sys.stdout.flush()
    outcome = soak(folder, run)
    sys.stdout.write(f"{outcome}\n")
    if outcome.found:
        sys.stdout.write(f"Logs, record and clients.jsonl: {folder}\n")
        return True
    shutil.rmtree(folder)
    return False


if __name__ == "__main__":
    main()
