"""Test evidence over HTTP: a pipeline of a GitLab is looked at, and contradicts or is kept, signed."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from git import Repo

from demo.gitlab import SHA, GitLab
from record.audit.verify import verify
from tests.api.house import (
    ALICE,
    EMMA,
    JEAN,
    PIERRE,
    Connect,
    House,
    asked,
    opened,
    problem,
    refused_fields,
    unique_name,
)

TOKEN = "glpat-test"

NOT_ASKED = {"state": None, "at": None, "pipeline": None, "reason": None, "why": None}


@pytest.fixture(scope="module")
def evidenced(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, GitLab]]:
    folder: Path = tmp_path_factory.mktemp("evidenced")
    tokens = folder / "tokens.json"
    tokens.write_text(json.dumps({"company": TOKEN}), encoding="utf-8")
    gitlab = GitLab(folder, TOKEN)
    given = {
        "worker_key": folder / "worker.json",
        "gitlab_tokens": tokens,
        "gitlab_ca_bundle": gitlab.ca_bundle,
        "answer_within": 30.0,
    }
    with opened(connect_temporal, folder, **given) as house:
        serving = gitlab.open()
        house.run(serving.__aenter__())
        name_gitlab(house, gitlab.host)
        yield house, gitlab
        house.run(serving.__aexit__(None, None, None))


@pytest.fixture
def gitlab(evidenced: tuple[House, GitLab]) -> GitLab:
    """GitLab, where all is well."""
    found = evidenced[1]
    found.status, found.ref, found.fails, found.body, found.pause = "success", "main", [], None, 0.0
    found.jobs = {"build": "success", "staging-tests": "success"}
    return found


@pytest.fixture
def house(evidenced: tuple[House, GitLab]) -> House:
    return evidenced[0]


def name_gitlab(house: House, host: str) -> None:
    """Name it in the platform's file."""
    before = house.text("platform.yaml").split("\n  gitlab:")[0].rstrip()
    house.commit({"platform.yaml": f"{before}\n  gitlab:\n    - {{host: '{host}', tokenName: company}}\n"})


def asking(house: House, gitlab: GitLab, **changes: Any) -> Any:
    """A creation with the pipeline as its evidence."""
    given = {"target": {"name": unique_name()}, "preChecks": {"testEvidenceUrl": gitlab.url}} | changes
    return house.as_(PIERRE).post(json=asked(**given))


def checks(house: House, ticket: dict[str, Any], who: str = JEAN) -> dict[str, Any]:
    answer = house.as_(who).get(f"/{ticket['metadata']['id']}/checks")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def trailers(house: House, ticket: dict[str, Any]) -> list[str]:
    with Repo(house.git) as repo:
        log = repo.git.log("main", "--format=%B", f"--grep=^Request-Id: {ticket['metadata']['id']}$")
    return [line.partition(": ")[0] for line in str(log).splitlines() if ": " in line]


def violations(house: House) -> set[tuple[str, str]]:
    return {(found.rule, found.sentence) for found in asyncio.run(asyncio.to_thread(lambda: list(verify(house.git))))}


def test_a_pipeline_that_succeeded_is_kept_signed(house: House, gitlab: GitLab) -> None:
    """In the commit that creates the request; its file is as ever, and the audit finds nothing."""
    answer = asking(house, gitlab)
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    found = checks(house, ticket)
    assert found["state"] == "checked"
    assert found["pipeline"] == {
        "project": "finance/payment-api",
        "id": 4711,
        "status": "success",
        "ref": "main",
        "sha": SHA,
        "jobs": [],
    }
    assert trailers(house, ticket).count("Evidence") == 1
    assert "pipeline" not in house.file(ticket).replace("/pipelines/", "")
    assert violations(house) == set()


def test_a_claim_that_the_pipeline_contradicts_is_refused(house: House, gitlab: GitLab) -> None:
    """With its kind, the field and a sentence that says what was seen; no number is spent on it."""
    gitlab.status = "failed"
    answer = asking(house, gitlab)
    assert refused_fields(answer) == ["preChecks.testEvidenceUrl"]
    said = problem(answer)
    assert said["errors"][0]["kind"] == "evidence-contradicts"
    assert "pipeline 4711 speaks against it: it is failed" in said["detail"]


