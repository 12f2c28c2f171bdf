"""The `prodgate` command without what it starts; what it starts is in `tests/e2e`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from bootstrap.command import payload_keys, worker_key
from demo.files import write_private
from demo.layout import Demo, Ports, issuer_file
from demo.welcome import welcome
from tests.company import found

ROOT = Path(cli.__file__).parent


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have settings of their own."""
    for name in ("DATA_DIR", "MODE", "GIT_REPO", "GIT_BRANCH", "OIDC_AUDIENCE"):
        monkeypatch.delenv(f"PRODGATE_{name}", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A demo's folder as its first start makes it."""
    found(tmp_path / "gitops.git")
    write_private(issuer_file(tmp_path), "http://127.0.0.1:1")
    return tmp_path


def demo(data: Path, **given: str) -> Demo:
    return Demo(data, Ports(), 3.0, {"PATH": "/usr/bin", **given})


def test_without_arguments_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer's first command."""
    assert cli.main([]) == 2
    said = capsys.readouterr().err
    assert all(
        re.search(rf"^    {command} ", said, re.MULTILINE)
        for command in ("up", "token", "api", "worker", "keys", "openapi", "verify")
    )


def test_help_loads_nothing_that_it_does_not_need() -> None:
    """It answers at once: what a command needs is loaded once that command is asked for."""
    heavy = "{'pydantic', 'temporalio', 'httpx', 'rich', 'asyncio'}"
    code = f"import sys, cli; cli.main([]); print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", ["up", "token", "api", "worker"])
