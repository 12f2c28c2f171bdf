"""Delegations: an approver hands their vote to somebody for some days.

A delegate votes by the giver's own roles and groups, as they are then, and never by what was handed to the giver. To
every rule, voter and giver are one person: where one of them is the requester, or has voted already, there is no vote.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain import roles
from domain.decision import FRESH, Acr, Decision, DecisionAction, Digest, Jws
from domain.errors import DelegateUnfit, NotAuthorized, NotDelegated, NoVoteToGive, RecordBehind
from domain.formats import VersionedMessage
from domain.roles import Issuer, Permission, Person, PersonName, Requester, Subject, same_address
from domain.ticket import HistoryEntry, PromotionRequest, digest_of
from domain.values import CommitId, Email, Frozen, Moment, Reason, Tenant, iso

DELEGATION_TYPE = "prodgate-delegation+jws"
"""The `typ` of the signature on a delegation, and on its withdrawal."""

FOLDER = "delegations"
"""The folder in which the record keeps them."""

LONGEST, FURTHEST = timedelta(days=30), timedelta(days=90)
"""The time for which a vote is handed over at most, and how far ahead that may begin."""

MOST_OPEN = 20
"""Delegations of one giver that have not ended."""

MOST_TENANTS = 100

DelegationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

_Absent = Field(exclude_if=lambda value: value is None)


class DelegationAction(StrEnum):
    """An act on a delegation."""

    DELEGATED = "delegated"
    WITHDRAWN = "withdrawn"


class Withdrawal(Frozen):
    """The end of a delegation before its time: when, and by whom."""

    at: Moment
    by: Email


class Delegation(Frozen):
    """A vote that `giver` hands to `to`, from `since` until right before `until`.

    `tenants` are those for whose requests it counts; None for all. Everything but its withdrawal stays as it was given.
    """

    id: DelegationId
    created_at: Moment
    giver: Email
    to: Email
    since: Moment
    until: Moment
    reason: Reason
    tenants: Annotated[tuple[Tenant, ...] | None, Field(min_length=1, max_length=MOST_TENANTS), _Absent] = None
    withdrawn: Annotated[Withdrawal | None, _Absent] = None

    @model_validator(mode="after")
    def _keeps_its_bounds(self) -> Self:
        if same_address(self.giver) == same_address(self.to):
            raise ValueError("a vote is handed to somebody else")
        if not self.since < self.until <= self.since + LONGEST:
            raise ValueError(f"a vote is handed over for {LONGEST.days} days at most")
        if not self.created_at <= self.since <= self.created_at + FURTHEST:
            raise ValueError(f"a delegation begins when it is made, or within {FURTHEST.days} days")
        if self.withdrawn is not None and self.withdrawn.at < self.created_at:
            raise ValueError("nothing is withdrawn before it was given")
        return self

    @property
    def path(self) -> str:
        """The file in which the record keeps it."""
        return f"{FOLDER}/{same_address(self.giver)}/{self.id}.yaml"

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that it says."""
        return digest_of(self.model_dump(mode="json"))

    @property
    def ended(self) -> datetime:
        """The time from which it gives nothing."""
        return self.until if self.withdrawn is None else min(self.until, self.withdrawn.at)

    def stands(self, at: datetime) -> bool:
        """Tells whether it gives a vote that is given then.

        Once the record has its withdrawal it gives none, whatever a clock says: it is the record's order that counts.
        """
        return self.withdrawn is None and self.since <= at < self.until

    def stood(self, at: datetime) -> bool:
        """Tells whether it gave a vote that the record has of that time, whatever has become of it since.

        The clocks of who voted and of who withdrew it may differ.
        """
        late = self.until if self.withdrawn is None else self.withdrawn.at + FRESH
        return self.since <= at < min(self.until, late)

    def reaches(self, tenant: str) -> bool:
        """Tells whether it counts for requests of the tenant."""
        return self.tenants is None or tenant in self.tenants

    def ended_by(self, by: str, at: datetime) -> "Delegation":
        """The same, withdrawn."""
        return self.model_copy(update={"withdrawn": Withdrawal(at=at, by=by)})

    def __str__(self) -> str:
        return f"{self.giver} to {self.to} from {iso(self.since)} until {iso(self.until)}"


