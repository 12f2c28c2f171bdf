"""Promotions from creation to deployment, so many at once, timed from the caller's side."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pygit2

_LOOK = 0.01
"""Seconds between two looks at the record: how exactly the moment of deployment is known."""
_WITHIN = 120.0


class Caller(Protocol):
    """Creates and approves over HTTP."""

    async def create(self, number: int) -> str:
        """Create one; its id."""

    async def approve(self, request: str) -> None:
        """Approve it, as another person."""

    async def settle(self, request: str) -> None:
        """Do what is left to do once it is deployed; no part of what is timed."""


@dataclass(frozen=True)
class Cycle:
    """Seconds that one promotion took: creation and approval, each answered; from asking for approval to deployed."""

    create: float
    approve: float
    deployed: float


class Deployments:
    """Tells when a request was recorded as deployed, from the trailers of the branch's commits."""

    def __init__(self, repository: Path) -> None:
        self._git = pygit2.Repository(str(repository))
        self._seen = self._tip()
        self._at: dict[str, asyncio.Future[float]] = {}

    def _tip(self) -> pygit2.Oid | None:
        found = self._git.references.get("refs/heads/main")
        return found.peel(pygit2.Commit).id if found else None

    async def of(self, request: str) -> float:
        """The moment, on time.perf_counter's clock."""
        return await asyncio.wait_for(self._future(request), _WITHIN)

    def _future(self, request: str) -> "asyncio.Future[float]":
        return self._at.setdefault(request, asyncio.get_running_loop().create_future())

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look at the branch for as long as the context lasts."""
        looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            looking.cancel()

    async def _look_on(self) -> None:
        while True:
            if (tip := self._tip()) is not None and tip != self._seen:
                self._read(tip)
                self._seen = tip
            await asyncio.sleep(_LOOK)

    def _read(self, tip: pygit2.Oid) -> None:
        now, walk = time.perf_counter(), self._git.walk(tip)
        if self._seen is not None:
            walk.hide(self._seen)
        for commit in walk:
            lines = commit.message.splitlines()
            if "Action: deployed" in lines:
                request = next(line for line in lines if line.startswith("Request-Id: "))
                self._future(request.removeprefix("Request-Id: ")).set_result(now)


async def cycles(caller: Caller, deployments: Deployments, crowd: int, numbers: range) -> tuple[list[Cycle], float]:
    """The cycles of these numbers, `crowd` of them at once, and how many a second were finished."""
    turn = asyncio.Semaphore(crowd)

    async def one(number: int) -> Cycle:
        async with turn:
            started = time.perf_counter()
            request = await caller.create(number)
            created = time.perf_counter()
            await caller.approve(request)
            approved = time.perf_counter()
            deployed = await deployments.of(request)
            await caller.settle(request)
            return Cycle(created - started, approved - created, deployed - created)

    async with deployments.watched():
        started = time.perf_counter()
        done = await asyncio.gather(*map(one, numbers))
        return done, len(numbers) / (time.perf_counter() - started)
