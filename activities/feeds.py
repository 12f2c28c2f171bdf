"""Puts the addresses of people's calendars into the record."""

import asyncio
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.feeds import FeedChange
from record.errors import RecordUnavailable
from record.git.feeds import put
from record.git.repository import Repository


@dataclass
class FeedActivities:
    """Writes which address of a person works; an address itself is signed, and holds no right."""

    repository: Repository

    @activity.defn
    async def keep_feed(self, change: FeedChange) -> None:
        """Keep the address. Running it twice is harmless: the second finds what the first one kept, or a later one.

        Fails as `RecordUnavailable` until Git can be reached.
        """
        try:
            await asyncio.to_thread(put, self.repository, change)
        except RecordUnavailable as error:
            raise ApplicationError(str(error), type="RecordUnavailable") from error
