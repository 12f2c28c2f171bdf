"""The README's walk-through does what it says, typed as printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.stack import Stack, started
from tests.readme import steps

STEP_ENDS = "-- the step ends --"


def undated(text: str) -> str:
    """Without what another day prints differently."""
    return re.sub(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z|(?<=PR-)\d{4}", "…", text)


def test_the_walk_through_prints_what_the_readme_says(tmp_path: Path) -> None:
    """On a first start, in a folder with `.venv` and `.data` as a clone has them; the ports alone are others."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    with started(Stack(tmp_path / ".data")) as stack:
        script = f'\necho "{STEP_ENDS}"\n'.join(step.commands for step in steps())
        done = subprocess.run(
            ["bash", "-euc", script.replace(":8080", f":{stack.ports['port']}")],
            cwd=tmp_path,
            env=os.environ | {"PRODGATE_DATA_DIR": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert undated(done.stdout).split(f"{STEP_ENDS}\n") == [undated(step.prints) for step in steps()]
