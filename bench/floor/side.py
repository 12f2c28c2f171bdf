"""The floor's processes, on the Temporal server of a product that stands beside it."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from temporalio.client import Client

from bench.company import process
from bench.cost import Histories
from bench.side import Side, asked
from tests.e2e.stack import free_ports


@dataclass(frozen=True)
class FloorCaller:
    """Creates and approves, as nobody in particular."""

    http: httpx.AsyncClient

    async def create(self, number: int) -> str:
        answer = await self.http.post("/requests", json=asked(number))
        return str(answer.raise_for_status().json()["id"])

    async def approve(self, request: str) -> None:
        (await self.http.post(f"/requests/{request}/approve")).raise_for_status()

    async def settle(self, request: str) -> None:
        """Nothing is left to do."""


@asynccontextmanager
async def floor(folder: Path, temporal: str, temporal_pid: int, seconds: float) -> AsyncIterator[Side]:
    """A worker, an API and what stands for AWX, each a process; jobs take so many seconds."""
    repository, (api_port, jobs_port) = _repository(folder), free_ports(2)
    api_url, jobs_url = f"http://127.0.0.1:{api_port}/", f"http://127.0.0.1:{jobs_port}/"
    with ExitStack() as running:

        def started(part: str, ready: str | None, *arguments: object) -> int:
            return running.enter_context(process(folder / f"{part}.log", ready, f"bench.floor.{part}", *arguments))

        started("jobs", f"{jobs_url}template", jobs_port, f"{api_url}callback", seconds)
        worker = started("worker", None, temporal, repository, jobs_url)
        api = started("api", api_url, temporal, api_port)
        async with httpx.AsyncClient(base_url=api_url, timeout=60, trust_env=False) as http:
            processes = {"temporal": temporal_pid, "worker": worker, "api": api}
            histories = Histories(await Client.connect(temporal), floors=True)
            yield Side("its floor", FloorCaller(http), repository, processes, histories)


def _repository(folder: Path) -> Path:
    """A new bare repository in a new folder."""
    folder.mkdir()
    path = folder / "floor.git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", path], check=True)
    return path
