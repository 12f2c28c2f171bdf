"""`prodgate doctor`: what keeps AWX from deploying, each with the sentence that mends it."""

import json
from typing import Any

import pytest

from bootstrap.doctor import diagnose
from settings import Settings
from tests.awx_fixtures import TEMPLATE, TOKEN, Simulator
from tests.awx_fixtures import shared_simulator as shared_simulator
from tests.awx_fixtures import simulator as simulator


def settings(simulator: Simulator, **fields: Any) -> Settings:
    given = {"git_repo": "/nowhere", "awx_url": simulator.root, "awx_token": TOKEN, "awx_template": TEMPLATE}
    return Settings.model_validate(given | fields)


async def test_a_fit_template_is_told_with_awx_s_version(simulator: Simulator) -> None:
    """Exit code 0."""
    said, code = await diagnose(settings(simulator), as_json=False)
    assert code == 0
    assert said.splitlines() == ["AWX 24.6.1", "Jobs are recognised by: label", "Promotions can be deployed."]


async def test_what_has_to_be_mended_is_told_with_how(simulator: Simulator) -> None:
    """Exit code 1; what is only worth knowing is told apart."""
    simulator.template(ask_variables_on_launch=False, job_slice_count=3, allow_simultaneous=True)
    said, code = await diagnose(settings(simulator), as_json=False)
    assert code == 1
    assert "mend: The job template drops the variables of a launch: switch on 'Prompt on launch' for Variables." in said
    assert "mend: The job template cuts a job into 3 slices: set Job Slicing to 1." in said
    assert "note: The job template runs jobs side by side: switch off Concurrent Jobs, so that they queue." in said
    assert said.endswith("Promotions can't be deployed until this is mended.")


async def test_machines_read_json(simulator: Simulator) -> None:
    """One object, with the same code."""
    simulator.template(ask_labels_on_launch=False)
    said, code = await diagnose(settings(simulator), as_json=True)
    told = json.loads(said)
    assert (code, told["fit"], told["version"], told["marking"], told["findings"]) == (
        0,
        True,
        "24.6.1",
        "skip-tags",
        [],
    )


@pytest.mark.parametrize("as_json", [False, True])
async def test_an_awx_that_is_away_is_told(simulator: Simulator, as_json: bool) -> None:
    """Exit code 1, and why."""
    said, code = await diagnose(settings(simulator, awx_url="http://127.0.0.1:9/api/"), as_json)
    assert code == 1
    assert "AWX cannot be reached" in said


async def test_refused_credentials_are_told(simulator: Simulator) -> None:
    """Before anybody's approval meets them."""
    said, code = await diagnose(settings(simulator, awx_token="expired"), as_json=False)
    assert code == 1
    assert "AWX does not accept the credentials" in said
