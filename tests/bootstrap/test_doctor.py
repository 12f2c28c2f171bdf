"""`prodgate doctor`: what keeps AWX from deploying, each with the sentence that mends it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from bootstrap.doctor import READABLE, diagnose, warn_of_histories
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
    lines = [line for line in said.splitlines() if not line.startswith("note: ")]
    assert lines == ["AWX 24.6.1", "Jobs are recognised by: label", "Promotions can be deployed."]


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
    assert (code, told["fit"], told["version"], told["marking"]) == (0, True, "24.6.1", "skip-tags")
    assert {each["blocking"] for each in told["findings"]} == {False}


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


@pytest.mark.parametrize("kind", ["awx", "smtp", "kafka"])
@pytest.mark.parametrize("as_json", [False, True])
async def test_a_certificate_that_has_expired_or_is_gone_is_named(
    simulator: Simulator, tmp_path: Path, kind: str, as_json: bool
) -> None:
    """By its setting, and before AWX is asked; exit code 1."""
    file = tmp_path / "client.pem"
    given = settings(simulator, **{f"{kind}_client_cert": file})
    variable = f"PRODGATE_{kind.upper()}_CLIENT_CERT"
    said, code = await diagnose(given, as_json)
    assert (code, f"{variable}: {file} can't be used: No such file" in said) == (1, True)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = trustme.CA().issue_cert("gate@cab-i.com", not_after=yesterday)
    old.private_key_and_cert_chain_pem.write_to_path(str(file))
    said, code = await diagnose(given, as_json)
    assert (code, f"{variable}: {file} has expired on {yesterday:%Y-%m-%d}: renew it" in said) == (1, True)


async def test_temporals_certificate_is_looked_at_too(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name of Temporal's own setting."""
    file = tmp_path / "client.pem"
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(file))
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(file))
    assert (await diagnose(settings(simulator), as_json=False))[1] == 1
    old = trustme.CA().issue_cert("gate@cab-i.com", not_after=datetime.now(UTC) - timedelta(days=1))
    old.private_key_and_cert_chain_pem.write_to_path(str(file))
    said, code = await diagnose(settings(simulator), as_json=False)
    assert (code, said.startswith("mend: TEMPORAL_TLS_CLIENT_CERT_PATH: the certificate has expired on")) == (1, True)


async def test_production_is_told_that_its_histories_are_readable(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """By the command and by the worker's log; where keys are set, and in the demo, nothing is said."""
    for fields, told in (
        ({"mode": "production"}, True),
        ({"mode": "production", "payload_keys": "k"}, False),
        ({}, False),
    ):
        caplog.clear()
        given = settings(simulator, **fields)
        warn_of_histories(given)
        said, code = await diagnose(given, as_json=False)
        assert (READABLE in said, READABLE in caplog.text, code) == (told, told, 0)
        machine, _ = await diagnose(given, as_json=True)
        assert json.loads(machine)["encrypted"] is ("payload_keys" in fields)


async def test_a_store_of_documents_that_is_away_is_noted(simulator: Simulator, tmp_path: Path) -> None:
    """Promotions can be deployed all the same."""
    given = settings(simulator, documents_url=(tmp_path / "share").as_uri())
    said, code = await diagnose(given, as_json=False)
    assert (code, said.splitlines()[-1]) == (
        0,
        f"note: Reports can't be kept or fetched: {tmp_path / 'share'} is no folder; is it mounted?",
    )
    assert "is no folder" in json.loads((await diagnose(given, as_json=True))[0])["documents"]
