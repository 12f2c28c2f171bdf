"""Shares with the tests of several folders: one Temporal dev server a session, a GitOps repository for each test.

Each pytest process starts its own server, so `-n` needs nothing else. A namespace takes 10 ms to make, so every client
gets one of its own: tests never meet each other's promotions, and may all begin with PR-YYYY-0001.
"""

import ast
import faulthandler
import gc
import itertools
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import coverage
import pytest
import pytest_asyncio
import temporalio.worker._worker
from _pytest.faulthandler import fault_handler_stderr_fd_key
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.worker._workflow import _WorkflowWorker

from demo.layout import TUNING
from engine.connection import converter
from tests.company import found
from tests.dev_server import dev_server
from workflows.shown import SEARCH_ATTRIBUTES

# jsonschema would compile 38 grammars, nine seconds in every process, for a format that no schema of ours has.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

_OPTIONS = (*TUNING, "worker.perNamespaceWorkerCount=0")
"""The demo's; and none of the workers that the server runs itself in each namespace, for features that we don't use."""

_KEYWORDS = {attribute.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for attribute in SEARCH_ATTRIBUTES}

Connect = Callable[[], Awaitable[Client]]


_parse, _parsing = ast.parse, threading.RLock()


def _parse_alone(*given: Any, **named: Any) -> Any:
    """Parse while no other thread does, and no garbage is collected.

    CPython 3.11 keeps one depth for all parsers of a process: where two of them overlap, one ends with SystemError
    "AST constructor recursion depth mismatch". pytest and tracebacks parse to show a failure, Hypothesis to draw from.
    """
    with _parsing:
        collects = gc.isenabled()
        gc.disable()
        try:
            return _parse(*given, **named)
        finally:
            if collects:
                gc.enable()


ast.parse = _parse_alone

# httpcore looks for sniffio again at each request, for it is not installed. Where garbage that warns is collected in
# such an import, CPython 3.11 loses count of the module's lock, and the next thread that looks waits for ever.
sys.modules["sniffio"] = None  # type: ignore[assignment]  # as the import system has it for what can't be imported


class _WaitsLonger(_WorkflowWorker):
    """Fails a workflow that holds its thread for 20 seconds: the library's 2 pass where others take the processors."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._deadlock_timeout_seconds = 20


temporalio.worker._worker._WorkflowWorker = _WaitsLonger  # type: ignore[attr-defined]  # no option sets it alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test first: the others run beside it, where at the end every process but one would wait for it."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


_TEARDOWN = 120
"""Seconds that the end of a test may take. The limit of a test, once passed, doesn't fall again on what ends it."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """End a process whose test doesn't end, and say where each thread stands: the run would wait for it for ever."""
    faulthandler.dump_traceback_later(_TEARDOWN, file=item.config.stash[fault_handler_stderr_fd_key], exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let a failure that shows a lone surrogate reach the process that prints it: xdist ends on such a text."""
    return _encodable((yield))


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_encodable(key): _encodable(each) for key, each in value.items()}
        case list() | tuple():
            return type(value)(map(_encodable, value))
    return value


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def connect_temporal() -> AsyncIterator[Connect]:
    """Connects to the session's dev server; each call makes a client in a new, empty namespace."""
    options = [part for option in _OPTIONS for part in ("--dynamic-config-value", option)]
    async with await dev_server(
        dev_server_extra_args=options,
    ) as server:
        address, numbers = server.client.service_client.config.target_host, itertools.count(1)

        async def connect() -> Client:
            client = await Client.connect(address, namespace=f"test-{next(numbers)}", data_converter=converter(None))
            await _make_namespace(client)
            return client

        yield connect


async def _make_namespace(client: Client) -> None:
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=client.namespace, workflow_execution_retention_period=Duration(seconds=86_400)
        )
    )
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=_KEYWORDS)
    )


@pytest_asyncio.fixture
async def temporal(connect_temporal: Connect) -> Client:
    """A client of the dev server, in a namespace that this test alone uses."""
    return await connect_temporal()


@pytest.fixture
def gitops(tmp_path: Path) -> Path:
    """A bare repository with the demo's tenants and people on `main`, and no ticket yet."""
    path = tmp_path / "gitops.git"
    found(path)
    return path


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Save the lines that one of several processes counted while it is waited for: xdist kills it ten seconds later."""
    counting = coverage.Coverage.current()
    if counting is not None and hasattr(session.config, "workerinput"):
        counting.stop()
        counting.save()
