"""The script that prepares a Temporal server, run against one."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflows.shown import SEARCH_ATTRIBUTES

SCRIPT = Path(__file__).parent.parent.parent / "deploy" / "temporal" / "setup-namespace.sh"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A fresh Temporal server, and the variables that lead to it."""
    port, program = free_port(), shutil.which("temporal", path=PATH)
    assert program is not None
    command = [program, "server", "start-dev", "--headless", "--log-level", "never", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield {
        "PATH": PATH,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{port}",
        "TEMPORAL_NAMESPACE": "prodgate",
        "HOME": "/nonexistent",
    }
    server.kill()
    server.wait()


def attributes(environment: dict[str, str]) -> dict[str, str]:
    """The namespace's search attributes with their types."""
    command = ["temporal", "operator", "search-attribute", "list", "--namespace", "prodgate", "--output", "json"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = json.loads(listed).get("customAttributes", {})
    return found


def test_the_script_makes_namespace_and_attributes_and_may_run_again(environment: dict[str, str]) -> None:
    """A server that knows nothing of promotions can list them by state afterwards; a second run changes nothing."""
    for _ in range(2):
        done = subprocess.run(["sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    registered = attributes(environment)
    assert set(registered) == {attribute.name for attribute in SEARCH_ATTRIBUTES}
    assert {kind.lower().removeprefix("indexed_value_type_") for kind in registered.values()} == {"keyword"}


def test_the_script_registers_what_the_workflow_sets() -> None:
    """The names in the script are those that the workflow shows, no more and no fewer."""
    names = re.findall(r"\bPromotion\w+", SCRIPT.read_text(encoding="utf-8"))
    assert sorted(names) == sorted(attribute.name for attribute in SEARCH_ATTRIBUTES)
