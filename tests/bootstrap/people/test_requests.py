"""People ask, look, decide and watch by the command line, against a real API, engine and record."""

import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from cli import FOR_PEOPLE
from tests.api.house import JEAN, PIERRE, SOPHIE, House, asked, unique_name
from tests.bootstrap.people.conftest import prodgate

SignIn = Callable[[str], None]
GIVEN = (
    "--justification",
    "New PCI-DSS compliant payment flow",
    "--release-notes",
    "- 3DS2",
    "--rollback",
    "Revert to the one before",
    *("--evidence", "https://gitlab.cab-i.com/pipeline/1", "--passed", "stagingTests", "--passed", "securityScan"),
)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """What the command printed, without the log of the house, which goes to the same place."""
    lines = capsys.readouterr().out.splitlines(keepends=True)
    return "".join(line for line in lines if not re.match(r"\d{4}-\d\d-\d\d \d\d:", line))


def created(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> str:
    """A request of Pierre's."""
    signed_in(PIERRE)
    capsys.readouterr()
    assert prodgate("create", "--name", unique_name(), "--version", "2.1.0", "--tenant", "tenant-finance", *GIVEN) == 0
    found = re.search(r"PR-\d{4}-\d{4,}", printed(capsys))
    assert found
    return found[0]


def test_a_request_goes_its_whole_way(signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked for, shown, approved as shown, watched until it is in production."""
    request = created(signed_in, capsys)
    assert prodgate("approve", request, "--yes", "--production", "") == 3, "nobody approves their own"
    signed_in(JEAN)
    assert prodgate("list", "--waiting") == 0
    assert request in printed(capsys)
    assert prodgate("show", request) == 0
    shown = printed(capsys)
    assert "nothing -> 2.1.0, the first one" in shown
    assert f"prodgate approve {request}" in shown
    assert prodgate("approve", request, "--yes", "--production", "9.9.9") == 1
    assert "[production-changed]" in capsys.readouterr().err
    assert prodgate("approve", request, "--yes", "--production", "", "--comment", "Fine") == 0
    assert prodgate("watch", request, "--timeout", "60") == 0
    assert f"{request} is deployed" in printed(capsys)
    assert prodgate("cancel", request, "--yes") == 1
    assert house.as_(JEAN).get(f"/{request}").status_code in (200, 401)


@pytest.mark.parametrize(
    ("verb", "who", "code"), [("reject", JEAN, 11), ("cancel", PIERRE, 12)], ids=["rejected", "cancelled"]
)
def test_watching_ends_with_the_state(
    verb: str, who: str, code: int, signed_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever watches learns it by the stream, while somebody else decides."""
    request = created(signed_in, capsys)
    ended: list[int] = []
    watching = threading.Thread(target=lambda: ended.append(prodgate("watch", request, "--timeout", "60")))
    watching.start()
    signed_in(who)
    reason = ("--reason", "The way back lacks the database") if verb == "reject" else ()
    assert prodgate(verb, request, "--yes", *reason) == 0
    watching.join(90)
    assert ended == [code]


def test_watching_gives_up_in_time(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> None:
    """With a code that is no state's."""
    request = created(signed_in, capsys)
    assert prodgate("watch", request, "--timeout", "0.1") == 5


def test_a_file_asks_as_options_do(signed_in: SignIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be tried first, and JSON is the API's own."""
    signed_in(PIERRE)
    file = tmp_path / "request.yaml"
    file.write_text(yaml.safe_dump(asked(target={"name": unique_name()})), encoding="utf-8")
    assert prodgate("create", "--file", str(file), "--check") == 0
    assert JEAN in printed(capsys)
    assert prodgate("create", "--file", str(file), "--json") == 0
    assert json.loads(printed(capsys))["status"]["state"] == "pending"
    assert prodgate("create", "--file", str(file)) == 1, "the same is open"
    assert "[already-open]" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[1, 2", "- a list", "\udcff"])
def test_a_file_that_is_no_request_is_wrong_use(text: str, tmp_path: Path) -> None:
    """Before anything is sent."""
    file = tmp_path / "request.yaml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert prodgate("create", "--file", str(file)) == 2


def test_a_refused_field_is_named(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence a field, and the code of wrong use."""
    signed_in(PIERRE)
    assert prodgate("create", "--name", "UPPER CASE", "--version", "1", "--tenant", "tenant-finance", *GIVEN) == 2
    assert "target.name" in capsys.readouterr().err
    assert prodgate("create", "--name", "x") == 2
    assert "--justification" in capsys.readouterr().err


def test_who_may_not_is_told_so(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> None:
    """By the sentence of the API, with its kind."""
    request = created(signed_in, capsys)
    signed_in(SOPHIE)
    capsys.readouterr()
    assert prodgate("hold", request, "--yes", "--reason", "Not in this week, please") == 1
    assert "[not-found]" in capsys.readouterr().err, "a devops sees no other's request"
    signed_in(JEAN)
    capsys.readouterr()
    assert prodgate("hold", request, "--yes", "--reason", "Not in this week, please") == 1
    assert "[not-holdable]" in capsys.readouterr().err
    assert prodgate("show", "PR-1999-0001") == 1


def test_a_script_names_what_it_approves(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can be asked there, and approving unseen is not offered."""
    assert prodgate("approve", "PR-2026-0001", "--yes") == 2
    assert "--production" in capsys.readouterr().err
    assert prodgate("cancel", "PR-2026-0001") == 2
    assert "--yes" in capsys.readouterr().err


def test_several_are_rejected_by_one_call(signed_in: SignIn, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its line; one that is refused makes the code, and keeps none of the others."""
    first, second = created(signed_in, capsys), created(signed_in, capsys)
    signed_in(JEAN)
    reason = ("--reason", "The way back lacks the database", "--yes")
    assert prodgate("reject", first, *reason) == 0
    capsys.readouterr()
    assert prodgate("reject", first, second, second, *reason) == 1
    said = printed(capsys)
    assert f"{first}: Request not pending" in said
    assert f"{second} is rejected" in said
    assert prodgate("approve", first, second, "--yes", "--production", "2.0.0") == 2
    assert prodgate("approve", first, second) == 2, "nobody can be asked here"


def typing(typed: str, *command: str) -> tuple[int, str]:
    """Exit code of a command in a narrow terminal, where somebody types this once they are asked, and what it said."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "50", "TERM": "xterm"}
    called = [sys.executable, "-m", "cli", *command]
    with subprocess.Popen(called, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 4096)
        os.write(ours, typed.encode())
        while True:
            try:
                said += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
        code = running.wait(30)
    os.close(ours)
    return code, said.decode()


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("\n", 1)])
def test_a_terminal_shows_what_is_approved_and_asks(
    typed: str, code: int, signed_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a narrow one without colour, too; nothing is done without a yes."""
    request = created(signed_in, capsys)
    signed_in(JEAN)
    ended, text = typing(typed, "approve", request)
    assert ended == code
    assert "nothing -> 2.1.0" in text
    assert "\x1b[3" not in text, "no colour"
    assert max(len(line) for line in text.split("approve ")[0].splitlines()) <= 90


def test_a_terminal_asks_once_for_several(signed_in: SignIn, capsys: pytest.CaptureFixture[str]) -> None:
    """What each replaces is shown, and goes with its approval."""
    requests = [created(signed_in, capsys) for _ in range(2)]
    signed_in(JEAN)
    assert typing("n\n", "approve", *requests)[0] == 1
    ended, text = typing("y\n", "approve", *requests)
    said = " ".join(text.split())  # the window is narrow
    assert (ended, said.count("[y/N]"), said.count("nothing -> 2.1.0")) == (0, 1, 2)
    assert all(f"{each} is approved" in said for each in requests)


def test_a_list_is_narrow_where_the_window_is(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no terminal is wide; JSON is for programs."""
    created(signed_in, capsys)
    assert prodgate("list", "--mine", "--limit", "1") == 0
    assert "CREATED (UTC)" in printed(capsys)
    assert prodgate("list", "--state", "nothing") == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """From the same parsers that read them."""
    assert prodgate("completion", shell) == 0
    said = capsys.readouterr().out
    assert all(each in said for each in ("approve", "production", "watch", "rotate"))


@pytest.mark.parametrize("command", FOR_PEOPLE)
def test_help_has_examples_and_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads it knows what to type next."""
    assert prodgate(command, "--help") == 0
    said = capsys.readouterr().out
    assert f"prodgate {command}" in said.split("examples:")[1]
    assert "exit codes: 0" in said
