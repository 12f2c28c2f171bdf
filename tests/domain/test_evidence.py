"""What a pipeline has to be for the claim to stand that the tests passed."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import EvidenceNotChecked
from domain.evidence import (
    Evidence,
    EvidenceRule,
    EvidenceState,
    JobStatus,
    NotChecked,
    Pipeline,
    PipelineAddress,
    contradiction,
    is_job,
    objection,
)
from domain.ticket import Target, TargetType
from tests.domain.builders import NOW, checks

URL = "https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711"
TARGET = Target(type=TargetType.API, name="payment-api", version="2.1.0")
RULE = EvidenceRule(project="finance/payment-api", ref="v{version}", jobs=("staging-tests",))


def seen(*jobs: tuple[str, str], **fields: Any) -> Evidence:
    """Evidence of a pipeline that fits, but for what is told."""
    found = tuple(JobStatus(name=name, status=status) for name, status in jobs or [("staging-tests", "success")])
    pipeline = {"project": "finance/payment-api", "id": 4711, "status": "success", "ref": "v2.1.0", "sha": "a" * 40}
    return Evidence(
        key="0" * 64,
        url=URL,
        at=NOW,
        state=EvidenceState.CHECKED,
        pipeline=Pipeline.model_validate(pipeline | {"jobs": found} | fields),
    )


NOT_SEEN = Evidence(
    key="0" * 64, url=URL, at=NOW, state=EvidenceState.NOT_CHECKED, reason=NotChecked.AWAY, why="GitLab is away"
)


@pytest.mark.parametrize(
    ("url", "project"),
    [
        (URL, "finance/payment-api"),
        ("https://gitlab.cab-i.com/finance/payment-api/pipelines/4711", "finance/payment-api"),
        ("HTTPS://GitLab.cab-i.com/a/b/c.d_e-f/-/pipelines/4711/test_report?job=1#top", "a/b/c.d_e-f"),
        ("https://gitlab.cab-i.com/pipeline/4711", None),
        ("https://gitlab.cab-i.com/finance/-/pipelines/4711", None),
        ("https://gitlab.cab-i.com/finance/../admin/-/pipelines/4711", None),
        ("https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711/../4712", None),
        ("https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711/%2e%2e/4712", None),
        ("https://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711/", "finance/payment-api"),
        ("https://gitlab.cab-i.com/finance/pay%2Fment/-/pipelines/4711", None),
        ("https://gitlab.cab-i.com/finance/payment-api/-/pipelines/0", None),
        ("https://gitlab.cab-i.com/finance/payment-api/-/pipelines/new", None),
        ("http://gitlab.cab-i.com/finance/payment-api/-/pipelines/4711", None),
        ("https://gitlab.evil.example/finance/payment-api/-/pipelines/4711", None),
        ("https://gitlab.cab-i.com@evil.example/finance/payment-api/-/pipelines/4711", None),
        ("https://gitlab.cab-i.com:8443/finance/payment-api/-/pipelines/4711", None),
    ],
)
def test_a_pipeline_is_known_by_its_address(url: str, project: str | None) -> None:
    """Of a host that the platform names, and of no other that looks like it."""
    found = PipelineAddress.of(url, {"gitlab.cab-i.com"})
    assert (found.project if found else None) == project
    assert found is None or (found.host, found.pipeline) == ("gitlab.cab-i.com", 4711)


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (seen(), None),
        (seen(("staging-tests", "success"), ("lint", "failed")), None),
        (seen(("staging-tests 1/2", "success"), ("staging-tests 2/2", "success")), None),
        (NOT_SEEN, None),
        (seen(project="pierre/toy"), "it is of pierre/toy, not of finance/payment-api"),
        (seen(ref="v2.0.0"), "it ran for v2.0.0, not for v2.1.0"),
        (seen(("build", "success")), "it has no job staging-tests"),
        (seen(("staging-tests", "failed")), "its job staging-tests is failed"),
        (seen(("staging-tests", "skipped")), "its job staging-tests is skipped"),
        (seen(("staging-tests", "success"), ("staging-tests: [eu]", "failed")), r"its job staging-tests: \[eu\]"),
        (seen(status="failed"), "it is failed"),
        (seen(status="running"), "it is running"),
    ],
)
def test_a_claim_that_the_pipeline_contradicts_is_refused(evidence: Evidence, sentence: str | None) -> None:
    """Whatever the owners ask of it; what nobody could see contradicts nothing."""
    found = contradiction(evidence, RULE, TARGET)
    assert (found is None) is (sentence is None)
    assert found is None or re.search(sentence or "", str(found))


def test_without_a_rule_a_pipeline_has_to_have_succeeded() -> None:
    """Whosever it is."""
    assert contradiction(seen(project="a/b", ref="x"), EvidenceRule(), TARGET) is None
    assert contradiction(seen(status="canceled"), EvidenceRule(), TARGET) is not None


@pytest.mark.parametrize("name", ["test-2", "tests", "test 1/2 x", "my test", "test:x"])
def test_a_job_of_another_name_is_another_job(name: str) -> None:
    """What `parallel` makes of a job has its name and a number, or what it was made for."""
    assert not is_job(name, "test")
    assert all(is_job(each, "test") for each in ("test", "test 3/12", "test: [aws, eu]"))


def test_a_rule_may_ask_for_evidence_that_was_checked() -> None:
    """It is not enough that nobody could look, or that there is nothing to look at."""
    assert objection(seen(), checks()) is None
    for lacking in (NOT_SEEN, None):
        assert isinstance(objection(lacking, checks()), EvidenceNotChecked)


def test_evidence_says_one_thing() -> None:
    """Either what was seen, or why nothing was."""
    for fields in ({"why": "both"}, {"state": EvidenceState.NOT_CHECKED}, {"pipeline": None}):
        with pytest.raises(ValidationError):
            Evidence.model_validate(seen().model_dump(by_alias=False) | fields)
