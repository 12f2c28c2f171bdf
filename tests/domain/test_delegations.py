"""Delegations: what they give, to whom, when, and how a vote by one counts."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import delegations, lifecycle
from domain.decision import FRESH, DecisionAction
from domain.delegations import HandedVote, StandIn, resolved, stood_in
from domain.errors import (
    AlreadyVoted,
    IllegalTransition,
    NotAuthorized,
    NotDelegated,
    NoVote,
    RecordBehind,
    RuleViolation,
    SelfApproval,
    VoteNotNeeded,
)
from domain.roles import Person, Requester, Role
from domain.signing import claims_of, mismatch
from domain.targets import TargetFacts
from domain.ticket import Action, HistoryEntry, PromotionRequest, State
from domain.votes import EVERYDAY, Need, Poll
from tests.delegating import delegation
from tests.domain.builders import ADA, FINANCE, JEAN, MINUTE, NOW, PIERRE, RETAIL, VERA, decision, pending, person

APPROVE, ENDORSE, UNENDORSE = DecisionAction.APPROVE, DecisionAction.ENDORSE, DecisionAction.UNENDORSE
REJECT = DecisionAction.REJECT
CLAIRE = person("claire.moreau@cab-i.com", Role.CPI, FINANCE)
TWO = (Need(role=Role.CPI, count=2),)
PEOPLE = {each.email: each for each in (JEAN, CLAIRE, ADA, PIERRE, VERA)}
LATER = NOW + MINUTE


def handed(giver: Person = CLAIRE, to: Person = VERA, **fields: Any) -> tuple[HandedVote, ...]:
    """The delegation as it counts for the tenant: nothing where it gives nothing."""
    given = delegation(giver.email, to.email, NOW, **fields)
    found = resolved(given, giver, to, FINANCE)
    return (found,) if found else ()


def facts(ticket: PromotionRequest, given: tuple[HandedVote, ...], needs: tuple[Need, ...] = EVERYDAY) -> TargetFacts:
    cast = [ticket.status.history[place] for place in ticket.votes]
    found = (
        stood_in(given, PEOPLE[each.by], each.on_behalf_of, each.at) if each.on_behalf_of else PEOPLE[each.by]
        for each in cast
    )
    poll = Poll(needs=needs, voters=tuple(each for each in found if each), tenant=FINANCE)
    return TargetFacts(controlled=True, open_catalogue=True, poll=poll, handed=given)


def takes(
    ticket: PromotionRequest,
    by: Person,
    given: tuple[HandedVote, ...],
    action: DecisionAction = APPROVE,
    needs: tuple[Need, ...] = EVERYDAY,
    **said: Any,
) -> PromotionRequest:
    """The ticket after the decision, on Claire's behalf unless told otherwise."""
    made = decision(ticket, action, by, **{"on_behalf_of": CLAIRE.email} | said)
    lifecycle.check(ticket, made, LATER, Requester.of(PIERRE), facts(ticket, given, needs))
    return lifecycle.apply(ticket, made, LATER)


def test_a_delegate_votes_by_the_givers_right() -> None:
    """Vera may see alone; the entry names both, and `approvedBy` who acted."""
    approved = takes(pending(), VERA, handed())
    assert (approved.state, approved.status.approved_by) == (State.APPROVED, VERA.email)
    assert approved.last.on_behalf_of == CLAIRE.email
    rejected = takes(pending(), VERA, handed(), REJECT)
    assert (rejected.status.rejected_by, rejected.last.on_behalf_of) == (VERA.email, CLAIRE.email)


@pytest.mark.parametrize(
    "given",
    [
        (),
        handed(since=NOW + timedelta(hours=1)),
        handed(created_at=NOW - timedelta(days=9), since=NOW - timedelta(days=8), until=LATER),
        handed(tenants=(RETAIL,)),
        handed(giver=VERA, to=JEAN),
        handed(withdrawn={"at": NOW, "by": VERA.email}),
        handed(to=JEAN),
    ],
    ids=["none", "begins later", "has ended", "for another tenant", "of who has no vote", "withdrawn", "to another"],
)
@pytest.mark.parametrize("action", [APPROVE, REJECT])
def test_nothing_else_lets_anybody_vote_for_another(given: tuple[HandedVote, ...], action: DecisionAction) -> None:
    with pytest.raises(NotDelegated):
        takes(pending(), VERA, given, action)


