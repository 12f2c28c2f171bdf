"""The coverage of an approval: the request as it was signed, production as it was then, and a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from domain import passkeys, remarks, roles, standard, targets, votes
from domain.roles import Permission, Person, Requester
from domain.standard import AskedChange, Past, PastEvent, Sealed, StandardVerdict
from domain.targets import TargetFacts
from domain.ticket import HistoryEntry, PromotionRequest
from domain.values import Frozen, TicketId, Version, iso

VALID_FOR = timedelta(days=7)
"""The time an approval holds after its request is due, unless `platform.yaml: spec.approvalValidFor` says otherwise."""

Position = Annotated[int, Field(ge=0)]
"""The number of a commit on the branch's first-parent line."""


class Deployed(Frozen):
    """A deployment of the same target: where on the branch its request was approved last, and where it was deployed."""

    ticket_id: TicketId
    version: Version
    approved: Position
    deployed: Position


class Grounds(Frozen):
    """The record's word on an approval: who gave it, as the directory has them now, where, and what came after it.

    Where a rule gave it, `approver` is who asked for it: nobody else stands for the request. `approved` is the place of
    the first vote of the approval that stands, None where none does. `since` are the target's deployments after it.
    `newer` is a request of a newer version, approved since this one was created, where the platform lets it close older
    ones: pending ones too. `past` is what became of the target's deployments, and `sealed` what was seen of the
    submission, where a rule may approve it. `confirmed` has the places in the history that a passkey confirmed, where
    one is asked for.
    """

    approved: Position | None
    approver: Person | None
    tenant_exists: bool
    target: TargetFacts
    since: tuple[Deployed, ...] = ()
    valid_for: timedelta = VALID_FOR
    newer: TicketId | None = None
    past: tuple[PastEvent, ...] = ()
    sealed: Sealed = Sealed()
    confirmed: frozenset[int] = frozenset()


def valid_until(ticket: PromotionRequest, valid_for: timedelta) -> datetime | None:
    """The time until which the ticket's approval holds; None where it has none."""
    approved, scheduled = ticket.status.approved_at, ticket.spec.request.scheduled_date
    if approved is None:
        return None
    due = max(approved, scheduled) if scheduled else approved
    try:
        return due + valid_for
    except OverflowError:  # recorded dates are read whatever they are
        return datetime.max.replace(tzinfo=due.tzinfo)


def changed_by(approved: int, since: Iterable[Deployed]) -> Deployed | None:
    """The first deployment that changed production without the approver's knowing of it.

    One whose request was approved before this one was seen by the approver as about to come.
    """
    unseen = (each for each in since if each.deployed > approved and each.approved > approved)
    return min(unseen, key=lambda each: each.deployed, default=None)


def lapse(ticket: PromotionRequest, grounds: Grounds, requester: Requester | None, now: datetime) -> str | None:
    """The reason why the approval lapses now, as the record keeps it; None while it covers the request."""
    reason = uncovered(ticket, grounds, requester, now)
    return None if reason is None else f"{reason}; {remarks.write('approve-anew')}"


def uncovered(ticket: PromotionRequest, grounds: Grounds, requester: Requester | None, now: datetime) -> str | None:
    """The reason why the approval does not cover the request any more; None while it does.

    Faults of files are no reason: what can't be read is waited for.
    """
    reason = approver_gone(ticket, grounds, requester) or _owner(ticket, grounds)
    if grounds.target.controlled:  # older requests run to their end by the rules of their time
        reason = reason or _given(ticket, grounds, now) or _production(grounds) or _age(ticket, grounds, now)
    return reason


def approver_gone(ticket: PromotionRequest, grounds: Grounds, requester: Requester | None) -> str | None:
    """The reason why the approver may not approve any more, as the directory is now; None while they may."""
    approver = ticket.status.approved_by
    if not grounds.tenant_exists:
        return remarks.write("tenant-gone", tenant=ticket.metadata.tenant)
    if ticket.rule_approval is not None:
        if not grounds.target.controlled:
            return remarks.write("standard-no-more")
        asker = grounds.approver
        may_ask = asker is not None and roles.holds(asker, Permission.CREATE, ticket.metadata.tenant)
        return None if may_ask else remarks.write("requester-gone", requester=ticket.metadata.created_by)
    giver = ticket.approval.on_behalf_of if ticket.approval else None
    if grounds.approver is None and giver is not None:
        return remarks.write("delegation-gone", approver=approver, giver=giver)
    if grounds.approver is None:
        return remarks.write("approver-gone", approver=approver)
    refused = roles.refusal(grounds.approver, Permission.APPROVE, ticket, requester)
    return f"{remarks.write('approver-refused', approver=approver)}: {refused}" if refused else None


