"""Houses for the API's tests: one that a session shares, and one that a test has to itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.house import Connect, House, opened


@pytest.fixture(scope="session")
def house(connect_temporal: Connect, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The shared house: a test here speaks of the tickets that it made itself, and breaks nothing."""
    # Patient, so that a busy machine makes no 202 of a 201: what waits for Git is tested in houses of their own.
    with opened(connect_temporal, tmp_path_factory.mktemp("house"), answer_within=30.0) as house:
        yield house


@pytest.fixture
def own_house(connect_temporal: Connect, tmp_path: Path) -> Iterator[House]:
    """A house that holds no ticket yet, for this test alone: to count in, or to break."""
    with opened(connect_temporal, tmp_path, answer_within=2.5) as house:
        yield house
