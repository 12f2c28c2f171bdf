"""The record as an activity: what Temporal sees when Git is slow, down, or edited by hand."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Counter
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.announcing import Tell, tell_nobody
from domain.change import Change, Recorded
from domain.errors import Unproven
from record.errors import RecordConflict, RecordUnavailable, TicketExists
from record.proofs import Proofs
from record.repository import Repository

_FIRST_LOOK = timedelta(seconds=10)
_LAST_LOOK = timedelta(minutes=5)
"""A conflict waits for a person: look again soon at first, then rarely, but soon enough after a repair."""

_PASSING = frozenset({RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.RESOURCE_EXHAUSTED})
_TELL_AGAIN = 5
"""Attempts in which an engine that is away for a moment is waited for; the commit stands either way."""

UNTOLD = Counter("prodgate_announcements_untold", "Recorded changes that could not be handed over", ["action"])


@dataclass
class RecordActivities:
    """Writes to the Git record, and writes nothing that a person is said to have done but the API did not sign.

    `tell` makes known what was written.
    """

    repository: Repository
    proofs: Proofs
    tell: Tell = tell_nobody

    @activity.defn
    async def record_change(self, change: Change) -> Recorded:
        """Commit one transition of one ticket, make it known, and return the file's revision.

        Running it twice is harmless: a change that the record holds already is found there and not written again, and
        what was made known twice is announced once.
        Fails for good as `TicketExists` when the number is taken, and as `Unproven` for a submission that nobody
        signed; fails as `RecordConflict` until a person has put the file back, as `Unproven` until they have put back
        the key of a decision that was taken already, and as `RecordUnavailable` until Git can be reached.
        """
        try:
            await asyncio.to_thread(self.proofs.check_change, change)
            recorded = await self.repository.record(change)
        except TicketExists as error:
            raise ApplicationError(str(error), type="TicketExists", non_retryable=True) from error
        except RecordConflict as error:
            activity.logger.error("%s", error)
            look_again = _next_look(activity.info().attempt)
            raise ApplicationError(str(error), type="RecordConflict", next_retry_delay=look_again) from error
        except Unproven as error:
            raise _unproven(error, change) from error
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
        await self._make_known(change)
        return recorded

    async def _make_known(self, change: Change) -> None:
        """Hand the change over to those who announce it; what goes wrong there undoes nothing that is recorded.

        An engine that does not take it now is asked again a few times, by doing the whole activity again.
        """
        try:
            await self.tell(change)
        except Exception as error:
            again = isinstance(error, RPCError) and error.status in _PASSING
            if again and activity.info().attempt < _TELL_AGAIN:
                raise
            UNTOLD.labels(change.ticket.last.action).inc()
            activity.logger.exception("%s of %s is not announced", change.ticket.last.action, change.ticket.id)


def _unproven(error: Unproven, change: Change) -> ApplicationError:
    if change.base is None:
        return ApplicationError(str(error), type="Unproven", non_retryable=True)
    activity.logger.error("%s of %s: %s", change.ticket.last.action, change.ticket.id, error)
    return ApplicationError(str(error), type="Unproven", next_retry_delay=_next_look(activity.info().attempt))


def _next_look(attempt: int) -> timedelta:
    """How long to wait after this attempt, counted from 1."""
    return min(_FIRST_LOOK * (1 << min(attempt - 1, 8)), _LAST_LOOK)
