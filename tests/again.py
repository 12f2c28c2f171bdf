"""Runs tests beside others, and the few that failed once more, alone: `python -m tests.again LANE PYTEST-ARGUMENTS`.

Some thousand tests share two cores with a browser and the servers that they start; now and then one is held up until
something gives up. What is wrong fails alone, too. Both runs are printed, and more failures than a few are never luck.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FEW = 15


def main(lane: str, *arguments: str) -> int:
    """The exit code of the run: of the second one where few failed in the first."""
    cache = Path(".pytest_cache", "again", lane).absolute()
    shutil.rmtree(cache, ignore_errors=True)
    code = int(pytest.main([*arguments, "-o", f"cache_dir={cache}"]))
    if code != pytest.ExitCode.TESTS_FAILED:
        return code
    failed = sorted(json.loads((cache / "v/cache/lastfailed").read_text()))
    if len(failed) > FEW:
        return code
    sys.stderr.write(f"\nOnce more, alone: {', '.join(failed)}\n")
    code = subprocess.run([sys.executable, "-m", "pytest", *failed], check=False).returncode
    told = "FAILED alone, too, at least one of" if code else "Failed beside others, passed alone"
    sys.stderr.write(f"\n{told}: {', '.join(failed)}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
