"""The answers about votes: what an approval takes, who gave theirs, and who could give one that is missing."""

from collections.abc import Iterable
from typing import Self

from domain.delegations import StandIn
from domain.roles import Person, Role
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from domain.values import Email, Frozen, Moment
from domain.votes import EVERYDAY, Need, counted


class Decider(Frozen):
    """Somebody who could do with the request, as it is now, what is asked."""

    name: str
    email: str

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(name=person.name, email=person.email)


class Voter(Decider):
    """Somebody who could vote; `on_behalf_of` is whose vote they would give, where it was handed to them."""

    on_behalf_of: Decider | None = None

    @classmethod
    def of(cls, person: Person) -> Self:
        if isinstance(person, StandIn):
            return cls(name=person.by.name, email=person.by.email, on_behalf_of=Decider.of(person))
        return cls(name=person.name, email=person.email)


class OnBehalfBody(Frozen):
    """A decision that may be taken for somebody who has handed their vote over: `onBehalfOf` is their address."""

    on_behalf_of: Email | None = None


class Needed(Frozen):
    """Votes of an approval: so many people with the role, or in the group; the other one is null."""

    role: Role | None
    group: str | None
    count: int

    @classmethod
    def of(cls, need: Need) -> Self:
        return cls(role=need.role, group=need.group, count=need.count)


class GivenVote(Frozen):
    """A vote that stands; `on_behalf_of` is whose it was, where it was handed over."""

    by: str
    at: Moment
    comment: str | None
    on_behalf_of: str | None = None


class VoteCount(Frozen):
    """The votes of one approval: how many it takes by a rule, and how many of them are missing now."""

    needed: int
    missing: int


class Votes(Frozen):
    """The votes that an approval takes by a rule, those that stand and those that are missing now.

    `asked` are people who could give one of the missing ones; `unfillable` are those that are missing even if all of
    them vote. A vote stands in the history whoever lost the role since.
    """

    rule: str | None
    needs: tuple[Needed, ...]
    given: tuple[GivenVote, ...]
    missing: tuple[Needed, ...]
    asked: tuple[Voter, ...]
    unfillable: tuple[Needed, ...]


def votes_of(ticket: PromotionRequest, target: TargetFacts | None, able: Iterable[Person]) -> Votes | None:
    """The votes on a request; None where one approval is enough, or a rule approved.

    `able` are the people who may approve it, then those who may for somebody.
    """
    if target is None or not _votes(target) or ticket.rule_approval is not None:
        return None
    poll, lacking, able = target.poll, target.poll.missing(), tuple(able)
    given = [ticket.status.history[place] for place in ticket.votes]
    return Votes(
        rule=target.rules.approvals_of,
        needs=tuple(map(Needed.of, poll.needs)),
        given=tuple(
            GivenVote(by=entry.by, at=entry.at, comment=entry.comment, on_behalf_of=entry.on_behalf_of)
            for entry in given
        ),
        missing=tuple(map(Needed.of, lacking)),
        asked=tuple(Voter.of(each) for each in able if not lacking or poll.is_needed(each)),
        unfillable=tuple(map(Needed.of, poll.missing(*able))) if ticket.state is State.PENDING else (),
    )


def count_of(ticket: PromotionRequest, target: TargetFacts) -> VoteCount | None:
    """The number of votes on a request that waits for its approval; None where one approval is enough."""
    if ticket.state is not State.PENDING or not _votes(target):
        return None
    return VoteCount(needed=counted(target.poll.needs), missing=counted(target.poll.missing()))


def _votes(target: TargetFacts) -> bool:
    """Tells whether a rule asks for more than one approval, or for another's."""
    return target.controlled and not target.unknown and target.poll.needs != EVERYDAY
