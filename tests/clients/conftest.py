"""The simulated AWX and the receiver of its notifications, for the tests of this folder."""

from tests.awx_fixtures import receiver, shared_simulator, simulator

__all__ = ["receiver", "shared_simulator", "simulator"]
