"""A repair of the record is signed for a platform admin who signed in a moment ago, and for what needs it alone."""

import time

import pytest

from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, VICTOR, House, problem, refused_fields
from tests.record.building import git, person_commits

REPAIRS = "/v1/repairs"
REASON = "Nobody did this, somebody pushed it"


def body(house: House, commit: str | None = None) -> dict[str, str]:
    """Asks for a repair of the commit; of the branch's tip if none is named."""
    return {"commit": commit or git(house.git, "rev-parse", "main"), "reason": REASON}


@pytest.mark.parametrize("email", [PIERRE, JEAN, VICTOR, NOBODY])
def test_nobody_else_repairs(house: House, email: str) -> None:
    """Those who are asked to believe the record do not get to say what it was."""
    assert problem(house.as_(email).post(REPAIRS, json=body(house)))["status"] == 403
    assert house.http().post(REPAIRS, json=body(house)).status_code == 401


@pytest.mark.parametrize("seconds_ago", [16 * 60, None])
def test_it_takes_a_fresh_sign_in(house: House, seconds_ago: int | None) -> None:
    """As a decision of critical impact does; a repair is signed in the admin's name."""
    auth_time = None if seconds_ago is None else int(time.time()) - seconds_ago
    answer = house.as_(ALICE, token=house.issuer.token(ALICE, auth_time=auth_time)).post(REPAIRS, json=body(house))
    assert (answer.status_code, problem(answer)["type"]) == (401, "urn:prodgate:problem:stale-sign-in")
    assert 'max_age="900"' in answer.headers["WWW-Authenticate"]


def test_what_was_proven_is_put_back_by_nobody(house: House) -> None:
    """A commit that is proven, one of another file, and one that the branch does not have."""
    house.as_(PIERRE).create()
    proven = git(house.git, "log", "-1", "--format=%H", "--grep=^Action: created$", "main")
    other = person_commits(house.git, {"README.md": "hello"})
    for commit in (proven, other, "0" * 40):
        answer = house.as_(ALICE).post(REPAIRS, json=body(house, commit))
        assert (answer.status_code, problem(answer)["type"]) == (409, "urn:prodgate:problem:nothing-to-repair")


@pytest.mark.parametrize("commit", ["main", "abc", "-x" * 20, "A" * 40, "HEAD~1", "0" * 65])
def test_a_commit_is_named_by_its_id_alone(house: House, commit: str) -> None:
    """No name of a branch, no expression, no option."""
    assert refused_fields(house.as_(ALICE).post(REPAIRS, json=body(house, commit))) == ["commit"]


def test_a_reason_is_needed(house: House) -> None:
    """It stands in the commit's message, for whoever audits."""
    assert refused_fields(house.as_(ALICE).post(REPAIRS, json=body(house) | {"reason": "short"})) == ["reason"]
