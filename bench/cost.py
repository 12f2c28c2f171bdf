"""Measures what promotions cost beside time: CPU by process, events and tasks in the engine's histories."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecution

_TICK = os.sysconf("SC_CLK_TCK")
Run = tuple[str, str]
"""A workflow's id and its run's."""


def cpu_seconds(pid: int) -> float:
    """CPU that the process used so far: its own, that of its children that ended, and that of those alive."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    except (FileNotFoundError, ProcessLookupError):  # a child that ended just now is in its parent's sum
        return 0.0
    return sum(map(int, fields[11:15])) / _TICK + sum(map(cpu_seconds, children))


def cpu_taken(do: Callable[[], object]) -> float:
    """CPU seconds that it takes, of this process and of those that it starts and that end."""
    before = os.times()
    do()
    return sum(after - known for after, known in zip(os.times()[:4], before[:4], strict=True))


def _children(task: Path) -> Iterable[int]:
    return map(int, (task / "children").read_text().split())


def cpu_of(processes: Mapping[str, int]) -> dict[str, float]:
    """CPU seconds by process, which are named with their ids."""
    return {name: cpu_seconds(pid) for name, pid in processes.items()}


@dataclass
class Steps:
    """Events and workflow tasks by type of workflow."""

    events: Counter[str] = field(default_factory=Counter)
    tasks: Counter[str] = field(default_factory=Counter)


class Histories:
    """The histories of every workflow of one side, on a server that another side uses too."""

    def __init__(self, temporal: Client, floors: bool) -> None:
        self._temporal, self._floors = temporal, floors

    async def lengths(self) -> dict[Run, int]:
        """The length of the history of each workflow that still runs, and may grow."""
        found = {}
        for run in await self._listed("ExecutionStatus = 'Running'"):
            described = await self._temporal.get_workflow_handle(run.id, run_id=run.run_id).describe()
            found[run.id, run.run_id] = described.history_length
        return found

    async def grown(self, before: Mapping[Run, int], since: datetime) -> Steps:
        """Counts what came to all histories since those lengths were taken."""
        steps = Steps()
        runs = {(run.id, run.run_id): run for run in await self._listed(f"StartTime >= '{since.isoformat()}'")}
        for key in before:
            runs.setdefault(key, await self._temporal.get_workflow_handle(key[0], run_id=key[1]).describe())
        for key, run in runs.items():
            history = await self._temporal.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
            fresh = [event.event_type for event in history.events[before.get(key, 0) :]]
            steps.events[run.workflow_type] += len(fresh)
            steps.tasks[run.workflow_type] += fresh.count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        return steps

    async def _listed(self, query: str) -> list[WorkflowExecution]:
        listed = self._temporal.list_workflows(query, page_size=1000)
        return [run async for run in listed if run.workflow_type.startswith("Floor") is self._floors]
