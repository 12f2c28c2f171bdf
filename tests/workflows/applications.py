"""Applications that answer a probe, and a Prometheus that answers a query, each a real HTTP server; their checks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from tests.record.building import person_commits

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK = {"for": "PT2S", "interval": "PT1S", "within": "PT8S"}
"""A check that is over soon."""


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on this machine that answers every path so; its address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Application:
    """An application whose next answers a test chooses: statuses in turn, the last one from then on."""

    def __init__(self, *statuses: int, body: str = '{"status": "up"}') -> None:
        self.statuses, self.body, self.asked = list(statuses), body, 0

    async def __call__(self, request: web.Request) -> web.Response:
        self.asked += 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, text=self.body)


def named(health: dict[str, Any] | None, name: str = "payment-api", tenant: str = "tenant-finance") -> dict[str, str]:
    """The catalogue's file of the target, which names the check."""
    spec: dict[str, Any] = {"version": "2.0.0"} | ({} if health is None else {"health": health})
    metadata = {"name": name, "tenant": tenant}
    entry = {"apiVersion": "apim.cab-i.com/v1", "kind": "Api", "metadata": metadata, "spec": spec}
    return {f"apis/{name}.yaml": yaml.safe_dump(entry)}


def name_check(git: Path, health: dict[str, Any] | None) -> None:
    """A person commits the check of payment-api."""
    person_commits(git, dict[str, str | None](named(health)))
