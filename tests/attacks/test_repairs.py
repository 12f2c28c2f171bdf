"""A pushed commit is made so that its repair can't be signed: what can be put back is, and no answer is a 500."""

import pytest

from tests.api.house import ALICE, House
from tests.record.building import git

FOLDER = "requests/prod/2026/11"


@pytest.mark.parametrize("how", ["a long name", "very many files"])
def test_a_commit_that_no_repair_can_spell_is_repaired_as_far_as_one_can(own_house: House, how: str) -> None:
    """The rest is left to the next repair of the same commit, or is no ticket whatever it says."""
    odd = ["a" * 240] if how == "a long name" else [f"x{n}" for n in range(1_001)]
    own_house.commit({f"{FOLDER}/{name}.yaml": "no ticket" for name in ("PR-2026-0001", *odd)})
    alice = own_house.as_(ALICE)
    body = {"commit": git(own_house.git, "rev-parse", "main"), "reason": "It was pushed by somebody else"}
    answer = alice.http.post("/v1/repairs", json=body, headers={"Authorization": f"Bearer {alice.token}"})
    assert answer.status_code == 200, answer.text
    assert f"{FOLDER}/PR-2026-0001.yaml" in [each["path"] for each in answer.json()["files"]]
    assert len(answer.json()["files"]) <= 1_000
