"""Shares a bound of work among people, so that nobody waits behind one person's flood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
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


class Patience:
    """Waits for turns at something that may be away: whoever waits while it is found away is told so, too.

    Or outages would add up: each in the line would wait for it anew. `away` is the exception that says so.
    """

    def __init__(self, away: type[Exception]) -> None:
        self._away = away
        self._outages = 0

    @asynccontextmanager
    async def turn(self, *turns: AbstractAsyncContextManager[object]) -> AsyncIterator[None]:
        """Wait for all of the turns, one after the other, and hold them as long as the block runs."""
        before = self._outages
        async with AsyncExitStack() as held:
            for each in turns:
                await held.enter_async_context(each)
            if self._outages > before:
                raise self._away("it was found away while this waited for its turn")
            try:
                yield
            except self._away:
                self._outages += 1
                raise
