"""Times the answers to AWX's policy hook, one after the other: while Git answers, and while it hangs.

A job whose launch is recorded is asked about over HTTP, as AWX does, before the record is too old and after that.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from temporalio.client import Client

from api.launch_policy import STALE_AFTER
from demo.layout import TUNING
from engine.connection import converter
from tests.api.house import Connect, House
from tests.api.test_awx_policy import under_way, word
from tests.dev_server import dev_server
from tests.policy import guarded, hang
from workflows.shown import SEARCH_ATTRIBUTES

SECONDS = 7.0
"""The time of each measurement, within which what was read before Git hung is new enough."""


def timed(house: House, asked: dict[str, Any]) -> str:
    """Asks for some seconds; how many answers there were, how many refused, and how long they took."""
    took, refused, until = [], 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.perf_counter()
        refused += bool(word(house, asked))
        took.append(1_000 * (time.perf_counter() - began))
    took.sort()
    p50, p99 = (took[int(len(took) * share)] for share in (0.5, 0.99))
    return f"{len(took):8,} {refused:8,} {p50:8.1f} {p99:8.1f} {took[-1]:8.1f}"


def measure(connect: Connect, folder: Path) -> None:
    with guarded(connect, folder, git_repo=(folder / "gitops.git").as_uri()) as house:
        asked = under_way(house)
        while word(house, asked):  # until the launch is read
            time.sleep(0.1)
        sys.stdout.write(f"{'':24} answers  refused  p50, ms  p99, ms  max, ms\n")
        sys.stdout.write(f"{'Git answers':24}{timed(house, asked)}\n")
        hang(folder / "api-0" / "api")
        sys.stdout.write(f"{'Git hangs':24}{timed(house, asked)}\n")
        time.sleep(STALE_AFTER - SECONDS + 1)
        sys.stdout.write(f"{'Git hangs, too old':24}{timed(house, asked)}\n")


async def main() -> None:
    options = [part for option in TUNING for part in ("--dynamic-config-value", option)]
    async with await dev_server(dev_server_extra_args=options, search_attributes=SEARCH_ATTRIBUTES) as server:
        address = server.client.service_client.config.target_host

        async def connect() -> Client:
            return await Client.connect(address, data_converter=converter(None))

        with tempfile.TemporaryDirectory() as folder:
            await asyncio.to_thread(measure, connect, Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
