"""Has the engine record what people do with their votes."""

from temporalio.common import WorkflowIDConflictPolicy

from api.engine import ACCEPT_WITHIN, Engine
from domain.delegations import DelegationChange, RecordedDelegation
from workflows.delegations import ChangeDelegation, delegation_change_of


async def change_delegation(engine: Engine, change: DelegationChange) -> RecordedDelegation:
    """Have the record take an act on a delegation. Raises what refuses it, EngineUnavailable."""
    start = engine.client.start_workflow(
        ChangeDelegation.run,
        change,
        id=delegation_change_of(change),
        task_queue=engine.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="hands a vote over, or ends that",
        rpc_timeout=ACCEPT_WITHIN,
    )
    return await engine.recorded(start)