def test_a_vote_that_was_handed_over_is_not_handed_on() -> None:
    """Claire to Vera, Vera to Jean's colleague: what Vera has is no right of hers."""
    other = person("other@cab-i.com", Role.VIEWER, FINANCE)
    assert handed(giver=VERA, to=other) == ()
    with pytest.raises(NotDelegated):
        takes(pending(), other, handed(), APPROVE)


@pytest.mark.parametrize("action", [APPROVE, REJECT])
@pytest.mark.parametrize("asker", [VERA, CLAIRE], ids=["delegate", "giver"])
def test_neither_of_them_may_be_the_requester(asker: Person, action: DecisionAction) -> None:
    """Also where the request was theirs by another address, or a service account's of theirs."""
    for requester in (
        Requester.of(asker),
        Requester(subject=asker.subject),
        Requester(addresses=(asker.email,)),
        Requester(addresses=("robot@cab-i.com",), owner_subject=asker.subject),
    ):
        ticket = pending()
        made = decision(ticket, action, VERA, on_behalf_of=CLAIRE.email)
        with pytest.raises(SelfApproval):
            lifecycle.check(ticket, made, LATER, requester, facts(ticket, handed()))


@pytest.mark.parametrize(
    "action",
    sorted(set(DecisionAction) - {APPROVE, ENDORSE, UNENDORSE, REJECT}),
)
def test_nothing_but_a_vote_is_handed_over(action: DecisionAction) -> None:
    with pytest.raises(ValidationError, match="a vote alone"):
        decision(pending(), action, VERA, on_behalf_of=CLAIRE.email)


def test_a_giver_and_their_delegate_are_no_two_votes() -> None:
    """Whichever of them comes first has used it; the delegate's own right is no second vote either."""
    both = (JEAN, CLAIRE)
    for first, second in ((None, CLAIRE.email), (CLAIRE.email, None)):
        by = {None: both[1], CLAIRE.email: both[0]}
        voted = takes(pending(), by[first], handed(to=JEAN), ENDORSE, TWO, on_behalf_of=first)
        with pytest.raises(AlreadyVoted):
            takes(voted, by[second], handed(to=JEAN), APPROVE, TWO, on_behalf_of=second)
    own = takes(pending(), JEAN, handed(to=JEAN), ENDORSE, TWO, on_behalf_of=None)
    with pytest.raises(AlreadyVoted):
        takes(own, JEAN, handed(to=JEAN), APPROVE, TWO)


def test_a_circle_of_two_is_one_vote() -> None:
    """Jean votes for Claire, and Claire for Jean: these are two names and two people, and one vote."""
    circle = (*handed(to=JEAN), *handed(giver=JEAN, to=CLAIRE))
    voted = takes(pending(), JEAN, circle, ENDORSE, TWO)
    with pytest.raises(AlreadyVoted):
        takes(voted, CLAIRE, circle, APPROVE, TWO, on_behalf_of=JEAN.email)
    done = takes(voted, ADA, circle, APPROVE, TWO, on_behalf_of=None)
    assert done.state is State.APPROVED


def test_no_vote_is_lost_by_one_for_somebody_else() -> None:
    """Nothing is missing, as the rules ask for less now: a vote in another's place would leave the approval without."""
    security = (Need(group="security"),)
    given = (*handed(giver=JEAN), *handed())
    voted = takes(pending(), VERA, given, ENDORSE, TWO, on_behalf_of=JEAN.email)
    less = facts(voted, given, security)
    less = less.model_copy(
        update={"poll": less.poll.model_copy(update={"groups": {"security": frozenset({JEAN.email})}})}
    )
    for action in (APPROVE, ENDORSE):
        made = decision(voted, action, VERA, on_behalf_of=CLAIRE.email)
        with pytest.raises(AlreadyVoted):
            lifecycle.check(voted, made, LATER, None, less)
    for by, giver in ((VERA, JEAN.email), (ADA, None)):
        lifecycle.check(voted, decision(voted, APPROVE, by, on_behalf_of=giver), LATER, None, less)


