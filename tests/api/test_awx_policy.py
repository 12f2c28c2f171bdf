"""POST /v1/data/prodgate/launch: AWX asks before each job runs, and runs none that is refused."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from clients.awx.hook import check_hook
from record.git.repository import Repository
from tests.api.house import PIERRE, SECRET, Connect, House, problem
from tests.policy import ASKED_AT, TOKEN, guarded, hang, job

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def asking(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with guarded(connect_temporal, tmp_path_factory.mktemp("asking"), answer_within=30.0) as house:
        yield house


def ask(house: House, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    return house.http().post(ASKED_AT, json=body, headers=BEARER if headers is None else headers)


def word(house: House, asked: dict[str, Any]) -> list[str]:
    """What speaks against the job; nothing where it may run."""
    answer = ask(house, {"input": asked})
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert result["allowed"] is not bool(result["violations"])  # AWX runs what is refused without a reason
    said: list[str] = result["violations"]
    return said


def under_way(house: House) -> dict[str, Any]:
    """The job of a ticket whose launch is recorded, as AWX sends it."""
    house.awx.faults(life=["stuck-pending"])
    ticket = house.until(house.approved_by_jean(), "deploying", "failed")
    ticket_id = ticket["metadata"]["id"]
    made = next(each for each in house.awx.jobs() if each["extra_vars"]["request_id"] == ticket_id)
    return job(made["extra_vars"], id=made["id"])


def test_what_was_approved_runs(asking: House) -> None:
    ticket = asking.until(asking.approved_by_jean(), "deployed", "failed")
    assert ticket["status"]["state"] == "deployed", asking.awx.jobs()


def test_a_retry_runs(asking: House) -> None:
    """It is another attempt, with a job of its own."""
    asking.awx.faults(life=["failed"])
    ticket_id = asking.approved_by_jean()
    asking.until(ticket_id, "failed")
    assert asking.as_(PIERRE).post(f"/{ticket_id}/retry").status_code == 200
    asking.until(ticket_id, "deployed")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {SECRET}"},
        {"X-Prodgate-Secret": TOKEN},
    ],
)
def test_nobody_but_awx_is_answered(asking: House, headers: dict[str, str]) -> None:
    assert problem(ask(asking, {"input": {}}, headers))["status"] == 401


def test_without_a_token_the_hook_is_off(house: House) -> None:
    for sent in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"}, BEARER):
        assert ask(house, {"input": {}}, sent).status_code == 401


async def test_doctor_tells_an_api_without_a_token_from_one_that_has_it(house: House, asking: House) -> None:
    """By the API's own refusal of a caller without one, which names no more than that."""
    for each, lacks in ((house, True), (asking, False)):
        async with each.awx.client() as client:
            found = (await check_hook(client, each.url)).findings
        assert any("The API has no PRODGATE_AWX_POLICY_TOKEN" in one.sentence for one in found) is lacks
        assert not any("can't be asked" in one.sentence for one in found)


DEEP: Any = "x"
for _ in range(200):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], 5, "job", None, {"input": None}, {"input": []}, {"input": {"id": "x"}}, {"input": DEEP}),
        *({"input": job({}, id=0)}, {"input": job({}, created_by=[])}, {"input": job({}, extra_vars="{}")}),
        *({"input": job({"request_id": ["PR"]})}, {"input": job({"request_id": DEEP, "attempt": DEEP})}),
    ],
)
def test_what_is_no_job_is_refused_with_a_reason(asking: House, body: object) -> None:
    answer = ask(asking, body)
    if answer.status_code == 200:
        assert answer.json()["result"]["allowed"] is False
        assert answer.json()["result"]["violations"]
    else:  # AWX runs nothing on an error
        assert answer.status_code == 422


def test_a_large_body_is_refused(asking: House) -> None:
    assert ask(asking, {"input": job({"text": "x" * 1_100_000})}).status_code == 413


