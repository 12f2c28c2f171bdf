"""The short form of `make soak`: promotions while processes are killed and AWX misbehaves."""

from pathlib import Path

import pytest

from tests.e2e.soak import Plan, soak

SHORT = 24


@pytest.mark.longest
@pytest.mark.parametrize("awx_fails", [False, True], ids=["AWX is well", "AWX fails"])
def test_promotions_end_once_whoever_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, awx_fails: bool
) -> None:
    """Whatever is lost, late, doubled, forged or killed: one end each, at most one job an attempt, a clean audit."""
    # Counting the lines that its processes run would double their work; other tests run the same ones.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    plan = Plan(promotions=SHORT, awx_fails=awx_fails, within=300)
    assert soak(tmp_path, plan).kills
