"""A product to measure: any checkout's, as its own `prodgate up` starts it, called over HTTP as people call it."""

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client

from bench.company import Awx, Channels, awx
from bench.cost import Histories
from bench.side import PROCESSES, Side, asked
from tests.e2e.stack import JEAN, PIERRE, Stack
from tests.record.building import git, person_commits

UNLIMITED = {
    "PRODGATE_OPEN_REQUESTS_PERSON": "1000000",
    "PRODGATE_CREATES_IN_FLIGHT_PERSON": "32",
    "PRODGATE_REQUESTS_PER_MINUTE_PERSON": "1000000",
    "PRODGATE_REQUESTS_PER_MINUTE_ADDRESS": "1000000",
}
"""One person stands for the whole crowd, so what one person may do is not bounded."""


@dataclass(frozen=True)
class ProductCaller:
    """Pierre, who creates requests for targets of one family, and those who approve them, one after the other."""

    stack: Stack
    http: httpx.AsyncClient
    family: str = "api"
    approvers: tuple[str, ...] = (JEAN,)

    def body(self, number: int) -> dict[str, Any]:
        return asked(number, self.family)

    async def create(self, number: int) -> str:
        answer = await self._post(PIERRE, "", self.body(number), {"Idempotency-Key": uuid.uuid4().hex})
        return str(answer["metadata"]["id"])

    async def approve(self, request: str) -> None:
        for approver in self.approvers:
            await self._post(approver, f"/{request}/approve", {"comment": "Reviewed"}, {})

    async def settle(self, request: str) -> None:
        """Nothing is left to do after the deployment."""

    async def _post(self, person: str, path: str, body: object, headers: dict[str, str]) -> dict[str, Any]:
        headers["Authorization"] = f"Bearer {self.stack.token(person)}"
        answer = await self.http.post(f"/v1/requests/prod{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket


@dataclass(frozen=True)
class Outside:
    """Counts what the product did to the company's systems."""

    awx: Awx
    channels: Channels
    topic: str
    mails: Path

    async def __call__(self) -> Counter[str]:
        counted = Counter({f"AWX {path}": times for path, times in self.awx.requests().items()})
        counted["mails"] = sum(1 for _ in self.mails.glob("*.eml"))
        return counted + await self.channels.told(self.topic)


@asynccontextmanager
async def product(
    name: str, python: Path, folder: Path, channels: Channels, seconds: float
) -> AsyncIterator[tuple[Side, str]]:
    """A product of whatever version, started by its own Python; and where its Temporal server is."""
    stack = Stack(folder / "data", program=channels.program(python))
    with awx(folder, stack.ports["port"], seconds) as its_awx:
        stack.settings = UNLIMITED | its_awx.settings | channels.settings(folder.name)
        try:
            await asyncio.to_thread(stack.start)
            repository = stack.data / "gitops.git"
            _open_catalogue(repository)
            for person in (PIERRE, JEAN):
                await asyncio.to_thread(stack.token, person)  # signing in is no part of what is measured
            temporal = f"127.0.0.1:{stack.ports['temporal-port']}"
            async with httpx.AsyncClient(base_url=stack.api, timeout=60, trust_env=False) as http:
                side = Side(
                    name,
                    ProductCaller(stack, http),
                    repository,
                    {process: stack.pids()[process] for process in PROCESSES},
                    Histories(await Client.connect(temporal), floors=False),
                    Outside(its_awx, channels, folder.name, stack.data / "mails"),
                )
                yield side, temporal
        finally:
            await asyncio.to_thread(stack.end)


def _open_catalogue(repository: Path) -> None:
    """Let the company promote targets that its catalogue does not name."""
    platform = git(repository, "show", "main:platform.yaml") + "\n"
    opened = re.sub(r"controls: \d+", r"\g<0>\n  catalogue: open", platform)
    person_commits(repository, {"platform.yaml": opened}, "Open the catalogue")
