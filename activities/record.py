"""Commits transitions, and tells Temporal when to try again: Git may be slow, down, or edited by hand."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.change import Change, Recorded
from domain.errors import Unproven
from record.errors import RecordConflict, RecordUnavailable, TicketExists
from record.git.repository import Repository
from record.signing.proofs import Proofs

_FIRST_LOOK = timedelta(seconds=10)
_LAST_LOOK = timedelta(minutes=5)
"""A conflict waits for a person: look again soon at first, then rarely, but soon enough after a repair."""


@dataclass
class RecordActivities:
    """Writes to the Git record, and writes nothing that a person is said to have done but the API did not sign."""

    repository: Repository
    proofs: Proofs

    @activity.defn
    async def record_change(self, change: Change) -> Recorded:
        """Commit one transition of one ticket, and return the file's revision.

        Running it twice is harmless: a change that the record holds already is found there and not written again.
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
        return recorded


def _unproven(error: Unproven, change: Change) -> ApplicationError:
    if change.base is None:
        return ApplicationError(str(error), type="Unproven", non_retryable=True)
    activity.logger.error("%s of %s: %s", change.ticket.last.action, change.ticket.id, error)
    return ApplicationError(str(error), type="Unproven", next_retry_delay=_next_look(activity.info().attempt))


def _next_look(attempt: int) -> timedelta:
    """The time to wait after this attempt, counted from 1."""
    return min(_FIRST_LOOK * (1 << min(attempt - 1, 8)), _LAST_LOOK)
