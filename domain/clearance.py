"""The last look before a launch: whether what was approved is still approved, by somebody who still may."""

from collections.abc import Collection
from datetime import datetime

from domain import remarks, roles, targets
from domain.change import Revision
from domain.deployment import Deployment
from domain.errors import NotAuthorized, NotPending, RuleViolation, StaleDecision, TenantGone, Unproven
from domain.lifecycle import waits_for_date
from domain.remarks import unlaunched
from domain.roles import Permission, Person, Requester, Subject, same_address
from domain.signing import Claims, mismatch
from domain.targets import TargetFacts
from domain.ticket import Action, PromotionRequest, State, Target
from domain.values import Email, Frozen, Tenant


class Claim(Frozen):
    """What a launch rests on: the ticket's file, the tenant, and who approved."""

    path: str
    tenant: Tenant
    approver: Email
    approver_subject: Subject | None = None
    target: Target | None = None


class Facts(Frozen):
    """What the record says of a claim now: the file's revision, whether the tenant exists, who the approver is."""

    revision: Revision | None
    tenant_exists: bool
    approver: Person | None
    target: TargetFacts | None = None


def claim(ticket: PromotionRequest, approver_subject: Subject | None) -> Claim:
    """What the ticket's launch rests on; ValueError unless somebody approved it."""
    return Claim.model_validate(
        {
            "path": ticket.path,
            "tenant": ticket.metadata.tenant,
            "approver": ticket.status.approved_by,
            "approver_subject": approver_subject,
            "target": ticket.spec.target,
        }
    )


def refusal(
    ticket: PromotionRequest, recorded: Revision | None, facts: Facts, requester: Requester | None = None
) -> RuleViolation | None:
    """Why the ticket must not be launched now, or None. What can't be shown to hold is a reason too."""
    retried = ticket.state is State.DEPLOYING and ticket.last.action is Action.RETRIED
    if ticket.state is not State.APPROVED and not retried:
        return NotPending(remarks.write("not-approved", state=ticket.state))
    if recorded is None or facts.revision != recorded:
        return StaleDecision(unlaunched("file-changed"))
    if not facts.tenant_exists:
        tenant = ticket.metadata.tenant
        return TenantGone(unlaunched("tenant-gone", tenant=tenant), tenant=tenant)
    foreign = facts.target and targets.objection(facts.target, ticket.metadata.tenant, ticket.spec.target)
    if foreign:
        return type(foreign)(f"{foreign}; {remarks.write('nothing-launched')}")
    approver = ticket.status.approved_by
    if facts.approver is None:
        return NotAuthorized(unlaunched("approver-gone", approver=approver))
    refused = roles.refusal(facts.approver, Permission.APPROVE, ticket, requester)
    if refused is None:
        return None
    no_longer = remarks.write("approver-refused", approver=approver)
    return NotAuthorized(f"{no_longer}: {refused}; {remarks.write('nothing-launched')}")


def approval(deployment: Deployment, ticket: PromotionRequest, signed: Collection[Claims], at: datetime) -> Claims:
    """The signed approval that a launch asked for at this moment rests on; raises what speaks against it.

    `ticket` is the record's, `signed` what its commits prove. Raises StaleDecision, NotPending or Unproven.
    """
    if ticket.status.approved_by is None or Deployment.of(ticket) != deployment:
        raise StaleDecision(unlaunched("no-such-approval"))
    if waits_for_date(ticket, at):
        raise NotPending(unlaunched("date-not-come"))
    meant = (ticket.id, ticket.digest, Action.APPROVED, same_address(ticket.status.approved_by))
    approvals = (each for each in signed if (each.ticket, each.digest, each.action, same_address(each.email)) == meant)
    found = next(approvals, None)
    if found is None or all(mismatch(each, ticket) for each in signed):
        raise Unproven(unlaunched("not-proven"))
    return found
