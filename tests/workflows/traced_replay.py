"""Replays every recorded history of a promotion with tracing switched on, in a process of its own: it is global."""

import asyncio

from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from bootstrap import otlp
from engine.connection import converter
from engine.signatures import SignatureInterceptor
from tests.workflows.test_replay import RECORDED, history, never, nothing
from workflows.promotion import Promotion


async def main() -> None:
    """Replay them all; the spans go to nobody."""
    otlp.export("http://127.0.0.1:9/v1/traces", None, 1.0, "replay")
    replayer = Replayer(
        workflows=[Promotion],
        data_converter=converter(None),
        interceptors=[SignatureInterceptor(never, nothing)],
        workflow_runner=UnsandboxedWorkflowRunner(),
        plugins=[otlp.plugin()],
    )
    for file in RECORDED:
        await replayer.replay_workflow(history(file))


if __name__ == "__main__":
    asyncio.run(main())
