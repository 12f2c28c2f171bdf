"""Commands say in one clear sentence what stands in the way, with an exit code and no traceback."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import JEAN, PIERRE, Stack, prodgate, started, until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(Stack(tmp_path_factory.mktemp("demo") / "data")) as running:
        yield running


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The sentence that a command ended with."""
    assert done.returncode == code, done
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def test_the_start_says_where_everything_is_and_what_to_try(stack: Stack) -> None:
    """Every address that is printed is one that was chosen, and the folder is named where it isn't the default."""
    for name in ("port", "temporal-ui-port", "awx-port", "oidc-port", "mailbox-port"):
        assert f"http://127.0.0.1:{stack.ports[name]}" in stack.said
    assert f"token --data {stack.data} {PIERRE}" in stack.said


def test_a_token_is_given_to_people_of_the_company_only(stack: Stack) -> None:
    """An address that nobody has is refused with the addresses there are; spelling doesn't matter."""
    assert prodgate("token", "Pierre.DURAND@cab-i.com", "--data", stack.data).stdout.count(".") == 2
    said = refused(prodgate("token", "nobody@cab-i.com", "--data", stack.data), 1)
    assert said.startswith("prodgate: nobody@cab-i.com is nobody in the company")
    listed = prodgate("token", "--data", stack.data)
    assert listed.returncode == 0
    for email, role in ((PIERRE, "devops of tenant-finance"), (JEAN, "cpi of tenant-finance")):
        assert any(email in line and role in line for line in listed.stdout.splitlines())
        assert email in said


def test_a_token_works(stack: Stack) -> None:
    """The API knows whose it is."""
    assert stack.call(JEAN, "GET", "/pending").status_code == 200


def test_what_temporal_keeps_of_a_new_demo_is_there_to_be_read(stack: Stack) -> None:
    """Its UI has no sign-in and no codec server: encryption is what production has, or whoever makes keys."""
    assert "New PCI-DSS compliant payment flow" in stack.kept(stack.ask("4.0.0"))


def test_a_second_start_on_the_folder_is_refused(stack: Stack) -> None:
    """Two would fight about one Temporal database."""
    said = refused(prodgate("up", "--data", stack.data), 1)
    assert "already runs" in said
    assert "--data" in said


def test_a_port_in_use_is_named_with_the_option_that_changes_it(stack: Stack, tmp_path: Path) -> None:
    """Before anything is started."""
    other = Stack(tmp_path / "other")
    other.ports["awx-port"] = stack.ports["awx-port"]
    said = refused(prodgate(*other.arguments), 1)
    assert said == f"prodgate: Port {stack.ports['awx-port']} is in use; choose another for awx: --awx-port N\n"


def test_a_token_before_the_first_start_names_the_way(tmp_path: Path) -> None:
    """There is no key to sign with yet."""
    said = refused(prodgate("token", PIERRE, "--data", tmp_path), 1)
    assert said.startswith(f"prodgate: there is no demo in {tmp_path} yet; `prodgate up`")


def test_production_mode_refuses_the_demo_issuer(tmp_path: Path) -> None:
    """Whoever reads the demo's folder could be anybody."""
    production = {"PRODGATE_MODE": "production"}
    said = refused(prodgate("up", "--data", tmp_path, **production), 2)
    assert said == "prodgate: PRODGATE_OIDC_ISSUER: must be an https address in production mode, as no demo's is\n"
    assert "production" in refused(prodgate("token", PIERRE, "--data", tmp_path, **production), 2)


@pytest.mark.parametrize("process", ["api", "worker"])
def test_missing_settings_are_named(process: str) -> None:
    """Each variable, a line each."""
    assert "PRODGATE_GIT_REPO must be set" in refused(prodgate(process), 2)
    said = refused(prodgate(process, PRODGATE_GIT_REPO="/nowhere"), 2)
    expected = {"api": ["OIDC_ISSUER", "AWX_CALLBACK_SECRET", "SIGNING_KEY"], "worker": ["AWX_URL"]}[process]
    assert [line.split()[-4] for line in said.splitlines()] == [f"PRODGATE_{name}" for name in expected]


def test_a_repository_that_is_none_is_named_at_the_start(tmp_path: Path) -> None:
    """The launcher shows what the process said that could not start, and stops the others."""
    stack = Stack(tmp_path / "data")
    said = refused(prodgate(*stack.arguments, PRODGATE_GIT_REPO=str(tmp_path / "nothing"), PRODGATE_SIGNING_KEY="x"), 1)
    assert "ended before it served" in said
    assert f"{tmp_path / 'nothing'} is no Git repository" in said


def test_an_engine_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A process that can't reach Temporal says where it looked, and leaves the restart to its supervisor."""
    settings = {"PRODGATE_GIT_REPO": str(tmp_path / "gitops.git"), "PRODGATE_AWX_URL": "http://127.0.0.1:1/api/"}
    subprocess.run(["git", "init", "--quiet", "--bare", settings["PRODGATE_GIT_REPO"]], check=True)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
    said = refused(prodgate("worker", TEMPORAL_ADDRESS=address, PRODGATE_DATA_DIR=str(tmp_path), **settings), 1)
    assert said.startswith(f"prodgate worker: No Temporal server can be reached at {address}")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "closed terminal"])
def test_a_start_can_be_stopped_while_it_lasts(tmp_path: Path, how: signal.Signals) -> None:
    """Nobody has to wait for a start that they no longer want, and a closed terminal leaves nothing behind."""
    stack = Stack(tmp_path / "data")
    try:
        stack.launch()
        until("the first child", lambda: "temporal" in stack.pids())
        assert stack.interrupt(how) == 0, stack.said
    finally:
        stack.end()
    assert "Prodgate is up" not in stack.said
    assert stack.free


def test_what_a_killed_launcher_left_is_told_from_a_running_one(tmp_path: Path) -> None:
    """The next start names the processes to end, and starts once they are gone."""
    with started(Stack(tmp_path / "data")) as stack:
        stack.vanish()
        said = refused(prodgate(*stack.arguments), 1)
        assert "left processes behind" in said
        assert {str(pid) for pid in stack.pids().values()} <= set(said.split())
        for name in stack.pids():
            stack.kill(name)
        until("the folder is free", lambda: stack.free)
        stack.start()
