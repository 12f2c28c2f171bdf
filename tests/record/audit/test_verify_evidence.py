"""Each way to make something up about test evidence is planted in a real history, and named by the audit."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from domain.change import Change
from domain.evidence import Evidence, EvidenceState, NotChecked, Pipeline
from domain.ticket import PromotionRequest
from record.facts.test_evidence import evidence_of
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import new_key, sealed
from tests.domain.builders import NOW, checks, pending
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.building import approved, bare, git, opened, person_commits, says_also
from tests.signing import KEY, WORKER_KEY, claims_for, key_file, proof_of_act, service_key_file

URL = "https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711"


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), **service_key_file(), TENANT: PEOPLE})
    yield repository
    await repository.close()


def ticket() -> PromotionRequest:
    return pending(pre_checks=checks(test_evidence_url=URL))


def evidence(of: PromotionRequest, **false: Any) -> Evidence:
    """What an honest worker seals for the ticket's submission; `false` differs."""
    pipeline = {"project": "finance/payment-api", "id": 4711, "status": "success", "ref": "main", "sha": "a" * 40}
    honest: dict[str, Any] = {"key": claims_for(of).id, "url": URL, "at": NOW, "state": EvidenceState.CHECKED}
    pipeline |= false.pop("pipeline", {})
    return Evidence.model_validate(honest | {"pipeline": Pipeline.model_validate(pipeline)} | false)


async def recorded(repository: Repository, said: Evidence | str, key: OKPKey = WORKER_KEY) -> str:
    """Record a creation that tells this, as somebody would who has got at the service; its file's revision."""
    finding = said if isinstance(said, str) else sealed(said, key)
    proof = proof_of_act(ticket(), tip=git(repository.path, "rev-parse", "main"))
    change = Change(ticket=ticket(), base=None, actor_name="Pierre", proof=proof, finding=finding)
    return (await repository.record(change)).revision


def known(repository: Repository, folder: Path) -> Evidence | None:
    """The evidence as the API reads it."""
    repository.fetch()
    index = Index(repository, folder / "index.db")
    index.catch_up()
    try:
        return evidence_of(repository, index, KeyReader(repository), ticket())
    finally:
        index.close()


async def test_evidence_of_this_submission_by_the_workers_key_is_good(repository: Repository, tmp_path: Path) -> None:
    """And is what everybody is shown."""
    await recorded(repository, evidence(ticket()))
    assert rules(repository.path) == []
    assert known(repository, tmp_path) == evidence(ticket())


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (evidence(ticket()), new_key()),
        (evidence(ticket()), KEY),
        (evidence(ticket(), key="f" * 64), WORKER_KEY),
        (evidence(ticket(), url=f"{URL}2"), WORKER_KEY),
        ("e30.e30." + "A" * 86, WORKER_KEY),
    ],
    ids=["nobody's key", "the API's key", "another submission", "another address", "no seal"],
)
async def test_evidence_that_nobody_saw_is_named_and_not_shown(
    repository: Repository, tmp_path: Path, said: Evidence | str, key: OKPKey
) -> None:
    """Sealed by another key, or for something else."""
    await recorded(repository, said, key)
    assert rules(repository.path) == ["evidence-not-valid"]
    assert known(repository, tmp_path) is None


async def test_a_pipeline_that_speaks_against_the_request_is_named(repository: Repository) -> None:
    """Who took it let something through."""
    await recorded(repository, evidence(ticket(), pipeline={"status": "failed"}))
    assert rules(repository.path) == ["evidence-contradicts"]


async def test_that_nobody_could_look_is_no_finding(repository: Repository, tmp_path: Path) -> None:
    """It is said, signed, and shown."""
    said = {"state": EvidenceState.NOT_CHECKED, "pipeline": None, "reason": NotChecked.AWAY, "why": "away"}
    unseen = Evidence.model_validate(evidence(ticket()).model_dump(by_alias=False) | said)
    await recorded(repository, unseen)
    assert rules(repository.path) == []
    assert known(repository, tmp_path) == unseen


async def test_evidence_on_another_act_is_named(repository: Repository) -> None:
    """An approval that says that the tests passed."""
    await approved(repository, ticket())
    says_also(repository.path, f"Evidence: {sealed(evidence(ticket()), WORKER_KEY)}")
    assert rules(repository.path) == ["evidence-misplaced"]
