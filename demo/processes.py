"""The processes of one demo: started in order, restarted when they die, stopped together."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from clients.tls import context

STOP_WITHIN = 20
"""Seconds a process gets to end on SIGTERM before it is killed."""
KILLED = "Killed, for it did not end"
"""The beginning of the line that the log of such a process ends with."""

LONG_RUN = 10.0
"""Seconds after which a process that dies had been well: the next one starts at once."""

RESTART_AFTER, RESTART_AT_LATEST = 0.5, 10.0
"""The pause before a restart; doubled, up to the longest, while the process keeps dying young."""


class NotReady(Exception):
    """A process did not come up; `str()` says which, what it said last, and where its log is."""


@dataclass
class Process:
    """One child. `ready` is an address that answers 200 once it serves; `log` takes its output.

    `keeps` are open files that it holds as long as it lives, `ca` the authority of what it serves, where it is its own.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    ready: str
    log: Path
    keeps: tuple[int, ...] = ()
    ca: Path | None = None
    _running: asyncio.subprocess.Process | None = field(default=None)
    _logged_before: int = 0

    async def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the parent alone, which then stops it in order."""
        with self.log.open("ab") as output:
            self._logged_before = output.tell()
            self._running = await asyncio.create_subprocess_exec(
                *self.command,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self.keeps,
            )
        draft = self.log.with_suffix(".pid.draft")
        draft.write_text(f"{self._running.pid}\n")
        draft.replace(self.log.with_suffix(".pid"))  # whoever reads it meanwhile reads one that is whole

    async def wait_until_ready(self, seconds: float) -> None:
        """Return when it serves. Raises NotReady."""
        end = time.monotonic() + seconds
        async with httpx.AsyncClient(verify=context(self.ca, None), timeout=2, trust_env=False) as http:
            while time.monotonic() < end:
                if self._running is not None and self._running.returncode is not None:
                    raise NotReady(f"{self.name} ended before it served. {self._ending()}")
                with contextlib.suppress(httpx.HTTPError):  # not yet
                    if (await http.get(self.ready)).is_success:
                        return
                await asyncio.sleep(0.05)
        raise NotReady(f"{self.name} did not serve {self.ready} within {seconds:.0f} s. {self._ending()}")

    async def supervise(self) -> None:
        """Start it again whenever it dies, for as long as this task runs."""
        pause = RESTART_AFTER
        while self._running is not None:
            started = time.monotonic()
            code = await self._running.wait()
            pause = RESTART_AFTER if time.monotonic() - started > LONG_RUN else min(2 * pause, RESTART_AT_LATEST)
            print(f"{self.name} ended, {_meaning(code)}; it is started again. Its log: {self.log}", file=sys.stderr)
            await asyncio.sleep(pause)
            await self.start()

    async def stop(self) -> None:
        """End it: asked first, killed when it does not listen."""
        process = self._running
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{KILLED} within {STOP_WITHIN} s\n")

    def _ending(self, lines: int = 8) -> str:
        """The place of the log, and the end of what this run wrote to it."""
        with self.log.open("rb") as log:
            log.seek(self._logged_before)
            said = log.read().decode(errors="replace").splitlines()[-lines:]
        return "\n  ".join([f"Its log, {self.log}, ends:", *said]) if said else f"Its log, {self.log}, says nothing."


def _meaning(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
