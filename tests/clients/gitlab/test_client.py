"""A pipeline is read over real TLS, whatever GitLab does; what can't be read is one sentence."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clients.gitlab import client as reading
from clients.gitlab.client import GitLabReader, GitLabUnavailable, read_tokens
from clients.secrets_file import SecretsUnusable
from demo.gitlab import SHA, GitLab
from domain.evidence import EvidenceWanted, JobStatus, Pipeline, PipelineAddress

TOKEN = "glpat-test"


@pytest.fixture
async def gitlab(tmp_path: Path) -> AsyncIterator[GitLab]:
    async with GitLab(tmp_path, TOKEN).open() as running:
        yield running


async def read(gitlab: GitLab, *jobs: str, token: str = TOKEN, url: str = "") -> Pipeline:
    address = PipelineAddress.of(url or gitlab.url, {gitlab.host})
    assert address is not None
    wanted = EvidenceWanted(key="0" * 64, url=gitlab.url, address=address, token_name="company", jobs=jobs)
    return await GitLabReader({"company": token}, gitlab.ca_bundle).pipeline(wanted)


async def test_a_pipeline_is_read_with_the_jobs_that_matter(gitlab: GitLab) -> None:
    """Those that were asked for, and of the others those that failed."""
    gitlab.jobs |= {"lint": "failed", "docs": "success"}
    assert await read(gitlab, "staging-tests") == Pipeline(
        project="finance/payment-api",
        id=4711,
        status="success",
        ref="main",
        sha=SHA,
        jobs=(JobStatus(name="staging-tests", status="success"), JobStatus(name="lint", status="failed")),
    )


async def test_jobs_of_every_page_count(gitlab: GitLab) -> None:
    """The hundred-and-first too; of too many that were asked for, what speaks against them is kept."""
    gitlab.jobs = {f"unit {n}/120": "success" for n in range(1, 120)} | {"unit 120/120": "failed", "e2e": "success"}
    found = await read(gitlab, "unit", "e2e")
    assert len(gitlab.asked) == 3
    assert found.jobs[0] == JobStatus(name="unit 120/120", status="failed")


@pytest.mark.parametrize("fails", [[500], [502, 503], [429]])
async def test_what_fails_for_a_moment_is_asked_again(gitlab: GitLab, fails: list[int]) -> None:
    """A few times: somebody waits for it."""
    gitlab.fails = fails
    assert (await read(gitlab)).status == "success"


@pytest.mark.parametrize(
    ("fails", "sentence", "asked"),
    [([403], "does not take our token", 1), ([404], "shows us no pipeline 4711", 1), ([500] * 9, "answered 500", 3)],
)
async def test_what_can_not_be_read_is_one_sentence(
    gitlab: GitLab, fails: list[int], sentence: str, asked: int
) -> None:
    """And is asked no more often than helps."""
    gitlab.fails = fails
    with pytest.raises(GitLabUnavailable, match=sentence):
        await read(gitlab)
    assert len(gitlab.asked) == asked


async def test_a_wrong_token_is_told_and_not_shown(gitlab: GitLab) -> None:
    """Nor is one that the worker does not have."""
    with pytest.raises(GitLabUnavailable, match="does not take our token") as refused:
        await read(gitlab, token="glpat-wrong")
    assert "glpat" not in str(refused.value)
    address = PipelineAddress.of(gitlab.url, {gitlab.host})
    assert address is not None
    wanted = EvidenceWanted(key="0" * 64, url=gitlab.url, address=address, token_name="other")
    with pytest.raises(GitLabUnavailable, match="no token other"):
        await GitLabReader({"company": TOKEN}).pipeline(wanted)


async def test_a_limit_of_a_minute_is_not_waited_for(gitlab: GitLab) -> None:
    """GitLab says when to come again, and somebody waits for their number."""
    gitlab.fails, gitlab.retry_after = [429], "60"
    with pytest.raises(GitLabUnavailable, match="answered 429"):
        await read(gitlab)
    assert len(gitlab.asked) == 1


async def test_a_slow_gitlab_is_given_up_in_time(gitlab: GitLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its answers together get one bound."""
    monkeypatch.setattr(reading, "READ_WITHIN", 0.3)
    gitlab.pause = 2
    with pytest.raises(GitLabUnavailable, match=r"did not answer within 0\.3 s"):
        await read(gitlab)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"id": 4712, "status": "success", "ref": "main", "sha": "0"}', b"{" * 5_000_000]
)
async def test_what_gitlab_would_not_say_is_not_believed(gitlab: GitLab, body: bytes) -> None:
    """Another pipeline, another service in its place, an answer without an end."""
    gitlab.body = body
    with pytest.raises(GitLabUnavailable, match="answered something that GitLab does not"):
        await read(gitlab)


async def test_a_token_goes_to_no_other_host(gitlab: GitLab, tmp_path: Path) -> None:
    """A redirect is not followed, and a certificate of nobody is not trusted."""
    gitlab.fails = [301]
    with pytest.raises(GitLabUnavailable, match="answered 301"):
        await read(gitlab)
    address = PipelineAddress.of(gitlab.url, {gitlab.host})
    assert address is not None
    wanted = EvidenceWanted(key="0" * 64, url=gitlab.url, address=address, token_name="company")
    with pytest.raises(GitLabUnavailable, match="certificate verify failed"):
        await GitLabReader({"company": TOKEN}).pipeline(wanted)


async def test_a_gitlab_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    """Nobody listens."""
    gone = GitLab(tmp_path, TOKEN)
    async with gone.open():
        pass
    with pytest.raises(GitLabUnavailable, match="can't be reached"):
        await read(gone)


@pytest.mark.parametrize("content", ["glpat-secret", '["glpat-secret"]', '{"a": 7}', '{"a": "two words"}'])
def test_a_file_of_tokens_that_is_none_is_refused_and_not_shown(tmp_path: Path, content: str) -> None:
    """Nor is one that is not there."""
    file = tmp_path / "tokens.json"
    with pytest.raises(SecretsUnusable, match="No such file"):
        read_tokens(file)
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SecretsUnusable) as refused:
        read_tokens(file)
    assert "secret" not in str(refused.value)
    file.write_text(json.dumps({"company": TOKEN}), encoding="utf-8")
    assert read_tokens(file) == {"company": TOKEN}
