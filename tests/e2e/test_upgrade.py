"""An upgrade from the last release and back, in its short form; `make upgrade-test` walks each way on its own."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.upgrade import ROOT, run_short, said

RELEASED = "3400025db660deba991ca843879b19628eee8780"
"""The commit of 0.2.0, for it has no tag yet."""


@pytest.mark.longest
def test_promotions_go_on_through_an_upgrade_and_back(tmp_path: Path) -> None:
    """What the last release began this code finishes, and the other way round; one job an attempt, a clean record."""
    known = subprocess.run(["git", "cat-file", "-e", f"{RELEASED}^{{commit}}"], cwd=ROOT, check=False)
    if known.returncode:
        assert said("git", "rev-parse", "--is-shallow-repository") == "true", "the history lacks the release"
        pytest.skip("a shallow clone has no release to begin with")
    told: list[str] = []
    assert run_short(RELEASED, tmp_path, told.append) == 0, told
