"""A soak: promotions, lists and reads for as long as asked, and the memory of the API and the worker meanwhile.

    python -m bench.memory [--minutes 60]

The product runs as `prodgate up` starts it. Memory is what its processes hold (VmRSS), in megabytes; one that is flat
after its first minutes leaks nothing that these requests touch.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.company import Channels
from bench.cycle import Deployments, cycles
from bench.product import ProductCaller, product
from bench.side import Side
from tests.e2e.stack import JEAN

_PROMOTIONS, _AT_ONCE = 8, 4
_READS = 200
"""Requests after each batch of promotions: half of them searches, half of them the newest ticket."""
_RSS = re.compile(r"VmRSS:\s+(\d+)")


def resident(processes: Mapping[str, int]) -> dict[str, float]:
    """Megabytes that each process holds."""
    found = {name: _RSS.search(Path(f"/proc/{pid}/status").read_text()) for name, pid in processes.items()}
    return {name: int(each[1]) / 1_024 for name, each in found.items() if each}


async def read(caller: ProductCaller) -> int:
    """Searches and lists, as an approver asks for them; how many requests it was."""
    headers = {"Authorization": f"Bearer {caller.stack.token(JEAN)}"}
    for turn in range(_READS // 2):
        listed = await caller.http.get("/v1/requests/prod", params={"limit": 50, "q": f"1.0.{turn}"}, headers=headers)
        listed.raise_for_status()
        newest = await caller.http.get("/v1/requests/prod", params={"limit": 1}, headers=headers)
        newest.raise_for_status()
    return _READS


async def soak(side: Side, caller: ProductCaller, minutes: float) -> None:
    begun, asked, promoted = time.perf_counter(), 0, 0
    names = ("worker", "api")
    sys.stdout.write(f"{'minutes':>8} {'requests':>10} {'promotions':>10} {'worker MB':>10} {'API MB':>10}\n")
    shown = -1
    while (taken := (time.perf_counter() - begun) / 60) < minutes or shown < int(minutes):
        if int(taken) > shown:
            shown = int(taken)
            held = resident(side.processes)
            figures = " ".join(f"{held[name]:10.0f}" for name in names)
            sys.stdout.write(f"{taken:8.1f} {asked:10,} {promoted:10,} {figures}\n")
            sys.stdout.flush()
        numbers = range(promoted, promoted + _PROMOTIONS)
        await cycles(caller, Deployments(side.repository), _AT_ONCE, numbers)
        promoted += _PROMOTIONS
        asked += 2 * _PROMOTIONS + await read(caller)


async def run(minutes: float, folder: Path) -> None:
    async with product("memory", Path(sys.executable), folder, Channels(), 0.1) as (side, _):
        assert isinstance(side.caller, ProductCaller)
        await soak(side, side.caller, minutes)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.memory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(asked.minutes, Path(folder) / "product"))


if __name__ == "__main__":
    main()
