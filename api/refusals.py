"""Notes refused attempts in the audit trail: who tried what, and why not. Few a minute for one caller."""

import re
from collections.abc import Callable
from http import HTTPStatus

from fastapi import Request
from fastapi.routing import APIRoute
from limits import RateLimitItemPerMinute
from starlette.concurrency import run_in_threadpool

from api.counting import Counts
from api.dependencies import Needs, declared
from api.errors import UNREADABLE, kind_of_status
from api.limits import network
from api.trail import audited
from domain import roles
from domain.errors import RuleViolation
from domain.roles import Permission, Person
from domain.trail import AuditAction, Outcome
from domain.values import TICKET_ID
from record.trail.writing import Trail

ENTRIES_PER_MINUTE = 60
"""For one caller. Nobody can fill the trail: what is too much is left out, and the next entry says how many."""

STRANGERS_PER_MINUTE = 600
"""For all unauthenticated callers together: addresses are cheap, and must not crowd out the entries about people."""

_NOTED = frozenset(map(HTTPStatus, (400, 401, 403, 404, 409, 412, 429)))
"""Statuses of attempts that are noted, as every broken rule is; a refused field is none."""

_ACTS = {
    "receive_logout": AuditAction.LOGOUT,
    "create_repair": AuditAction.REPAIR,
    "decode_payloads": AuditAction.DECODE,
    "try_rules": AuditAction.READ,
    "create_request": AuditAction.CREATE,
    "create_report": AuditAction.REPORT,
    "cancel_report": AuditAction.REPORT,
    "retry_part": AuditAction.REPORT,
    "create_link": AuditAction.LINK,
    "use_link": AuditAction.DOWNLOAD,
    "use_shared_link": AuditAction.DOWNLOAD,
    "get_evidence": AuditAction.DOWNLOAD,
    "get_receipt": AuditAction.DOWNLOAD,
    "get_picture": AuditAction.EXPORT,
    "change_template": AuditAction.TEMPLATE,
    "restore_template": AuditAction.TEMPLATE,
}
"""The acts of routes, by name, that no decision's permission tells of."""

TenantOf = Callable[[str], str | None]
"""The tenant of a ticket by its id; None where there is none."""


class Refusals:
    """Notes who was refused what; neither bodies nor tokens."""

    def __init__(self, trail: Trail, tenant_of: TenantOf) -> None:
        self._trail = trail
        self._tenant_of = tenant_of
        self._counts = Counts()  # each process has a trail of its own
        self._entries = RateLimitItemPerMinute(ENTRIES_PER_MINUTE)
        self._strangers = RateLimitItemPerMinute(STRANGERS_PER_MINUTE)
        self._left_out = 0

    async def answered(
        self,
        request: Request,
        status: int,
        why: str,
        error: Exception | None = None,
        kind: str | None = None,
        **said: str,
    ) -> None:
        """Note what this answer refused, or what a fault kept somebody from doing; a field to mend is neither."""
        failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR and _acts(request)
        if status in _NOTED or isinstance(error, RuleViolation) or failed:
            await self.refused(request, status, why, error, kind, **said)

    async def refused(
        self,
        request: Request,
        status: int,
        why: str,
        error: Exception | None = None,
        kind: str | None = None,
        **said: str,
    ) -> None:
        """Note one attempt that was refused, or failed; by the caller, unless `said` names somebody else.

        `act` among it is the act that was tried, where the route does not tell.
        """
        person: Person | None = getattr(request.state, "person", None)
        by = said.get("by") or (person.email if person else None)
        if await self._too_many(by, network(request.client.host if request.client else "")):
            self._left_out += 1
            return
        act = said.pop("act", None)
        found: dict[str, object] = {"status": status, "kind": kind or kind_of_status(status), "detail": why, **said}
        if isinstance(error, RuleViolation):
            found["rule"] = type(error).__name__
        outcome = Outcome.FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Outcome.REFUSED
        action = AuditAction(act) if act else _act(request, status, stranger=by is None)
        if ticket := found.get("ticket") or _ticket_in(request):
            found |= {"ticket": ticket, "tenant": await run_in_threadpool(self._tenant, str(ticket))}
        else:
            found["tenant"] = _tenant_in(request) or (_only_tenant(person) if action is AuditAction.CREATE else None)
        left_out, self._left_out = self._left_out, 0
        self._trail.note(audited(request, action, outcome, left_out=left_out or None, **found))

    def _tenant(self, ticket: str) -> str | None:
        try:
            return self._tenant_of(ticket)
        except UNREADABLE:  # the entry counts without it: its tenant's people do not see it then
            return None

    async def _too_many(self, by: str | None, address: str) -> bool:
        if await self._counts.take(self._entries, "entry", by or address):
            return True
        return by is None and await self._counts.take(self._strangers, "stranger") > 0


def _acts(request: Request) -> bool:
    """Tells whether the request would have changed something."""
    return request.method not in {"GET", "HEAD", "OPTIONS"}


def _ticket_in(request: Request) -> str | None:
    """The ticket of the path; the id of a report or a webhook is none."""
    said = str(request.path_params.get("id"))
    return said if re.fullmatch(TICKET_ID, said) else None


def _tenant_in(request: Request) -> str | None:
    """The tenant that the path or the body names."""
    return getattr(request.state, "tenant", None) or request.path_params.get("tenant")


def _only_tenant(person: Person | None) -> str | None:
    """The one tenant in which the person creates requests; None where there are several, or none."""
    tenants = roles.scope(person, Permission.CREATE).tenants if person else None
    return next(iter(tenants)) if tenants and len(tenants) == 1 else None


def _act(request: Request, status: int, *, stranger: bool) -> AuditAction:
    """The act that somebody tried, as the route says."""
    route = request.scope.get("route")
    if isinstance(route, APIRoute):
        if stranger and status == HTTPStatus.UNAUTHORIZED and declared(route) in set(Permission):
            return AuditAction.SIGN_IN
        if route.name in _ACTS:
            return _ACTS[route.name]
        for each in route.dependant.dependencies:
            if isinstance(each.call, Needs) and each.call.decision is not None:
                return AuditAction(each.call.decision.value)
    return AuditAction.CALL if _acts(request) else AuditAction.READ
