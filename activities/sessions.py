"""Puts the ends of sessions on the record's list."""

import asyncio
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.sessions import Revocation
from record.errors import RecordUnavailable
from record.git.repository import Repository
from record.git.sessions import revoke


@dataclass
class SessionActivities:
    """Writes to the revocation list, which only ever takes rights away."""

    repository: Repository

    @activity.defn
    async def revoke_session(self, entry: Revocation) -> None:
        """Append one entry. Running it twice is harmless: the list has an entry once.

        Fails as `RecordUnavailable` until Git can be reached.
        """
        try:
            await asyncio.to_thread(revoke, self.repository, entry)
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
