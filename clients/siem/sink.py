"""The interface of every sink: it takes a batch of events, whole or not at all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SEND_WITHIN = 30.0
"""Seconds for one batch; then the sink counts as down."""

Event = dict[str, Any]


class SinkDown(Exception):
    """The sink took nothing now; `str()` says why. `retry_after`, in seconds, is what it asks for."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class SinkRefused(Exception):
    """The sink takes this batch never, as it is; `str()` says why."""


class Sink(Protocol):
    """A system that takes events."""

    @property
    def name(self) -> str:
        """The name under which its place is kept."""
        ...

    async def send(self, events: Sequence[Event]) -> None:
        """Hand a batch over; twice does no harm. Raises SinkDown, SinkRefused."""
        ...


@dataclass(frozen=True)
class Address:
    """A host and its port."""

    host: str
    port: int


def text_of(event: Event) -> str:
    """The event as one line of JSON."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
