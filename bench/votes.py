"""Measures what a vote costs the engine: the same product promotes with one approval and with two votes, in turn."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean, median

from bench.company import Channels
from bench.product import ProductCaller, product
from bench.side import Batch, Side
from bench.table import cpu_ms
from tests.e2e.stack import JEAN
from tests.record.building import person_commits
from tests.rules import two_of_cpi

CLAIRE = "claire.moreau@cab-i.com"
FAMILY = "voted"
TASKS_AT_MOST, EVENTS_AT_MOST = 2.0, 13.0
WARM = 2


@dataclass
class Votes:
    """One product, whose requests of one family take two votes; and what it did in turn."""

    alone: Side
    together: Side
    turns: list[tuple[Batch, Batch]] = field(default_factory=list)

    async def turn(self, crowd: int, count: int) -> None:
        self.turns.append((await self.alone.batch(crowd, count), await self.together.batch(crowd, count)))


async def measure_votes(folder: Path, rounds: int, counts: Mapping[int, int], job_seconds: float) -> None:
    """Print the figures. Exits with 1 where a vote costs more than it may."""
    async with product("product", Path(sys.executable), folder / "product", Channels(), job_seconds) as (alone, _):
        assert isinstance(alone.caller, ProductCaller)
        stack = alone.caller.stack
        person_commits(stack.data / "gitops.git", two_of_cpi(names=[f"{FAMILY}-*"]), "Ask for two votes")
        await asyncio.to_thread(stack.token, CLAIRE)
        together = replace(alone, caller=replace(alone.caller, family=FAMILY, approvers=(JEAN, CLAIRE)))
        for side in (alone, together):
            await side.batch(WARM, WARM)
        dear = False
        for crowd, count in counts.items():
            votes = Votes(alone, together)
            for _ in range(rounds):
                await votes.turn(crowd, count)
            dear |= _show(f"{crowd} at once, {count} promotions a turn, {rounds} turns", votes.turns)
    if dear:
        raise SystemExit(f"a vote costs more than {TASKS_AT_MOST:.0f} tasks or {EVENTS_AT_MOST:.0f} events")


def _show(title: str, turns: list[tuple[Batch, Batch]]) -> bool:
    """Print the figures of one way to promote; tells whether a vote is too dear."""
    sides = list(zip(*turns, strict=True))
    events, tasks = ([mean(map(each, side)) for side in sides] for each in (_events, _tasks))
    cpu = [median(map(cpu_ms, side)) for side in sides]
    print(f"\n{title}\n  {'':20}{'one approval':>14}{'two votes':>14}{'a vote':>14}{'at most':>10}")
    rows = {"history events": (events, EVENTS_AT_MOST), "workflow tasks": (tasks, TASKS_AT_MOST), "CPU ms": (cpu, None)}
    for name, ((one, two), most) in rows.items():
        print(f"  {name:20}{one:>14.1f}{two:>14.1f}{two - one:>14.1f}{'' if most is None else f'{most:.0f}':>10}")
    return events[1] - events[0] > EVENTS_AT_MOST or tasks[1] - tasks[0] > TASKS_AT_MOST


def _events(batch: Batch) -> float:
    return batch.steps.events.total() / len(batch.cycles)


def _tasks(batch: Batch) -> float:
    return batch.steps.tasks.total() / len(batch.cycles)
