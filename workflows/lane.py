"""The lane: one short-lived workflow a target, for as long as somebody deploys there or waits to.

Messages it takes:
    join    signal  an attempt stands in the lane from now on; said twice, it stands once
    leave   signal  an attempt has ended, or somebody found that it had
    queue   query   who deploys, and who waits
"""

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.lane import JOIN, LANE, LEAVE, QUEUE, LaneActivities
    from domain.deployment import Deployment
    from domain.lane import Place, Queue, Standing, lane_of
    from domain.ticket import PromotionRequest
    from workflows import options, shown


@workflow.defn(name=LANE)
class Lane:
    """Holds one value, the queue. It knows nothing of what its places do, and takes no step of its own."""

    @workflow.init
    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    @workflow.run
    async def run(self, queue: Queue) -> None:
        """Wait until the lane is empty. A busy lane goes on in a new run before its history grows long."""
        del queue
        self._show()
        await workflow.wait_condition(
            lambda: self._queue.front is None or workflow.info().is_continue_as_new_suggested()
        )
        if self._queue.front is not None:
            workflow.continue_as_new(self._queue)

    def _show(self) -> None:
        workflow.set_current_details(shown.lane(self._queue))

    @workflow.signal(name=JOIN)
    def join(self, place: Place) -> None:
        """Let an attempt stand in the lane."""
        self._queue = self._queue.joined(place)
        self._show()

    @workflow.signal(name=LEAVE)
    def leave(self, place: Place) -> None:
        """Let an attempt go."""
        self._queue = self._queue.left(place)
        self._show()

    @workflow.query(name=QUEUE)
    def queue(self) -> Queue:
        """Who deploys, and who waits."""
        return self._queue


class Turn:
    """A promotion's own view of its lane; `standing` is None while it stands in none."""

    def __init__(self) -> None:
        self.standing: Standing | None = None

    async def come(self, ticket: PromotionRequest, deployment: Deployment) -> None:
        """Stand in the target's lane until nobody is ahead, and show meanwhile who is."""
        place = Place(request_id=ticket.id, attempt=deployment.attempt, since=ticket.last.at)
        self.standing = Standing(lane=lane_of(deployment), place=place)
        while self.standing.ahead != ():
            if self.standing.ahead:
                workflow.set_current_details(shown.details(ticket, self.standing))
            self.standing = await workflow.execute_activity_method(
                LaneActivities.stand_in_lane, self.standing, **options.looking(_waits(self.standing))
            )
        workflow.set_current_details(shown.details(ticket, self.standing))

    async def leave(self) -> None:
        """Let the next one deploy. Where the lane is gone nobody waits in it, or those who do notice by themselves."""
        standing, self.standing = self.standing, None
        if standing is None:
            return
        try:
            await workflow.get_external_workflow_handle(standing.lane).signal(LEAVE, standing.place)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("%s could not be told: %s", standing.lane, error)


def _waits(standing: Standing) -> str:
    return f"waits behind {standing.ahead[0]}" if standing.ahead else f"joins {standing.lane}"[:200]