def test_every_option_is_explained(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No option's help is only its name."""
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    options = re.split(r"\n  (?=-)", capsys.readouterr().out)[1:]
    assert all(len(option.split()) > 4 for option in options), options


def test_the_document_is_printed_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Clients are made from it without anything running; a difference would be a change."""
    said = [(cli.main(["openapi"]), capsys.readouterr().out) for _ in range(2)]
    assert said[0] == said[1]
    assert "/v1/requests/prod/{id}/approve" in json.loads(said[0][1])["paths"]


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_what_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything starts."""
    with pytest.raises(SystemExit) as left:
        cli.main(["up", "--port", port])
    assert left.value.code == 2
    assert "argument --port" in capsys.readouterr().err


def test_its_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """For reports of faults."""
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert re.fullmatch(r"prodgate \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_the_folder_may_be_named_by_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`PRODGATE_DATA_DIR` is `--data` where that isn't given."""
    monkeypatch.setenv("PRODGATE_DATA_DIR", str(folder))
    assert cli.main(["token"]) == 0
    assert "jean.dupont@cab-i.com" in capsys.readouterr().out


def test_a_demo_that_does_not_run_gives_no_tokens(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People sign in at its provider, which is one of its processes."""
    assert cli.main(["token", "jean.dupont@cab-i.com", "--data", str(folder)]) == 1
    assert "does `prodgate up` run?" in capsys.readouterr().err


def test_the_demos_people_cover_every_role(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the product refuses or allows can be tried."""
    assert cli.main(["token", "--data", str(folder)]) == 0
    said = capsys.readouterr().out
    assert {"devops", "cpi", "cpi_admin", "viewer"} <= set(re.findall(r"(\w+) of ", said))
    assert 9 <= len(said.splitlines()) <= 12


def test_a_stranger_gets_no_token(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence lists who there is."""
    assert cli.main(["token", "eve@example.com", "--data", str(folder)]) == 1
    assert "jean.dupont@cab-i.com" in capsys.readouterr().err


def test_production_gives_no_tokens(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same folder in production mode is of no use."""
    monkeypatch.setenv("PRODGATE_MODE", "production")
    assert cli.main(["token", "jean.dupont@cab-i.com", "--data", str(folder)]) == 2
    assert "production" in capsys.readouterr().err


def test_without_settings_everything_is_stood_in_for(tmp_path: Path) -> None:
    """Eight processes, each on ports of its own."""
    plain = demo(tmp_path)
    plain.check_settings()
    names = ["temporal", "awx", "oidc", "gitlab", "webhooks", "mailbox", "worker", "api"]
    assert [process.name for process in plain.processes()] == names
    assert set(plain.listens()) == {*names, "temporal_ui", "smtp"}


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({"PRODGATE_AWX_URL": "https://awx.example/api/"}, {"awx"}),
        ({"TEMPORAL_ADDRESS": "temporal.example:7233"}, {"temporal", "temporal_ui"}),
        ({"TEMPORAL_PROFILE": "company"}, {"temporal", "temporal_ui"}),
        ({"PRODGATE_OIDC_ISSUER": "https://id.example"}, {"oidc"}),
        ({"PRODGATE_SMTP_URL": "smtp://mail.example"}, {"mailbox", "smtp"}),
        ({"PRODGATE_GIT_REPO": "https://git.example/gitops.git"}, {"webhooks", "gitlab"}),
        ({"PRODGATE_WEBHOOK_SECRETS": "/etc/webhooks.json"}, {"webhooks"}),
        ({"PRODGATE_GITLAB_TOKENS": "/etc/gitlab.json"}, {"gitlab"}),
    ],
)
def test_a_system_that_is_named_is_not_stood_in_for(tmp_path: Path, given: dict[str, str], gone: set[str]) -> None:
    """Its port isn't needed, and what was given reaches the children."""
    other = demo(tmp_path, **given)
    assert set(vars(Ports())) - set(other.listens()) == gone
    assert given.items() <= other.environment().items()


def test_credentials_of_another_temporal_server_are_kept_from_the_demos(tmp_path: Path) -> None:
    """With them alone, the embedded server could not be reached; with an address, they are that server's."""
    given = {"TEMPORAL_API_KEY": "k", "TEMPORAL_TLS": "true"}
    assert not {"TEMPORAL_API_KEY", "TEMPORAL_TLS"} & set(demo(tmp_path, **given).environment())
    assert given.items() <= demo(tmp_path, TEMPORAL_ADDRESS="x:1", **given).environment().items()


def test_the_welcome_offers_no_tokens_of_people_it_does_not_know(tmp_path: Path) -> None:
    """Pierre and Jean are in the demo's repository alone; tokens are the demo issuer's."""
    assert "pierre.durand" in welcome(demo(tmp_path))
    for other in ({"PRODGATE_OIDC_ISSUER": "https://id.example"}, {"PRODGATE_GIT_REPO": "https://git.example/x.git"}):
        assert "pierre.durand" not in welcome(demo(tmp_path, **other))


def test_a_folder_with_payload_keys_goes_on_with_them(tmp_path: Path) -> None:
    """A new demo has none; what was encrypted has to stay readable, and what is in clear is read with keys, too."""
    assert "PRODGATE_PAYLOAD_KEYS" not in demo(tmp_path).environment()
    assert cli.main(["keys", "payload", "rotate", "--data", str(tmp_path)]) == 0
    assert demo(tmp_path).environment()["PRODGATE_PAYLOAD_KEYS"] == str(payload_keys(tmp_path))


def test_a_folder_from_before_is_given_no_key_of_the_service(tmp_path: Path) -> None:
    """A new one has it; in the other, the release before would not go on with anything afterwards."""
    demo(tmp_path).prepare()
    assert "PRODGATE_WORKER_KEY" in demo(tmp_path).environment()
    worker_key(tmp_path).unlink()
    demo(tmp_path).prepare()
    assert "PRODGATE_WORKER_KEY" not in demo(tmp_path).environment()


def test_the_demos_secrets_are_its_owners_alone_and_stay(tmp_path: Path) -> None:
    """AWX keeps its token from one start to the next."""
    first, again = demo(tmp_path).environment(), demo(tmp_path).environment()
    assert first == again
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0
