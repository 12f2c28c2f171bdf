"""The proxy of the compose file, run on this machine with its own configuration; ports and folders alone are others."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.deploy.compose import ROOT
from tests.e2e.stack import free_ports, until

CONFIG = ROOT / "deploy" / "proxy" / "nginx.conf"
TEXT = CONFIG.read_text(encoding="utf-8")


def directive(name: str) -> str:
    """The only value that the configuration gives."""
    (value,) = re.findall(rf"^\s*{name} ([^;]+);", TEXT, re.MULTILINE)
    return str(value)


@dataclass(frozen=True)
class Proxy:
    """A running proxy: where it listens, and whom its callers trust."""

    port: int
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


def nginx() -> str:
    """The program. A machine without it skips the test; CI has it."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("nginx is not here; CI runs this")
    assert program
    return program


@contextmanager
def proxying(folder: Path, api: str) -> Iterator[Proxy]:
    """Run nginx before the API at the address, until the block ends."""
    authority, (port,) = trustme.CA(), free_ports(1)
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(folder / "privkey.pem"))
    for number, part in enumerate(issued.cert_chain_pems):
        part.write_to_path(str(folder / "fullchain.pem"), append=number > 0)
    text = TEXT
    for production, here in {
        "/tmp/": f"{folder}/",  # noqa: S108  the container's own
        "/etc/prodgate/tls": str(folder),
        "http://api:8080": api,
        "listen 8443": f"listen 127.0.0.1:{port}",
    }.items():
        assert production in text
        text = text.replace(production, here)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([nginx(), "-c", folder / "nginx.conf"], stdout=log, stderr=log)
    try:
        until("nginx runs", lambda: (folder / "nginx.pid").exists() or process.poll() is not None, 10)
        assert process.poll() is None, (folder / "log").read_text()
        yield Proxy(port, _trusting(authority))
    finally:
        process.terminate()
        process.wait()


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
