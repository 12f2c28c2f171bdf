"""The simulator as a process of its own."""

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.awx_fixtures import eventually


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill it where a check fails before it was told to stop: leaving it waits for its end."""
    try:
        yield
    finally:
        process.kill()


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """With its token and template; SIGTERM ends it long before the jobs that are under way would."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "demo.awx", "--port", str(port), "--token", "T", "--template", "Deploy"]
    command += ["--state", str(tmp_path / "awx.db"), "--seconds", "300"]
    root = f"http://127.0.0.1:{port}/api/"
    with subprocess.Popen(command) as process, ended(process):
        eventually(lambda: _answers(root), within=60)
        headers = {"Authorization": "Bearer T"}
        found = httpx.get(f"{root}v2/job_templates/?name=Deploy", headers=headers).json()["results"][0]
        assert httpx.post(f"{root}v2/job_templates/{found['id']}/launch/", headers=headers).status_code == 201
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
