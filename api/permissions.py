"""What a caller may do with a ticket, and who could decide on it: the rules that will judge them, asked beforehand."""

from datetime import datetime

from api.models import Allowed, Decider, Permissions
from domain import lifecycle, roles
from domain.decision import Decision, DecisionAction
from domain.errors import RuleViolation
from domain.roles import Permission, Person, Subject
from domain.ticket import PromotionRequest, State
from record.directory import Directory

_REASON = "Asked beforehand, by nobody"


def refusal(
    person: Person, action: DecisionAction, ticket: PromotionRequest, directory: Directory, now: datetime
) -> RuleViolation | None:
    """Why the person may not decide this now, or None."""
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
        lifecycle.check(ticket, decision, now, _requester(directory, ticket))
    except RuleViolation as violation:
        return violation
    return None


def approvers(directory: Directory, ticket: PromotionRequest, requester: Subject | None) -> tuple[Person, ...]:
    """Everybody who could approve the ticket, its requester left out under every address and subject."""
    may = directory.who_may(Permission.APPROVE, ticket.metadata.tenant)
    return tuple(person for person in may if not roles.refusal(person, Permission.APPROVE, ticket, requester))


def permissions(person: Person, ticket: PromotionRequest, directory: Directory, now: datetime) -> Permissions:
    """The answer for a caller who sees the ticket."""
    said = {action.value: refusal(person, action, ticket, directory, now) for action in DecisionAction}
    pending = ticket.state is State.PENDING
    deciders = approvers(directory, ticket, _requester(directory, ticket)) if pending else ()
    return Permissions(
        deciders=tuple(Decider(name=each.name, email=each.email) for each in deciders),
        **{action: Allowed(allowed=why is None, why=why and str(why)) for action, why in said.items()},
    )


def _requester(directory: Directory, ticket: PromotionRequest) -> Subject | None:
    """The requester's subject, as far as a file tells it; the promotion itself knows the one that was proven."""
    known = directory.person(ticket.metadata.created_by)
    return known.subject if known else None
