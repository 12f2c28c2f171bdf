"""Acknowledged changes are there, whenever the writer dies."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from record.audit.verify import verify
from tests.record.building import NOBODY, bare, git
from tests.record.writing import ACTIONS

TICKETS = 32
"""Four commits each: 128 in all."""
KILLS = 4
"""The number of times the writer dies before it may finish."""


def start(
    location: str, tmp_path: Path, first: int, last: int, at_once: int, name: str = "one"
) -> "subprocess.Popen[str]":
    acknowledged = (tmp_path / f"{name}.txt").open("a")
    command = [sys.executable, "-m", "tests.record.writing", location, str(tmp_path / name)]
    command += [str(each) for each in (first, last, at_once)]
    with acknowledged:
        return subprocess.Popen(command, stdout=acknowledged, text=True, cwd=Path(__file__).parents[3])


def missing(repository: Path, acknowledgements: str) -> list[str]:
    """Acknowledged transitions that the branch's history does not have."""
    log = git(
        repository, "log", "--format=%(trailers:key=Request-Id,valueonly)%(trailers:key=Action,valueonly)", "main"
    )
    words = log.split()
    recorded = set(zip(words[::2], words[1::2], strict=True))
    lines = [line.split() for line in acknowledgements.splitlines() if line.count(" ") == 2]
    return [line[0] for line in lines if (line[0], line[1]) not in recorded]


@pytest.mark.parametrize("remote", [False, True], ids=["a folder", "a remote"])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path, remote: bool) -> None:
    """SIGKILL at random points of 128 commits; each next start goes on, and every transition is there exactly once."""
    path = bare(tmp_path / "record.git")
    location = f"file://{path}" if remote else str(path)
    told = tmp_path / "one.txt"
    for kill in range(KILLS + 1):
        size = told.stat().st_size if told.exists() else 0
        writer = start(location, tmp_path, 1, TICKETS + 1, at_once=8)
        while writer.poll() is None and told.stat().st_size == size:
            time.sleep(0.005)
        if kill < KILLS:
            time.sleep(random.uniform(0, 0.15))  # noqa: S311
            writer.kill()
        writer.wait()
        assert missing(path, told.read_text()) == []
        assert git(path, "fsck", "--strict", "--full", "--no-dangling") == ""
    assert git(path, "rev-list", "--count", "main") == str(TICKETS * (1 + len(ACTIONS)))
    assert {violation.rule for violation in verify(path)} <= NOBODY
