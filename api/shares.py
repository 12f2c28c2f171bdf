"""Shares a bound of work among people, so that nobody waits behind one person's flood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class FairShares:
    """Lets `limit` pieces of work run at once, `per_person` of one person; more wait their turn.

    Whoever has used up their own share queues behind themselves first, and takes no place in the queue of all.
    """

    def __init__(self, limit: int, per_person: int) -> None:
        self._all = asyncio.Semaphore(limit)
        self._per_person = per_person
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, person: str) -> AsyncIterator[None]:
        """Wait for a place, and hold it as long as the block runs."""
        own = self._own.setdefault(person, asyncio.Semaphore(self._per_person))
        async with own, self._all:
            yield
