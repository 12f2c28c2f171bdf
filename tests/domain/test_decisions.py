"""People's decisions: every state, right and refusal, with the sentence they read."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from domain import lifecycle
from domain.decision import DecisionAction
from domain.errors import (
    HistoryFull,
    NotAuthorized,
    NotCancellable,
    NotHeld,
    NothingOwed,
    NotHoldable,
    NotPending,
    NotRetryable,
    NoVote,
    ProductionChanged,
    RecordBehind,
    RuleViolation,
    SelfApproval,
    StaleDecision,
    WrongTicket,
)
from domain.roles import Person, Requester, Role
from domain.targets import CatalogueEntry, TargetFacts
from domain.ticket import PromotionRequest, State, TargetType
from domain.votes import Poll
from tests.domain.builders import (
    ADA,
    FINANCE,
    HISTORIES,
    JEAN,
    MINUTE,
    NOW,
    PIERRE,
    RETAIL,
    VERA,
    checks,
    decide,
    decision,
    details,
    history,
    pending,
    person,
    submission,
    ticket_in,
)

FORMS = HISTORIES | {"held": "created approved held"}
DECIDABLE = {
    DecisionAction.ENDORSE: (NotPending, "Request not pending", {"pending"}),
    DecisionAction.UNENDORSE: (NotPending, "Request not pending", set()),  # of a vote that stands: test_votes
    DecisionAction.APPROVE: (NotPending, "Request not pending", {"pending"}),
    DecisionAction.REJECT: (NotPending, "Request not pending", {"pending"}),
    DecisionAction.CANCEL: (NotCancellable, "Request can no longer be cancelled", {"pending", "approved", "held"}),
    DecisionAction.RETRY: (NotRetryable, "Request not failed", {"failed"}),
    DecisionAction.HOLD: (NotHoldable, "Request can't be held", {"approved"}),
    DecisionAction.RELEASE: (NotHeld, "Request not held", {"held"}),
    DecisionAction.EMERGENCY: (NotPending, "Request not pending", set()),  # where a rule lets: test_emergencies
    DecisionAction.RATIFY: (NothingOwed, "No emergency of this request waits for an answer", set()),
    DecisionAction.REFUTE: (NothingOwed, "No emergency of this request waits for an answer", set()),
}
ANSWERS = (DecisionAction.RATIFY, DecisionAction.REFUTE)
LEADS_TO = {
    "endorse": "pending",
    "approve": "approved",
    "reject": "rejected",
    "cancel": "cancelled",
    "retry": "deploying",
    "hold": "approved",
    "release": "approved",
}


@pytest.mark.parametrize(("action", "state"), list(product(DecisionAction, FORMS)))
def test_a_decision_is_taken_in_its_state_and_refused_in_every_other(action: DecisionAction, state: str) -> None:
    """An admin may decide everything, but only while it is there to be decided."""
    violation, sentence, decidable = DECIDABLE[action]
    ticket = pending().model_copy(update={"status": lifecycle.status_of(history(FORMS[state]))})
    missing = {(DecisionAction.UNENDORSE, "pending"): NoVote, (DecisionAction.EMERGENCY, "pending"): RecordBehind}
    missing |= {(answer, ended): NothingOwed for answer in ANSWERS for ended in ("deployed", "failed")}
    if lacks := missing.get((action, state)):
        with pytest.raises(lacks):
            decide(ticket, decision(ticket, action, ADA), NOW + timedelta(hours=1))
    elif state in decidable:
        decided = decide(ticket, decision(ticket, action, ADA), NOW + timedelta(hours=1))
        assert decided.state == LEADS_TO[action]
    else:
        with pytest.raises(violation, match=f"^{sentence}: it is {state}$") as told:
            decide(ticket, decision(ticket, action, ADA), NOW + timedelta(hours=1))
        assert told.value.params == {"state": state}


def test_an_approval_records_who_when_and_why() -> None:
    """Status and history tell the same approval; the comment is kept as it was typed."""
    ticket = pending()
    approved = decide(
        ticket, decision(ticket, DecisionAction.APPROVE, JEAN, comment="Approved after review"), NOW + MINUTE
    )
    assert (approved.status.approved_by, approved.status.approved_at) == (JEAN.email, NOW + MINUTE)
    assert (approved.last.by, approved.last.at, approved.last.comment) == (
        JEAN.email,
        NOW + MINUTE,
        "Approved after review",
    )


def test_a_rejection_records_its_reason_in_status_and_history() -> None:
    """The requester reads why, and the file says it in both places of the form."""
    ticket = pending()
    rejected = decide(ticket, decision(ticket, DecisionAction.REJECT, JEAN), NOW + MINUTE)
    assert rejected.status.rejection_reason == rejected.last.reason == "Not tested enough"
    assert (rejected.status.rejected_by, rejected.status.rejected_at) == (JEAN.email, NOW + MINUTE)


def refused(ticket: PromotionRequest, violation: type[RuleViolation], sentence: str, *args: Any, **fields: Any) -> None:
    requester = fields.pop("requester", Requester.of(PIERRE))
    with pytest.raises(violation, match=f"^{sentence}$"):
        decide(ticket, decision(ticket, *args, **fields), NOW + MINUTE, requester)


@pytest.mark.parametrize(
    "same",
    [
        person("ada.admin@cab-i.com", Role.CPI_ADMIN, None),
        person("ADA.Admin@CAB-I.com", Role.CPI_ADMIN, None, subject=None),
        person("ada@elsewhere.com", Role.CPI_ADMIN, None, subject=ADA.subject),
        person("ada@elsewhere.com", Role.CPI_ADMIN, None, subject="other", aliases=("Ada.Admin@cab-i.com",)),
        person("ada.admin@cab-i.com", Role.CPI, FINANCE, subject="other"),
        person("ada.admin@cab-i.com", None),
    ],
    ids=["admin", "other case", "changed address", "alias", "lesser role", "no role"],
)
def test_nobody_approves_their_own_request(same: Any) -> None:
    """Neither an admin nor anybody under another spelling, address, alias or role approves what they asked for."""
    ticket = pending(requester=ADA)
    refused(
        ticket,
        SelfApproval,
        "Cannot approve your own request",
        DecisionAction.APPROVE,
        same,
        requester=Requester.of(ADA),
    )


def test_two_people_without_a_known_subject_are_not_one() -> None:
    """A missing subject equals no other missing subject."""
    ticket = pending(requester=person("pierre.durand@cab-i.com", Role.DEVOPS, subject=None))
    colleague = person("jean.dupont@cab-i.com", Role.CPI, subject=None)
    approval, requester = decision(ticket, DecisionAction.APPROVE, colleague), Requester(addresses=(PIERRE.email,))
    assert decide(ticket, approval, NOW, requester).state == "approved"


def test_rejecting_ones_own_request_is_allowed_where_the_role_allows_it() -> None:
    """A tenant's admin may turn down what they asked for themselves."""
    ticket = pending(requester=JEAN)
    rejection = decision(ticket, DecisionAction.REJECT, JEAN)
    assert decide(ticket, rejection, NOW, Requester.of(JEAN)).state is State.REJECTED