def test_the_same_job_is_answered_alike_and_another_of_the_attempt_is_refused(asking: House) -> None:
    """AWX asks for the organization, the inventory and the template each."""
    asked = under_way(asking)
    assert [word(asking, asked) for _ in range(3)] == [[], [], []]
    assert word(asking, asked | {"id": asked["id"] + 100_000})
    assert word(asking, asked) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"created_by": None},
        {"created_by": {"username": "somebody-else"}},
        {"launched_by": {}},
        {"launched_by": {"name": "svc-prodgate", "type": "schedule"}},
        {"launch_type": "relaunch"},
        {"job_type": "check"},
        {"job_template": None},
        {"job_template": {"name": "Another"}},
        {"playbook": "evil.yml"},
        {"project": {"name": "Another"}},
        {"inventory": {"name": "Another"}},
        {"inventory": None},
        {"limit": "all"},
        {"scm_branch": "evil"},
        {"workflow_job": {"id": 1, "name": "A workflow"}},
    ],
)
def test_another_set_up_is_refused(asking: House, changes: dict[str, Any]) -> None:
    assert word(asking, job({}) | changes)


def test_what_the_record_says_at_that_moment_decides(connect_temporal: Connect, tmp_path: Path) -> None:
    """Nothing runs while the record does not say what deploys."""
    with guarded(connect_temporal, tmp_path) as house:
        asked = under_way(house)
        assert word(house, asked) == []
        platform = house.text("platform.yaml")
        house.commit({"platform.yaml": platform.replace("  awx:\n    user: svc-prodgate\n", "  was:\n    user: x\n")})
        assert "spec.awx" in word(house, asked)[0]
        house.commit({"platform.yaml": platform})
        assert word(house, asked) == []
        house.commit({"rules/everyday.yaml": "neither: yaml: nor"})
        assert word(house, asked)


def test_a_record_that_was_read_long_ago_lets_nothing_run(
    connect_temporal: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with guarded(connect_temporal, tmp_path) as house:
        asked = under_way(house)
        monkeypatch.setattr(Repository, "as_of", property(lambda _self: time.monotonic() - 11))
        assert word(house, asked) == ["the record was read last 11 s ago"]
        monkeypatch.setattr(Repository, "as_of", property(lambda _self: time.monotonic() - 9))
        assert word(house, asked) == []
        monkeypatch.setattr(Repository, "as_of", property(lambda _self: float("-inf")))
        assert word(house, asked) == ["the record was not read yet"]


def test_a_git_that_hangs_is_not_waited_for(connect_temporal: Connect, tmp_path: Path) -> None:
    """Jobs run by what was read just now, and after ten seconds none does; each answer comes in time."""
    with guarded(connect_temporal, tmp_path, git_repo=(tmp_path / "gitops.git").as_uri()) as house:
        asked, took = under_way(house), []
        assert word(house, asked) == []
        hang(tmp_path / "api-0" / "api")
        began, said = time.monotonic(), {True: 0, False: 0}
        while time.monotonic() - began < 13:
            at = time.monotonic()
            refused = word(house, asked)
            took.append(time.monotonic() - at)
            said[bool(refused)] += 1
            assert not refused or refused[0].startswith("the record was read last 1"), refused
            time.sleep(0.02)
    assert said[False] > 10
    assert said[True] > 10
    assert sorted(took)[int(len(took) * 0.99)] < 0.3


@pytest.mark.parametrize(
    ("where", "value"),
    [("id", 2**70), ("request_id", "PR-2026-\ud800"), ("deployment_key", "\udfff"), ("extra", "\ud800")],
    ids=["a number beyond the file's", "half a letter for a ticket", "half a letter for an attempt", "half a letter"],
)
def test_odd_values_are_refused_with_a_reason(asking: House, where: str, value: object) -> None:
    """None is a fault of ours."""
    asked = under_way(asking)
    changes = {"id": value} if where == "id" else {"extra_vars": {**asked["extra_vars"], where: value}}
    sent = json.dumps({"input": asked | changes})
    answer = asking.http().post(ASKED_AT, content=sent, headers=BEARER | {"content-type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["result"]["violations"]
