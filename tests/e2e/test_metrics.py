"""What an installation serves to Prometheus is what the documentation lists, and what dashboards and rules read."""

from pathlib import Path

from tests.e2e.stack import Stack, started
from tests.metrics import SETTINGS, documented, known, names, queries, scraped, table


def test_every_metric_that_is_served_is_listed_and_every_one_that_is_used_is_served(tmp_path: Path) -> None:
    """`python -m tests.metrics` writes the list anew."""
    with started(Stack(tmp_path / "data", settings=SETTINGS)) as stack:
        of = scraped(stack)
    assert table(of) == documented()
    everything = known(of["api"]) | known(of["worker"])
    missing = {where: names(expr) - everything for where, expr in queries().items()}
    assert not {where: these for where, these in missing.items() if these}
