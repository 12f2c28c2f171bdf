"""The stage of workflow tests: the time-skipping server, a repository, a simulated AWX."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from engine.connection import converter
from tests.awx_fixtures import Simulator, simulating
from tests.company import found
from tests.workflows.stage import Stage
from workflows.shown import SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
def running_awx() -> Iterator[Simulator]:
    """One that all tests of a process use in turn: a start takes as long as many a test."""
    with simulating() as running:
        yield running


@pytest.fixture
def awx(running_awx: Simulator) -> Simulator:
    """A simulator that knows nothing yet."""
    running_awx.control("POST", "reset")
    return running_awx


@pytest.fixture
async def stage(tmp_path: Path, awx: Simulator) -> AsyncIterator[Stage]:
    """Everything but the worker, which a test runs for as long as it wants."""
    server = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    found(tmp_path / "gitops.git")
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=converter(None), test_server_existing_path=server
    )
    async with environment:
        await _register(environment)
        yield Stage(environment, tmp_path / "gitops.git", awx, follows=False)


@pytest.fixture
async def dev_stage(tmp_path: Path, awx: Simulator, temporal: Client) -> Stage:
    """The same on the dev server, for what the time-skipping one doesn't do; time passes at its own pace."""
    found(tmp_path / "gitops.git")
    return Stage(WorkflowEnvironment.from_client(temporal), tmp_path / "gitops.git", awx)


async def _register(environment: WorkflowEnvironment) -> None:
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    await environment.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=environment.client.namespace,
            search_attributes={attribute.name: keyword for attribute in SEARCH_ATTRIBUTES},
        )
    )
