"""Makes entries of the audit trail from requests."""

from typing import Any

from fastapi import Request

from domain.trail import AuditAction, AuditEntry, Outcome


def audited(request: Request, action: AuditAction, outcome: Outcome = Outcome.DONE, **said: Any) -> AuditEntry:
    """An entry about who sent this request, from where; `said` are further fields, such as tenant, ticket, detail."""
    person = getattr(request.state, "person", None)
    address = request.client.host if request.client else None
    return AuditEntry.new(action, person, outcome=outcome, **({"address": address} | said))
