"""Failed tests run once more: what is held up passes, what is wrong fails, many are not tried again."""

import subprocess
import sys
from pathlib import Path

import pytest

HELD_UP = """
from pathlib import Path
def test_held_up():
    seen = Path("seen")
    there = seen.exists()
    seen.touch()
    assert there
"""


def again(folder: Path, content: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_it.py").write_text(content)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "tests.again", "here", "-q", "-p", "xdist.plugin", "-n", "1", "test_it.py"]
    around = {"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    around["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # what is installed besides takes most of each run's time
    return subprocess.run(command, cwd=folder, env=around, text=True, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (HELD_UP, 0, "Failed beside others, passed alone: test_it.py::test_held_up"),
        ("def test_wrong(): assert False", 1, "FAILED alone, too, at least one of: test_it.py::test_wrong"),
        ("import pytest\n@pytest.mark.parametrize('n', range(16))\ndef test_wrong(n): assert False", 1, ""),
        ("import nowhere", 2, "FAILED alone, too, at least one of: test_it.py"),
    ],
    ids=["held up", "wrong", "many", "not even read"],
)
def test_few_failures_are_tried_again(tmp_path: Path, content: str, code: int, said: str) -> None:
    run = again(tmp_path, content)
    assert run.returncode == code, run.stdout + run.stderr
    assert (said in run.stderr) if said else ("alone" not in run.stderr)
