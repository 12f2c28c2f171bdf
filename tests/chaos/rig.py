"""One installation with a proxy on every path: APIs and workers with clones of their own, and the systems around them.

It is the demo's, as `prodgate up` lays it out, started by us: the launcher knows one API and one worker, and would
start again what a fault keeps away. Each process reaches Temporal, Git, AWX, mail and Slack by paths of its own, so
that it can be cut off alone.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from demo.layout import Demo, Ports
from tests.chaos.plan import PATH, Fault, Kind
from tests.chaos.processes import (
    Child,
    Clock,
    Disk,
    KafkaSystem,
    S3System,
    SlackSystem,
    System,
    can_mount,
    mounted,
)
from tests.chaos.proxy import Network, Proxy
from tests.e2e.stack import Stack, bare_environment, free_ports
from tests.kafka.broker import Broker
from tests.s3.server import KEY_ID, SECRET, S3Server
from tests.slack import TOKEN, SlackStandIn

POLITE = {"temporal": 3, "git": 1, "smtp": 4, "kafka": 3}
"""Turns of each protocol before a client asks for something; the others ask at once."""

OWN = ("temporal", "git", "awx", "smtp", "slack")
SHARED = ("oidc", "kafka", "s3")
"""The systems that a process reaches by a path of its own, and those whose address is the same for everybody."""

DEMO = {"temporal": "temporal", "awx": "awx", "oidc": "oidc", "mailbox": "smtp"}
"""The demo's processes that are systems, with the names of these; its other stand-ins are not needed."""

UNUSED = ("PRODGATE_WEBHOOK_SECRETS", "PRODGATE_PUSH_KEY", "PRODGATE_OASDIFF")
"""Settings of what nobody is told by, or compares."""

CUT_OFF = ("temporal", "git")
"""The systems that one process alone is cut off from, too."""

BUCKET = "documents"


@dataclass(frozen=True)
class Shape:
    """The size of the installation; `java` is with Kafka and S3, which take some seconds to start.

    `engine` is the address of a Temporal server that is not ours to kill.
    """

    apis: int = 2
    workers: int = 3
    java: bool = True
    engine: str | None = None

    @property
    def processes(self) -> list[str]:
        return [*(f"api-{each}" for each in range(self.apis)), *(f"worker-{each}" for each in range(self.workers))]

    @property
    def systems(self) -> list[str]:
        return [*OWN, *(SHARED if self.java else SHARED[:1])]

    def small_disk(self, process: str) -> bool:
        """The first of each kind; the others keep their data when they are killed."""
        return process.endswith("-0")

    def odd_clock(self, process: str) -> bool:
        """The last of each kind."""
        return process in {f"api-{self.apis - 1}", f"worker-{self.workers - 1}"}

    def victims(self) -> dict[str, tuple[Kind, ...]]:
        """Everything that a fault may happen to, with the faults that may."""
        found: dict[str, tuple[Kind, ...]] = dict.fromkeys(self.systems, (Kind.KILL, *PATH))
        if self.engine:
            found["temporal"] = PATH
        for process in self.processes:
            full = (Kind.FULL,) if self.small_disk(process) else ()
            odd = (Kind.CLOCK,) if self.odd_clock(process) else ()
            found |= {process: (Kind.KILL, *full, *odd)}
            found |= {f"{process}>{system}": PATH for system in CUT_OFF}
        return found


