"""One of the sides that are measured in turn, a product or a floor, and what it takes for a batch of promotions."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cost import Histories, Steps, cpu_of
from bench.cycle import Caller, Cycle, Deployments, cycles
from tests.e2e.stack import submission

AT_REST = 1.5
"""Seconds without an announcement after which a batch, and whatever followed it, is over."""

PROCESSES = ("temporal", "worker", "api")
"""The processes whose CPU counts; AWX, the mailbox, Slack, Kafka, sign-in and the caller are others' on both sides."""


@dataclass(frozen=True)
class Batch:
    """The work of one side in one turn. CPU is in seconds by process; `outside` counts AWX's requests and messages."""

    cycles: list[Cycle]
    rate: float
    cpu: dict[str, float]
    steps: Steps
    outside: Counter[str]


async def _nothing() -> Counter[str]:
    return Counter()


@dataclass
class Side:
    """Something that promotes."""

    name: str
    caller: Caller
    repository: Path
    processes: Mapping[str, int]
    histories: Histories
    outside: Callable[[], Awaitable[Counter[str]]] = _nothing
    _numbers: int = field(default=0)

    async def batch(self, crowd: int, count: int) -> Batch:
        """Promote so many, so many at once, and wait until all that follows is done."""
        lengths, since, outside = await self.histories.lengths(), datetime.now(UTC), await self.outside()
        numbers = range(self._numbers, self._numbers + count)
        self._numbers += count
        before = cpu_of(self.processes)
        done, rate = await cycles(self.caller, Deployments(self.repository), crowd, numbers)
        await self._at_rest()
        cpu = {name: used - before[name] for name, used in cpu_of(self.processes).items()}
        steps = await self.histories.grown(lengths, since)
        return Batch(done, rate, cpu, steps, await self.outside() - outside)

    async def _at_rest(self) -> None:
        seen, last = await self.outside(), time.monotonic()
        while time.monotonic() - last < AT_REST:
            await asyncio.sleep(0.3)
            if (now := await self.outside()) != seen:
                seen, last = now, time.monotonic()


def asked(number: int, family: str = "api") -> dict[str, Any]:
    """A promotion of a target that no other one waits for; about 2 KB of YAML."""
    body = submission(f"1.0.{number}")
    notes = "".join(f"- Change {line}: retries, timeouts and limits of the payment flow\n" for line in range(20))
    return body | {
        "target": body["target"] | {"name": f"{family}-{number}"},
        "request": body["request"] | {"releaseNotes": notes},
    }
