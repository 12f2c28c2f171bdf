"""Measures what promotions cost that wait: CPU and memory of the server, the worker and the API, beside those of none.

    python -m bench.waiting [--count 10000] [--seconds 60]

The product runs as `prodgate up` starts it. Its requests are made over HTTP, and nobody decides on them.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bench.company import Channels
from bench.cost import cpu_of
from bench.memory import resident
from bench.product import product
from bench.side import Side

_AT_ONCE = 4
_SETTLED = 20.0
"""Seconds after the last request, in which what follows from it is done."""


async def resting(side: Side, seconds: float) -> dict[str, float]:
    """Milliseconds of CPU a second, by process, while nobody asks for anything."""
    before, begun = cpu_of(side.processes), time.perf_counter()
    await asyncio.sleep(seconds)
    taken = time.perf_counter() - begun
    return {name: 1_000 * (used - before[name]) / taken for name, used in cpu_of(side.processes).items()}


async def create(side: Side, count: int) -> None:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> None:
        async with turn:
            await side.caller.create(number)

    await asyncio.gather(*map(one, range(count)))


async def measure(count: int, seconds: float, folder: Path) -> None:
    async with product("waiting", Path(sys.executable), folder, Channels(), 0.1) as (side, _):
        await asyncio.sleep(_SETTLED)
        none, held = await resting(side, seconds), resident(side.processes)
        begun = time.perf_counter()
        await create(side, count)
        sys.stdout.write(f"{count:,} requests made in {time.perf_counter() - begun:.0f} s\n")
        await asyncio.sleep(_SETTLED)
        waiting, holds = await resting(side, seconds), resident(side.processes)
    sys.stdout.write(f"CPU over {seconds:.0f} s, ms a second   none waiting   {count:,} waiting\n")
    for name, used in none.items():
        sys.stdout.write(f"  {name:24} {used:15.1f} {waiting[name]:15.1f}\n")
    sys.stdout.write("Memory, MB\n")
    for name, megabytes in held.items():
        sys.stdout.write(f"  {name:24} {megabytes:15.0f} {holds[name]:15.0f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.waiting", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(asked.count, asked.seconds, Path(folder) / "product"))


if __name__ == "__main__":
    main()
