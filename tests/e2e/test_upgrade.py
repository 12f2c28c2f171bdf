"""An upgrade from the last release and back, in its short form; `make upgrade-test` walks each way on its own."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.e2e.upgrade import ROOT, run_short, said

RELEASED = "925e7af6c2a06d63b714c65583a5aec96927a878"
"""The commit of 0.3.0, for it has no tag yet."""


def check_history() -> None:
    """Skip where a shallow clone has no release to begin with; in CI nothing is skipped, so it fails there."""
    known = subprocess.run(["git", "cat-file", "-e", f"{RELEASED}^{{commit}}"], cwd=ROOT, check=False)
    if known.returncode:
        assert os.environ.get("CI") != "true", "CI needs the whole history: a shallow clone lacks the last release"
        assert said("git", "rev-parse", "--is-shallow-repository") == "true", "the history lacks the release"
        pytest.skip("a shallow clone has no release to begin with")


def test_the_release_that_it_begins_with_is_the_last_one() -> None:
    """Once something is new since then; a release that is just cut can't name its own commit."""
    check_history()
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, last = re.split(r"^## \[(\d+\.\d+\.\d+)\]", changes, maxsplit=2, flags=re.MULTILINE)[:2]
    of_it = tomllib.loads(said("git", "show", f"{RELEASED}:pyproject.toml"))["project"]["version"]
    assert of_it == last or not unreleased.partition("## [Unreleased]")[2].strip()


@pytest.mark.longest
def test_promotions_go_on_through_an_upgrade_and_back(tmp_path: Path) -> None:
    """What the last release began this code finishes, and the other way round; one job an attempt, a clean record."""
    check_history()
    told: list[str] = []
    assert run_short(RELEASED, tmp_path, told.append) == 0, told
