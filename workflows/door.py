"""The worker's door: what a promotion can't take as a message never reaches it.

An error in a signal's handler would hold the promotion up until the code is changed: a signal is in the history, and
every attempt meets it again. (A malformed update is refused by the SDK and leaves nothing behind.)
"""

from temporalio import workflow
from temporalio.worker import (
    HandleSignalInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)


class Door(Interceptor):
    """Drops signals that carry anything but one value; logged, for whoever sent them past the API."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002  the SDK's name
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002  the SDK's name
        if len(input.args) != 1 or input.args[0] is None:
            workflow.logger.warning("a signal %s with %d values was dropped", input.signal, len(input.args))
            return
        await super().handle_signal(input)
