"""Houses and stages for attacks: those of the API's and the workflows' tests."""

from tests.api.conftest import house, own_house
from tests.workflows.conftest import awx, dev_stage, running_awx

__all__ = ["awx", "dev_stage", "house", "own_house", "running_awx"]
