"""The demo's identity provider as `prodgate up` runs it: a process of its own."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest


@contextlib.contextmanager
def providing(folder: Path, *arguments: str) -> Iterator[str]:
    """The issuer URL of one that keeps its key in the folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "demo.issuer", "--port", str(port), "--keys", str(folder / "private.json")]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url)
            yield url
        finally:
            process.terminate()


def _await(url: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            httpx.get(f"{url}/jwks", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the provider does not start")