def test_what_the_owners_ask_of_the_pipeline_counts(house: House, gitlab: GitLab) -> None:
    """Its project, its ref with the version in it, and the jobs that the catalogue names."""
    asks = "{project: finance/payment-api, ref: 'v{version}', jobs: [staging-tests]}"
    entry = house.text("apis/payment-api.yaml").rstrip()
    house.commit({"apis/payment-api.yaml": f"{entry}\n  evidence: {asks}\n"})
    target = {"target": {"name": "payment-api", "version": "2.4.0"}}
    assert "it ran for main, not for v2.4.0" in problem(asking(house, gitlab, **target))["detail"]
    gitlab.ref = "v2.4.0"
    gitlab.jobs["staging-tests"] = "failed"
    assert "its job staging-tests is failed" in problem(asking(house, gitlab, **target))["detail"]
    gitlab.jobs["staging-tests"] = "success"
    answer = asking(house, gitlab, **target)
    assert answer.status_code == 201, answer.text
    assert checks(house, answer.json())["pipeline"]["jobs"] == [{"name": "staging-tests", "status": "success"}]


@pytest.mark.parametrize(("fails", "why"), [([401] * 3, "does not take our token"), ([500] * 3, "answered 500")])
def test_what_nobody_could_look_at_is_taken_and_says_so(
    house: House, gitlab: GitLab, fails: list[int], why: str
) -> None:
    """GitLab is away: the request is not, and whoever decides sees that it was not checked."""
    gitlab.fails = fails
    answer = asking(house, gitlab)
    assert answer.status_code == 201, answer.text
    found = checks(house, answer.json(), PIERRE)
    assert (found["state"], found["pipeline"]) == ("not-checked", None)
    assert why in found["why"]
    assert violations(house) == set()


def test_any_other_address_is_what_it_was(house: House, gitlab: GitLab) -> None:
    """Nobody is asked, and nothing is kept."""
    before = len(gitlab.asked)
    answer = asking(house, gitlab, preChecks={"testEvidenceUrl": "https://ci.example/report/12"})
    assert checks(house, answer.json()) == NOT_ASKED
    assert len(gitlab.asked) == before
    assert "Evidence" not in trailers(house, answer.json())


def test_nothing_becomes_true_because_the_pipeline_succeeded(house: House, gitlab: GitLab) -> None:
    """Who does not claim that the tests passed asks for nothing."""
    answer = asking(house, gitlab, preChecks={"stagingTestsPassed": False, "testEvidenceUrl": gitlab.url})
    assert refused_fields(answer) == ["preChecks.stagingTestsPassed"]
    answer = asking(house, gitlab)
    assert answer.json()["spec"]["preChecks"]["performanceTestsPassed"] is False


def test_who_may_not_see_the_request_sees_no_checks(house: House, gitlab: GitLab) -> None:
    """Of another tenant: there is no such request."""
    ticket = asking(house, gitlab).json()
    assert house.as_(EMMA).get(f"/{ticket['metadata']['id']}/checks").status_code == 404


def test_a_repeated_creation_asks_once(house: House, gitlab: GitLab) -> None:
    """The same Idempotency-Key is the same request, whatever became of the pipeline."""
    body = asked(target={"name": unique_name()}, preChecks={"testEvidenceUrl": gitlab.url})
    first = house.as_(PIERRE).post(json=body, headers={"Idempotency-Key": "pipeline-once"})
    gitlab.status = "failed"
    again = house.as_(PIERRE).post(json=body, headers={"Idempotency-Key": "pipeline-once"})
    assert first.json()["metadata"]["id"] == again.json()["metadata"]["id"]


def test_a_promotion_with_evidence_reaches_production(house: House, gitlab: GitLab) -> None:
    """And its whole history verifies."""
    ticket = asking(house, gitlab).json()["metadata"]["id"]
    assert house.as_(ALICE).decide("approve", ticket).status_code == 200
    house.until(ticket, "deployed")
    assert violations(house) == set()


def test_where_no_worker_looks_in_time_the_request_is_taken_and_says_so(
    house: House, gitlab: GitLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept of a look that nobody took."""
    monkeypatch.setattr("api.engine._LOOKED_WITHIN", timedelta(seconds=1))
    gitlab.pause = 3
    answer = asking(house, gitlab)
    assert answer.status_code == 201, answer.text
    found = checks(house, answer.json())
    assert (found["state"], found["reason"]) == ("not-checked", "not-kept")
    assert "Evidence" not in trailers(house, answer.json())
