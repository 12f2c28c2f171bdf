"""Makes entries of the audit trail, by the clock and by chance, which the domain has not."""

import secrets
from datetime import UTC, datetime
from typing import Any

from domain.roles import Person
from domain.trail import AuditAction, AuditEntry, id_at


def new_entry(
    action: AuditAction, by: Person | str | None = None, at: datetime | None = None, **said: Any
) -> AuditEntry:
    """An entry of now, or of `at`, with an id of its own; by a person, or by somebody's name."""
    at = at or datetime.now(UTC)
    return AuditEntry.of(action, by, at, **({"id": id_at(at, secrets.token_hex(10))} | said))
