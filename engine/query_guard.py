"""Guards workflows against queries that read ahead: a run that a query took further than its tasks is built anew.

A worker that answers a query reads the history as it is at that moment, which may already hold what the next workflow
task will bring (an activity that has just ended, say). The SDK hands that to the workflow at once, and the update that
comes with the task separately, later. A replay hands over both together, the update first: it finds the commands in
another order than the history has them, and the promotion would be stuck for good on every worker but this one
(docs/adr/0012, which names the issues upstream; `tests/engine/test_query_fault.py` shows the fault).

The guard refuses such a query, which writes nothing and makes the worker forget the run; the task that brings the
events builds it anew. It tells by one of two signs:

- The history has grown, while the task's own time has not moved: no task has begun since.
- A run was just built for it. Another worker holds the task (and may never answer, for it was killed), so its beginning
  is in the history, and what it brings looks like a task of our own until the query follows. A run that was built for
  its first task here and is then queried looks the same, and is built a second time: once, and for nothing.
"""

import logging

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker._command_aware_visitor import CommandInfo  # the interface's own type, which it does not export
from temporalio.workflow import Info, _Definition

log = logging.getLogger(__name__)

_ASKS = {"query_workflow", "remove_from_cache"}
"""Jobs that change nothing in the run."""

_ALONE = "legacy_query"
"""The SDK's id of a query that came by itself; one that came with a task has the engine's."""


class QueryGuard(WorkflowRunner):
    """Runs workflows as another runner does, and refuses queries that read ahead of a workflow's next task."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: _Definition) -> None:
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Guarded(self._runner.create_instance(det))


class _Guarded(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance
        self._at = Timestamp()
        self._length = 0
        self._replayed = False
        self._borrowed = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        jobs = {job.WhichOneof("variant") for job in act.jobs}
        if self._runs_ahead(act) if jobs - _ASKS else self._ran_ahead(act):
            return self._refused(act)
        return self._instance.activate(act)

    def _runs_ahead(self, act: WorkflowActivation) -> bool:
        """Tells whether the events come without a task; notes whether the task might be another worker's."""
        if act.timestamp == self._at:
            return act.history_length > self._length
        self._at.CopyFrom(act.timestamp)
        self._length = act.history_length
        asked = any(job.HasField("do_update") for job in act.jobs)  # which no history tells, only a task of our own
        self._borrowed = self._replayed and not act.is_replaying and not asked
        self._replayed = act.is_replaying
        return False

    def _ran_ahead(self, act: WorkflowActivation) -> bool:
        """Tells whether what was done last may have been the query's own reading, not a task."""
        return self._borrowed and any(job.query_workflow.query_id == _ALONE for job in act.jobs)

    def _refused(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        log.info("%s: a query came ahead of what the next task brings, and is refused", self.get_info().workflow_id)
        completion = WorkflowActivationCompletion(run_id=act.run_id)
        completion.failed.failure.message = "The workflow is about to go on; ask again"
        return completion

    def get_serialization_context(self, command_info: CommandInfo | None) -> SerializationContext | None:
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: CommandInfo | None) -> StorageDriverStoreContext:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
