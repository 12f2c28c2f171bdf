"""Notes in the audit trail what is done by command, where nobody is signed in."""

import getpass
import os
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from domain.trail import AuditAction, Outcome, Via
from record.trail.entries import new_entry
from record.trail.repository import TrailRepository, open_trail
from record.trail.writing import NewSegment, SegmentWriter
from settings import variable


def trail_location(environment: Mapping[str, str], data: Path) -> str:
    """The audit trail's repository: the setting's, else the demo's in the folder; empty where none is kept."""
    home = data / "audit.git"
    return environment.get(variable("audit_repo")) or (str(home) if home.exists() else "")


def commanding() -> str:
    """The account that runs the command, by its number where the system has no name for it, and the machine."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # such as a container's, whose number is in no file
        account = f"uid {os.getuid()}"
    return f"{account}@{socket.gethostname()}"


def note(trail: TrailRepository, action: AuditAction, detail: str, outcome: Outcome = Outcome.DONE) -> None:
    """Have an act noted; durable when this returns. Raises RecordUnavailable."""
    entry = new_entry(action, commanding(), outcome=outcome, detail=detail, via=Via.COMMAND)
    SegmentWriter(trail).write(NewSegment.of([entry], entry.id[-8:]))


def note_beside(environment: Mapping[str, str], data: Path, action: AuditAction, detail: str) -> None:
    """Have an act noted, where a trail is kept. Raises RecordUnavailable."""
    if location := trail_location(environment, data):
        with closing(open_trail(location, data / "audit", environment.get(variable("audit_token")) or None)) as trail:
            note(trail, action, detail)
