"""The interface of every outlet of checkpoints: it hands one out to where nobody who may push can take it back."""

from collections.abc import Callable
from typing import Protocol

from domain.checkpoint import SignedCheckpoint

HAND_OUT_WITHIN = 20.0
"""Seconds for one checkpoint, a file of some hundred bytes; then the outlet counts as down."""

Allowed = Callable[[], None]
"""Asked before each call that tells anybody anything; raises where nothing may be sent any more."""


class OutletDown(Exception):
    """The outlet took nothing now; `str()` says why. It is tried again, and catches up by itself."""


class Outlet(Protocol):
    """A place that keeps checkpoints."""

    @property
    def name(self) -> str:
        """The name under which the journal notes how far it is: it stays while the place stays."""
        ...

    async def hand_out(self, signed: SignedCheckpoint, allowed: Allowed) -> None:
        """Hand it out; twice does no harm. Raises OutletDown."""
        ...

    async def close(self) -> None:
        """Release everything; the next checkpoint takes it up again."""
        ...
