"""Whoever reaches Temporal has workers look at evidence: no token goes where the record does not send it, and what is
sealed is of the address that is shown."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.evidence import EvidenceActivities
from clients.gitlab.client import GitLabReader
from demo.gitlab import GitLab
from domain.evidence import Evidence, EvidenceState, EvidenceWanted, NotChecked, PipelineAddress
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from record.signing.proofs import CommitProofs
from tests.api.house import PLATFORM
from tests.domain.builders import NOW
from tests.record.building import bare, opened, person_commits

TOKEN = "glpat-test"

OTHER = "gitlab.cab-i.com"


@pytest.fixture
async def gitlab(tmp_path: Path) -> AsyncIterator[GitLab]:
    async with GitLab(tmp_path, TOKEN).open() as running:
        yield running


async def looked_at(gitlab: GitLab, tmp_path: Path, names: str, **forged: str | PipelineAddress) -> Evidence:
    """The evidence of the pipeline's page, where the platform names this GitLab, and the wish is so."""
    address = PipelineAddress.of(gitlab.url, {gitlab.host})
    wanted = EvidenceWanted.model_validate(
        {"key": "0" * 64, "url": gitlab.url, "address": address, "token_name": "company"} | forged
    )
    person_commits(
        bare(tmp_path / "gitops.git"),
        {"platform.yaml": f"{PLATFORM.rstrip()}\n  gitlab:\n    - {{host: '{names}', tokenName: company}}\n"},
    )
    record = opened(tmp_path / "gitops.git", tmp_path)
    reader = GitLabReader({"company": TOKEN, "other": TOKEN}, gitlab.ca_bundle)
    activities = EvidenceActivities(reader, DirectoryReader(record), CommitProofs(KeyReader(record)), lambda: NOW)
    return (await ActivityEnvironment().run(activities.read_evidence, wanted)).evidence


async def test_a_gitlab_that_the_record_names_is_asked(gitlab: GitLab, tmp_path: Path) -> None:
    """With the token that it names."""
    found = await looked_at(gitlab, tmp_path, gitlab.host)
    assert found.state is EvidenceState.CHECKED


async def test_a_host_that_the_record_does_not_name_is_given_no_token(gitlab: GitLab, tmp_path: Path) -> None:
    """Nor asked at all, whatever the wish says."""
    found = await looked_at(gitlab, tmp_path, OTHER)
    assert (found.state, found.reason) == (EvidenceState.NOT_CHECKED, NotChecked.NO_TOKEN)
    assert gitlab.asked == []


async def test_a_token_of_another_name_is_not_used(gitlab: GitLab, tmp_path: Path) -> None:
    """Each GitLab has the one that stands beside it."""
    await looked_at(gitlab, tmp_path, gitlab.host, token_name="other")
    assert gitlab.asked == []


async def test_a_pipeline_is_sealed_under_its_own_address_alone(gitlab: GitLab, tmp_path: Path) -> None:
    """A good pipeline is no evidence for the page of another."""
    shown = gitlab.url.replace("4711", "4712")
    found = await looked_at(gitlab, tmp_path, gitlab.host, url=shown)
    assert found.state is EvidenceState.NOT_CHECKED
