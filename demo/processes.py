"""The processes of one demo: started in order, restarted when they die, stopped together."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

STOP_WITHIN = 20
"""Seconds a process gets to end on SIGTERM before it is killed."""

RESTART_AFTER = 0.5


class NotReady(Exception):
    """A process did not come up; `str()` says which and where its log is."""


@dataclass
class Process:
    """One child. `ready` is an address that answers 200 once it serves; `log` takes its output."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    ready: str
    log: Path
    _running: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the parent alone, which then stops it in order."""
        with self.log.open("ab") as output:
            self._running = await asyncio.create_subprocess_exec(
                *self.command, env=dict(self.environment), stdout=output, stderr=output, start_new_session=True
            )
        self.log.with_suffix(".pid").write_text(str(self._running.pid))

    async def wait_until_ready(self, seconds: float) -> None:
        """Return when it serves. Raises NotReady."""
        async with httpx.AsyncClient(timeout=2) as http:
            for _ in range(int(seconds / 0.05)):
                if self._running is not None and self._running.returncode is not None:
                    break
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(self.ready)).is_success:
                        return
                await asyncio.sleep(0.05)
        raise NotReady(f"{self.name} did not start; its log is {self.log}\n{_tail(self.log)}")

    async def supervise(self) -> None:
        """Start it again whenever it dies, for as long as this task runs."""
        while self._running is not None:
            code = await self._running.wait()
            print(f"{self.name} ended ({_meaning(code)}); starting it again, its log is {self.log}", file=sys.stderr)
            await asyncio.sleep(RESTART_AFTER)
            await self.start()

    async def stop(self) -> None:
        """End it: asked first, killed when it does not listen."""
        process = self._running
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


def _meaning(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