@dataclass
class Rig:
    """Everything that runs. `deaths` are the processes that ended by themselves, with their exit codes."""

    stack: Stack
    children: dict[str, Child] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    paths: dict[str, Proxy] = field(default_factory=dict)
    disks: dict[str, Disk] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    slack: SlackStandIn = field(default_factory=SlackStandIn)
    broker: Broker | None = None
    deaths: list[str] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [child.ready.removesuffix("/readyz") for name, child in self.children.items() if name.startswith("api")]

    async def serves(self) -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            await asyncio.gather(*(child.serves(http) for child in self.children.values()))

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While what ends by itself is started again, as systemd or Kubernetes would."""
        watch = asyncio.create_task(self._watch())
        try:
            yield
            assert not watch.done()
        finally:
            watch.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            for child in self.children.values():
                if (code := child.died) is not None:
                    self.deaths.append(f"{child.name} ended with {code}")
                    await child.start()

    async def suffer(self, plan: tuple[Fault, ...]) -> None:
        """Carry out the plan, each fault at its time, from now on; afterwards everything is well."""
        async with asyncio.TaskGroup() as faults:
            for fault in plan:
                faults.create_task(self._suffer(fault))
        for path in self.paths.values():
            path.become(Network.WELL)

    async def _suffer(self, fault: Fault) -> None:
        await asyncio.sleep(fault.at)
        if fault.kind is Kind.KILL:
            victim = self.systems.get(fault.victim) or self.children[fault.victim]
            await victim.kill()
            await asyncio.sleep(fault.seconds)
            await victim.start()
        elif fault.kind is Kind.FULL:
            disk = self.disks[fault.victim]
            await asyncio.to_thread(disk.fill)
            await asyncio.sleep(fault.seconds)
            disk.free()
        elif fault.kind is Kind.CLOCK:
            if clock := self.clocks.get(fault.victim):
                clock.jump(fault.amount)
                await asyncio.sleep(fault.seconds)
                clock.jump(0)
        else:
            await self._disturb(fault)

    async def _disturb(self, fault: Fault) -> None:
        """A fault of one path, `worker-0>git`, or of all that lead to a system."""
        assert fault.kind.network is not None
        disturbed = [path for name, path in self.paths.items() if f">{name}".endswith(f">{fault.victim}")]
        for path in disturbed:
            path.become(fault.kind.network, fault.amount)
        await asyncio.sleep(fault.seconds)
        for path in disturbed:
            path.become(Network.WELL)


def demo_of(stack: Stack, settings: Mapping[str, str]) -> Demo:
    """The demo in the stack's folder and on its ports, which runs nothing yet."""
    ports = {name.removesuffix("-port").replace("-", "_"): port for name, port in stack.ports.items()}
    ports["api"] = ports.pop("port")
    return Demo(stack.data, Ports(**ports), stack.job_seconds, bare_environment() | dict(settings))


@contextlib.asynccontextmanager
async def rigged(stack: Stack, demo: Demo, shape: Shape) -> AsyncIterator[Rig]:
    """Everything, started, on what the demo has prepared; and gone afterwards."""
    rig = Rig(stack)
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(_end, rig)
        ports = await _systems(rig, demo, shape, closing)
        await _processes(rig, demo.environment(), shape, ports, closing)
        yield rig


async def _end(rig: Rig) -> None:
    for part in (*rig.children.values(), *rig.systems.values()):
        await part.kill()


async def _systems(rig: Rig, demo: Demo, shape: Shape, closing: contextlib.AsyncExitStack) -> dict[str, int]:
    """Start the systems; the port of each."""
    ports = {"awx": demo.ports.awx, "oidc": demo.ports.oidc, "smtp": demo.ports.smtp}
    ports["temporal"] = int(shape.engine.rpartition(":")[2]) if shape.engine else demo.ports.temporal
    (ports["git"],) = free_ports(1)
    children = [
        Child(DEMO[each.name], each.command, each.environment, each.log, each.ready)
        for each in demo.processes()
        if each.name in DEMO
    ]
    rig.systems |= {child.name: child for child in children}
    rig.systems |= {"git": _git(rig.stack, ports["git"]), "slack": SlackSystem(rig.slack)}
    if shape.java:
        await _java(rig, rig.stack.data.parent, closing)
    await asyncio.gather(*(system.start() for system in rig.systems.values()))
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        await asyncio.gather(*(child.serves(http) for child in children))
    rig.paths["oidc"] = await closing.enter_async_context(Proxy(ports["oidc"]).open())
    return ports | {"slack": rig.slack.port}


def _git(stack: Stack, port: int) -> Child:
    """A Git server in front of the record and the audit trail; `git daemon` would be a parent that dies alone."""
    programs = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    command = [f"{programs}/git-daemon", "--reuseaddr", "--listen=127.0.0.1", f"--port={port}", "--export-all"]
    command += ["--enable=receive-pack", f"--base-path={stack.data}", str(stack.data)]
    return Child("git", command, os.environ, stack.data / "logs" / "git.log")