class DelegationClaims(Frozen):
    """The facts that the API signs of an act on a delegation.

    `content` is the SHA-256 of the delegation after it; `email` is who acted, `tip` a commit of the branch that the
    signer saw.
    """

    id: DelegationId
    action: DelegationAction
    content: Digest
    email: Email
    sub: Subject | None
    issuer: Issuer | None = None
    tip: CommitId | None
    at: Moment
    auth_time: Moment | None = None
    acr: Acr | None = None

    def fits(self, delegation: Delegation) -> bool:
        """Tells whether this was signed of that very delegation, as it is after the act, by whom it says and then."""
        ended = delegation.withdrawn
        if ended is None:
            action, who, at = DelegationAction.DELEGATED, delegation.giver, delegation.created_at
        else:
            action, who, at = DelegationAction.WITHDRAWN, ended.by, ended.at
        said = (self.id, self.action, self.content, same_address(self.email), self.at)
        return said == (delegation.id, action, delegation.digest, same_address(who), at)


class DelegationChange(VersionedMessage):
    """An act on a delegation on its way into the record: the delegation after it, who acted, the API's signature."""

    delegation: Delegation
    name: PersonName
    proof: Jws


class RecordedDelegation(Frozen):
    """An act on a delegation that is durable: its commit, and the delegation as it was recorded."""

    commit: CommitId
    delegation: Delegation | None = None


class StandIn(Person):
    """The giver of a vote, as `by` votes for them: the giver's roles and groups, and the identities of both."""

    by: Person

    @property
    def identities(self) -> frozenset[str]:
        """Whatever either of them is recognised by: to every rule they are one person."""
        return super().identities | self.by.identities

    @property
    def voter(self) -> str:
        """The address of whoever votes for them."""
        return self.by.email

    def is_requester(self, ticket: PromotionRequest, requester: Requester | None = None) -> bool:
        """Tells whether one of them asked for the ticket."""
        return super().is_requester(ticket, requester) or self.by.is_requester(ticket, requester)

    def known_by(self, subject_of: Callable[[str], str | None]) -> Self:
        """The same with the sign-ins by which they acted, where their entries name none."""
        return super().known_by(subject_of).model_copy(update={"by": self.by.known_by(subject_of)})


class HandedVote(Frozen):
    """A delegation whose giver may approve in the tenant that is asked about, with both people as the directory has
    them."""

    delegation: Delegation
    giver: Person
    delegate: Person

    def is_from(self, giver: str) -> bool:
        """Tells whether the giver is whoever has the address."""
        return same_address(self.giver.email) == same_address(giver)

    def is_to(self, person: Person) -> bool:
        """Tells whether it is handed to the person: an alias gives nothing."""
        return same_address(self.delegate.email) == same_address(person.email)


def resolved(delegation: Delegation, giver: Person | None, delegate: Person | None, tenant: str) -> HandedVote | None:
    """The delegation as it counts for the tenant's requests; None where it gives nothing there.

    Both have to be people, and two of them; `giver` is who has the giver's address by the sign-in that signed it.
    """
    if giver is None or delegate is None or giver.owner is not None or delegate.owner is not None:
        return None
    moved = same_address(giver.email) != same_address(delegation.giver)
    if moved or same_address(delegate.email) != same_address(delegation.to):
        return None
    if not giver.identities.isdisjoint(delegate.identities) or not delegation.reaches(tenant):
        return None
    if not roles.holds(giver, Permission.APPROVE, tenant):
        return None
    return HandedVote(delegation=delegation, giver=giver, delegate=delegate)


def check_given(delegation: Delegation, giver: Person | None, delegate: Person | None, tenants: Iterable[str]) -> None:
    """Raise unless the giver has a vote in every tenant that is named, or in any, and the delegate is another person.

    `giver` is who has the giver's address by the sign-in that signed it, `tenants` are all that there are.
    """
    known = frozenset(tenants)
    named = known if delegation.tenants is None else known & set(delegation.tenants)
    may = [giver is not None and giver.owner is None and roles.holds(giver, Permission.APPROVE, each) for each in named]
    if not any(may) or (delegation.tenants is not None and (not all(may) or len(may) < len(set(delegation.tenants)))):
        raise NoVoteToGive
    if not any(resolved(delegation, giver, delegate, each) for each in named):
        raise DelegateUnfit


def check_ended(delegation: Delegation, person: Person | None) -> None:
    """Raise NotAuthorized unless the person gave it, or has it, or is an admin of the platform."""
    ends = person is not None and (is_of(delegation, person) or roles.scope(person, Permission.OPERATE).tenants is None)
    if not ends:
        raise NotAuthorized


