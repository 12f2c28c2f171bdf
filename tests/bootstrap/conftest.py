"""The stage of the workflows' tests, for the tests of this folder."""

from tests.api.conftest import own_house
from tests.workflows.conftest import awx, dev_stage, running_awx, stage

__all__ = ["awx", "dev_stage", "own_house", "running_awx", "stage"]