@pytest.mark.parametrize(
    ("by", "action"),
    [
        (person("lea@cab-i.com", Role.DEVOPS), DecisionAction.APPROVE),
        (person("lea@cab-i.com", Role.DEVOPS), DecisionAction.REJECT),
        (person("lea@cab-i.com", Role.DEVOPS), DecisionAction.CANCEL),
        (PIERRE, DecisionAction.REJECT),
        (JEAN, DecisionAction.CANCEL),
        (VERA, DecisionAction.APPROVE),
        (person("tom@cab-i.com", Role.CPI, RETAIL), DecisionAction.APPROVE),
        (person("sam@cab-i.com", None), DecisionAction.REJECT),
    ],
)
def test_a_decision_without_the_right_is_refused(by: Any, action: DecisionAction) -> None:
    """Whoever's role doesn't allow it reads 'Not authorized', and the ticket stays as it was."""
    refused(pending(), NotAuthorized, "Not authorized", action, by)


def test_a_decision_on_another_state_of_the_request_is_stale() -> None:
    """Whoever decided on something else than what the ticket says decided nothing."""
    sentence = "The request is not the one that was decided on"
    refused(pending(), StaleDecision, sentence, DecisionAction.APPROVE, JEAN, digest="0" * 64)


def test_a_decision_on_another_ticket_is_refused() -> None:
    """A message that was sent to the wrong workflow changes nothing there."""
    sentence = "The message names another request"
    refused(pending(), WrongTicket, sentence, DecisionAction.APPROVE, JEAN, ticket_id="PR-2026-0002")