def is_of(delegation: Delegation, person: Person) -> bool:
    """Tells whether the person gave it, or has it, by whatever address."""
    return not person.addresses.isdisjoint(map(same_address, (delegation.giver, delegation.to)))


def stand_in(handed: Iterable[HandedVote], voter: Person, giver: str, at: datetime) -> StandIn | None:
    """The giver as the voter could vote for them at that time; None where nothing lets them."""
    return _stand_in((each for each in handed if each.delegation.stands(at)), voter, giver)  # most have ended


def stood_in(handed: Iterable[HandedVote], voter: Person, giver: str, at: datetime) -> StandIn | None:
    """The giver as the voter voted for them at that time, as the record has it; None where nothing let them."""
    return _stand_in((each for each in handed if each.delegation.stood(at)), voter, giver)


def _stand_in(standing: Iterable[HandedVote], voter: Person, giver: str) -> StandIn | None:
    for each in standing:
        if each.is_to(voter) and each.is_from(giver) and each.giver.identities.isdisjoint(voter.identities):
            return standing_in(each.giver, voter)
    return None


def standing_in(giver: Person, voter: Person) -> StandIn:
    """The giver, with the voter who votes for them."""
    return StandIn.model_validate({**{name: getattr(giver, name) for name in Person.model_fields}, "by": voter})


def may_stand_in(
    ticket: PromotionRequest, handed: Iterable[HandedVote], voter: Person, requester: Requester | None, at: datetime
) -> tuple[StandIn, ...]:
    """Everybody for whom the voter could vote on the ticket at that time, by the delegations that reach its tenant."""
    givers = dict.fromkeys(each.giver.email for each in handed if each.delegation.stands(at) and each.is_to(voter))
    found = (stand_in(handed, voter, giver, at) for giver in givers)
    return tuple(each for each in found if each and roles.refusal(each, Permission.APPROVE, ticket, requester) is None)


def standing_for(
    ticket: PromotionRequest, handed: Iterable[HandedVote], requester: Requester | None, at: datetime
) -> tuple[StandIn, ...]:
    """Everybody who could vote on the ticket for somebody at that time, by the delegations that reach its tenant."""
    now = tuple(each for each in handed if each.delegation.stands(at))
    delegates = {same_address(each.delegate.email): each.delegate for each in now}
    return tuple(found for each in delegates.values() for found in may_stand_in(ticket, now, each, requester, at))


def acting(
    ticket: PromotionRequest,
    decision: Decision,
    requester: Requester | None,
    handed: Iterable[HandedVote] | None,
    now: datetime,
) -> Person:
    """The person whose rights the decision is taken by: its own, or a giver whom they may stand in for.

    `handed` are the delegations that reach the ticket's tenant, None where nobody knows. Raises NotDelegated,
    SelfApproval, RecordBehind. Whoever takes a vote back may do so as they might when they gave it.
    """
    giver, person = decision.on_behalf_of, decision.person
    if giver is None:
        return person
    if handed is None:
        raise RecordBehind
    found = giver_for(ticket, decision.action, handed, person, giver, now)
    if found is None or person.owner is not None:
        raise NotDelegated(f"{NotDelegated.sentence}: {giver}", giver=giver)
    if refused := roles.refusal(found, Permission.APPROVE, ticket, requester):
        raise refused
    return found


def has_voted_for_another(ticket: PromotionRequest, person: Person) -> bool:
    """Tells whether the person has decided on the ticket on somebody's behalf: they see what becomes of it."""
    return any(each.on_behalf_of and same_address(each.by) in person.addresses for each in ticket.status.history)


def giver_for(
    ticket: PromotionRequest,
    action: DecisionAction,
    handed: Iterable[HandedVote],
    person: Person,
    giver: str,
    now: datetime,
) -> StandIn | None:
    """The giver as the person could decide that for them now; whoever takes a vote back, as when they gave it."""
    given = vote_of(ticket, person) if action is DecisionAction.UNENDORSE else None
    return stand_in(handed, person, giver, now) if given is None else stood_in(handed, person, giver, given.at)


def vote_of(ticket: PromotionRequest, person: Person) -> HistoryEntry | None:
    """The vote of the person that stands, by the address that they have now."""
    given = (ticket.status.history[place] for place in ticket.votes)
    return next((entry for entry in given if entry.by == person.email), None)
