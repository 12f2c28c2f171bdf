"""The least that the engine needs for one message: a workflow that takes updates and does nothing with them."""

from temporalio import workflow


@workflow.defn
class Floor:
    """Takes updates, does nothing with them."""

    def __init__(self) -> None:
        self._over = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._over)

    @workflow.update
    def touch(self) -> None:
        """Be told something."""

    @workflow.signal
    def end(self) -> None:
        self._over = True
