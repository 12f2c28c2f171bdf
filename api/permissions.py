"""Tells what a caller may do with a ticket, and who could decide on it: asks the rules that will judge them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.debts import EmergencyAllowed, EmergencyShown
from api.models import Allowed, Permissions
from api.standing_in import VOTING, OnBehalf, until_of
from api.votes import Decider, Voter, votes_of
from domain import delegations, lifecycle, roles
from domain.decision import Decision, DecisionAction
from domain.emergencies import SOONEST, answer_by
from domain.errors import NotAuthorized, RuleViolation, SelfApproval, TargetNotOwned, TenantGone
from domain.roles import Permission, Person, Requester
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from record.people.directory import Directory

_REASON = "Asked beforehand, by nobody"
_OFFERED = tuple(action for action in DecisionAction if action is not DecisionAction.ENDORSE)
"""To vote is to approve: the rules say which of the two it is."""


@dataclass(frozen=True)
class Case:
    """One ticket and all that judges its decisions now; `requester` as they were known when they asked."""

    ticket: PromotionRequest
    requester: Requester | None
    directory: Directory
    target: TargetFacts | None
    now: datetime

    def acting(self, person: Person, giver: str | None, action: DecisionAction = DecisionAction.APPROVE) -> Person:
        """By whose rights the person decides: their own, or the giver's, where a delegation lets them."""
        handed = self.target.handed if self.target is not None else ()
        if giver is None:
            return person
        return delegations.giver_for(self.ticket, action, handed, person, giver, self.now) or person

    def givers(self, person: Person) -> tuple[Person, ...]:
        """Everybody for whom the person could vote on the ticket now."""
        handed = self.target.handed if self.target is not None else ()
        return delegations.may_stand_in(self.ticket, handed, person, self.requester, self.now)

    def deciders(self) -> tuple[Person, ...]:
        """Everybody whose roles let them approve, then those to whom one of these has handed their vote."""
        able = holders(Permission.APPROVE, self.ticket, self.requester, self.directory)
        handed = self.target.handed if self.target is not None else ()
        return (*able, *delegations.standing_for(self.ticket, handed, self.requester, self.now))

    def refusal(self, person: Person, action: DecisionAction, on_behalf_of: str | None = None) -> RuleViolation | None:
        """The reason why the person may not decide this now, or None; a vote after which others are missing, too."""
        if action is DecisionAction.APPROVE:
            action = lifecycle.vote(self.target, self.acting(person, on_behalf_of))
        elif action is DecisionAction.UNENDORSE:
            person = lifecycle.voted_as(self.ticket, person)
        declares = action is DecisionAction.EMERGENCY
        decision = Decision(
            id="asked-beforehand",
            ticket_id=self.ticket.id,
            digest=self.ticket.digest,
            action=action,
            person=person,
            at=self.now,
            comment=_REASON if declares else None,
            reason=_REASON if action.needs_reason else None,
            production=shown(action, self.target),
            answer_by=self.answer_by if declares else None,
            on_behalf_of=on_behalf_of,
        )
        try:
            lifecycle.check(self.ticket, decision, self.now, self.requester, self.target)
        except RuleViolation as violation:
            return violation
        acting = self.acting(person, on_behalf_of, action)
        return self.directory.refusal(acting, action.permission, self.ticket, self.requester)

    @property
    def answer_by(self) -> datetime:
        """Until when somebody has to answer for an emergency that is declared now; without a rule, any time does."""
        rule = self.target.rules.emergency if self.target is not None else None
        return self.now + SOONEST if rule is None else answer_by(self.ticket, rule, self.now)

    def explained(self, refused: RuleViolation, action: DecisionAction) -> tuple[RuleViolation, tuple[Person, ...]]:
        """The refusal as it is told, and who may instead: nobody, where it is not the caller's roles that refuse."""
        if not isinstance(refused, NotAuthorized) or isinstance(refused, TargetNotOwned | TenantGone):
            return refused, ()
        able = holders(action.permission, self.ticket, self.requester, self.directory)
        if action is DecisionAction.EMERGENCY or action.answers:
            able = tuple(each for each in able if self.refusal(each, action) is None)
        elif able and self.refusal(able[0], action):
            able = ()  # the request itself refuses them, too
        if type(refused) is SelfApproval:
            refused = roles.own_request(able)
        elif type(refused) is NotAuthorized:
            refused = roles.lacking(action.permission, self.ticket.metadata.tenant, able)
        return refused, able

    def permissions(self, person: Person) -> Permissions:
        """The answer for a caller who sees the ticket."""
        said = {action.value: self._allowed(person, action) for action in _OFFERED}
        pending = self.ticket.state is State.PENDING
        deciders = self.deciders() if pending else ()
        votes = votes_of(self.ticket, self.target, deciders)
        rule, declared = EmergencyAllowed.of(self.ticket, self.target), EmergencyShown.of(self.ticket, self.now)
        return Permissions(
            deciders=tuple(map(Voter.of, deciders)),
            votes=votes,
            emergency_rule=rule,
            declared=declared,
            on_behalf_of=tuple(self._on_behalf(person)),
            **said,
        )

    def _on_behalf(self, person: Person) -> Iterator[OnBehalf]:
        for giver in self.givers(person):
            may = {action.value: self.refusal(person, action, giver.email) is None for action in VOTING}
            handed = self.target.handed if self.target is not None else ()
            yield OnBehalf(giver=Decider.of(giver), until=until_of(handed, person, giver, self.now), **may)

    def _allowed(self, person: Person, action: DecisionAction) -> Allowed:
        refused = self.refusal(person, action)
        if refused is None:
            return Allowed.of(None, ())
        told, able = self.explained(refused, action)
        return Allowed.of(told, able[: roles.MOST_NAMED])


def shown(action: DecisionAction, target: TargetFacts | None) -> str | None:
    """The version in production that an approver who looks now is shown."""
    return (target.production or "" if target else "") if action.votes else None


def holders(
    permission: Permission, ticket: PromotionRequest, requester: Requester | None, directory: Directory
) -> tuple[Person, ...]:
    """Everybody whose roles allow it on the ticket, the tenant's own first; its requester left out, however known."""
    tenant = ticket.metadata.tenant
    able = (each for each in directory.people if not directory.refusal(each, permission, ticket, requester))
    return tuple(sorted(able, key=lambda person: tenant not in {grant.tenant for grant in person.grants}))


def not_creating(person: Person, tenant: str, directory: Directory) -> NotAuthorized:
    """The refusal to create in the tenant; who creates there is told to who sees the tenant alone."""
    if tenant not in directory.tenants or not roles.holds(person, Permission.SEE, tenant):
        return NotAuthorized()
    able = [each for each in directory.who_may(Permission.CREATE, tenant) if each.owner is None]
    return roles.lacking(Permission.CREATE, tenant, able)
