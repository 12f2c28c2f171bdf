"""The short form of `make soak`: people work while processes are killed and networks fail, and a checker looks on."""

from pathlib import Path

import pytest

from tests.e2e.soak import SEED, short, soak, told


@pytest.mark.longest
def test_whatever_fails_what_was_answered_is_so(tmp_path: Path) -> None:
    """Nothing answered is missing, no history illegal, no job doubled or unapproved, nobody untold, the audit clean."""
    run = short(SEED)
    outcome = soak(tmp_path, run)
    assert outcome.found == [], f"{told(run)}\n{outcome}"
    assert outcome.evidence.jobs
