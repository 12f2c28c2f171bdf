"""Counts the requests of callers by the library `limits`: in this process, or in Redis or Valkey for all APIs."""

import math
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from prometheus_client import Gauge

if TYPE_CHECKING:
    from redis.asyncio import BlockingConnectionPool

log = structlog.get_logger(__name__)

PARTS = 64
"""Parts of the counts here, by a hash of the caller: the library looks through one of them at each request."""

REMEMBERED = 10_000
"""Callers that are counted here; where more come within two minutes, a part begins anew and takes no more memory."""

ANSWER_WITHIN = 0.5
"""Seconds that a server of counts has for one request; one that is well takes a millisecond."""

ASK_AGAIN_AFTER = 5.0
"""Seconds for which a server that did not answer is not asked again: no request after the first waits for it."""

CONNECTIONS = 32
"""Connections of one API to it: more requests at once wait their turn."""

SHARED = Gauge(
    "prodgate_limits_shared", "1 while requests are counted together with the other APIs, 0 while here alone"
)


class Counts:
    """Counts at `url` for every API, or in this process: without a URL, and while nobody answers there.

    A limit is no right. Refusing everybody because the counts are away would be an outage that the limit is to prevent,
    so each process then counts by itself: a flood is let through once for each API, and not without end.

    Sliding windows: two numbers a caller, whatever they send, and no double burst where one window follows another.
    """

    def __init__(self, url: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._here = [MemoryStorage() for _ in range(PARTS)]
        self._pool = _pool(url) if url else None
        self._shared = SlidingWindowCounterRateLimiter(_storage(self._pool)) if self._pool else None
        self._asked_again_at = -math.inf
        if self._shared is not None:
            SHARED.set(1)

    async def take(self, limit: RateLimitItem, *who: str) -> int:
        """Count one request of a caller; the seconds to wait where it is one too many, otherwise 0."""
        if self._shared is not None and self._clock() >= self._asked_again_at:
            try:
                wait = await _taken(self._shared, limit, who)
            except (StorageError, OSError) as error:
                self._lost(error)
            else:
                SHARED.set(1)
                return wait
        part = self._here[hash(who) % PARTS]
        if len(part.storage) > 2 * REMEMBERED / PARTS:  # a caller has two numbers
            await part.reset()
        return await _taken(SlidingWindowCounterRateLimiter(part), limit, who)

    def _lost(self, error: Exception) -> None:
        log.warning("limits are counted by this process alone", error=repr(error))
        self._asked_again_at = self._clock() + ASK_AGAIN_AFTER
        SHARED.set(0)

    async def close(self) -> None:
        """Let the connections go."""
        if self._pool is not None:
            await self._pool.aclose()


async def _taken(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, who: tuple[str, ...]) -> int:
    if await limiter.hit(limit, *who):
        return 0
    stats = await limiter.get_window_stats(limit, *who)
    # At that very moment the caller is at the limit still.
    return max(0, math.floor(stats.reset_time - time.time())) + 1


def _pool(url: str) -> "BlockingConnectionPool":
    """Connections to either server: they speak one protocol, whose names differ.

    The library is imported where it is needed: it imports OpenTelemetry's SDK for metrics that nobody asked for.
    """
    from redis.asyncio import BlockingConnectionPool
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return BlockingConnectionPool.from_url(
        re.sub("^valkey", "redis", url),
        max_connections=CONNECTIONS,
        timeout=ANSWER_WITHIN,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),  # the library's own retries keep a request waiting for seconds
    )


def _storage(pool: "BlockingConnectionPool") -> RedisStorage:
    return RedisStorage(
        "redis://",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="prodgate",
        connection_pool=pool,  # type: ignore[arg-type]  # as documented; its annotation is for other options
    )
