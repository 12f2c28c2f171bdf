"""Checkpoints: what the service says, signed, of the whole record at one commit, and when the next one is due."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.decision import Digest
from domain.following import Followed
from domain.signing import history_digest
from domain.ticket import PromotionRequest
from domain.values import CommitId, Frozen, Moment, iso

CHECKPOINTS = Followed(name="checkpoints")

Origin = Annotated[str, StringConstraints(pattern=r"^[^\s+\x00-\x1f]{1,250}$")]
"""A log's name, such as `prodgate.example.com/main`: a URL without its scheme."""

BranchName = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]{1,250}$")]


class AuditTip(Frozen):
    """The commit that a month of the audit trail, such as `2026-11`, was at."""

    month: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    commit: CommitId


class Checkpoint(Frozen):
    """The state of a branch at its tip: how many acts its first-parent line brought, and the root of their tree.

    `audit` is where the months of the audit trail were, if there is one.
    """

    origin: Origin
    size: Annotated[int, Field(ge=0)]
    root: Digest
    tip: CommitId
    branch: BranchName
    at: Moment
    audit: tuple[AuditTip, ...] = ()


@dataclass(frozen=True)
class SignedCheckpoint:
    """A checkpoint with its number in the journal, from 1, and the signed note that is handed out."""

    number: int
    checkpoint: Checkpoint
    note: bytes

    @property
    def name(self) -> str:
        """A file name that no other note has; names sort by time."""
        said, digest = self.checkpoint, hashlib.sha256(self.note).hexdigest()
        return f"{iso(said.at).replace(':', '')}-{said.size}-{digest[:12]}.checkpoint"


class CheckpointReport(Frozen):
    """A report of the follower `checkpoints`: the newest one, and the outlets that lack some."""

    number: int
    size: int
    tip: CommitId | None
    waiting: tuple[str, ...] = ()


def leaf(commit: str, ticket: PromotionRequest) -> bytes:
    """The leaf of an act: the commit of the line that brought it, and the ticket's whole history up to it."""
    said = {
        "action": ticket.last.action,
        "commit": commit,
        "history": history_digest(ticket),
        "number": len(ticket.status.history),
        "ticket": ticket.id,
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def is_due(last: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Tells whether a full hour (UTC) or a day's end (of the zone) lies between the last checkpoint and now.

    However many were missed, one makes up for them. A clock that was set back makes one due as well: their order is
    that of their sizes.
    """
    return last is None or _period(last, zone) != _period(now, zone)


def next_due(now: datetime, zone: tzinfo) -> datetime:
    """The full hour (UTC) or the day's end (of the zone) after now, whichever comes first."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    day = now.astimezone(zone).date() + timedelta(days=1)
    return min(hour, datetime.combine(day, time.min, zone).astimezone(UTC))


def _period(at: datetime, zone: tzinfo) -> tuple[object, ...]:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0), at.astimezone(zone).date()