def test_a_rejection_needs_a_reason_and_nothing_else_has_one() -> None:
    """Whoever rejects says why; an approval carries a comment, never a reason."""
    for action, reason in ((DecisionAction.REJECT, None), (DecisionAction.APPROVE, "Not tested enough")):
        with pytest.raises(ValidationError, match="a reason goes with reject, hold, release, ratify and refute"):
            decision(pending(), action, JEAN, reason=reason)


@pytest.mark.parametrize("reason", ["too short", "too short      "])
def test_a_reason_has_ten_characters_or_more(reason: str) -> None:
    """Spaces around a word are no explanation."""
    with pytest.raises(ValidationError, match="must have at least 10 characters"):
        decision(pending(), DecisionAction.REJECT, JEAN, reason=reason)


def test_the_state_is_checked_before_the_rights() -> None:
    """The refusals come in the order of the contract: pending, own, authorized."""
    refused(ticket_in("rejected"), NotPending, "Request not pending: it is rejected", DecisionAction.APPROVE, PIERRE)
    refused(pending(), SelfApproval, "Cannot approve your own request", DecisionAction.APPROVE, PIERRE)


def test_checking_a_decision_answers_like_taking_it() -> None:
    """`check` refuses what `decide` refuses, so that a page can say beforehand who may decide."""
    ticket = pending()
    lifecycle.check(ticket, decision(ticket, DecisionAction.APPROVE, JEAN), NOW, Requester.of(PIERRE))
    with pytest.raises(SelfApproval):
        lifecycle.check(ticket, decision(ticket, DecisionAction.APPROVE, PIERRE), NOW, Requester.of(PIERRE))


# ─── waiting for a date ───


@pytest.mark.parametrize("action", [DecisionAction.CANCEL, DecisionAction.HOLD])
def test_an_approved_request_is_stopped_until_awx_is_asked(action: DecisionAction) -> None:
    """It may wait for its date, for its turn or for AWX to come back; not while AWX answers."""
    ticket = ticket_in("approved")
    stop = decision(ticket, action, ADA)
    lifecycle.check(ticket, stop, NOW)
    with pytest.raises((NotCancellable, NotHoldable), match=r"it is deploying$") as told:
        lifecycle.check(ticket, stop, NOW, launching=True)
    assert told.value.params == {"state": "deploying"}


def test_what_production_was_goes_with_an_approval() -> None:
    """As it is now, or as an approved request is about to make it; an approver who saw something else looks again."""
    ticket = pending()
    entry = CatalogueEntry(tenant=FINANCE, type=TargetType.API, name="payment-api", version="1.9.0")
    poll = Poll(tenant=FINANCE)
    facts = TargetFacts(controlled=True, entry=entry, production="2.0.0", coming=("2.0.1",), poll=poll)

    def approve(shown: str | None, facts: TargetFacts) -> None:
        made = decision(ticket, DecisionAction.APPROVE, JEAN, production=shown)
        lifecycle.check(ticket, made, NOW, Requester.of(PIERRE), facts)

    approve("2.0.0", facts)
    approve("2.0.1", facts)
    approve("", facts.model_copy(update={"production": None}))
    for shown in ("1.9.0", "", None):
        with pytest.raises(ProductionChanged, match=r"^Production is at 2\.0\.0 now, and you were shown ") as told:
            approve(shown, facts)
        assert told.value.params == {"production": "2.0.0", "shown": shown or ""}
    approve("1.9.0", facts.model_copy(update={"controlled": False}))