async def _java(rig: Rig, folder: Path, closing: contextlib.AsyncExitStack) -> None:
    """Kafka, which sends its clients to its proxy, and S3 with a bucket."""
    (folder / "kafka").mkdir()
    (folder / "s3").mkdir()
    (advertised,) = free_ports(1)
    rig.broker = await asyncio.to_thread(Broker, folder / "kafka", advertised=advertised)
    server = S3Server(folder / "s3")
    rig.systems |= {"kafka": KafkaSystem(rig.broker), "s3": S3System(server)}
    server.bucket(BUCKET)
    rig.paths["kafka"] = Proxy(rig.broker.ports[0], POLITE["kafka"], advertised)
    rig.paths["s3"] = Proxy(server.port)
    for name in ("kafka", "s3"):
        await closing.enter_async_context(rig.paths[name].open())


async def _processes(
    rig: Rig,
    environment: Mapping[str, str],
    shape: Shape,
    systems: Mapping[str, int],
    closing: contextlib.AsyncExitStack,
) -> None:
    kept = {name: value for name, value in environment.items() if name not in UNUSED}
    listens = [rig.stack.ports["port"], *free_ports(len(shape.processes) - 1)]
    for name, port in zip(shape.processes, listens, strict=True):
        for system in OWN:
            proxy = Proxy(systems[system], POLITE.get(system, 0))
            rig.paths[f"{name}>{system}"] = await closing.enter_async_context(proxy.open())
        rig.children[name] = _process(rig, shape, name, kept, port)
        await rig.children[name].start()


def _process(rig: Rig, shape: Shape, name: str, environment: Mapping[str, str], port: int) -> Child:
    """One API or worker, with what it needs to suffer all that may happen to it."""
    folder = rig.stack.data.with_name(name)
    folder.mkdir()
    api = name.startswith("api")
    command = [sys.executable, "-P", "-m", *(["cli", "api", "--port", str(port)] if api else ["worker"])]
    own = {"PRODGATE_DATA_DIR": str(folder), "PRODGATE_WORKER_HEALTH_PORT": str(port)} | _addresses(rig, name)
    if shape.odd_clock(name) and (clock := Clock.made(folder.with_suffix(".clock"))):
        rig.clocks[name] = clock
        own |= clock.environment
    if shape.small_disk(name) and can_mount():
        command = [*mounted(folder), *command]
    ready = f"http://127.0.0.1:{port}/{'readyz' if api else 'healthz'}"
    child = Child(name, command, {**environment, **own}, folder.with_suffix(".log"), ready)
    if shape.small_disk(name):
        rig.disks[name] = Disk(child, folder, can_mount())
    return child


def _addresses(rig: Rig, process: str) -> dict[str, str]:
    """The settings by which a process reaches everything through its proxies."""
    at = {system: f"127.0.0.1:{rig.paths[f'{process}>{system}'].port}" for system in OWN}
    at |= {system: f"127.0.0.1:{rig.paths[system].port}" for system in SHARED if system in rig.paths}
    found = {
        "TEMPORAL_ADDRESS": at["temporal"],
        "PRODGATE_GIT_REPO": f"git://{at['git']}/gitops.git",
        "PRODGATE_AUDIT_REPO": f"git://{at['git']}/audit.git",
        "PRODGATE_AWX_URL": f"http://{at['awx']}/api/",
        "PRODGATE_SMTP_URL": f"smtp://{at['smtp']}",
        "PRODGATE_SLACK_TOKEN": TOKEN,
        "PRODGATE_SLACK_API_URL": f"http://{at['slack']}/api/",
        "PRODGATE_OIDC_ISSUER": f"http://{at['oidc']}",
    }
    if "kafka" in at:
        found |= {"PRODGATE_KAFKA_BROKERS": at["kafka"], "PRODGATE_DOCUMENTS_URL": f"s3://{BUCKET}/gate"}
        found |= {"AWS_ENDPOINT_URL": f"http://{at['s3']}", "AWS_REGION": "us-east-1"}
        found |= {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    return found
