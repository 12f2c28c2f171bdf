"""Each way past a target's own check is planted in a real history, and named by the audit."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.change import Change, Proof
from domain.deployment import job_number
from domain.health import HealthCheck, HealthEvidence
from domain.signing import JobEvidence, history_digest, service_claims
from domain.ticket import PromotionRequest
from record.git.repository import Repository
from record.signing.signatures import sealed
from tests.domain.builders import pending
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.building import after, bare, git, opened, person_commits
from tests.signing import WORKER_KEY, key_file, proof_of_act, service_key_file
from tests.workflows.applications import named

CHECK = {"http": {"url": "https://pay.example/health"}, "for": "PT5M"}
EARLIER = datetime.now(UTC) - timedelta(hours=1)
"""Long enough ago that nobody who acts now read the files of before."""

DIGEST = HealthCheck.model_validate(CHECK).digest
HELD = HealthEvidence(check=DIGEST, held=True, seconds=300, looks=31)


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), **service_key_file(), TENANT: PEOPLE, **named(CHECK)}, at=EARLIER)
    yield repository
    await repository.close()


class Deployed:
    """A request that a gate which checks nothing takes to its end."""

    def __init__(self, repository: Repository) -> None:
        self.repository, self.ticket = repository, pending(at=datetime.now(UTC))
        self.revision: str | None = None

    async def does(self, *actions: str, job: str | None = None, health: HealthEvidence | None = None) -> "Deployed":
        for action in actions:
            by = "jean.dupont@cab-i.com" if action == "approved" else "system"
            given: dict[str, Any] = {} if action == "approved" else {"job_id": "awx-job-1"}
            self.ticket = after(self.ticket, action, by, datetime.now(UTC), **given)
            await self._record(job, health)
        return self

    async def created(self) -> "Deployed":
        await self._record()
        return await self.does("approved", "deploying")

    async def _record(self, job: str | None = None, health: HealthEvidence | None = None) -> None:
        tip = git(self.repository.path, "rev-parse", "main")
        proof = proof_of_act(self.ticket, tip)
        if job or health:
            proof = signed(self.ticket, tip, job, health)
        change = Change(ticket=self.ticket, base=self.revision, actor_name="Jean", proof=proof)
        self.revision = (await self.repository.record(change)).revision


def signed(ticket: PromotionRequest, tip: str, job: str | None, health: HealthEvidence | None) -> Proof:
    """What whoever holds the worker's key can sign of the ticket's last transition."""
    number = job_number(str(ticket.last.job_id))
    told = JobEvidence(job=number, status=job) if job else None
    claims = service_claims(ticket, history_digest(ticket), tip, ticket.last.at, told, health)
    return Proof(jws=sealed(claims, WORKER_KEY), message=claims.history)


async def test_a_deployment_after_a_check_that_held_is_good(repository: Repository) -> None:
    request = await (await Deployed(repository).created()).does("verifying", job="successful")
    await request.does("deployed", health=HELD)
    assert rules(repository.path) == []


async def test_one_without_the_check_is_named(repository: Repository) -> None:
    """By a worker of an earlier release, or by whoever holds the worker's key."""
    await (await Deployed(repository).created()).does("deployed")
    assert rules(repository.path) == ["health-not-proven"]


@pytest.mark.parametrize(
    "said",
    [
        HELD.model_copy(update={"check": "f" * 64}),
        HELD.model_copy(update={"check": None}),
        HELD.model_copy(update={"seconds": 299}),
    ],
    ids=["another check", "no check", "too short"],
)
async def test_a_check_that_is_not_the_catalogues_is_named(repository: Repository, said: HealthEvidence) -> None:
    request = await (await Deployed(repository).created()).does("verifying", job="successful")
    await request.does("deployed", health=said)
    assert rules(repository.path) == ["health-not-proven"]


async def test_one_whose_check_nobody_proves_is_named(repository: Repository) -> None:
    """AWX's word on the job is none on health."""
    request = await (await Deployed(repository).created()).does("verifying", "deployed", job="successful")
    assert request.ticket.state == "deployed"
    assert set(rules(repository.path)) == {"signed-for-something-else", "health-not-proven"}


async def test_one_whose_check_did_not_hold_is_named(repository: Repository) -> None:
    request = await (await Deployed(repository).created()).does("verifying", job="successful")
    await request.does("deployed", health=HELD.model_copy(update={"held": False}))
    assert set(rules(repository.path)) == {"signed-for-something-else", "health-not-proven"}


async def test_the_catalogue_counts_as_it_was_when_the_job_ended(repository: Repository) -> None:
    """A check that is taken out of the file while it is open has to hold all the same."""
    request = await (await Deployed(repository).created()).does("verifying", job="successful")
    person_commits(repository.path, dict[str, str | None](named(None)))
    await request.does("deployed", health=HELD.model_copy(update={"check": None, "seconds": 0}))
    assert rules(repository.path) == ["health-not-proven"]


async def test_without_a_check_nothing_is_missing(repository: Repository) -> None:
    person_commits(repository.path, dict[str, str | None](named(None)))
    await (await Deployed(repository).created()).does("deployed")
    assert rules(repository.path) == []
