"""The command `prodgate audit`: what it shows, exports, checks and drops, with which exit code."""

import csv
import io
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootstrap.noting import commanding
from domain.checkpoint import AuditTip, Checkpoint
from domain.trail import AuditAction, Outcome
from record.signing.checkpoints import signed, verifier
from record.signing.signatures import new_key
from record.trail.entries import new_entry
from record.trail.repository import open_trail
from tests.commands import command
from tests.record.building import bare, git
from tests.record.trail.trails import ALICE, JEAN, entry, kept

DAY = 86_400
NOW = datetime.now(UTC)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Entries of March and April, and one of now."""
    path = bare(tmp_path / "audit.git")
    told = [
        entry(1, JEAN, AuditAction.APPROVE, ticket="PR-2026-0001", tenant="tenant-finance", detail="=1+1"),
        entry(2, ALICE, AuditAction.REJECT, outcome=Outcome.REFUSED, kind="not-authorized", detail="\x1b[31mred"),
        entry(40 * DAY, JEAN, AuditAction.EXPORT),
        new_entry(AuditAction.SIGN_IN, ALICE),
    ]
    kept(path, tmp_path, *told)
    return path


def audit(*arguments: object, location: object = "", answer: str = "") -> subprocess.CompletedProcess[str]:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PRODGATE_")}
    settings |= {"PRODGATE_AUDIT_REPO": str(location)} if location else {}
    return command("audit", *arguments, environment=settings, answer=answer)


def test_it_lists_the_newest_first(shared: Path, tmp_path: Path) -> None:
    """By a path or a URL; nothing in an entry moves the reader's cursor."""
    for location in (shared, f"file://{shared}"):
        done = audit("list", "--data", tmp_path / "data", location=location)
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert [line.split()[3] for line in lines] == ["sign-in", "export", "reject", "approve"]
        assert "not-authorized  \\x1b[31mred" in lines[2]


def test_filters_combine(shared: Path) -> None:
    """Those of the API, from standard words to days."""
    for filters, count in (
        (["--person", JEAN.upper()], 2),
        (["--person", JEAN, "--to", "2026-03-31"], 1),
        (["--from", "2026-03-02T09:30:02Z", "--to", "2026-03-02T09:30:02Z"], 1),
        (["--action", "approve", "--action", "reject", "--outcome", "refused"], 1),
        (["--tenant", "tenant-finance", "--ticket", "PR-2026-0001", "--q", "dup"], 1),
        (["--q", "nothing"], 0),
        (["--limit", "2"], 2),
    ):
        done = audit("list", "--json", *filters, location=shared)
        assert len([json.loads(line) for line in done.stdout.splitlines()]) == count, filters


@pytest.mark.parametrize(
    "wrong",
    [["list", "--action", "dance"], ["list", "--from", "then"], ["list", "--to", "2026-03-02T10:00:00"], ["purge"], []],
)
def test_what_is_asked_wrongly_is_2(shared: Path, wrong: list[str]) -> None:
    """With a sentence that says how it is asked rightly."""
    done = audit(*wrong, location=shared)
    assert done.returncode == 2
    assert done.stderr


def test_without_a_repository_it_says_which_setting_is_missing(tmp_path: Path) -> None:
    """Or that there is none at that place."""
    done = audit("list", "--data", tmp_path)
    assert (done.returncode, done.stderr.count("PRODGATE_AUDIT_REPO")) == (2, 1)
    assert audit("list", location=tmp_path / "none.git").returncode == 1


def test_an_export_is_whole_or_not_there(shared: Path, tmp_path: Path) -> None:
    """CSV that a spreadsheet runs nothing of, and JSON Lines; to a file or to standard output."""
    file = tmp_path / "march.csv"
    assert audit("export", "--to", "2026-03-31", "--output", file, location=shared).returncode == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    assert [row["detail"] for row in rows] == ["\x1b[31mred", "'=1+1"]
    done = audit("export", "--format", "jsonl", location=shared)
    assert len(done.stdout.splitlines()) == 6  # the two exports are noted
    failed = audit("export", "--output", tmp_path / "no" / "such" / "folder.csv", location=shared)
    assert failed.returncode == 1


