"""Standing in a target's lane, as an activity: asked again and again, it holds no slot and writes no history."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from domain.lane import Place, Queue, Standing

LANE, JOIN, LEAVE, QUEUE, STANDING = "Lane", "join", "leave", "queue", "standing"
"""Names of the lane's workflow and messages, and of the query that a promotion answers with its own standing."""


@dataclass
class LaneActivities:
    """Asks lanes through the engine itself. `look_every` is the shortest time between two looks of one that waits."""

    client: Client
    task_queue: str
    look_every: timedelta = timedelta(seconds=1)
    look_at_least: timedelta = timedelta(seconds=10)

    @activity.defn
    async def stand_in_lane(self, known: Standing) -> Standing:
        """Stand in the lane, and tell who is ahead as soon as that isn't what is known; until then fail, benign.

        Harmless twice: a place that stands in the lane already is not given again.
        """
        queue = await self._queue(known)
        ahead = queue.ahead_of(known.place)
        if ahead is None:
            await self._join(known)
            ahead = (await self._queue(known)).ahead_of(known.place)
        if ahead is None:
            raise self._later(f"{known.lane} has not taken the place yet")
        if ahead and not await self._stands(ahead[0], known.lane):
            activity.logger.info("%s left %s without a word yet", ahead[0].request_id, known.lane)
            await self.client.get_workflow_handle(known.lane).signal(LEAVE, ahead[0])
            raise self._later(f"{ahead[0].request_id} is let go from {known.lane}")
        ids = tuple(place.request_id for place in ahead)
        if ids == known.ahead:
            raise self._later(f"waits behind {', '.join(ids)}")
        return known.model_copy(update={"ahead": ids})

    async def _queue(self, known: Standing) -> Queue:
        """The lane as it is; empty where there is none, or none any more."""
        lane = self.client.get_workflow_handle(known.lane)
        try:
            queue: Queue = await lane.query(QUEUE, result_type=Queue, reject_condition=QueryRejectCondition.NOT_OPEN)
        except WorkflowQueryRejectedError:
            return Queue()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return Queue()
            raise
        return queue

    async def _join(self, known: Standing) -> None:
        """Start the lane with the place in front, or signal to the one there is; the lane takes a place once."""
        await self.client.start_workflow(
            LANE,
            Queue(front=known.place),
            id=known.lane,
            task_queue=self.task_queue,
            start_signal=JOIN,
            start_signal_args=[known.place],
            static_summary=f"deploys one at a time: {known.lane.removeprefix('lane/')}",
        )

    async def _stands(self, front: Place, lane: str) -> bool:
        """Whether the promotion in front still goes on, and says itself that it stands there.

        One that was terminated, reset or whose leaving was lost must not block the lane.
        """
        promotion = self.client.get_workflow_handle(front.request_id)
        try:
            if (await promotion.describe()).status is not WorkflowExecutionStatus.RUNNING:
                return False
            said = await promotion.query(STANDING)
        except WorkflowQueryFailedError:
            return True  # it can't be asked now, which says nothing
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        standing = Standing.model_validate(said) if said else None
        return standing is not None and (standing.lane, standing.place) == (lane, front)

    def _later(self, sentence: str) -> ApplicationError:
        delay = min(self.look_every * activity.info().attempt, self.look_at_least)
        return ApplicationError(
            sentence, type="NotYet", next_retry_delay=delay, category=ApplicationErrorCategory.BENIGN
        )
