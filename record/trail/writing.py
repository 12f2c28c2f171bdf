"""Writes entries of the audit trail, beside whatever is answered."""

import structlog

from domain.trail import AuditEntry

_LOG = structlog.get_logger("audit")


class Trail:
    """Takes entries from any thread."""

    def note(self, entry: AuditEntry) -> None:
        """Take the entry, at once: nothing is waited for, and nothing is raised."""
        _LOG.info("noted", **entry.model_dump(mode="json", exclude_none=True))