def test_who_exports_is_noted_with_what_they_asked_for(shared: Path, tmp_path: Path) -> None:
    """Before the first line is written, as a failed one shows."""
    asked = ("--format", "jsonl", "--person", JEAN, "--from", "2026-03-01")
    assert audit("export", *asked, "--output", tmp_path / "no" / "such.jsonl", location=shared).returncode == 1
    assert audit("export", *asked, location=shared).returncode == 0
    lines = audit("list", "--action", "export", "--json", "--limit", "2", location=shared).stdout.splitlines()
    noted = [json.loads(line) for line in lines]
    assert {each["detail"] for each in noted} == {f"jsonl person={JEAN} since=2026-03-01 00:00:00+00:00"}
    assert {(each["via"], each["outcome"]) for each in noted} == {("command", "done")}


def test_an_account_without_a_name_goes_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose number is in no file of accounts."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)
    assert commanding().startswith("uid 54321@")


@pytest.mark.parametrize("remote", [False, True])
def test_a_purge_drops_whole_months_here_and_there_and_is_noted(shared: Path, tmp_path: Path, remote: bool) -> None:
    """Only after a yes; what is younger stays, and who dropped what is in the trail."""
    location = f"file://{shared}" if remote else str(shared)
    age = (NOW - datetime(2026, 4, 15, tzinfo=UTC)).days
    for answer in ("", "no\n"):
        done = audit("purge", "--older-than", age, "--data", tmp_path / "data", location=location, answer=answer)
        assert (done.returncode, "nothing was dropped" in done.stderr) == (2, True)
    done = audit("purge", "--older-than", age, "--yes", "--data", tmp_path / "data", location=location)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Dropped 2026-03")
    months = git(shared, "for-each-ref", "--format=%(refname:lstrip=2)").splitlines()
    assert "2026-03" not in months
    assert "2026-04" in months
    (noted,) = audit("list", "--action", "purge", "--json", location=shared).stdout.splitlines()
    assert json.loads(noted)["detail"] == f"Drops 2026-03: older than {age} days"
    again = audit("purge", "--older-than", age, "--yes", "--data", tmp_path / "data", location=location)
    assert (again.returncode, "No month ended" in again.stdout) == (0, True)


def test_what_was_noted_can_not_be_changed_unseen(shared: Path, tmp_path: Path) -> None:
    """Within a month by the chain; the chain itself by a checkpoint that was kept elsewhere."""
    key, months = new_key(), open_trail(str(shared), tmp_path).months()
    tips = tuple(AuditTip(month=month, commit=commit) for month, commit in months.items())
    said = Checkpoint(
        origin="prodgate.example/main", size=0, root="0" * 64, tip="0" * 40, branch="main", at=NOW, audit=tips
    )
    file = tmp_path / "note.checkpoint"
    file.write_bytes(signed(said, key))
    by = ("--checkpoint", file, "--key", verifier(said.origin, key))
    kept(shared, tmp_path, entry(5))
    done = audit("verify", *by, location=shared)
    assert done.returncode == 0, done.stdout + done.stderr
    assert audit("verify", "--checkpoint", file, location=shared).returncode == 2
    assert audit("verify", *by[:3], verifier(said.origin, new_key()), location=shared).returncode == 1

    kept(bare(tmp_path / "other.git"), tmp_path, entry(1, JEAN, detail="forged"))
    git(shared, "fetch", "--quiet", str(tmp_path / "other.git"), "+refs/audit/2026-03:refs/audit/2026-03")
    git(shared, "update-ref", "-d", "refs/audit/2026-04")
    done = audit("verify", *by, location=shared)
    assert done.returncode == 1
    assert "2026-03: it was rewritten" in done.stdout
    assert "2026-04: it is gone" in done.stdout

    path = git(shared, "ls-tree", "-r", "--name-only", "refs/audit/2026-03").splitlines()[0]
    journal = open_trail(str(shared), tmp_path).journal("2026-03")
    journal.open()
    journal.append({path: b"{}\n"}, "Change what was noted")
    done = audit("verify", location=shared)
    assert (done.returncode, "changes or removes what was noted before" in done.stdout) == (1, True)


def test_ages_that_are_none_are_refused(shared: Path) -> None:
    """Nothing is dropped by a slip of the finger."""
    for days in ("0", "-3", "1.5", "soon", "99999999"):
        assert audit("purge", "--yes", "--older-than", days, location=shared).returncode == 2
