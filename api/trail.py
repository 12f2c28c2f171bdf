"""Makes entries of the audit trail from who acts, and notes the first request of each session."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from fastapi import Request

from api.auth import SignedIn
from domain.trail import AuditAction, AuditEntry, Outcome
from record.trail.entries import new_entry
from record.trail.writing import Trail

_SESSIONS = 10_000
"""Sessions that a process remembers to have noted."""


def audited(request: Request, action: AuditAction, outcome: Outcome = Outcome.DONE, **said: Any) -> AuditEntry:
    """An entry about who sent this request, from where; `said` are further fields, such as tenant, ticket, detail.

    `by` among them is another name of who acted, where nobody was signed in.
    """
    by = said.pop("by", None) or getattr(request.state, "person", None)
    address = request.client.host if request.client else None
    call = f"{request.method} {request.url.path}"
    return new_entry(action, by, **({"outcome": outcome, "address": address, "call": call} | said))


def acted(by: SignedIn, action: AuditAction, **said: Any) -> AuditEntry:
    """An entry about what somebody did, by whichever way they signed in."""
    return new_entry(action, by.person, **({"address": by.address, "via": by.via} | said))


class SignInNotes:
    """Notes each session once in a process: its first request."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._noted = OrderedDict[str, None]()
        self._turn = Lock()

    def note(self, signed_in: SignedIn) -> None:
        """Note the sign-in, unless this process has."""
        session = signed_in.session
        with self._turn:
            known = session in self._noted
            self._noted[session] = None
            self._noted.move_to_end(session)
            if len(self._noted) > _SESSIONS:
                self._noted.popitem(last=False)
        if not known:
            self._trail.note(acted(signed_in, AuditAction.SIGN_IN, detail=_strength(signed_in)))


def _strength(signed_in: SignedIn) -> str | None:
    """The time and the strength of their sign-in, as the identity provider says."""
    at = f"signed in at {signed_in.at:%Y-%m-%dT%H:%M:%SZ}" if signed_in.at else None
    acr = f"acr {signed_in.acr}" if signed_in.acr else None
    return ", ".join(each for each in (at, acr) if each) or None
