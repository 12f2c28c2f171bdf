"""Has the engine record what people do with their passkeys."""

from temporalio.common import WorkflowIDConflictPolicy

from api.engine import ACCEPT_WITHIN, Engine
from domain.passkeys import PasskeyChange, RecordedPasskey
from workflows.passkeys import ChangePasskey, passkey_change_of


async def change_passkey(engine: Engine, change: PasskeyChange) -> RecordedPasskey:
    """Have the record take an act on a passkey. Raises what refuses it, EngineUnavailable."""
    start = engine.client.start_workflow(
        ChangePasskey.run,
        change,
        id=passkey_change_of(change),
        task_queue=engine.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="confirms a passkey, or ends one",
        rpc_timeout=ACCEPT_WITHIN,
    )
    return await engine.recorded(start)
