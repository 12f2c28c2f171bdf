"""Remotes as companies have them: https with a token, ssh with a key; both refuse whoever has neither."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import pytest
import trustme

from domain.change import Change
from record.errors import RecordUnavailable
from record.git.repository import open_repository
from tests.domain.builders import pending
from tests.record.building import bare, git
from tests.record.git.https import TOKEN, over_https

CREATED = Change(ticket=pending(), base=None, actor_name="Pierre")
SUBJECT = "PR-2026-0001: created payment-api 2.1.0"


async def commits(url: str, folder: Path, token: str | None = None) -> None:
    """Record one ticket by a clone of the remote."""
    repository = open_repository(url, "main", folder, token=token)
    try:
        await repository.record(CREATED)
    finally:
        await repository.close()


async def test_a_remote_over_https_takes_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit is there; a wrong token is refused in Git's words, and no token is ever repeated."""
    remote = bare(tmp_path / "served" / "gitops.git")
    git(remote, "config", "http.receivepack", "true")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "ca.pem"))
    with over_https(tmp_path / "served", tmp_path / "server.pem") as address:
        await commits(f"{address}/gitops.git", tmp_path / "clone", TOKEN)
        assert git(remote, "log", "--format=%s", "main") == SUBJECT
        for token in ("glpat-wrong", None):
            with pytest.raises(RecordUnavailable, match="can't be reached") as refused:
                await commits(f"{address}/gitops.git", tmp_path / f"clone-{token}", token)
            assert "glpat" not in str(refused.value)
        monkeypatch.delenv("GIT_SSL_CAINFO")
        with pytest.raises(RecordUnavailable, match="certificate"):
            await commits(f"{address}/gitops.git", tmp_path / "trusting", TOKEN)
    kept = "".join(path.read_text() for path in (tmp_path / "clone").rglob("config"))
    assert address in kept
    assert TOKEN not in kept


@contextmanager
def over_ssh(folder: Path) -> Iterator[int]:
    """The port of a server of repositories; `host` and `client` in the folder are its key and the one it lets in."""
    for name in ("host", "client"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)
    command = [sys.executable, "-m", "tests.record.git.ssh", str(folder / "host"), str(folder / "client.pub")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.communicate()


async def test_a_remote_over_ssh_takes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit is there; without the key nobody is asked for a password, and the reason is Git's."""
    remote = bare(tmp_path / "gitops.git")
    with over_ssh(tmp_path) as port:
        (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {(tmp_path / 'host.pub').read_text()}")
        ssh = f"ssh -F none -o UserKnownHostsFile={tmp_path}/known -o IdentitiesOnly=yes -o IdentityAgent=none"
        monkeypatch.setenv("GIT_SSH_COMMAND", f"{ssh} -i {tmp_path}/client")
        await commits(f"ssh://git@127.0.0.1:{port}{remote}", tmp_path / "clone")
        assert git(remote, "log", "--format=%s", "main") == SUBJECT
        monkeypatch.setenv("GIT_SSH_COMMAND", f"{ssh} -o BatchMode=yes -i {tmp_path}/host")
        with pytest.raises(RecordUnavailable, match="Permission denied"):
            await commits(f"ssh://git@127.0.0.1:{port}{remote}", tmp_path / "stranger")
