"""Disks that fill up and clocks that jump, under processes that write and look at the time."""

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.processes import Child, Clock, Disk, can_mount, mounted
from tests.e2e.stack import until

WRITES = """
import errno, sys, time
while True:
    try:
        with open(sys.argv[1] + "/probe", "ab") as file:
            file.write(bytes(1_000))
    except OSError as error:
        try:
            print(errno.errorcode[error.errno], flush=True)
        except OSError:
            pass  # its log may not grow either
    time.sleep(0.05)
"""
LOOKS = """
import datetime, time
while True:
    begun = time.monotonic()
    time.sleep(0.05)
    print(f"{datetime.datetime.now().timestamp():.0f} {time.monotonic() - begun < 5}", flush=True)
"""


def said(child: Child) -> str:
    """The last whole line of its log."""
    lines = child.log.read_text().splitlines() if child.log.exists() else []
    return lines[-1] if lines else ""


@pytest.mark.parametrize("small", [True, False])
async def test_a_full_disk_takes_nothing_until_there_is_room_again(tmp_path: Path, small: bool) -> None:
    """A small file system says ENOSPC, a limit on the process's files EFBIG."""
    if small and not can_mount():
        pytest.skip("no file system can be mounted here")
    folder = tmp_path / "data"
    folder.mkdir()
    writes = [sys.executable, "-c", WRITES, str(folder)]
    child = Child("writer", [*mounted(folder), *writes] if small else writes, {}, tmp_path / "log")
    disk = Disk(child, folder, small)

    def grows() -> bool:
        """Several tries of the process long."""
        sizes = set()
        for _ in range(6):
            sizes.add((disk.seen / "probe").stat().st_size if (disk.seen / "probe").exists() else 0)
            time.sleep(0.05)
        return len(sizes) > 1

    await child.start()
    try:
        until("it writes", grows)
        disk.fill()
        until("nothing is written", lambda: not grows())
        assert not small or "ENOSPC" in child.log.read_text()
        disk.free()
        until("it writes again", grows)
    finally:
        await child.kill()


@pytest.mark.skipif(shutil.which("cc") is None, reason="the shim is compiled")
async def test_a_clock_jumps_while_a_process_runs_and_jumps_back(tmp_path: Path) -> None:
    """An hour back is an hour back, and sleeps take as long as ever."""
    clock = Clock.made(tmp_path / "clock")
    assert clock is not None
    child = Child("looker", [sys.executable, "-c", LOOKS], clock.environment, tmp_path / "log")
    await child.start()

    def shows(shift: float) -> bool:
        moment, sleeps = (said(child) or "0 True").split()
        return sleeps == "True" and abs(float(moment) - time.time() - shift) < 30

    try:
        for shift in (0.0, -3_600.0, 90.0, 0.0):
            clock.jump(shift)
            until(f"it is {shift} s later", lambda shift=shift: shows(shift))  # type: ignore[misc]
    finally:
        await child.kill()
