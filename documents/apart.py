"""Runs a task of somebody's making apart: in a process without our variables, within limits that it sets itself."""

import resource
import subprocess
import sys
from dataclasses import dataclass

PREFIX, FAULT, TOO_LARGE = b"done\n", b"flaw\n", b"size\n"
"""The first five bytes that such a process writes: what it made follows, or a fault as JSON, or nothing."""

ITSELF = 3
"""Files that are open when a process begins: one with no more than these opens nothing."""


class TimeIsUp(Exception):
    """The process took more than its time, and was ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a process: its code, below 0 where a limit ended it, what it wrote, and what it complained of."""

    code: int
    written: bytes
    faults: bytes

    @property
    def complaint(self) -> str:
        """The end of what it complained of, for a log."""
        return self.faults[-2_000:].decode(errors="replace")


def run_apart(module: str, asked: bytes, seconds: float) -> Ended:
    """Run the module with this on its standard input, from a thread. Raises TimeIsUp."""
    # The command is fixed, and no variable of this process reaches it: there are secrets among them.
    command = [sys.executable, "-I", "-m", module]
    try:
        ended = subprocess.run(command, input=asked, capture_output=True, env={}, timeout=seconds)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TimeIsUp from error
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def confine(seconds: int, memory: int, files: int = ITSELF) -> None:
    """Bound this process: seconds of a processor, bytes of memory, files open at once. It writes none any more."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, files),
    ):
        resource.setrlimit(what, (most, most))
