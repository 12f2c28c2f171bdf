"""Stands in for AWX beside the floor: `python -m bench.floor.jobs PORT CALLBACK_URL SECONDS`."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

_NUMBERS = itertools.count(1)


def create_app(callback: str, seconds: float) -> web.Application:
    """A template to read, and a launch whose job reports its end after so many seconds."""
    app, posting = web.Application(), set[asyncio.Task[None]]()
    session = web.AppKey("session", aiohttp.ClientSession)

    async def connected(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as app[session]:
            yield

    async def report(ticket_id: str) -> None:
        await asyncio.sleep(seconds)
        (await app[session].post(f"{callback}/{ticket_id}")).release()

    async def template(_request: web.Request) -> web.Response:
        return web.json_response({"id": 7, "name": "Deploy to PROD"})

    async def launch(request: web.Request) -> web.Response:
        task = asyncio.create_task(report((await request.json())["request"]))
        posting.add(task)
        task.add_done_callback(posting.discard)
        return web.json_response({"job": next(_NUMBERS)}, status=201)

    app.cleanup_ctx.append(connected)
    app.add_routes([web.get("/template", template), web.post("/launch", launch)])
    return app


if __name__ == "__main__":
    app = create_app(sys.argv[2], float(sys.argv[3]))
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