def test_a_group_takes_the_giver() -> None:
    """It names Claire; who votes for her fills its place, and nobody by the delegate's being in it."""
    security = (Need(group="security"),)
    for members, opens in ((CLAIRE, True), (VERA, False)):
        ticket = pending()
        groups = {"security": frozenset({members.email})}
        given = facts(ticket, handed(), security)
        given = given.model_copy(update={"poll": given.poll.model_copy(update={"groups": groups})})
        made = decision(ticket, APPROVE, VERA, on_behalf_of=CLAIRE.email)
        if opens:
            lifecycle.check(ticket, made, LATER, None, given)
        else:
            with pytest.raises(VoteNotNeeded):
                lifecycle.check(ticket, made, LATER, None, given)


def test_a_vote_stays_when_its_delegation_ends() -> None:
    """It is judged by when it was given: another one may complete the approval, or it is taken back."""
    given = handed(until=LATER + MINUTE)
    voted = takes(pending(), VERA, given, ENDORSE, TWO)
    late = LATER + timedelta(hours=1)
    assert facts(voted, given, TWO).poll.missing() == (Need(role=Role.CPI),)
    back = decision(voted, UNENDORSE, VERA, on_behalf_of=CLAIRE.email, at=late)
    lifecycle.check(voted, back, late, None, facts(voted, given, TWO))
    assert lifecycle.apply(voted, back, late).votes == ()
    made = decision(pending(), APPROVE, VERA, on_behalf_of=CLAIRE.email)
    with pytest.raises(NotDelegated):
        lifecycle.check(pending(), made, late, None, facts(pending(), given))


def test_the_records_order_ends_a_delegation_not_a_clock() -> None:
    """Once its withdrawal is in the record it gives no vote, though the voter's clock is behind; and one that was there
    before stays, though the voter's clock is ahead."""
    given = handed(withdrawn={"at": LATER + MINUTE, "by": CLAIRE.email})
    made = decision(pending(), APPROVE, VERA, on_behalf_of=CLAIRE.email, at=LATER)
    with pytest.raises(NotDelegated):
        lifecycle.check(pending(), made, LATER, None, facts(pending(), given))
    voted = takes(pending(), VERA, handed(), ENDORSE, TWO)
    before = handed(withdrawn={"at": LATER - MINUTE, "by": CLAIRE.email})
    assert facts(voted, before, TWO).poll.missing() == (Need(role=Role.CPI),)
    back = decision(voted, UNENDORSE, VERA, on_behalf_of=CLAIRE.email, at=LATER + MINUTE)
    lifecycle.check(voted, back, LATER + MINUTE, None, facts(voted, before, TWO))
    ended = {"at": LATER - FRESH - MINUTE, "by": CLAIRE.email}
    long_before = handed(created_at=NOW - FRESH - MINUTE, since=NOW - FRESH - MINUTE, withdrawn=ended)
    assert facts(voted, long_before, TWO).poll.missing() == TWO


def test_a_vote_that_is_void_counts_no_more() -> None:
    """Its delegation is not in the record any more, or its giver lost the role."""
    voted = takes(pending(), VERA, handed(), ENDORSE, TWO)
    assert facts(voted, (), TWO).poll.missing() == TWO


def test_a_vote_is_taken_back_for_whom_it_was_given() -> None:
    """Not as one's own, nor for another giver."""
    voted = takes(pending(), JEAN, handed(to=JEAN), ENDORSE, TWO)
    with pytest.raises(NoVote):
        takes(voted, JEAN, handed(to=JEAN), UNENDORSE, TWO, on_behalf_of=None)
    back = takes(voted, JEAN, handed(to=JEAN), UNENDORSE, TWO)
    assert back.last.on_behalf_of == CLAIRE.email


