"""The file of first jobs when it could not be made at first."""

import sqlite3
from pathlib import Path

import pytest

from api.first_jobs import FirstJobs


def test_a_file_that_was_locked_is_opened_again(tmp_path: Path) -> None:
    """By the next job; the one before was refused."""
    file = tmp_path / "jobs.db"
    other = sqlite3.connect(file)
    other.execute("BEGIN EXCLUSIVE")
    jobs = FirstJobs(file)
    with pytest.raises(sqlite3.Error):
        jobs.first("PR-2026-0001-1", 7)
    other.rollback()
    other.close()
    assert jobs.first("PR-2026-0001-1", 7) == 7
    assert jobs.first("PR-2026-0001-1", 8) == 7
    jobs.close()
