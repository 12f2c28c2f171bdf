"""Runs commands as processes that have imported everything already: each is forked from one that does nothing else.

To import what a command needs takes a second or two, and tests run hundreds of them. That the installed `prodgate`
starts is what tests/e2e shows, whose installations do.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path

import cli

_FORKING: ForkServerContext = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([__name__, *(module for module, _ in cli.OWN_PARSERS.values())])


def command(
    *arguments: object, environment: Mapping[str, str], answer: str = "", within: float = 300
) -> "subprocess.CompletedProcess[str]":
    """One `prodgate` command, run to its end in that environment; `answer` is what somebody types."""
    given = [str(each) for each in arguments]
    with tempfile.TemporaryDirectory() as folder:
        typed, *said = (Path(folder, name) for name in ("in", "out", "err"))
        typed.write_text(answer)
        process = _FORKING.Process(target=_run, args=(given, dict(environment), typed, *said, Path.cwd()))
        process.start()
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(given, within)
        done = subprocess.CompletedProcess(given, process.exitcode, *(each.read_text() for each in said))
        process.close()
    return done


def _run(arguments: list[str], environment: Mapping[str, str], typed: Path, out: Path, err: Path, folder: Path) -> None:
    for number, file in enumerate((typed, out, err)):
        opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  lives as long as the process
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["prodgate", *arguments]
    sys.exit(cli.main(arguments))
