"""The role's own file is loaded by the stand-in for AWX, whose jobs judge their grants in threads."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.awx import grants


def test_first_jobs_that_start_at_once_find_the_whole_role(monkeypatch: pytest.MonkeyPatch) -> None:
    """None has a file that another thread has begun to read."""
    for _ in range(20):
        monkeypatch.delitem(sys.modules, grants._NAME, raising=False)
        with ThreadPoolExecutor(8) as pool:
            whole = list(pool.map(lambda _: hasattr(grants.verification(), "verified"), range(8)))
        assert all(whole)
