"""A Redis server of a test's own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap.process import listen

PATIENCE = 60.0


def program() -> str:
    """The server's program. A machine without it skips the test; CI has it."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("neither redis-server nor valkey-server is here; CI runs this")
    assert found
    return found


@dataclass
class CountServer:
    """A server that keeps nothing on disk; `stop` and `start` are an outage and its end."""

    port: int
    folder: Path
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        given = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self._process = subprocess.Popen([program(), *given], stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
            except OSError:
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def count_server(folder: Path) -> Iterator[CountServer]:
    """The server, running."""
    with listen("127.0.0.1", 0) as free:
        port: int = free.getsockname()[1]
    server = CountServer(port, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
