"""The short form of `tests.e2e.rules`: people vote under rules that change, while workers and Temporal are killed."""

from pathlib import Path

import pytest

from tests.e2e.rules import Run, ruled


@pytest.mark.longest
def test_no_vote_is_lost_and_nothing_is_launched_that_the_rules_forbid(tmp_path: Path) -> None:
    """Each promotion ends deployed, once; the checker, the audit and the model find nothing."""
    outcome = ruled(tmp_path, Run(seed=7, promotions=6, lanes=3, kill_every=3, push_every=1.5))
    assert outcome.found == [], str(outcome)
    assert outcome.killed.total() > 1
    assert {history[-1].action for history in outcome.evidence.histories.values()} == {"deployed"}
