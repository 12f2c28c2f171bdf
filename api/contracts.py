"""Comparisons of contracts for whoever has not sent yet: one a minute for each target, whoever asks."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.engine import Engine
from domain.contract import ContractWanted, SealedContract
from domain.ticket import Target
from domain.values import same_name

KEPT = timedelta(minutes=1)
"""The time for which a comparison is shown again: somebody types a form meanwhile."""

_MOST = 1_000
"""Targets whose comparison is kept."""


@dataclass(frozen=True)
class ContractPreview:
    """Has workers compare, and keeps what they found for a while. It goes into no request."""

    engine: Engine
    now: Callable[[], datetime]
    _known: OrderedDict[str, tuple[datetime, SealedContract | None]] = field(default_factory=OrderedDict)

    async def of(self, target: Target) -> SealedContract | None:
        """The comparison; None where the record names no documents, or no worker answered in time."""
        key = hashlib.sha256(f"preview\n{target.type}\n{same_name(target.name)}".encode()).hexdigest()
        known = self._known.get(key)
        if known is not None and self.now() - known[0] < KEPT:
            return known[1]
        # All who ask at once, of any process, wait for the same comparison: its name is the target's.
        found = await self.engine.compare_contract(ContractWanted(key=key, type=target.type, name=target.name))
        self._known[key] = (self.now(), found)
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found
