"""Writers of the audit trail: in groups, beside each other, while Git is away, and until somebody kills them."""

import json
import signal
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
import trustme

from domain.trail import AuditAction
from record.trail.entries import new_entry
from record.trail.repository import open_trail
from record.trail.writing import Trail
from tests.e2e.stack import until
from tests.record.building import bare, git
from tests.record.git.https import TOKEN, over_https
from tests.record.trail.trails import NOW, entry, kept, lines, process


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return bare(tmp_path / "audit.git")


@pytest.mark.parametrize("remote", [False, True])
def test_what_is_noted_is_in_its_months_ref(shared: Path, tmp_path: Path, remote: bool) -> None:
    """Several entries are one commit, and a month has a ref of its own."""
    where = f"file://{shared}" if remote else shared
    kept(where, tmp_path, entry(1), entry(2), new_entry(AuditAction.REJECT, at=NOW.replace(month=4)))
    assert len(lines(shared)) == 2
    assert [json.loads(line)["action"] for line in lines(shared, "2026-04")] == ["reject"]
    kept(where, tmp_path, entry(3))
    assert git(shared, "log", "--format=%s", "refs/audit/2026-03").splitlines()[0] == "Note 1 act"
    assert len(lines(shared)) == 3
    assert git(shared, "for-each-ref", "--format=%(refname)").splitlines() == [
        "refs/audit/2026-03",
        "refs/audit/2026-04",
    ]


def test_a_second_has_one_commit_however_much_is_noted(shared: Path) -> None:
    """Whoever notes is never kept: the writer gathers."""
    trail = Trail(open_trail(str(shared), shared))
    started = time.monotonic()
    for number in range(2_000):
        trail.note(entry(number % 50))
        if number % 20 == 0:
            time.sleep(0.01)
    took = time.monotonic() - started
    trail.close()
    assert len(lines(shared)) == 2_000
    assert int(git(shared, "rev-list", "--count", "refs/audit/2026-03")) <= took + 2


@pytest.mark.parametrize("remote", [False, True])
def test_several_processes_write_one_month_and_lose_nothing(shared: Path, tmp_path: Path, remote: bool) -> None:
    """Each has its own files; who was second appends after the first."""
    where = f"file://{shared}" if remote else str(shared)

    def one(name: str) -> None:
        trail = Trail(open_trail(where, tmp_path / name))
        for number in range(40):
            trail.note(entry(number, detail=f"{name} {number}"))
            time.sleep(0.05)
        trail.close()

    threads = [threading.Thread(target=one, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {json.loads(line)["detail"] for line in lines(shared)}
    assert told == {f"{name} {number}" for name in "abc" for number in range(40)}
    changed = git(shared, "log", "--format=", "--name-status", "refs/audit/2026-03").split("\n")
    assert {line[0] for line in changed if line} == {"A"}, "no segment is ever changed"


def test_while_git_is_away_entries_wait_and_then_are_written(shared: Path, tmp_path: Path) -> None:
    """Nothing that notes waits or fails; what waited is there afterwards, once."""
    trail = Trail(open_trail(str(shared), tmp_path))
    away = shared.rename(tmp_path / "away.git")
    for number in range(10):
        trail.note(entry(number))
    _until(lambda: trail.failure is not None)
    away.rename(shared)
    _until(lambda: trail.failure is None and shared.exists())
    trail.close()
    assert len(lines(shared)) == 10


def test_what_is_too_much_is_counted_in_the_next_entry(shared: Path, tmp_path: Path) -> None:
    """The memory has a bound, and the log has every line."""
    trail = Trail(open_trail(str(shared), tmp_path), most=5)
    away = shared.rename(tmp_path / "away.git")
    with structlog.testing.capture_logs() as told:
        for number in range(30):
            trail.note(entry(number))
    assert len(told) == 30
    away.rename(shared)
    _until((shared / "refs/audit/2026-03").exists)
    trail.note(entry(40))
    trail.close()
    found = [json.loads(line) for line in lines(shared)]
    assert len(found) + sum(each.get("leftOut", 0) for each in found) == 31


def test_a_killed_process_loses_what_its_log_still_has(shared: Path, tmp_path: Path) -> None:
    """SIGKILL in the midst of notes: log and repository together have all; the repository is whole."""
    code = textwrap.dedent("""
        import sys, time
        from bootstrap.process import configure_logs
        from domain.trail import AuditAction
        from record.trail.entries import new_entry
        from record.trail.repository import open_trail
        from record.trail.writing import Trail
        configure_logs("INFO")
        trail = Trail(open_trail(sys.argv[1], sys.argv[2]))
        for number in range(100_000):
            trail.note(new_entry(AuditAction.READ, "a@b.example", detail=str(number)))
            time.sleep(0.002)
    """)
    running = process(code, str(shared), str(tmp_path))
    until("something is written", lambda: git(shared, "for-each-ref") != "")
    time.sleep(1)
    running.send_signal(signal.SIGKILL)
    _, logged = running.communicate()
    month = git(shared, "for-each-ref", "--format=%(refname)").removeprefix("refs/audit/")
    written = {json.loads(line)["id"] for line in lines(shared, month)}
    told = {json.loads(line)["id"] for line in logged.splitlines() if '"audit"' in line}
    assert written
    assert written <= told
    assert len(told - written) < 1_500, "some two seconds' worth"
    assert git(shared, "fsck", "--no-dangling") == ""
    kept(shared, tmp_path, new_entry(AuditAction.READ, "a@b.example"))
    assert len(lines(shared, month)) == len(written) + 1


def test_without_a_repository_the_log_is_all() -> None:
    """As before there was one."""
    trail = Trail()
    with structlog.testing.capture_logs() as told:
        trail.note(entry(1, detail="seen"))
    trail.close()
    assert [(line["event"], line["action"], line["detail"]) for line in told] == [("done", "approve", "seen")]


def test_a_month_that_was_dropped_begins_anew(shared: Path, tmp_path: Path) -> None:
    """A writer that knew the month learns it from its next append."""
    trail = Trail(open_trail(str(shared), tmp_path))
    trail.note(entry(1))
    _until(lambda: (shared / "refs/audit/2026-03").exists())
    git(shared, "update-ref", "-d", "refs/audit/2026-03")
    trail.note(entry(2))
    trail.close()
    assert len(lines(shared)) == 1


def test_a_remote_over_https_takes_its_own_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another token keeps the entries waiting, and is repeated nowhere."""
    remote = bare(tmp_path / "served" / "audit.git")
    git(remote, "config", "http.receivepack", "true")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "ca.pem"))
    with over_https(tmp_path / "served", tmp_path / "server.pem") as address:
        for token, failed in ((TOKEN, False), ("glpat-wrong", True)):
            trail = Trail(open_trail(f"{address}/audit.git", tmp_path / token, token))
            trail.note(entry(1))
            trail.close()
            assert (trail.failure is not None) is failed
            assert "glpat" not in (trail.failure or "")
    assert len(lines(remote)) == 1
    assert TOKEN not in "".join(path.read_text() for path in tmp_path.rglob("config"))


def _until(true: Callable[[], bool], within: float = 90) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