def test_nobody_votes_for_another_while_the_record_is_away() -> None:
    """A fault takes rights away, that to reject among them."""
    made = decision(pending(), REJECT, VERA, on_behalf_of=CLAIRE.email)
    away = TargetFacts(controlled=True, unknown="The record can't be read now")
    for target in (None, away):
        with pytest.raises(RecordBehind):
            lifecycle.check(pending(), made, LATER, None, target)


def test_whose_vote_it_was_is_signed() -> None:
    """An entry that names another giver, or none, is not what was signed."""
    approved = takes(pending(), VERA, handed())
    signed = claims_of(decision(pending(), APPROVE, VERA, on_behalf_of=CLAIRE.email))
    assert mismatch(signed, approved) is None
    own = signed.model_copy(update={"on_behalf_of": None})
    assert "on behalf of nobody" in (mismatch(own, approved) or "")
    assert "onBehalfOf" not in claims_of(decision(pending(), APPROVE, JEAN)).model_dump_json()


@pytest.mark.parametrize("action", sorted(set(Action) - {"approved", "rejected", "endorsed", "unendorsed"}))
def test_only_votes_are_recorded_so(action: Action) -> None:
    entry = HistoryEntry(action=action, at=NOW, by=JEAN.email, on_behalf_of=CLAIRE.email)
    with pytest.raises(IllegalTransition):
        lifecycle.status_of((entry,))


@pytest.mark.parametrize(
    "fields",
    [
        {"to": CLAIRE.email.upper()},
        {"until": NOW + timedelta(days=30, seconds=1)},
        {"until": NOW},
        {"since": NOW - MINUTE},
        {"since": NOW + timedelta(days=91), "until": NOW + timedelta(days=92)},
        {"tenants": ()},
        {"reason": "because"},
    ],
    ids=["to oneself", "too long", "for no time", "in the past", "too far ahead", "for no tenant", "without reason"],
)
def test_a_delegation_keeps_its_bounds(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        delegation(CLAIRE.email, fields.pop("to", JEAN.email), NOW, **fields)


def test_only_who_has_a_vote_hands_it_over_and_to_another_person() -> None:
    """By the name of each refusal."""
    robot = person("robot@cab-i.com", Role.VIEWER, FINANCE, owner=JEAN.email)
    alias = person("c.moreau@cab-i.com", Role.CPI, FINANCE, aliases=(CLAIRE.email,))

    def refused(giver: Person | None, to: Person | None, **fields: Any) -> str | None:
        given = delegation(giver.email if giver else "x@cab-i.com", to.email if to else "y@cab-i.com", NOW, **fields)
        try:
            delegations.check_given(given, giver, to, (FINANCE, RETAIL))
        except RuleViolation as violation:
            return type(violation).__name__
        return None

    assert refused(CLAIRE, VERA) is None
    assert refused(CLAIRE, VERA, tenants=(FINANCE,)) is None
    assert refused(CLAIRE, VERA, tenants=(FINANCE, RETAIL)) == "NoVoteToGive"
    assert refused(CLAIRE, VERA, tenants=("tenant-none",)) == "NoVoteToGive"
    assert refused(VERA, JEAN) == refused(None, JEAN) == "NoVoteToGive"
    assert refused(CLAIRE, None) == refused(CLAIRE, robot) == refused(CLAIRE, alias) == "DelegateUnfit"


def test_giver_delegate_and_admins_end_a_delegation() -> None:
    """Nobody else does, another approver among them."""
    ended = delegation(CLAIRE.email, VERA.email, NOW).ended_by(CLAIRE.email, NOW)
    for each in (CLAIRE, VERA, ADA):
        delegations.check_ended(ended, each)
    for other in (JEAN, None):
        with pytest.raises(NotAuthorized):
            delegations.check_ended(ended, other)


def test_the_two_are_known_by_the_sign_ins_of_both() -> None:
    """Whose entries name no subject, by that of their acts."""
    bare = [each.model_copy(update={"subject": None}) for each in (CLAIRE, VERA)]
    (given,) = handed(*bare)
    found = delegations.standing_in(given.giver, bare[1]).known_by(lambda email: f"by {email}")
    assert isinstance(found, StandIn)
    assert {f"subject by {each.email}" for each in bare} <= found.identities
