"""Tells what a caller may do with a ticket, and who could decide on it: asks the rules that will judge them."""

from datetime import datetime

from api.models import Allowed, Decider, Permissions
from domain import lifecycle, roles
from domain.decision import Decision, DecisionAction
from domain.errors import NotAuthorized, RuleViolation, SelfApproval, TargetNotOwned, TenantGone
from domain.roles import Permission, Person, Requester
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from record.people.directory import Directory

_REASON = "Asked beforehand, by nobody"


def refusal(
    person: Person,
    action: DecisionAction,
    ticket: PromotionRequest,
    requester: Requester | None,
    directory: Directory,
    target: TargetFacts | None,
    now: datetime,
) -> RuleViolation | None:
    """The reason why the person may not decide this now, or None; `requester` is who asked, as they were known then."""
    decision = Decision(
        id="asked-beforehand",
        ticket_id=ticket.id,
        digest=ticket.digest,
        action=action,
        person=person,
        at=now,
        reason=_REASON if action.needs_reason else None,
        production=_shown(action, target),
    )
    try:
        lifecycle.check(ticket, decision, now, requester, target)
    except RuleViolation as violation:
        return violation
    return directory.refusal(person, action.permission, ticket, requester)


def _shown(action: DecisionAction, target: TargetFacts | None) -> str | None:
    """The version in production that an approver who looks now is shown."""
    return (target.production or "" if target else "") if action is DecisionAction.APPROVE else None


def approvers(directory: Directory, ticket: PromotionRequest, requester: Requester | None) -> tuple[Person, ...]:
    """Everybody who could approve the ticket, the tenant's own first; its requester left out, however known."""
    return _holders(Permission.APPROVE, ticket, requester, directory)


def _holders(
    permission: Permission, ticket: PromotionRequest, requester: Requester | None, directory: Directory
) -> tuple[Person, ...]:
    """Everybody whose roles allow it on the ticket, the tenant's own first."""
    tenant = ticket.metadata.tenant
    able = (each for each in directory.people if not directory.refusal(each, permission, ticket, requester))
    return tuple(sorted(able, key=lambda person: tenant not in {grant.tenant for grant in person.grants}))


def explained(
    refused: RuleViolation,
    action: DecisionAction,
    ticket: PromotionRequest,
    requester: Requester | None,
    directory: Directory,
    target: TargetFacts | None,
    now: datetime,
) -> tuple[RuleViolation, tuple[Person, ...]]:
    """The refusal as it is told, and who may instead: nobody, where it is not the caller's roles that refuse."""
    if not isinstance(refused, NotAuthorized) or isinstance(refused, TargetNotOwned | TenantGone):
        return refused, ()
    able = _holders(action.permission, ticket, requester, directory)
    if able and refusal(able[0], action, ticket, requester, directory, target, now):
        able = ()  # the request itself refuses them, too
    if type(refused) is SelfApproval:
        refused = roles.own_request(able)
    elif type(refused) is NotAuthorized:
        refused = roles.lacking(action.permission, ticket.metadata.tenant, able)
    return refused, able


def not_creating(person: Person, tenant: str, directory: Directory) -> NotAuthorized:
    """The refusal to create in the tenant; who creates there is told to who sees the tenant alone."""
    if tenant not in directory.tenants or not roles.holds(person, Permission.SEE, tenant):
        return NotAuthorized()
    able = [each for each in directory.who_may(Permission.CREATE, tenant) if each.owner is None]
    return roles.lacking(Permission.CREATE, tenant, able)


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
        able: tuple[Person, ...] = ()
        if refused:
            refused, able = explained(refused, action, ticket, requester, directory, target, now)
        said[action.value] = Allowed.of(refused, able[: roles.MOST_NAMED])
    pending = ticket.state is State.PENDING
    deciders = approvers(directory, ticket, requester) if pending else ()
    return Permissions(
        deciders=tuple(map(Decider.of, deciders)),
        **said,
    )
