"""A stand-in for AWX over real HTTP, for demos and tests: `python -m demo.awx --port 8052 --token T --template NAME`.

It answers as AWX 24.6 does where Prodgate looks, misbehaves on request (`/control/faults`), lives its jobs on a clock
and posts AWX's webhook notifications. What its jobs deployed answers at `/deployed/<name>/health`. With `--state FILE`
its jobs survive a restart.
"""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from demo.awx.api import Api
from demo.awx.cluster import Cluster
from demo.awx.control import Control
from demo.awx.deployed import health_of
from demo.awx.http import ApiError, FaultAnswer, Slashes, answer_error
from demo.awx.model import Pace, SimulatorConfig
from demo.awx.page import page

STOP_WITHIN = 2
"""Seconds that answers under way get when the process is told to stop."""


def create_app(config: SimulatorConfig) -> FastAPI:
    """The simulator as an ASGI application: the API root at `config.prefix`, the control path at `/control`."""
    cluster = Cluster(config)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        cluster.start()
        yield
        await cluster.stop()

    app = FastAPI(title="AWX, simulated", lifespan=lifespan, redirect_slashes=False)
    app.add_middleware(Slashes, prefix=config.prefix)
    app.add_exception_handler(ApiError, answer_error)
    app.add_exception_handler(FaultAnswer, answer_error)
    app.include_router(Api(cluster).routes())
    app.include_router(Control(cluster).routes())

    @app.get(config.prefix)
    async def root() -> dict[str, Any]:
        v2 = f"{config.prefix}v2/"
        return {"description": "AWX REST API", "current_version": v2, "available_versions": {"v2": v2}}

    @app.get("/")
    async def pages() -> Response:
        """Stands in for AWX's own pages: links to `#/jobs/ID` lead to that job's line."""
        return HTMLResponse(page(cluster.store.jobs.values()))

    @app.get("/deployed/{name}/health")
    async def health(name: str) -> Response:
        """Stands in for what a job deployed: the newest version by that name, which is ill where it ends in `-ill`."""
        status, answer = health_of(cluster.deployed(name))
        return JSONResponse(answer, status)

    @app.get("/migrations_notran/")
    async def migrations() -> Response:
        return HTMLResponse("<html><body>AWX is being upgraded</body></html>")

    @app.exception_handler(404)
    async def unknown_path(_request: object, _error: Exception) -> Response:
        return JSONResponse({"detail": "The requested resource could not be found."}, 404)

    @app.exception_handler(405)
    async def wrong_method(request: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": f'Method "{request.method}" not allowed.'}, 405)

    return app


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo.awx", description="A stand-in for AWX, for demos and tests.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True, help="the bearer token that callers must send")
    parser.add_argument("--template", default="Prodgate deployment", help="the job template's name")
    parser.add_argument("--callback-url", help="where webhook notifications go")
    parser.add_argument("--callback-secret", help="sent in the header X-Prodgate-Secret")
    parser.add_argument("--policy", help="host:port that is asked before each job runs")
    parser.add_argument("--policy-token", default="", help="the bearer token that it is asked with")
    parser.add_argument("--policy-patience", type=float, default=0.0, help="seconds that it may refuse connections")
    parser.add_argument("--grants", type=Path, help="prodgate.json of the role that judges each job's grant")
    parser.add_argument("--state", type=Path, help="SQLite file that keeps the jobs")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a job takes, launch to end")
    parser.add_argument("--prefix", choices=("/api/", "/api/controller/"), default="/api/")
    parser.add_argument("--simultaneous", action="store_true", help="let jobs of the template run side by side")
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    given = _parser().parse_args(arguments)
    tenth = given.seconds / 10
    config = SimulatorConfig(
        template=given.template,
        token=given.token,
        prefix=given.prefix,
        allow_simultaneous=given.simultaneous,
        callback_url=given.callback_url,
        callback_secret=given.callback_secret,
        policy=given.policy,
        policy_token=given.policy_token,
        policy_patience=given.policy_patience,
        grants=given.grants,
        state_file=given.state,
        pace=Pace(pending=tenth, waiting=tenth, running=8 * tenth),
    )
    uvicorn.run(
        create_app(config),
        host=given.host,
        port=given.port,
        log_level="warning",
        timeout_graceful_shutdown=STOP_WITHIN,
    )
