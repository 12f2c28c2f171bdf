"""Runs a part of the tests beside others, and the few that failed once more, alone.

    python -m tests.again run PART PYTEST-ARGUMENTS
    python -m tests.again alone        # what failed in parts that were run with TESTS_ALONE=later

Some thousand tests share two cores with a browser and the servers that they start; now and then one is held up until
something gives up. What is wrong fails alone, too. Both runs are printed, and more failures than a few are never luck.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FEW = 15
_KEPT = Path(".pytest_cache", "again")
_FAILED = "v/cache/lastfailed"


def main(what: str, *arguments: str) -> int:
    """The exit code of a run, or of the second one where few failed in the first."""
    if what == "alone":
        return max((_alone(kept.parents[2]) for kept in sorted(_KEPT.glob(f"*/{_FAILED}"))), default=0)
    part, *options = arguments
    cache = (_KEPT / part).absolute()
    shutil.rmtree(cache, ignore_errors=True)
    code = int(pytest.main([*options, "-o", f"cache_dir={cache}"]))
    if code != pytest.ExitCode.TESTS_FAILED or len(_failed(cache)) > FEW:
        return code
    if os.environ.get("TESTS_ALONE") == "later":
        sys.stderr.write(f"\nTo be run alone, later: {', '.join(_failed(cache))}\n")
        return 0
    return _alone(cache)


def _alone(cache: Path) -> int:
    """Run what failed once more, in a process of its own: a browser's driver shares one with no other tests."""
    failed = _failed(cache)
    sys.stderr.write(f"\nOnce more, alone: {', '.join(failed)}\n")
    code = subprocess.run([sys.executable, "-m", "pytest", *failed], check=False).returncode
    told = "FAILED alone, too, at least one of" if code else "Failed beside others, passed alone"
    sys.stderr.write(f"\n{told}: {', '.join(failed)}\n")
    return code


def _failed(cache: Path) -> list[str]:
    return sorted(json.loads((cache / _FAILED).read_text()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
