"""The short form of the restore drill: Temporal's database is deleted under promotions in every state."""

from pathlib import Path

import pytest

from tests.e2e.restore import GROUPS, drill


@pytest.mark.longest
def test_promotions_go_on_after_the_engine_lost_everything(tmp_path: Path) -> None:
    """Decided and deployed as if nothing had happened: each once, with a clean audit."""
    made = drill(tmp_path, promotions=18, date_in=90)
    assert len(made.all) == 2 * len(GROUPS)
