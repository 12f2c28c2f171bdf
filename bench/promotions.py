"""Measures what a promotion costs, beside the least it can cost: `python -m bench.promotions [--beside CHECKOUT]`.

A product runs as its `prodgate up` starts it, on a folder of its own, with channels off and then on. On the same
Temporal server runs a floor (`bench.floor`): the same messages, commits and calls, by hand and with nothing else. They
promote in turn, one at a time and 16 at once, the usual way: created with an Idempotency-Key, approved by another
person, reported by AWX as started and as successful, deployed. With `--beside`, another checkout's product (which needs
its `.venv`), and a floor on its server, take turns too. Ratios travel between machines, milliseconds don't.

CPU is that of the Temporal server, the worker and the API. Events and tasks are those of every workflow that grew. Each
turn lasts until nothing follows from it any more. With `--rules`, one product promotes with one approval, with two
votes and in an emergency in turn, and what is printed is the cost of each, and of a vote.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.company import Channels, channels
from bench.floor.side import floor
from bench.product import product
from bench.side import Side
from bench.table import Pair, show
from bench.ways import measure_ways

MODES = ("off", "on")
WARM = 4


@dataclass(frozen=True)
class Asked:
    """The measurements that are asked for."""

    beside: Path | None
    modes: tuple[str, ...]
    rounds: int
    counts: dict[int, int]
    """Promotions a turn, by how many are under way at once."""
    job_seconds: float
    rules: bool = False


@asynccontextmanager
async def pair(
    name: str, python: Path, folder: Path, given: Channels, seconds: float
) -> AsyncIterator[tuple[Side, Side]]:
    """A product, and a floor on its Temporal server."""
    async with (
        product(name, python, folder, given, seconds) as (measured, temporal),
        floor(folder / "floor", temporal, measured.processes["temporal"], seconds) as beside,
    ):
        yield measured, beside


async def measure(folder: Path, mode: str, asked: Asked) -> None:
    """Print the figures with channels off, or on."""
    pythons = {"product": Path(sys.executable)}
    if asked.beside is not None:
        pythons = {"before": asked.beside / ".venv/bin/python", "now": Path(sys.executable)}
    async with AsyncExitStack() as running:
        given = (
            await running.enter_async_context(channels(folder / "channels", pythons)) if mode == "on" else Channels()
        )
        pairs = [
            await running.enter_async_context(pair(name, python, folder / name, given, asked.job_seconds))
            for name, python in pythons.items()
        ]
        for side in [side for sides in pairs for side in sides]:
            await side.batch(WARM, WARM)  # what a first promotion loads is no part of what is measured
        for crowd, count in asked.counts.items():
            found = [Pair(measured, beside) for measured, beside in pairs]
            for _ in range(asked.rounds):
                for each in found:
                    await each.turn(crowd, count)
            show(
                f"channels {mode}, {crowd} at once, {count} promotions a turn, {asked.rounds} turns", found, mode, crowd
            )


def parsed() -> Asked:
    parser = argparse.ArgumentParser(prog="python -m bench.promotions", description=__doc__)
    parser.add_argument("--beside", type=Path, help="another checkout with an environment, measured in turn")
    parser.add_argument("--channels", choices=MODES, help="only off, or only on")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--alone", type=int, default=8, metavar="N", help="promotions a turn, one at a time; 0 for none"
    )
    parser.add_argument("--crowd", type=int, default=48, metavar="N", help="promotions a turn, 16 at once; 0 for none")
    parser.add_argument("--job-seconds", type=float, default=0.1, help="how long a job takes, of AWX and of the floor")
    parser.add_argument("--rules", action="store_true", help="what the ways of the rules cost, alone")
    given = parser.parse_args()
    return Asked(
        beside=given.beside.resolve() if given.beside else None,
        modes=(given.channels,) if given.channels else MODES,
        rounds=given.rounds,
        counts={crowd: count for crowd, count in ((1, given.alone), (16, given.crowd)) if count},
        job_seconds=given.job_seconds,
        rules=given.rules,
    )


async def run(asked: Asked) -> None:
    for mode in () if asked.rules else asked.modes:
        with tempfile.TemporaryDirectory() as folder:
            await measure(Path(folder), mode, asked)
    if asked.rules:
        with tempfile.TemporaryDirectory() as folder:
            await measure_ways(Path(folder), asked.rounds, asked.counts, asked.job_seconds)


def main() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(parsed()))


if __name__ == "__main__":
    main()
