"""Votes on one request: which of them stand, which are missing, and what each is called."""

from datetime import timedelta

import pytest

from domain import lifecycle
from domain.decision import DecisionAction
from domain.errors import AlreadyVoted, NoVote, StaleDecision, VoteNotNeeded, VotesMissing
from domain.roles import Person, Requester, Role
from domain.targets import TargetFacts
from domain.ticket import PromotionRequest, State
from domain.votes import Need, Poll
from tests.domain.builders import ADA, FINANCE, JEAN, MINUTE, NOW, PIERRE, decision, pending, person

APPROVE, ENDORSE, UNENDORSE = DecisionAction.APPROVE, DecisionAction.ENDORSE, DecisionAction.UNENDORSE
CLAIRE = person("claire.moreau@cab-i.com", Role.CPI, FINANCE)
TWO = (Need(role=Role.CPI, count=2),)
PEOPLE = {each.email: each for each in (JEAN, CLAIRE, ADA, PIERRE)}


def facts(ticket: PromotionRequest, needs: tuple[Need, ...] = TWO) -> TargetFacts:
    voters = tuple(PEOPLE[ticket.status.history[place].by] for place in ticket.votes)
    return TargetFacts(controlled=True, open_catalogue=True, poll=Poll(needs=needs, voters=voters, tenant=FINANCE))


def votes(ticket: PromotionRequest, by: Person, needs: tuple[Need, ...] = TWO, **said: object) -> PromotionRequest:
    """The ticket after the person's vote, called as it is."""
    action = lifecycle.vote(facts(ticket, needs), by)
    return takes(ticket, action, by, needs, **said)


def takes(
    ticket: PromotionRequest, action: DecisionAction, by: Person, needs: tuple[Need, ...] = TWO, **said: object
) -> PromotionRequest:
    made = decision(ticket, action, by, **said)
    lifecycle.check(ticket, made, NOW + MINUTE, Requester.of(PIERRE), facts(ticket, needs))
    return lifecycle.apply(ticket, made, NOW + MINUTE)


def actions(ticket: PromotionRequest) -> list[str]:
    return [entry.action.value for entry in ticket.status.history]


def test_the_vote_that_completes_is_the_approval() -> None:
    """The one before it waits; where one is enough, nothing but the approval is written."""
    first = votes(pending(), JEAN)
    assert (first.state, first.status.approved_by) == (State.PENDING, None)
    both = votes(first, CLAIRE)
    assert (both.state, both.status.approved_by) == (State.APPROVED, CLAIRE.email)
    assert actions(both) == ["created", "endorsed", "approved"]
    assert actions(votes(pending(), JEAN, (Need(role=Role.CPI),))) == ["created", "approved"]


def test_nobody_votes_twice() -> None:
    """Neither while the vote stands, nor by another address or subject; taken back, it may be given again."""
    first = votes(pending(), JEAN)
    with pytest.raises(AlreadyVoted):
        votes(first, JEAN)
    PEOPLE["j@cab-i.com"] = alias = JEAN.model_copy(update={"email": "j@cab-i.com"})
    with pytest.raises(AlreadyVoted):
        votes(first, alias)
    back = takes(first, UNENDORSE, JEAN)
    assert back.votes == ()
    assert actions(votes(back, JEAN)) == ["created", "endorsed", "unendorsed", "endorsed"]


def test_a_vote_that_fills_no_place_is_refused() -> None:
    """Of two places, the one that is left is for somebody else."""
    needs = (Need(role=Role.CPI), Need(group="security"))
    with pytest.raises(VoteNotNeeded, match="missing are 1 of security"):
        votes(votes(pending(), JEAN, needs), CLAIRE, needs)


def test_only_a_vote_of_ones_own_is_taken_back() -> None:
    """And only while it stands."""
    first = votes(pending(), JEAN)
    with pytest.raises(NoVote):
        takes(first, UNENDORSE, CLAIRE)
    with pytest.raises(NoVote):
        takes(takes(first, UNENDORSE, JEAN), UNENDORSE, JEAN)


def test_a_vote_is_called_as_it_is() -> None:
    """An approval that others lack, and a vote that completes one, are both refused: the rules changed meanwhile."""
    with pytest.raises(VotesMissing, match="with your vote, 1 of cpi are missing"):
        takes(pending(), APPROVE, JEAN)
    with pytest.raises(StaleDecision):
        takes(votes(pending(), JEAN), ENDORSE, CLAIRE)


def test_a_lapse_ends_all_votes() -> None:
    """Everybody approves anew."""
    approved = votes(votes(pending(), JEAN), CLAIRE)
    assert len(approved.votes) == 2
    lapsed = lifecycle.lapse(approved, "Something changed", NOW + timedelta(days=1), NOW + MINUTE)
    assert (lapsed.votes, lapsed.state) == ((), State.PENDING)
