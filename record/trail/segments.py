"""Segments of the trail: files of JSON lines, an entry each, that are written once and never changed."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import ValidationError

from domain.trail import AuditEntry

_LOG = logging.getLogger(__name__)


def month_of(at: datetime) -> str:
    """The month, in UTC, whose ref has the entries of this moment: `2026-11`."""
    return f"{at:%Y-%m}"


def path_of(at: datetime, process: str) -> str:
    """The file of a process whose last entry is of this moment: `29/14/05/07250-<process>.jsonl`. It sorts by time."""
    return f"{at:%d/%H/%M/%S}{at.microsecond // 1000:03d}-{process}.jsonl"


def dumped(entries: Iterable[AuditEntry]) -> bytes:
    """The segment's content."""
    return b"".join(entry.model_dump_json(exclude_none=True).encode() + b"\n" for entry in entries)


def read(place: str, data: bytes) -> Iterator[AuditEntry]:
    """The entries of a segment; a line that is none is left out and logged, for the others count all the same."""
    for number, line in enumerate(data.splitlines(), 1):
        try:
            yield AuditEntry.model_validate_json(line)
        except ValidationError as error:
            _LOG.error("line %d of %s is no entry that this release reads: %s", number, place, error.errors()[0]["msg"])
