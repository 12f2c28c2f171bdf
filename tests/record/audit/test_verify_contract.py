"""Each way to make up a comparison of contracts is planted in a real history, and named by the audit."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from domain.change import Change
from domain.contract import ContractDifference, Severity
from domain.ticket import Impact, PromotionRequest
from record.facts.contracts import contract_of
from record.git.repository import Repository
from record.index.reader import Index
from record.signing.keys import KeyReader
from record.signing.signatures import new_key, sealed
from tests.domain.builders import details, pending
from tests.domain.test_contract import difference
from tests.record.audit.test_verify import PEOPLE, TENANT, rules
from tests.record.building import approved, bare, git, opened, person_commits, says_also
from tests.signing import KEY, WORKER_KEY, claims_for, key_file, proof_of_act, service_key_file


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[Repository]:
    repository = opened(bare(tmp_path / "record.git"), tmp_path)
    person_commits(repository.path, {**key_file(), **service_key_file(), TENANT: PEOPLE})
    yield repository
    await repository.close()


def ticket(impact: Impact = Impact.HIGH) -> PromotionRequest:
    return pending(request=details(impact_assessment=impact))


def compared(of: PromotionRequest, **false: Any) -> ContractDifference:
    """What an honest worker seals for the ticket's submission: a breaking change; `false` differs."""
    honest = {"key": claims_for(of).id, "name": of.spec.target.name}
    return difference(Severity.BREAKING, **(honest | false))


async def recorded(
    repository: Repository, said: ContractDifference | str, key: OKPKey = WORKER_KEY, impact: Impact = Impact.HIGH
) -> None:
    """Record a creation that tells this, as somebody would who has got at the service."""
    contract = said if isinstance(said, str) else sealed(said, key)
    proof = proof_of_act(ticket(impact), tip=git(repository.path, "rev-parse", "main"))
    await repository.record(
        Change(ticket=ticket(impact), base=None, actor_name="Pierre", proof=proof, contract=contract)
    )


def known(repository: Repository, folder: Path) -> ContractDifference | None:
    """The comparison as the API reads it."""
    repository.fetch()
    index = Index(repository, folder / "index.db")
    index.catch_up()
    try:
        return contract_of(repository, index, KeyReader(repository), ticket())
    finally:
        index.close()


async def test_a_comparison_of_this_submission_by_the_workers_key_is_good(
    repository: Repository, tmp_path: Path
) -> None:
    """And is what everybody is shown."""
    await recorded(repository, compared(ticket()))
    assert rules(repository.path) == []
    assert known(repository, tmp_path) == compared(ticket())


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (compared(ticket()), new_key()),
        (compared(ticket()), KEY),
        (compared(ticket(), key="f" * 64), WORKER_KEY),
        ("e30.e30." + "A" * 86, WORKER_KEY),
    ],
    ids=["nobody's key", "the API's key", "another submission", "no seal"],
)
async def test_a_comparison_that_nobody_made_is_named_and_not_shown(
    repository: Repository, tmp_path: Path, said: ContractDifference | str, key: OKPKey
) -> None:
    """Sealed by another key, or for something else: whoever asks can't say what differs."""
    await recorded(repository, said, key)
    assert rules(repository.path) == ["contract-not-valid"]
    assert known(repository, tmp_path) is None


async def test_a_comparison_of_another_target_is_named(repository: Repository) -> None:
    """One without a breaking change would look better."""
    await recorded(repository, compared(ticket(), name="another-api"))
    assert rules(repository.path) == ["contract-not-valid"]


async def test_an_impact_that_was_not_raised_is_named(repository: Repository) -> None:
    """Whoever took the request saw what breaks, and let it through as it was."""
    await recorded(repository, compared(ticket(Impact.LOW)), impact=Impact.LOW)
    assert rules(repository.path) == ["impact-not-raised"]


async def test_a_comparison_on_another_act_is_named(repository: Repository) -> None:
    """An approval that says that nothing breaks."""
    await approved(repository, ticket())
    assert rules(repository.path) == []
    says_also(repository.path, f"Contract: {sealed(compared(ticket()), WORKER_KEY)}")
    assert rules(repository.path) == ["contract-misplaced"]
