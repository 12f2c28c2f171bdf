"""What a caller may do with a ticket, and who could decide on it: the rules that will judge them, asked beforehand."""

from datetime import datetime
from itertools import islice

from api.models import Allowed, Decider, Permissions
from domain import lifecycle, roles
from domain.decision import Decision, DecisionAction
from domain.errors import NotAuthorized, RuleViolation, TargetNotOwned
from domain.roles import Permission, Person, Requester
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from record.directory import Directory

_REASON = "Asked beforehand, by nobody"


def refusal(
    person: Person,
    action: DecisionAction,
    ticket: PromotionRequest,
    requester: Requester | None,
    directory: Directory,
    target: TargetFacts,
    now: datetime,
) -> RuleViolation | None:
    """Why the person may not decide this now, or None; `requester` is who asked, as they were known then."""
    decision = Decision(
        id="asked-beforehand",
        ticket_id=ticket.id,
        digest=ticket.digest,
        action=action,
        person=person,
        at=now,
        reason=_REASON if action is DecisionAction.REJECT else None,
    )
    try:
        lifecycle.check(ticket, decision, now, requester, target)
    except RuleViolation as violation:
        return violation
    return directory.refusal(person, action.permission, ticket, requester)


def approvers(directory: Directory, ticket: PromotionRequest, requester: Requester | None) -> tuple[Person, ...]:
    """Everybody who could approve the ticket, the tenant's own first; its requester left out, however known."""
    tenant = ticket.metadata.tenant
    may = directory.who_may(Permission.APPROVE, tenant)
    able = (person for person in may if not roles.refusal(person, Permission.APPROVE, ticket, requester))
    return tuple(sorted(able, key=lambda person: tenant not in {grant.tenant for grant in person.grants}))


MOST_NAMED = 5
"""People whom a refusal names at most."""


def _others(
    refused: RuleViolation | None,
    action: DecisionAction,
    ticket: PromotionRequest,
    requester: Requester | None,
    directory: Directory,
) -> tuple[Person, ...]:
    """Who may do it where the caller's roles refuse; nobody where the request itself does."""
    if not isinstance(refused, NotAuthorized) or isinstance(refused, TargetNotOwned):
        return ()
    able = (each for each in directory.people if not directory.refusal(each, action.permission, ticket, requester))
    return tuple(islice(able, MOST_NAMED))


def permissions(
    person: Person,
    ticket: PromotionRequest,
    requester: Requester | None,
    directory: Directory,
    target: TargetFacts,
    now: datetime,
) -> Permissions:
    """The answer for a caller who sees the ticket."""
    said = {}
    for action in DecisionAction:
        refused = refusal(person, action, ticket, requester, directory, target, now)
        said[action.value] = Allowed.of(refused, _others(refused, action, ticket, requester, directory))
    pending = ticket.state is State.PENDING
    deciders = approvers(directory, ticket, requester) if pending else ()
    return Permissions(
        deciders=tuple(map(Decider.of, deciders)),
        **said,
    )
