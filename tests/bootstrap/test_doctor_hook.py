"""`prodgate doctor` about AWX's policy hook, and about the set-up that the record names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap.doctor import diagnose
from settings import Settings
from tests.awx_fixtures import TEMPLATE, TOKEN, Simulator, simulating
from tests.awx_fixtures import shared_simulator as shared_simulator
from tests.awx_fixtures import simulator as simulator
from tests.company import found
from tests.record.building import git, person_commits

PUBLIC = "https://127.0.0.1:9"
"""Nobody listens there."""
SETUP = """
  awx:
    user: svc-prodgate
    template: Deploy to PROD
    project: Playbooks
    playbook: deploy.yml
    inventory: Prod
"""
_UNASKED = "The API can't be asked"


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """An AWX whose user may read its settings."""
    with simulating(superuser=True, callback_url="http://127.0.0.1:9/") as running:
        yield running


@pytest.fixture
def awx(shared: Simulator) -> Simulator:
    shared.control("POST", "reset")
    return shared


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The company's record, whose platform.yaml says nothing of AWX."""
    found(tmp_path / "gitops.git")
    says(tmp_path / "gitops.git", "")
    return tmp_path / "gitops.git"


def says(record: Path, text: str) -> None:
    """Have the record say that of AWX, at the end of platform.yaml."""
    kept = git(record, "show", "main:platform.yaml").partition("\n  awx:")[0]
    person_commits(record, {"platform.yaml": f"{kept}\n{text}"})


async def told(awx: Simulator, record: Path, **fields: Any) -> tuple[list[str], int]:
    """The lines about what to mend and to note, without those of an API that nobody started here; the exit code."""
    given = {"git_repo": str(record), "awx_url": awx.root, "awx_token": TOKEN, "awx_template": TEMPLATE}
    said, code = await diagnose(Settings.model_validate(given | {"public_url": PUBLIC} | fields), as_json=False)
    lines = [line for line in said.splitlines() if line.startswith(("mend: ", "note: "))]
    return [line for line in lines if _UNASKED not in line], code


def switch(awx: Simulator, **changes: Any) -> None:
    """Switch the hook on, as setup.yml does, with changes."""
    given = {"OPA_HOST": "127.0.0.1", "OPA_PORT": 9, "OPA_SSL": True, "OPA_AUTH_TYPE": "Token", "OPA_AUTH_TOKEN": "t"}
    assert awx.api("PATCH", "settings/opa/", json=given | changes).is_success


async def test_a_hook_that_is_off_is_told(awx: Simulator, record: Path) -> None:
    """Promotions can be deployed all the same."""
    lines, code = await told(awx, record)
    assert (code, [line[:31] for line in lines]) == (0, ["note: AWX's policy hook is off:"])


async def test_a_user_who_may_not_look_is_told_so(simulator: Simulator, record: Path) -> None:
    """Most tokens can't read AWX's settings: nothing is guessed."""
    lines, code = await told(simulator, record)
    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith("note: The user may not read AWX's policy settings (/api/v2/settings/opa/)")


async def test_a_hook_that_is_right_has_nothing_to_mend(awx: Simulator, record: Path) -> None:
    """The record names what deploys, and AWX has just that."""
    switch(awx)
    says(record, SETUP)
    assert await told(awx, record) == ([], 0)


@pytest.mark.parametrize(
    ("changes", "words", "blocking"),
    [
        ({"OPA_HOST": "opa.example"}, "AWX asks opa.example:9 before each job, not 127.0.0.1:9", False),
        ({"OPA_PORT": 8181}, "AWX asks 127.0.0.1:8181 before each job, not 127.0.0.1:9", False),
        ({"OPA_AUTH_TYPE": "None"}, "AWX asks with OPA_AUTH_TYPE None: set Token", True),
        ({"OPA_AUTH_TYPE": "Certificate"}, "AWX asks with OPA_AUTH_TYPE Certificate: set Token", True),
        ({"OPA_AUTH_TOKEN": ""}, "AWX asks without a token: set OPA_AUTH_TOKEN", True),
    ],
)
async def test_a_hook_that_asks_otherwise_is_told(
    awx: Simulator, record: Path, changes: dict[str, Any], words: str, blocking: bool
) -> None:
    """Exit code 1 where no job could run."""
    switch(awx, **changes)
    says(record, SETUP)
    lines, code = await told(awx, record)
    assert (code, len(lines)) == (int(blocking), 1)
    assert words in lines[0]


async def test_the_workers_own_token_of_the_hook_is_told(awx: Simulator, record: Path) -> None:
    """The API alone answers AWX; the token itself is not printed."""
    lines, code = await told(awx, record, awx_policy_token="s3cret-of-the-hook")
    assert code == 0
    assert lines[0] == "note: PRODGATE_AWX_POLICY_TOKEN is the API's alone: take it from the worker."
    assert not any("s3cret" in line for line in lines)


async def test_a_record_that_names_no_set_up_lets_nothing_run(awx: Simulator, record: Path) -> None:
    """Where the hook is on, AWX would be refused each job."""
    switch(awx)
    lines, code = await told(awx, record)
    assert (code, lines) == (
        1,
        ["mend: platform.yaml does not say, at spec.awx, what deploys: until then AWX runs no job."],
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("    revision: 5f0c3e1d", "The revision of the project in AWX is 'nothing', platform.yaml has '5f0c3e1d'"),
        ("    branch: main", "The branch of the project in AWX is 'nothing', platform.yaml has 'main'"),
        ("    limit: gateways", "The limit in AWX is 'nothing', platform.yaml has 'gateways'"),
    ],
)
@pytest.mark.parametrize("on", [True, False])
async def test_a_pin_that_awx_does_not_have_is_told(
    awx: Simulator, record: Path, spec: str, words: str, on: bool
) -> None:
    """With the hook on, exit code 1: AWX would be refused each job."""
    if on:
        switch(awx)
    says(record, SETUP + spec)
    lines, code = await told(awx, record)
    assert code == int(on)
    assert any(words in line for line in lines)


async def test_another_project_and_inventory_are_told(awx: Simulator, record: Path) -> None:
    """By the names in the record."""
    says(record, SETUP.replace("Playbooks", "Playbook").replace("Prod\n", "Lab\n").replace("deploy.yml", "other.yml"))
    lines, code = await told(awx, record)
    assert code == 0
    for what in ("project", "inventory", "playbook"):
        assert any(f"note: The {what} in AWX is" in line for line in lines), what


async def test_a_record_that_is_away_is_noted(awx: Simulator, tmp_path: Path) -> None:
    """Everything else is told all the same."""
    lines, code = await told(awx, tmp_path / "nowhere.git")
    assert code == 0
    assert any("note: The record's platform.yaml can't be read" in line for line in lines)
