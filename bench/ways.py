"""Measures what the company's rules cost the engine: one product promotes by one approval and by other ways, in turn.

Two votes, and an emergency that somebody answers for afterwards. A standard change is none of them: its rule counts one
clean deployment of a day, and no bench lasts for days.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median

from bench.company import Channels
from bench.product import ProductCaller, product
from bench.side import Batch, Side
from bench.table import cpu_ms
from tests.e2e.stack import JEAN
from tests.record.building import person_commits
from tests.rules import rule, two_of_cpi

CLAIRE = "claire.moreau@cab-i.com"
ONE, VOTES = "one approval", "two votes"
AT_MOST = {"workflow tasks": 2.0, "history events": 13.0}
"""The most that a vote may add."""
WARM = 2
LAWS = {
    **two_of_cpi(names=["voted-*"]),
    **rule("urgent", match={"names": ["urgent-*"]}, emergency={"role": "cpi", "answerWithin": "P1D"}),
}


@dataclass(frozen=True)
class EmergencyCaller(ProductCaller):
    """Has Jean launch alone, and Claire answer for it once it is deployed."""

    async def approve(self, request: str) -> None:
        await self._post(JEAN, f"/{request}/emergency", {"reason": "Production is down without it"}, {})

    async def settle(self, request: str) -> None:
        await self._post(CLAIRE, f"/{request}/ratify", {"reason": "It was down indeed"}, {})


async def measure_ways(folder: Path, rounds: int, counts: Mapping[int, int], job_seconds: float) -> None:
    """Print the figures. Exits with 1 where a vote costs more than it may."""
    async with product("product", Path(sys.executable), folder / "product", Channels(), job_seconds) as (alone, _):
        ways = await _prepared(alone)
        dear = False
        for crowd, count in counts.items():
            turns = [{name: await side.batch(crowd, count) for name, side in ways.items()} for _ in range(rounds)]
            dear |= _show(f"{crowd} at once, {count} promotions a turn, {rounds} turns", turns)
    if dear:
        raise SystemExit("a vote costs more than it may: see the last two columns")


async def _prepared(alone: Side) -> dict[str, Side]:
    """The ways, by what the table calls them, each with what it needs and a first promotion behind it."""
    caller = alone.caller
    assert isinstance(caller, ProductCaller)
    stack, http = caller.stack, caller.http
    await asyncio.to_thread(stack.token, CLAIRE)
    person_commits(stack.data / "gitops.git", LAWS, "Have rules for votes and emergencies")
    ways = {
        ONE: alone,
        VOTES: replace(alone, caller=replace(caller, family="voted", approvers=(JEAN, CLAIRE))),
        "emergency": replace(alone, caller=EmergencyCaller(stack, http, "urgent")),
    }
    for side in ways.values():
        await side.batch(WARM, WARM)
    return ways


def _show(title: str, turns: list[dict[str, Batch]]) -> bool:
    """Print the figures of each way; tells whether a vote is too dear."""
    rows: dict[str, Callable[[Iterable[Batch]], float]] = {
        "history events": lambda side: mean(each.steps.events.total() / len(each.cycles) for each in side),
        "workflow tasks": lambda side: mean(each.steps.tasks.total() / len(each.cycles) for each in side),
        "CPU ms": lambda side: median(map(cpu_ms, side)),
    }
    found = {row: {name: of([turn[name] for turn in turns]) for name in turns[0]} for row, of in rows.items()}
    print(f"\n{title}\n  {'':16}" + "".join(f"{name:>14}" for name in turns[0]) + f"{'a vote':>10}{'at most':>9}")
    for row, by in found.items():
        vote, most = by[VOTES] - by[ONE], AT_MOST.get(row)
        figures = "".join(f"{each:>14.1f}" for each in by.values())
        print(f"  {row:16}{figures}{vote:>10.1f}{'' if most is None else f'{most:.0f}':>9}")
    return any(found[row][VOTES] - found[row][ONE] > most for row, most in AT_MOST.items())
