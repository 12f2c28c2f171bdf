"""The short form of `make soak`: promotions while processes are killed and AWX misbehaves."""

from pathlib import Path

import pytest

from tests.e2e.soak import Plan, soak

SHORT = 24


@pytest.mark.longest
def test_promotions_end_once_whoever_is_killed(tmp_path: Path) -> None:
    """Whatever is lost, late, doubled, forged or killed: one end each, at most one job an attempt, a clean audit."""
    plan = Plan(promotions=SHORT, kill_every=6.0, awx_fails=True, within=300)
    assert soak(tmp_path, plan).kills
