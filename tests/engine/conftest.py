"""The stage of the workflows' tests, for the tests of this folder."""

from tests.workflows.conftest import awx, dev_stage, running_awx, stage

__all__ = ["awx", "dev_stage", "running_awx", "stage"]
