"""Workflow tasks taken whole: a run that a query has read ahead of its task is forgotten and built anew.

A worker that answers a query reads the history as it is at that moment, which may already hold what the next workflow
task will bring (an activity that has just ended, say). The SDK hands that to the workflow at once, and the update that
comes with the task separately, later. A replay hands over both together, the update first: it finds the commands in
another order than the history has them, and the promotion would be stuck for good on every worker but this one.

Such events give themselves away: the history has grown, while the task's own time has not moved. They are refused,
which fails the query, writes nothing, and makes the worker forget the run; the task that brings them builds it anew.
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


class WholeTasks(WorkflowRunner):
    """Runs workflows as another runner does, and never a torn task."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: _Definition) -> None:
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Whole(self._runner.create_instance(det))


class _Whole(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance
        self._at = Timestamp()
        self._length = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if not _ASKS.issuperset(job.WhichOneof("variant") for job in act.jobs):
            if act.timestamp == self._at and act.history_length > self._length:
                return self._refused(act)
            self._at.CopyFrom(act.timestamp)
            self._length = act.history_length
        return self._instance.activate(act)

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
