"""The processes of a run: those of Prodgate, and the systems around them, each killed and started by itself.

Two of Prodgate's have more than a life: a disk that fills up, and a clock that jumps.
"""

import asyncio
import contextlib
import errno
import resource
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

import httpx

from tests.kafka.broker import Broker
from tests.s3.server import S3Server
from tests.slack import SlackStandIn

DISK = "96m"
"""The size of a disk that can be filled: a clone of the record and its index find room many times over."""

MOUNT = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


class System(Protocol):
    """Something that can be killed, and started again on its port and its data."""

    async def kill(self) -> None: ...

    async def start(self) -> None: ...


@dataclass
class Child:
    """One process. `ready` answers 200 once it serves; `held` keeps whoever watches it from starting it again."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    ready: str = ""
    held: bool = False
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def died(self) -> int | None:
        """The exit code, where it ended by itself."""
        return None if self.held or self._process is None else self._process.poll()

    async def start(self) -> None:
        self.held = False
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True
            )

    async def kill(self) -> None:
        """End it as a power cut would."""
        self.held = True
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def serves(self, http: httpx.AsyncClient) -> None:
        """Return once it answers."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(self.ready)).is_success:
                    return
            await asyncio.sleep(0.2)


@dataclass
class KafkaSystem:
    """The broker."""

    broker: Broker

    async def kill(self) -> None:
        await asyncio.to_thread(self.broker.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self.broker.start)


@dataclass
class S3System:
    """The S3 server."""

    server: S3Server

    async def kill(self) -> None:
        await asyncio.to_thread(self.server.stop)

    async def start(self) -> None:
        await asyncio.to_thread(self.server.start)


@dataclass
class SlackSystem:
    """The stand-in for Slack, which runs in this process."""

    slack: SlackStandIn
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def kill(self) -> None:
        await self._open.aclose()

    async def start(self) -> None:
        await self._open.enter_async_context(self.slack.open())


# -- a disk that fills up --------------------------------------------------------------------------------------------


@cache
def can_mount() -> bool:
    """Tells whether this machine lets us mount a small file system in a namespace of its own."""
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run([*mounted(Path(folder)), "true"], capture_output=True, check=False)
    return tried.returncode == 0


def mounted(folder: Path) -> list[str]:
    """The beginning of a command that has a small file system of its own at the folder, as long as it lives."""
    return [*MOUNT, f'mount -t tmpfs -o size={DISK} none "$0" && exec "$@"', str(folder)]


@dataclass
class Disk:
    """A process's data folder, filled to the last byte: ENOSPC from a small file system, where one can be mounted.

    Where it is not `small`, no file of the process may grow (EFBIG, by RLIMIT_FSIZE): the same writes fail otherwise.
    """

    child: Child
    folder: Path
    small: bool

    def fill(self) -> None:
        if not self.small:
            self._limit(0)
            return
        with contextlib.suppress(FileNotFoundError), self._filler.open("wb", buffering=0) as file:  # where it died
            try:
                while file.write(bytes(65_536)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        if self.small:
            self._filler.unlink(missing_ok=True)
        else:
            self._limit(resource.RLIM_INFINITY)

    @property
    def seen(self) -> Path:
        """The folder as the process sees it, in whatever namespace."""
        return Path(f"/proc/{self.child.pid}/root{self.folder}")

    @property
    def _filler(self) -> Path:
        return self.seen / "filler"

    def _limit(self, size: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(self.child.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


# -- a clock that jumps ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """The wall clock of a process, as the C library tells it: `clock.c` says what that covers."""

    shift: Path
    shim: Path

    @classmethod
    def made(cls, folder: Path) -> "Clock | None":
        """A clock that tells the time; None where no C compiler is."""
        compiler = shutil.which("cc")
        if compiler is None:
            return None
        clock = cls(folder / "shift", folder / "clock.so")
        folder.mkdir(exist_ok=True)
        clock.jump(0)
        source = Path(__file__).with_name("clock.c")
        subprocess.run([compiler, "-fPIC", "-shared", "-O2", "-o", str(clock.shim), str(source)], check=True)
        return clock

    @property
    def environment(self) -> dict[str, str]:
        return {"CHAOS_CLOCK": str(self.shift), "LD_PRELOAD": str(self.shim)}

    def jump(self, seconds: float) -> None:
        """Let it tell that many seconds more than it is; written in place, for processes have it mapped."""
        self.shift.touch()
        with self.shift.open("r+b") as file:
            file.write(struct.pack("q", int(seconds)))
