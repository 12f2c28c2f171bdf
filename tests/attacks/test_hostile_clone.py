"""Attack 17: an audit of a clone that somebody else made ran a command of theirs, or ended in a traceback."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.commands import command
from tests.record.building import bare, git, imported, person_commits
from tests.signing import key_file


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A record with a commit that names a program where Git may run one."""
    path = bare(tmp_path / "record.git")
    person_commits(path, {**key_file(), "tenants/tenant-x.yaml": "kind: Tenant"})
    return path


def audited(path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The command's verdict on the clone."""
    return command("verify", path, *more, environment=os.environ)


def missing(path: Path) -> None:
    """Take away a folder that the newest commit needs, as in a clone that left it to be fetched later."""
    git(path, "config", "gc.auto", "0")
    tree = git(path, "rev-parse", "main:tenants")
    for pack in (path / "objects" / "pack").glob("*.pack"):
        data = pack.read_bytes()
        for each in (path / "objects" / "pack").glob(f"{pack.stem}.*"):
            each.unlink()
        subprocess.run(["git", "-C", str(path), "unpack-objects", "-q"], input=data, check=True)
    (path / "objects" / tree[:2] / tree[2:]).unlink()


@pytest.mark.parametrize("audit", ["verify", "lint"])
def test_no_program_that_the_clone_names_is_run(clone: Path, tmp_path: Path, audit: str) -> None:
    """Neither to fetch what is missing, nor to check a signature; the answer is a sentence."""
    trace = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n", encoding="utf-8")
    program.chmod(0o755)
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "protocol.ext.allow": "always",
        "log.showSignature": "true",
        "gpg.program": str(program),
        "core.fsmonitor": str(program),
        "diff.external": str(program),
    }.items():
        git(clone, "config", key, value)
    missing(clone)
    done = command(audit, clone, environment=os.environ)
    assert not trace.exists()
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr


def test_a_partial_clone_proves_nothing(clone: Path) -> None:
    """The command says what is missing, with the exit code of nothing to prove."""
    missing(clone)
    done = audited(clone)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "missing" in done.stderr


def test_names_that_are_no_text_are_borne(clone: Path) -> None:
    """A path that is no UTF-8, printed raw where the clone asks for it."""
    git(clone, "config", "core.quotePath", "false")
    script = b"commit refs/heads/main\ncommitter M <m@x> 0 +0000\ndata 0\nfrom refs/heads/main^0\n"
    script += b'M 100644 inline "requests/prod/2026/03/\\351.yaml"\ndata 0\n'
    imported(clone, script)
    done = audited(clone)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr


@pytest.mark.parametrize("made", ["a file", "nothing", "a broken configuration", "an empty repository"])
def test_what_is_no_record_is_refused_in_a_sentence(tmp_path: Path, made: str) -> None:
    """Exit code 2, and no traceback."""
    path = tmp_path / "there"
    if made == "a file":
        path.write_text("x", encoding="utf-8")
    elif made != "nothing":
        bare(path)
    if made == "a broken configuration":
        (path / "config").write_bytes(b"[\xff\x00")
    done = audited(path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr


def test_what_reads_elsewhere_or_shows_another_history_is_refused(clone: Path, tmp_path: Path) -> None:
    """An include of a file that never ends, a partial clone, grafts, objects of another folder: a sentence for each."""
    config = (clone / "config").read_text()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for more, said in {
        f'[include]\n\tpath = "{pipe}"\n': "includes",
        '[extensions]\n\tpartialClone = "origin"\n': "partial",
    }.items():
        (clone / "config").write_text(config + more)
        done = audited(clone)
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
    (clone / "config").write_text(config)
    for name, said in {"info/grafts": "grafts", "objects/info/alternates": "elsewhere"}.items():
        file = clone / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{git(clone, 'rev-parse', 'main')}\n" if "grafts" in name else f"{tmp_path}\n")
        done = audited(clone)
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
        file.unlink()


def test_a_replaced_commit_is_not_believed(clone: Path) -> None:
    """`refs/replace` shows another commit in the place of one; the audit looks at the one that is there."""
    before = git(clone, "rev-parse", "main")
    forged = person_commits(clone, {"requests/prod/2026/03/PR-2026-0001.yaml": "]["})
    git(clone, "replace", forged, before)
    done = audited(clone)
    assert (done.returncode, "unreadable" in done.stdout) == (1, True), done.stderr
