"""A journal beside the branch: grouped, durable, one writer's at a time, and as cheap for many tickets as for one."""

from pathlib import Path

import pytest

from record.errors import JournalMoved, RecordUnavailable
from record.git import journal as journals
from record.git.journal import Journal
from record.git.repository import Repository
from tests.record.building import Story, bare, git, opened, person_commits

REF = "refs/outbox/mail"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A bare repository, which is a folder to some and a remote to others."""
    path = bare(tmp_path / "gitops.git")
    person_commits(path, {"README.md": "The record"})
    return path


def repository(shared: Path, tmp_path: Path, *, remote: bool, name: str = "one") -> Repository:
    return opened(f"file://{shared}" if remote else shared, tmp_path / name)


def begun(found: Repository, *, history: bool = False) -> Journal:
    journal = found.journal(REF, history=history)
    journal.open()
    return journal


@pytest.mark.parametrize("remote", [False, True])
async def test_a_group_is_one_commit_that_whoever_comes_next_reads(shared: Path, tmp_path: Path, remote: bool) -> None:
    """On the folder itself, or on the remote; the branch is not touched."""
    first = repository(shared, tmp_path, remote=remote)
    await Story(first).create()
    tip = git(shared, "rev-parse", "main")
    journal = begun(first)
    journal.append({"cursor.json": b"1", "2026/00/a.json": b"A"}, "Tell of 1 ticket")
    journal.append({"cursor.json": b"2", "2026/01/b.json": b"B"}, "Tell of 1 ticket")
    second = begun(repository(shared, tmp_path, remote=remote, name="two"))
    assert [second.read(path) for path in ("cursor.json", "2026/00/a.json", "2026/01/b.json")] == [b"2", b"A", b"B"]
    assert second.read("2026/02/c.json") is None
    assert git(shared, "rev-list", "--count", REF) == "2"
    assert git(shared, "fsck", "--strict") == ""
    assert git(shared, "rev-parse", "main") == tip
    await first.close()


@pytest.mark.parametrize("remote", [False, True])
async def test_a_writer_who_was_replaced_changes_nothing(shared: Path, tmp_path: Path, remote: bool) -> None:
    """Its next append says so."""
    old, new = (begun(repository(shared, tmp_path, remote=remote, name=name)) for name in ("one", "two"))
    new.append({"cursor.json": b"new"}, "Begin")
    tip = git(shared, "rev-parse", REF)
    with pytest.raises(JournalMoved, match="moved by somebody else"):
        old.append({"cursor.json": b"old"}, "Begin")
    assert git(shared, "rev-parse", REF) == tip


@pytest.mark.parametrize("remote", [False, True])
async def test_a_journal_that_was_rewritten_or_removed_is_not_written_over(
    shared: Path, tmp_path: Path, remote: bool
) -> None:
    """Whoever did that has a reason; the next leader begins with what is there."""
    journal = begun(repository(shared, tmp_path, remote=remote))
    journal.append({"cursor.json": b"1"}, "Begin")
    git(shared, "update-ref", "-d", REF)
    with pytest.raises(JournalMoved):
        journal.append({"cursor.json": b"2"}, "Go on")
    journal.open()
    assert journal.read("cursor.json") is None


def test_an_append_whose_answer_was_lost_is_found_out_about(shared: Path, tmp_path: Path) -> None:
    """It came through, or it did not: either way what follows is right."""
    journal = begun(repository(shared, tmp_path, remote=True))
    journal.append({"cursor.json": b"1"}, "Begin")
    away = shared.rename(tmp_path / "away.git")
    with pytest.raises(RecordUnavailable):
        journal.append({"cursor.json": b"2"}, "Go on")
    away.rename(shared)
    _answer_is_lost(shared)
    with pytest.raises(RecordUnavailable):
        journal.append({"cursor.json": b"3"}, "Go on")
    (shared / "hooks" / "post-receive").unlink()
    assert git(shared, "show", f"{REF}:cursor.json") == "3"
    journal.append({"cursor.json": b"4"}, "Go on")
    assert git(shared, "log", "--format=%s %(trailers:key=Append,valueonly)", REF).split() == [
        *("Go", "on", "3", "Go", "on", "2", "Begin", "1")
    ]


def _answer_is_lost(shared: Path) -> None:
    """Let the remote end its connection after it has taken a push, before it says so."""
    hook = shared / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)


async def test_readers_see_the_remote_s_journal_after_a_fetch(shared: Path, tmp_path: Path) -> None:
    """An API process writes none, and follows."""
    reader = repository(shared, tmp_path, remote=True, name="reader")
    assert reader.journal(REF).newest("cursor.json") is None
    begun(repository(shared, tmp_path, remote=True)).append({"cursor.json": b"1"}, "Begin")
    reader.fetch()
    assert reader.journal(REF).newest("cursor.json") == b"1"


@pytest.mark.parametrize(("history", "kept"), [(False, "2"), (True, "7")])
async def test_the_history_of_a_journal_is_let_go_unless_it_is_to_be_kept(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: bool, kept: str
) -> None:
    """After some number of appends it begins anew, with every file as it was."""
    monkeypatch.setattr(journals, "KEPT", 6)
    journal = begun(repository(shared, tmp_path, remote=True), history=history)
    for number in range(7):
        journal.append({f"{number}.json": b"x"}, "Tell")
    assert git(shared, "rev-list", "--count", REF) == kept
    assert len(git(shared, "ls-tree", "--name-only", REF).splitlines()) == 7


async def test_what_an_append_writes_does_not_grow_with_the_tickets(shared: Path, tmp_path: Path) -> None:
    """Bytes of pack for one changed ticket, among ten and among thousands."""
    found = repository(shared, tmp_path, remote=False)
    journal = begun(found)

    def written(number: int) -> int:
        before = {path: path.stat().st_size for path in (shared / "objects" / "pack").glob("*.pack")}
        journal.append({"cursor.json": b"1", f"2026/{number // 100:02}/{number}.json": b"x" * 500}, "Tell")
        new = set((shared / "objects" / "pack").glob("*.pack")) - set(before)
        return sum(path.stat().st_size for path in new)

    few = written(1)
    journal.append({f"2026/{n // 100:02}/{n}.json": b"x" * 500 for n in range(2_000)}, "Tell of many")
    assert written(1_999) < few + 6_000