def by_rule(
    ticket: PromotionRequest, target: TargetFacts, past: Past, sealed: Sealed, at: datetime
) -> StandardVerdict | None:
    """The word on the ticket of the rule that says what is standard; None where no rule does.

    None, too, where a passkey is asked for: that means people.
    """
    held = target.rules
    asks_people = not target.controlled or passkeys.asked_by(target) is not None
    if held.standard is None or held.standard_of is None or asks_people:
        return None
    said = ticket.spec.request.impact_assessment
    impact = targets.at_least(said, target.entry.minimum_impact if target.entry else None)
    contract = target.entry is not None and target.entry.contract is not None
    asked = AskedChange(ticket.metadata.tenant, ticket.spec.target.version, impact, contract)
    if target.entry is None or not target.entry.evidence.names_version:  # any green pipeline would hold
        sealed = sealed.model_copy(update={"tested": False})
    return standard.judged(held.standard_of, held.standard, asked, past, target.production, sealed, at)


def _rule(ticket: PromotionRequest, grounds: Grounds, now: datetime) -> str | None:
    """No rule approves it any more: people have to."""
    said = by_rule(ticket, grounds.target, grounds.past, grounds.sealed, now)
    if said is not None and said.approves:
        return None
    missing = said.missing if said else ()
    return "; ".join((remarks.write("standard-no-more"), *missing))


def _given(ticket: PromotionRequest, grounds: Grounds, now: datetime) -> str | None:
    """The reason why the rules of today do not let whoever approved it do so."""
    if lacking := _passkeys(ticket, grounds):
        return lacking
    if ticket.emergency is not None:
        return _emergency(ticket, ticket.emergency, grounds, now)
    return _rule(ticket, grounds, now) if ticket.rule_approval else _votes(grounds)


def _emergency(ticket: PromotionRequest, declared: HistoryEntry, grounds: Grounds, now: datetime) -> str | None:
    """No rule lets whoever declared the emergency do so any more, or nobody answered for it in time."""
    rule, approver = grounds.target.rules.emergency, grounds.approver
    groups, tenant = grounds.target.poll.groups, ticket.metadata.tenant
    if rule is None or approver is None or not votes.entitled(approver, rule, tenant, groups):
        return remarks.write("emergency-no-more", approver=declared.by)
    until = declared.answer_by
    return remarks.write("emergency-overdue", until=iso(until)) if until is not None and now >= until else None


def _passkeys(ticket: PromotionRequest, grounds: Grounds) -> str | None:
    """An act on which it would be launched lacks the passkey that is asked for now, whatever was asked for then."""
    lacking = passkeys.unconfirmed(ticket, passkeys.asked_by(grounds.target), grounds.confirmed)
    if lacking is None:
        return None
    return remarks.write("votes-missing", votes=f"that of {lacking.on_behalf_of or lacking.by} with their own passkey")


def _owner(ticket: PromotionRequest, grounds: Grounds) -> str | None:
    if grounds.target.faults or grounds.target.unknown:
        return None
    foreign = targets.objection(grounds.target, ticket.metadata.tenant, ticket.spec.target)
    return str(foreign) if foreign else None


def _votes(grounds: Grounds) -> str | None:
    """The rules, or the roles of who voted, are others now: others have to approve it, too."""
    lacking = grounds.target.poll.missing()
    return remarks.write("votes-missing", votes=votes.told(lacking)) if lacking else None


def _production(grounds: Grounds) -> str | None:
    changed = None if grounds.approved is None else changed_by(grounds.approved, grounds.since)
    if changed is None:
        return None
    return remarks.write("production-moved-on", ticket=changed.ticket_id, version=changed.version)


def _age(ticket: PromotionRequest, grounds: Grounds, now: datetime) -> str | None:
    until = valid_until(ticket, grounds.valid_for)
    return remarks.write("approval-too-old", until=iso(until)) if until is not None and now > until else None
