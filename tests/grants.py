"""A house whose playbook judges the grant of each job, by the role's own file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from domain.deployment import Deployment
from domain.grants import LaunchGrant
from domain.ticket import PromotionRequest
from record.signing.signatures import sealed
from tests.api.house import Connect, House, opened
from tests.signing import WORKER_KEY

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


def variables(ticket: dict[str, Any], key: OKPKey | None = None, age: timedelta = timedelta(0)) -> dict[str, Any]:
    """The variables of a launch of the ticket, as if Jean had approved it, with a grant by the key."""
    status = ticket["status"] | {"approvedBy": "jean.dupont@cab-i.com", "approvedAt": "2026-03-02T09:30:00Z"}
    told = PromotionRequest.model_validate(ticket)
    approved = told.model_copy(update={"status": told.status.model_copy(update={"approved_by": status["approvedBy"]})})
    attempt = Deployment.of(approved)
    if key is None:
        return attempt.extra_vars()
    grant = LaunchGrant.of(told, attempt, datetime.now(UTC) - age, timedelta(hours=1))
    return attempt.extra_vars() | {"prodgate_grant": sealed(grant, key)}
