"""The simulated AWX, the receiver of its notifications and the activities on it, for the tests of this folder."""

from collections.abc import AsyncIterator

import pytest

from activities.awx import AwxActivities
from tests.awx_fixtures import TIMINGS, Simulator, no_objection, receiver, shared_simulator, simulator

__all__ = ["receiver", "shared_simulator", "simulator"]


@pytest.fixture
async def awx(simulator: Simulator) -> AsyncIterator[AwxActivities]:
    async with simulator.client() as client:
        yield AwxActivities(client, no_objection, TIMINGS)
