"""The audit log of refused attempts: who tried what, and why not. One JSON line each, few a minute for one caller."""

import structlog
from fastapi import Request

from api.limits import Buckets, network
from domain.roles import Person

log = structlog.get_logger("audit")

LINES_PER_MINUTE = 60
"""For one caller. Nobody can fill the log: what is too much is left out, and the next line says how much that was."""

STRANGERS_PER_MINUTE = 600
"""For all unauthenticated callers together: addresses are cheap, and must not crowd out the lines about people."""


class Audit:
    """Writes who was refused what; neither bodies nor tokens."""

    def __init__(self) -> None:
        self._lines = Buckets(LINES_PER_MINUTE)
        self._strangers = Buckets(STRANGERS_PER_MINUTE)
        self._left_out = 0

    def refused(self, request: Request, status: int, why: str, by: str | None = None) -> None:
        """Log one refused attempt; by the caller, unless `by` names somebody else."""
        person: Person | None = getattr(request.state, "person", None)
        address = request.client.host if request.client else None
        by = by or (person.email if person else None)
        if self._lines.take(by or network(address or "")) or (by is None and self._strangers.take("")):
            self._left_out += 1
            return
        what = {"method": request.method, "path": request.url.path[:200]}
        log.warning("refused", by=by, address=address, **what, status=status, why=why, left_out=self._left_out)
        self._left_out = 0
