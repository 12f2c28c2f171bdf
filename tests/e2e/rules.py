"""Rules change under people who vote: `python -m tests.e2e.rules --promotions 300 --seed 7`.

Real processes: Temporal, two APIs and two workers with clones of their own, a Git server, mail, Slack's stand-in and
the simulated AWX. Requests take two or three votes or those of groups, under freezes that end soon; rules and groups
are pushed at any moment of a promotion. Workers are killed between two votes, and Temporal once. Afterwards the
checker of the soak, `prodgate verify` and the tests' own model of the rules look at the record. The exit code is 1
where something is not as it must be.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from demo.layout import Demo
from demo.signin import sign_in
from tests.chaos.checker import Evidence, Finding, Wrong, findings, summary
from tests.chaos.evidence import Gathering
from tests.chaos.people import REQUESTERS, ClientLog
from tests.chaos.rig import Rig, Shape, demo_of, rigged
from tests.chaos.voters import VOTERS, Lawgiver, Voters
from tests.e2e.soak import ANSWERED_WITHIN, SETTINGS, control, settled
from tests.e2e.stack import Stack
from tests.model.votes import NOT_JUDGED, illegal

SHAPE = Shape(apis=2, workers=2, java=False)


@dataclass(frozen=True)
class Run:
    """One run: so many promotions, `lanes` at once; a worker is killed between two votes of every `kill_every`th."""

    seed: int
    promotions: int
    lanes: int = 8
    kill_every: int = 10
    push_every: float = 3.0
    settle: float = 600.0
    at_most: float = 4 * 3600.0


@dataclass
class Trouble:
    """Kills workers between two votes, and Temporal once, halfway."""

    rig: Rig
    run: Run
    killed: Counter[str] = field(default_factory=Counter)
    _hit: set[int] = field(default_factory=set)
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def strike(self, number: int) -> None:
        """Called between two votes of the promotion of that number."""
        if number in self._hit:
            return
        self._hit.add(number)
        if number >= self.run.promotions // 2 and not self.killed["temporal"]:
            self.killed["temporal"] += 1
            await self._restart("temporal")
        elif len(self._hit) % self.run.kill_every == 1:
            worker = f"worker-{len(self._hit) // self.run.kill_every % SHAPE.workers}"
            self.killed[worker] += 1
            await self._restart(worker)

    async def _restart(self, name: str) -> None:
        async with self._alone:
            victim = self.rig.systems.get(name) or self.rig.children[name]
            await victim.kill()
            await victim.start()


@dataclass(frozen=True)
class Outcome:
    """The end of a run."""

    evidence: Evidence
    found: list[Finding]
    killed: Counter[str]
    pushed: int
    seconds: float

    def __str__(self) -> str:
        acts = Counter(entry.action for history in self.evidence.histories.values() for entry in history)
        told = ", ".join(f"{count} {action}" for action, count in acts.most_common())
        killed = ", ".join(f"{name} {count} times" for name, count in sorted(self.killed.items()))
        lines = [
            f"{self.seconds:.0f} s; rules pushed {self.pushed} times; killed: {killed or 'nothing'}",
            f"acts: {told}",
        ]
        return "\n".join([*lines, summary(self.evidence, self.found)])


def ruled(folder: Path, run: Run) -> Outcome:
    """Do one run in the folder."""
    stack = Stack(folder / "data", job_seconds=0.5)
    demo = demo_of(stack, SETTINGS)
    demo.prepare()
    stack.open_catalogue()
    return asyncio.run(_ruled(stack, demo, run))


async def _ruled(stack: Stack, demo: Demo, run: Run) -> Outcome:
    began = time.monotonic()
    async with (
        rigged(stack, demo, SHAPE) as rig,
        httpx.AsyncClient(timeout=ANSWERED_WITHIN, trust_env=False) as http,
    ):
        await asyncio.to_thread(control, stack, "PATCH", "templates/7", {"allow_simultaneous": True})
        issuer = f"http://127.0.0.1:{rig.paths['oidc'].port}"
        people = {*REQUESTERS, *VOTERS}
        tokens = {each: await asyncio.to_thread(sign_in, issuer, each, "prodgate") for each in people}
        await rig.serves()
        trouble, log = Trouble(rig, run), ClientLog(stack.data.with_name("clients.jsonl"))
        crowd = Voters(stack, rig.urls, http, log, run.seed, tokens, between=trouble.strike)
        lawgiver = Lawgiver(stack.data / "gitops.git", random.Random(run.seed))  # noqa: S311  drawn again alike
        late = await _promoted(rig, crowd, lawgiver, run)
        evidence = await settled(Gathering(rig, crowd), run.settle)
        found = [*late, *findings(evidence), *_illegal(lawgiver.record)]
        return Outcome(evidence, found, trouble.killed, lawgiver.pushed, time.monotonic() - began)


async def _promoted(rig: Rig, crowd: Voters, lawgiver: Lawgiver, run: Run) -> list[Finding]:
    """Have people promote everything; the lanes that are not through in time."""
    async with rig.watching(), _pushing(lawgiver, run):
        lanes = [asyncio.create_task(crowd.promote_all(run.promotions)) for _ in range(run.lanes)]
        done, late = await asyncio.wait(lanes, timeout=run.at_most)
        for lane in late:
            lane.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    for lane in done:
        lane.result()
    return [Finding(Wrong.UNENDED, "clients", f"{len(late)} were never through")] if late else []


@asynccontextmanager
async def _pushing(lawgiver: Lawgiver, run: Run) -> AsyncIterator[None]:
    await asyncio.to_thread(lawgiver.begin)
    pushing = asyncio.create_task(_push(lawgiver, run.push_every))
    try:
        yield
        if pushing.done():
            pushing.result()  # nothing but a failure ends it: whoever reads on learns which
    finally:
        pushing.cancel()


async def _push(lawgiver: Lawgiver, every: float) -> None:
    while True:
        await asyncio.sleep(lawgiver.chance.uniform(0.5, 1.5) * every)
        await asyncio.to_thread(lawgiver.push)


def _illegal(record: Path) -> list[Finding]:
    """The acts that the model finds illegal."""
    found = sorted(each for each in illegal(record) if each[2] != NOT_JUDGED)
    return [Finding(Wrong.ILLEGAL, ticket, f"{rule} in {commit[:12]}") for commit, ticket, rule in found]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.rules", description=__doc__)
    parser.add_argument("--promotions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lanes", type=int, default=8, help="promotions at once")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="prodgate-rules-"))
    outcome = ruled(folder, Run(given.seed, given.promotions, given.lanes))
    sys.stdout.write(f"{outcome}\n")
    if outcome.found:
        sys.exit(f"Logs, record and clients.jsonl: {folder}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
