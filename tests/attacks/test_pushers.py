"""Attacks by who has an account on the Git server: a commit may say that anybody made it, the server knows better."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.domain.builders import JEAN, NOW
from tests.passkeys import Authenticator, confirmed, files_of, passkey
from tests.record.building import bare, git, person_commits

HOOK = Path(__file__).parents[2] / "deploy" / "git" / "pre-receive"
SERVICE, PERSON = "Prodgate <prodgate@cab-i.com>", "Mona <mona@cab-i.com>"
BLUE = Authenticator()
FIRST = passkey(JEAN, BLUE)
SECOND = confirmed(passkey(JEAN, Authenticator()), BLUE)
ENDED = files_of(FIRST.ended_by(JEAN.email, NOW))


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A Git server's repository with the hook, and one passkey in it."""
    path = bare(tmp_path / "server.git")
    person_commits(path, {"README.md": "A record", **files_of(FIRST)})
    shutil.copy(HOOK, path / "hooks" / "pre-receive")
    return path


def pushed(server: Path, files: dict[str, str | None], by: str, account: str, protocol: str = "") -> str:
    """The server's answer to the push of a commit that says it is by somebody; empty where it is taken."""
    clone = server.with_name("clone.git")
    if not clone.exists():
        subprocess.run(["git", "clone", "-q", "--mirror", str(server), str(clone)], check=True)
    git(clone, "fetch", "-q", str(server), "+main:main")
    person_commits(clone, files, by=by)
    said = {"GL_USERNAME": account, "GL_PROTOCOL": protocol, "PRODGATE_GIT_ACCOUNT": "prodgate", "PRODGATE": "true"}
    run = ["git", "-C", str(clone), "push", "-q", str(server), "main:main"]
    done = subprocess.run(
        run, env={**os.environ, **{k: v for k, v in said.items() if v}}, capture_output=True, text=True
    )
    return done.stderr if done.returncode else ""


REFUSED = {
    "a first passkey as somebody else": (files_of(SECOND.draft), PERSON, "prodgate", "", "service's commits alone"),
    "a first passkey as the service": (files_of(SECOND.draft), SERVICE, "prodgate", "", "brought by people"),
    "the end of a passkey's file": ({FIRST.path: None}, SERVICE, "prodgate", "", "removes no passkey"),
    "a person as the service": ({"README.md": "Mine"}, SERVICE, "mona", "ssh", "says that it is the service's"),
    "a person past a merge request": (files_of(SECOND.draft), PERSON, "mona", "ssh", "merge request"),
    "nobody knows": ({"README.md": "Mine"}, PERSON, "", "", "who pushes"),
}


@pytest.mark.parametrize(("files", "by", "account", "protocol", "why"), REFUSED.values(), ids=REFUSED)
def test_what_no_account_pushes(
    server: Path, files: dict[str, str | None], by: str, account: str, protocol: str, why: str
) -> None:
    """And nothing of it is on the branch."""
    before = git(server, "rev-parse", "main")
    assert why in pushed(server, files, by, account, protocol)
    assert git(server, "rev-parse", "main") == before


TAKEN = {
    "the service's own": ({"README.md": "Its own"}, SERVICE, "prodgate", ""),
    "a confirmed passkey": (files_of(SECOND), SERVICE, "prodgate", ""),
    "a withdrawal": (ENDED, SERVICE, "prodgate", ""),
    "a person's": ({"README.md": "Mine"}, PERSON, "mona", "ssh"),
    "a person's merge request": (files_of(SECOND.draft), PERSON, "mona", "web"),
}


@pytest.mark.parametrize(("files", "by", "account", "protocol"), TAKEN.values(), ids=TAKEN)
def test_what_they_do_push(server: Path, files: dict[str, str | None], by: str, account: str, protocol: str) -> None:
    """Whatever else comes is each one's own."""
    assert pushed(server, files, by, account, protocol) == ""