def test_a_ticket_on_which_too_much_was_decided_takes_no_grant() -> None:
    """Its history stays within what can be recorded, whoever holds and releases it; it can still be withdrawn."""
    ticket = ticket_in("approved")
    for turn in range(lifecycle.MAX_DECIDED - 2):
        action = DecisionAction.RELEASE if turn % 2 else DecisionAction.HOLD
        ticket = decide(ticket, decision(ticket, action, ADA), NOW + MINUTE)
    with pytest.raises(HistoryFull):
        lifecycle.check(ticket, decision(ticket, DecisionAction.HOLD, ADA), NOW)
    assert decide(ticket, decision(ticket, DecisionAction.CANCEL, ADA), NOW + MINUTE).state is State.CANCELLED


def test_what_has_no_date_waits_for_none() -> None:
    """Without a date, an approval is launched at once."""
    assert not lifecycle.waits_for_date(ticket_in("approved"), NOW)


def test_the_digest_names_everything_that_is_decided_on() -> None:
    """Any change of identity, tenant, requester or request changes the digest; what happens to the ticket doesn't."""
    base = submission()
    changed = {
        "id": "PR-2026-0002",
        "at": NOW + MINUTE,
        "requester": JEAN,
        "tenant": RETAIL,
        "target": base.target.model_copy(update={"version": "2.1.1"}),
        "request": details(scheduled_date=NOW + timedelta(days=1)),
        "pre_checks": checks(performance_tests_passed=True),
    }
    everywhere = person("pierre.durand@cab-i.com", Role.DEVOPS, tenant=None)
    digests = {pending(**{"requester": everywhere} | {field: value}).digest for field, value in changed.items()}
    assert len(digests | {pending().digest}) == len(changed) + 1
    assert {ticket_in(state).digest for state in HISTORIES} == {pending().digest}


# ─── who the requester was ───

ROBOT = person("ci@cab-i.com", Role.DEVOPS, owner="jean.dupont@cab-i.com")
OWNER = person("jean.dupont@cab-i.com", Role.CPI, aliases=("jd@cab-i.com", "ci@cab-i.com"))
SUSAN = person("susan@cab-i.com", Role.CPI, aliases=("s.old@cab-i.com",))


@pytest.mark.parametrize(
    ("asked_by", "later"),
    [
        (Requester.of(ROBOT, OWNER), JEAN),
        (Requester.of(ROBOT), JEAN),
        (Requester.of(ROBOT, OWNER), person("jd@cab-i.com", Role.CPI, subject=None)),
        (Requester.of(ROBOT, OWNER), person("jean@elsewhere.com", Role.CPI, subject=OWNER.subject)),
        (Requester.of(SUSAN), person("S.Old@cab-i.com", Role.CPI, subject="other")),
        (Requester.of(SUSAN), person("married@cab-i.com", Role.CPI_ADMIN, None, subject=SUSAN.subject)),
        (None, person("ada.admin@cab-i.com", Role.CPI_ADMIN, None, aliases=("ci@cab-i.com",))),
    ],
    ids=["owner", "owner by name alone", "owner's alias", "owner moved", "alias gone", "moved", "owner now"],
)
def test_whoever_was_the_requester_or_is_now_does_not_approve(asked_by: Requester | None, later: Person) -> None:
    """The directory of then and that of now are both asked: no change of it makes somebody else of the requester."""
    ticket = pending(requester=ROBOT if asked_by is None or "ci@cab-i.com" in asked_by.addresses else SUSAN)
    refused(ticket, SelfApproval, "Cannot approve your own request", DecisionAction.APPROVE, later, requester=asked_by)


def test_having_been_the_requester_grants_nothing() -> None:
    """The owner of the service account then may not withdraw what it asked for; the requester now may."""
    ticket = pending(requester=ROBOT)
    former, now = (person(f"{name}@cab-i.com", Role.DEVOPS) for name in ("jean.dupont", "new.owner"))
    now = now.model_copy(update={"aliases": (ROBOT.email,)})
    asked_by = Requester.of(ROBOT, OWNER)
    refused(ticket, NotAuthorized, "Not authorized", DecisionAction.CANCEL, former, requester=asked_by)
    withdrawal = decision(ticket, DecisionAction.CANCEL, now)
    assert decide(ticket, withdrawal, NOW, asked_by).state is State.CANCELLED
