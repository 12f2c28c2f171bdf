"""The `prodgate` command: an entry point that reads the settings and hands them to what it starts."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from settings import Settings, SettingsError

DEFAULT_DATA = ".data"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the answer is its exit code."""
    given = _parser().parse_args(arguments)
    try:
        code: int = given.command(given)
    except SettingsError as error:
        print(f"prodgate: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prodgate", description="The approval gate in front of production.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run everything on this machine, with stand-ins for the company's systems")
    up.add_argument("--data", type=Path, default=Path(DEFAULT_DATA), help="folder that keeps it all (default .data)")
    up.add_argument("--port", type=int, default=8080, help="the API's port (default 8080)")
    up.add_argument("--temporal-port", type=int, default=7233)
    up.add_argument("--temporal-ui-port", type=int, default=8233)
    up.add_argument("--awx-port", type=int, default=8052)
    up.add_argument("--worker-port", type=int, default=8081, help="the worker's /healthz")
    up.add_argument("--job-seconds", type=float, default=3.0, help="how long a job of the demo's AWX takes")
    up.set_defaults(command=_up)

    api = commands.add_parser("api", help="serve the HTTP API")
    api.add_argument("--host", default="127.0.0.1")
    api.add_argument("--port", type=int, default=8080)
    api.set_defaults(command=_api)

    token = commands.add_parser("token", help="print a bearer token of one of the demo's people")
    token.add_argument("email")
    token.add_argument("--data", type=Path, default=Path(DEFAULT_DATA), help="the demo's folder (default .data)")
    token.set_defaults(command=_token)
    return parser


def _up(given: argparse.Namespace) -> int:
    from demo.up import CannotStart, Demo, NotReady, Ports, run
    from serving import leave

    ports = Ports(given.port, given.temporal_port, given.temporal_ui_port, given.awx_port, given.worker_port)
    try:
        asyncio.run(run(Demo(given.data.resolve(), ports, given.job_seconds)))
    except (CannotStart, NotReady) as error:
        print(f"prodgate: {error}", file=sys.stderr)
        leave(1)
    leave(0)
    return 0


def _api(given: argparse.Namespace) -> int:
    from api.main import run
    from serving import configure_logs, leave

    settings = Settings.from_environment(os.environ)
    settings.require("oidc_issuer", "oidc_jwks", "awx_callback_secret")
    configure_logs(settings.log_level)
    asyncio.run(run(settings, given.host, given.port))
    leave(0)
    return 0


def _token(given: argparse.Namespace) -> int:
    from demo.issuer import DemoIssuer

    try:
        print(DemoIssuer(given.data / "issuer").token(given.email, audience="prodgate"))
    except FileNotFoundError:
        print(f"prodgate: no demo in {given.data}; start one with `prodgate up` first", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
