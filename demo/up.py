"""`prodgate up`: Temporal, worker, API and the company's stand-ins on one machine, in one terminal."""

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import IO, Any

from bootstrap.process import stop_signal
from demo.layout import CannotStart, Demo
from demo.processes import Process
from demo.welcome import welcome

READY_WITHIN = 300.0
"""Seconds that each process gets to come up before the start is given up."""


async def run(demo: Demo) -> None:
    """Start everything, say where it is, keep it running until Ctrl-C.

    Raises SettingsError, CannotStart, NotReady.
    """
    stop = stop_signal()
    demo.check_settings()
    with _only_one(demo.data) as lock:
        _check_ports(demo)
        demo.prepare()
        processes = demo.processes(keeps=(lock.fileno(),))
        try:
            print("Starting …", flush=True)
            await _unless(stop, _start(processes))
            if not stop.is_set():
                print(welcome(demo), flush=True)
                await _unless(stop, _supervise(processes))
        finally:
            print("Stopping … what runs gets some seconds to finish.", flush=True)
            for process in reversed(processes):
                await process.stop()
    print("Stopped. The next start goes on where this one stopped.")


async def _start(processes: list[Process]) -> None:
    """Temporal first, since worker and API connect at once; then the rest together."""
    first = [process for process in processes if process.name == "temporal"]
    for group in (first, [process for process in processes if process not in first]):
        for process in group:
            await process.start()
        for process in group:
            await process.wait_until_ready(READY_WITHIN)


async def _supervise(processes: list[Process]) -> None:
    async with asyncio.TaskGroup() as group:
        for process in processes:
            group.create_task(process.supervise())


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it is done or `stop` is set, whichever comes first. Raises what the work raises."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):  # ours, where Ctrl-C came first
        await working


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[IO[str]]:
    """Hold the folder's lock; the children hold it too, so that nothing starts beside what a killed `up` left."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CannotStart(_who_runs(data, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _who_runs(data: Path, launcher: str) -> str:
    if launcher.isdigit() and _lives(int(launcher)):
        return f"Prodgate already runs on {data} (process {launcher}); stop it with Ctrl-C, or choose another --data"
    left = [pid for file in sorted(data.glob("logs/*.pid")) if _lives(int(pid := file.read_text()))]
    return f"Prodgate was killed on {data} and left processes behind; end them first: kill {' '.join(left)}"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check_ports(demo: Demo) -> None:
    for name, port in demo.listens().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                option = "--port" if name == "api" else f"--{name.replace('_', '-')}-port"
                raise CannotStart(f"Port {port} is in use; choose another for {name}: {option} N") from None
