"""Trails for tests: entries, repositories on a disk and over a remote."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.trail import AuditAction, AuditEntry
from record.trail.entries import new_entry
from record.trail.index import TrailIndex
from record.trail.query import TrailQuery
from record.trail.repository import open_trail
from record.trail.segments import read
from record.trail.writing import Trail
from tests.record.building import git

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
JEAN, ALICE = "jean.dupont@cab-i.com", "alice.bernard@cab-i.com"


def entry(number: int = 0, by: str = JEAN, action: AuditAction = AuditAction.APPROVE, **said: Any) -> AuditEntry:
    """An entry of the second by that number."""
    return new_entry(action, by, NOW + timedelta(seconds=number), **said)


def kept(location: str | Path, folder: Path, *entries: AuditEntry) -> None:
    """Entries that a process noted, and wrote at its end."""
    trail = Trail(open_trail(str(location), folder))
    for each in entries:
        trail.note(each)
    trail.close()


@contextmanager
def indexed(location: str | Path, folder: Path) -> Iterator[TrailIndex]:
    """An index that has caught up once."""
    index = TrailIndex(open_trail(str(location), folder), folder / "audit.db")
    index.catch_up()
    yield index
    index.close()


def found(index: TrailIndex, **filters: Any) -> list[str]:
    """The details of the entries on the first page."""
    page = index.page(TrailQuery(**filters))
    return [AuditEntry.model_validate_json(each).detail or "" for each in page.documents]


def lines(repository: Path, month: str = "2026-03") -> list[str]:
    """Every line of a month's segments."""
    ref = f"refs/audit/{month}"
    paths = git(repository, "ls-tree", "-r", "--name-only", ref).splitlines()
    return [line for path in paths for line in git(repository, "show", f"{ref}:{path}").splitlines()]


def noted(location: Path, folder: Path) -> list[tuple[str, str | None]]:
    """The action and the detail of everything that a repository has, oldest first."""
    with contextlib.closing(open_trail(str(location), folder / "noted")) as trail:
        segments = [
            segment for month, tip in trail.months().items() for segment in reversed([*trail.segments(month, tip)])
        ]
    return [(each.action, each.detail) for segment in segments for each in read(segment.path, segment.data)]


def process(code: str, *arguments: str) -> "subprocess.Popen[str]":
    """Another process that runs this, with the arguments in `sys.argv`."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
