"""A house whose playbook judges the grant of each job, by the role's own file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.api.house import Connect, House, opened
from tests.signing import WORKER_KEY, key_file

PINNED = {"kid": WORKER_KEY.thumbprint(), "x": WORKER_KEY.as_dict(private=False)["x"]}
"""The worker's key as the role's file pins it."""


def setup(house: House, **changes: Any) -> dict[str, Any]:
    """The role's `prodgate.json` for that house."""
    return {"url": house.url, "keys": [PINNED], "inventory": "2", "wait": 20.0} | changes


@contextmanager
def granting(connect: Connect, folder: Path, **given: Any) -> Iterator[House]:
    """A house whose service signs, and whose AWX runs the role before the playbook's first task."""
    with opened(connect, folder, worker_key=folder / "worker.json", **given) as house:
        house.awx.control("PUT", "grants", json=setup(house))
        yield house


def job_of(house: House, ticket_id: str) -> dict[str, Any]:
    """The oldest job that names the ticket."""
    return next(job for job in house.awx.jobs() if job["extra_vars"].get("request_id") == ticket_id)


def ended(house: House, since: int = 0) -> list[dict[str, Any]]:
    """The jobs after that number, all of them at their end."""
    return [job for job in house.awx.jobs() if job["id"] > since]


__all__ = ["PINNED", "ended", "granting", "job_of", "json", "key_file", "setup"]
