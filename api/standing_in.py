"""The answer about votes that were handed to the caller: for whom they may decide on a request."""

from collections.abc import Iterable
from datetime import datetime

from api.votes import Decider
from domain.decision import DecisionAction
from domain.delegations import HandedVote
from domain.roles import Person
from domain.values import Frozen, Moment

VOTING = (DecisionAction.APPROVE, DecisionAction.REJECT, DecisionAction.UNENDORSE)
"""The decisions that somebody may take for another: to vote is to approve."""


class OnBehalf(Frozen):
    """Somebody who handed the caller their vote until then, and what the caller may do with it on the request now."""

    giver: Decider
    until: Moment
    approve: bool
    reject: bool
    unendorse: bool


def until_of(handed: Iterable[HandedVote], person: Person, giver: Person, now: datetime) -> datetime:
    """The time until which the person may decide for the giver."""
    found = [each.delegation.ended for each in handed if _is(each, person, giver) and each.delegation.stands(now)]
    return max(found)


def _is(handed: HandedVote, person: Person, giver: Person) -> bool:
    return handed.is_to(person) and handed.is_from(giver.email)
