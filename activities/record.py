"""The record as an activity: what Temporal sees when Git is slow, down, or edited by hand."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.change import Change, Recorded
from record.errors import RecordConflict, RecordUnavailable, TicketExists
from record.repository import Repository

_FIRST_LOOK = timedelta(seconds=10)
_LAST_LOOK = timedelta(minutes=5)
"""A conflict waits for a person: look again soon at first, then rarely, but soon enough after a repair."""


@dataclass
class RecordActivities:
    """Writes to the Git record."""

    repository: Repository

    @activity.defn
    async def record_change(self, change: Change) -> Recorded:
        """Commit one transition of one ticket and return the file's revision once it is durable.

        Running it twice is harmless: a change that the record holds already is found there and not written again.
        Fails for good as `TicketExists` when the number is taken; fails as `RecordConflict` until a person has put the
        file back, and as `RecordUnavailable` until Git can be reached.
        """
        try:
            return await self.repository.record(change)
        except TicketExists as error:
            raise ApplicationError(str(error), type="TicketExists", non_retryable=True) from error
        except RecordConflict as error:
            activity.logger.error("%s", error)
            look_again = _next_look(activity.info().attempt)
            raise ApplicationError(str(error), type="RecordConflict", next_retry_delay=look_again) from error
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error


def _next_look(attempt: int) -> timedelta:
    """How long to wait after this attempt, counted from 1."""
    return min(_FIRST_LOOK * (1 << min(attempt - 1, 8)), _LAST_LOOK)
