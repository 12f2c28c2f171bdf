"""Sums the processor time of tests, with that of every process that they start: `pytest -p tests.costs -n 3 tests/api`.

A process counts while it lives, and when its parent has waited for it; one that loses its parent counts no more.
"""

import os
import time
from collections import defaultdict
from collections.abc import Generator, Mapping
from operator import itemgetter
from pathlib import Path

import pytest

_TICKS = os.sysconf("SC_CLK_TCK")
_DEAREST = 20
_begun: dict[str, float] = {}
_tests: defaultdict[str, float] = defaultdict(float)


def used() -> float:
    """Seconds of this process, of the children that it waited for, and of all that live below it."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + sum(map(_tree, _children(os.getpid())))


def _tree(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0
    return sum(map(int, fields[11:15])) / _TICKS + sum(map(_tree, _children(pid)))


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text().split()]
    except OSError:
        return []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid: str) -> None:
    _begun[nodeid] = used()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report takes it to the process that sums."""
    report = yield
    if call.when == "teardown":
        report.user_properties.append(("processor", used() - _begun[item.nodeid]))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, seconds in report.user_properties:
        if name == "processor" and isinstance(seconds, float):
            _tests[report.nodeid] += seconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seconds of each folder, and the dearest tests."""
    folders: defaultdict[str, float] = defaultdict(float)
    for test, seconds in _tests.items():
        folders["/".join(test.partition("::")[0].split("/")[:2])] += seconds
    terminalreporter.section("processor seconds")
    for name, seconds in (*_dearest(folders), *_dearest(_tests)[:_DEAREST]):
        terminalreporter.write_line(f"{seconds:8.1f}  {name}")


def _dearest(costs: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(costs.items(), key=itemgetter(1), reverse=True)
