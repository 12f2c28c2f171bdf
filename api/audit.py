"""The audit log of refused attempts: who tried what, and why not. One JSON line each, few a minute for one caller."""

import structlog
from fastapi import Request
from limits import RateLimitItemPerMinute

from api.counting import Counts
from api.limits import network
from domain.roles import Person

log = structlog.get_logger("audit")

LINES_PER_MINUTE = 60
"""For one caller. Nobody can fill the log: what is too much is left out, and the next line says how much that was."""

STRANGERS_PER_MINUTE = 600
"""For all unauthenticated callers together: addresses are cheap, and must not crowd out the lines about people."""


class Audit:
    """Writes who was refused what; neither bodies nor tokens."""

    def __init__(self) -> None:
        self._counts = Counts()  # each process has a log of its own
        self._lines = RateLimitItemPerMinute(LINES_PER_MINUTE)
        self._strangers = RateLimitItemPerMinute(STRANGERS_PER_MINUTE)
        self._left_out = 0

    async def refused(self, request: Request, status: int, why: str, by: str | None = None) -> None:
        """Log one refused attempt; by the caller, unless `by` names somebody else."""
        person: Person | None = getattr(request.state, "person", None)
        address = request.client.host if request.client else None
        by = by or (person.email if person else None)
        if await self._too_many(by, network(address or "")):
            self._left_out += 1
            return
        what = {"method": request.method, "path": request.url.path[:200]}
        log.warning("refused", by=by, address=address, **what, status=status, why=why, left_out=self._left_out)
        self._left_out = 0

    async def _too_many(self, by: str | None, address: str) -> bool:
        if await self._counts.take(self._lines, "line", by or address):
            return True
        return by is None and await self._counts.take(self._strangers, "stranger") > 0
