"""Queries of the audit trail: filters and pages, as values."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from domain.roles import same_address
from domain.trail import AuditAction, AuditEntry, Outcome
from record.errors import BadCursor
from record.index import words


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailQuery:
    """Names entries, the newest first, and the place to begin. Filters combine; an empty one filters nothing.

    `tenants` are those whose entries the caller may read; None for every entry, those of no tenant too. `since` is
    included, `until` is not.
    """

    tenants: frozenset[str] | None = None
    person: str | None = None
    action: tuple[AuditAction, ...] = ()
    outcome: tuple[Outcome, ...] = ()
    tenant: str | None = None
    ticket: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    limit: int = 50
    cursor: str | None = None

    @property
    def fingerprint(self) -> str:
        """The hash of what a cursor must have been given for: everything but where it stands and how long a page is."""
        tenants = None if self.tenants is None else sorted(self.tenants)
        said = [tenants, self.person, self.action, self.outcome, self.tenant, self.ticket, str(self.since)]
        return hashlib.sha256(json.dumps([*said, str(self.until), self.q]).encode()).hexdigest()[:24]

    def finds(self, entry: AuditEntry) -> bool:
        """Tells whether the query finds the entry, for whoever reads without an index."""
        return (
            (self.tenants is None or entry.tenant in self.tenants)
            and (self.person is None or same_address(entry.by or "") == same_address(self.person))
            and (not self.action or entry.action in self.action)
            and (not self.outcome or entry.outcome in self.outcome)
            and self.tenant in {None, entry.tenant}
            and self.ticket in {None, entry.ticket}
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and self._has_words(entry)
        )

    def _has_words(self, entry: AuditEntry) -> bool:
        found = words_of(entry) if self.q else frozenset()
        return all(_begins(found, *words.lookups(beginning)) for beginning in words.asked(self.q))


def _begins(found: frozenset[str], term: str, span: tuple[str, str] | None) -> bool:
    return term in found or (span is not None and any(span[0] <= each < span[1] for each in found))


def words_of(entry: AuditEntry) -> frozenset[str]:
    """The terms of the words that a search finds the entry by."""
    said = (entry.by, entry.name, entry.tenant, entry.kind, entry.rule, entry.detail)
    found = [words.word_terms(word) for text in said if text for word in text.split()]
    address = words.word_terms(entry.address, parts=False) if entry.address else ()
    return frozenset(words.number_terms(entry.ticket) if entry.ticket else ()).union(address, *found)


def encode_cursor(query: TrailQuery, last: str) -> str:
    """The end of a page: the id of its last entry."""
    return base64.urlsafe_b64encode(json.dumps([query.fingerprint, last]).encode()).decode().rstrip("=")


def decode_cursor(query: TrailQuery) -> str | None:
    """The id of the entry after which the page begins; None for the first. Raises BadCursor for a foreign cursor."""
    if query.cursor is None:
        return None
    try:
        fingerprint, last = json.loads(base64.urlsafe_b64decode(query.cursor.encode() + b"=="))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCursor from error
    if fingerprint != query.fingerprint or not isinstance(last, str):
        raise BadCursor
    return last
