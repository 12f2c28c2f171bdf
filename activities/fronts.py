"""Finds abandoned requests in front of a line, so that a terminated promotion does not block it for ever."""

import logging
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.awx import AwxActivities
from clients.awx.errors import AwxError
from domain.deployment import Deployment
from domain.ticket import PromotionRequest

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fronts:
    """Asks the engine whether a promotion runs, and AWX whether its job does."""

    client: Client
    awx: AwxActivities

    async def abandoned(self, ticket: PromotionRequest) -> bool:
        """True where no promotion and no job of the request is under way. Where nobody can tell, it counts as alive.

        Asked by an activity, whose engine has the clock that counts.
        """
        try:
            ended = await self._ended(ticket)
            # A launch that its promotion asked for right before it ended may still make a job.
            now = activity.info().current_attempt_scheduled_time
            if ended is None or now - ended < self.awx.timings.request_lifetime:
                return False
            return not await self.awx.under_way(Deployment.of(ticket))
        except (RPCError, AwxError) as error:
            _LOG.warning("whether anybody goes on with %s can't be told: %s", ticket.id, error)
            return False

    async def _ended(self, ticket: PromotionRequest) -> datetime | None:
        """The time at which its promotion ended, as far as anybody knows; None while it runs."""
        try:
            found = await self.client.get_workflow_handle(ticket.id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ticket.last.at
            raise
        return None if found.status is WorkflowExecutionStatus.RUNNING else found.close_time or ticket.last.at
