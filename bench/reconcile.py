"""Measures how long a lost engine takes to come back: `python -m bench.reconcile --tickets 10000`.

The record has that many pending promotions, every act signed; a new Temporal server, which keeps its data in memory,
has none, and no worker takes them up. `prodgate reconcile --apply` is run as an operator would, in a process of its
own, with a new index; then twice more without. AWX is the demo's.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from bench.company import awx
from bench.signed_record import signed_record, waiting
from demo.layout import TUNING
from engine.connection import converter
from tests.e2e.stack import PRODGATE, bare_environment, free_ports
from workflows.shown import SEARCH_ATTRIBUTES

_MB = 1_024


async def measure(folder: Path, tickets: int) -> None:
    record = signed_record(folder / "gitops.git", tickets, acts=waiting(tickets, datetime.now(UTC)))
    values = [part for value in TUNING for part in ("--dynamic-config-value", value)]
    async with await WorkflowEnvironment.start_local(
        data_converter=converter(None),
        dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
        dev_server_extra_args=values,
        dev_server_log_level="error",
        search_attributes=SEARCH_ATTRIBUTES,
    ) as server:
        with awx(folder / "awx", free_ports(1)[0], 1.0) as company:
            address = server.client.service_client.config.target_host
            own = {"PRODGATE_GIT_REPO": str(record), "PRODGATE_DATA_DIR": str(folder), "TEMPORAL_ADDRESS": address}
            environment = bare_environment() | company.settings | own
            for arguments in (["--apply"], [], []):
                await asyncio.to_thread(_run, arguments, environment)


def _run(arguments: list[str], environment: dict[str, str]) -> None:
    began = time.monotonic()
    command = [str(PRODGATE), "reconcile", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = (done.stdout.splitlines() or [done.stderr])[-1]
    sys.stdout.write(
        f"reconcile {' '.join(arguments):<7}  exit {done.returncode}: {said}; {time.monotonic() - began:.1f} s in all, "
        f"{used.ru_maxrss // _MB} MB at most, load {os.getloadavg()[0]:.0f}\n"
    )
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reconcile", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    with tempfile.TemporaryDirectory(prefix="prodgate-reconcile-") as folder:
        asyncio.run(measure(Path(folder), parser.parse_args().tickets))


if __name__ == "__main__":
    main()
