"""Emergencies: who may declare one, who answers for it, and what a request that owes an answer may come to."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lifecycle
from domain.decision import Decision, DecisionAction
from domain.emergencies import Debt, EmergencyRule, Phase, answer_by, phase_of
from domain.errors import (
    DebtsOverdue,
    EmergencyNotAllowed,
    IllegalTransition,
    NothingOwed,
    NotRetryable,
    OwnEmergency,
    RecordBehind,
    RuleViolation,
    SelfApproval,
    StaleDecision,
)
from domain.roles import Person, Role
from domain.rules import Applied
from domain.targets import TargetFacts
from domain.ticket import Action, HistoryEntry, PromotionRequest
from domain.votes import Need, Poll
from tests.domain.builders import ADA, JEAN, MINUTE, NOW, PIERRE, decision, details, pending, person

RULE = EmergencyRule(role=Role.CPI, answer_within=timedelta(days=3), stop_after_overdue=True)
UNTIL = NOW + timedelta(days=3)
WHY = "Payments are down since nine"
CLAIRE = person("claire.moreau@cab-i.com", Role.CPI)
RULES = Applied(approvals=(Need(role=Role.CPI, count=2),), emergency=RULE, emergency_of="critical")
FACTS = TargetFacts(controlled=True, open_catalogue=True, rules=RULES, poll=Poll(needs=RULES.approvals))


def declared(ticket: PromotionRequest, by: Person = JEAN, **fields: Any) -> Decision:
    given = {"comment": WHY, "answer_by": UNTIL} | fields
    return decision(ticket, DecisionAction.EMERGENCY, by, **given)


def entry(action: str, minute: int, by: str = "system", **fields: Any) -> HistoryEntry:
    return HistoryEntry(action=Action(action), at=NOW + minute * MINUTE, by=by, **fields)


def after(*entries: HistoryEntry) -> PromotionRequest:
    """A request that was declared an emergency by Jean, and what came then."""
    first = entry("approved", 1, JEAN.email, comment=WHY, emergency=True, answer_by=UNTIL)
    ticket = pending()
    history = (*ticket.status.history, first, *entries)
    return ticket.model_copy(update={"status": lifecycle.status_of(history)})


LAUNCHED = entry("deploying", 2, job_id="awx-job-1")
DEPLOYED, FAILED = (entry(end, 3, job_id="awx-job-1") for end in ("deployed", "failed"))


def test_one_person_approves_past_votes() -> None:
    """The entry says that it was an emergency, why, and until when somebody else answers for it."""
    ticket = pending()
    lifecycle.check(ticket, made := declared(ticket), NOW, target=FACTS)
    approved = lifecycle.apply(ticket, made, NOW)
    assert approved.status.approved_by == JEAN.email
    assert approved.emergency == approved.last
    assert (approved.last.comment, approved.last.answer_by) == (WHY, UNTIL)


@pytest.mark.parametrize(
    ("by", "facts", "refused"),
    [
        (PIERRE, FACTS, SelfApproval),
        (JEAN.model_copy(update={"aliases": (PIERRE.email,)}), FACTS, SelfApproval),
        (JEAN, FACTS.model_copy(update={"rules": RULES.model_copy(update={"emergency": None})}), EmergencyNotAllowed),
        (JEAN, FACTS.model_copy(update={"controlled": False}), EmergencyNotAllowed),
        (
            JEAN,
            FACTS.model_copy(
                update={
                    "rules": RULES.model_copy(update={"emergency": RULE.model_copy(update={"role": Role.CPI_ADMIN})})
                }
            ),
            EmergencyNotAllowed,
        ),
    ],
    ids=["requester", "alias", "no rule", "older request", "another role"],
)
def test_nobody_else_does(by: Person, facts: TargetFacts, refused: type[RuleViolation]) -> None:
    """Never the requester, whatever the role; and only where a rule says so."""
    ticket = pending()
    with pytest.raises(refused):
        lifecycle.check(ticket, declared(ticket, by), NOW, target=facts)


def test_another_time_to_answer_than_the_rule_gives_is_stale() -> None:
    ticket = pending()
    with pytest.raises(StaleDecision):
        lifecycle.check(ticket, declared(ticket, answer_by=UNTIL + MINUTE), NOW, target=FACTS)


@pytest.mark.parametrize("fields", [{"comment": None}, {"comment": "  in haste "}, {"answer_by": None}], ids=str)
def test_it_takes_a_reason_and_a_time(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="emergency"):
        declared(pending(), **fields)


def test_a_date_to_come_is_waited_for_before_the_answer_is_due() -> None:
    """Or it would be overdue before anything was launched."""
    ticket = pending(request=details(scheduled_date=NOW + timedelta(days=9)))
    assert answer_by(ticket, RULE, NOW) == NOW + timedelta(days=12)


@pytest.mark.parametrize("end", [DEPLOYED, FAILED], ids=["deployed", "failed"])
@pytest.mark.parametrize("action", [DecisionAction.RATIFY, DecisionAction.REFUTE])
def test_somebody_else_answers(end: HistoryEntry, action: DecisionAction) -> None:
    """Once; the state stays, and nothing is owed any more."""
    ticket = after(LAUNCHED, end)
    assert Debt.of(ticket) is not None
    lifecycle.check(ticket, made := decision(ticket, action, CLAIRE), NOW, target=FACTS)
    answered = lifecycle.apply(ticket, made, NOW)
    assert answered.state is ticket.state
    assert Debt.of(answered) is None
    with pytest.raises(NothingOwed):
        lifecycle.check(answered, decision(answered, action, ADA), NOW, target=FACTS)


@pytest.mark.parametrize(
    ("by", "declarer", "refused"),
    [
        (JEAN, None, OwnEmergency),
        (CLAIRE.model_copy(update={"aliases": (JEAN.email,)}), None, OwnEmergency),
        (CLAIRE, JEAN.model_copy(update={"subject": CLAIRE.subject}), OwnEmergency),
        (CLAIRE.model_copy(update={"aliases": (PIERRE.email,)}), JEAN, SelfApproval),
    ],
    ids=["declarer", "alias", "subject", "requester"],
)
def test_neither_declarer_nor_requester_answers(
    by: Person, declarer: Person | None, refused: type[RuleViolation]
) -> None:
    """By whatever address or sign-in."""
    ticket = after(LAUNCHED, DEPLOYED)
    facts = FACTS.model_copy(update={"declarer": declarer})
    with pytest.raises(refused):
        lifecycle.check(ticket, decision(ticket, DecisionAction.RATIFY, by), NOW, target=facts)


def test_nobody_answers_while_the_record_can_not_be_asked() -> None:
    """Whoever declared it might be the one who answers, by another address."""
    ticket = after(LAUNCHED, DEPLOYED)
    for facts in (None, TargetFacts(controlled=True, unknown="The record does not know this request yet")):
        with pytest.raises(RecordBehind):
            lifecycle.check(ticket, decision(ticket, DecisionAction.RATIFY, CLAIRE), NOW, target=facts)


def test_what_was_not_launched_owes_nothing() -> None:
    lapsed = entry("lapsed", 2, reason="It covers it no more", decide_by=UNTIL)
    assert phase_of(after(lapsed)) is Phase.NONE
    assert Debt.of(after()) is None


@pytest.mark.parametrize(
    "entries",
    [
        (
            LAUNCHED,
            FAILED,
            entry("retried", 4, JEAN.email),
            entry("lapsed", 5, reason="Too old for it", decide_by=UNTIL),
        ),
        (LAUNCHED, FAILED, entry("ratified", 4, CLAIRE.email, reason="It had to be"), entry("retried", 5, JEAN.email)),
        (LAUNCHED, DEPLOYED, entry("ratified", 4, CLAIRE.email)),
        (entry("ratified", 2, CLAIRE.email, reason="It had to be"),),
        (
            LAUNCHED,
            DEPLOYED,
            *(entry(each, 4, CLAIRE.email, reason="It had to be") for each in ("ratified", "refuted")),
        ),
    ],
    ids=["lapses", "retried after the answer", "no reason", "before the launch", "twice"],
)
def test_no_history_goes_past_the_answer(entries: tuple[HistoryEntry, ...]) -> None:
    """A debt ends by an answer alone."""
    with pytest.raises(IllegalTransition):
        after(*entries)


def test_a_launch_that_awx_refused_owes_an_answer_too() -> None:
    """No job came of it; but votes were passed when it was asked for, and whoever may can try again until then."""
    ticket = after(entry("deploying", 2), entry("failed", 3, error="AWX refused"))
    assert phase_of(ticket) is Phase.OWED
    assert Debt.of(ticket) is not None
    retry = decision(ticket, DecisionAction.RETRY, PIERRE, at=NOW + 4 * MINUTE)
    lifecycle.check(ticket, retry, NOW + 4 * MINUTE)


def test_a_usual_approval_owes_no_answer() -> None:
    deployed = pending()
    history = (*deployed.status.history, entry("approved", 1, JEAN.email), LAUNCHED, DEPLOYED)
    with pytest.raises(IllegalTransition):
        lifecycle.status_of((*history, entry("ratified", 4, CLAIRE.email, reason="It had to be")))


@pytest.mark.parametrize(
    "fields",
    [
        {"emergency": True, "answer_by": UNTIL},
        {"emergency": True, "comment": WHY},
        {"answer_by": UNTIL, "comment": WHY},
        {"emergency": True, "answer_by": NOW, "comment": WHY},
        {"emergency": True, "answer_by": UNTIL, "comment": WHY, "by": "system", "rule": "critical"},
    ],
    ids=["no reason", "no time", "half an emergency", "no time left", "by a rule"],
)
def test_an_entry_that_no_gate_makes_is_refused(fields: dict[str, Any]) -> None:
    forged = entry("approved", 1, **({"by": JEAN.email} | fields))
    with pytest.raises(IllegalTransition):
        lifecycle.status_of((*pending().status.history, forged))


def test_overdue_answers_stop_further_emergencies_where_the_rule_says_so() -> None:
    debt = Debt.of(after(LAUNCHED, DEPLOYED))
    assert debt is not None
    other, owing = pending(id="PR-2026-0002"), FACTS.model_copy(update={"debts": (debt,)})
    lifecycle.check(other, declared(other), UNTIL - MINUTE, target=owing)
    with pytest.raises(DebtsOverdue, match="PR-2026-0001") as said:
        lifecycle.check(other, declared(other), UNTIL, target=owing)
    assert said.value.params == {"debts": "PR-2026-0001"}
    lenient = RULES.model_copy(update={"emergency": RULE.model_copy(update={"stop_after_overdue": False})})
    lifecycle.check(other, declared(other), UNTIL, target=owing.model_copy(update={"rules": lenient}))


def test_a_failed_emergency_is_tried_again_until_the_answer_is_due_or_there() -> None:
    ticket = after(LAUNCHED, FAILED)
    again = decision(ticket, DecisionAction.RETRY, JEAN)
    lifecycle.check(ticket, again, UNTIL - MINUTE, target=FACTS)
    with pytest.raises(DebtsOverdue):
        lifecycle.check(ticket, again, UNTIL, target=FACTS)
    answered = after(LAUNCHED, FAILED, entry("refuted", 4, CLAIRE.email, reason="It was no emergency"))
    with pytest.raises(NotRetryable):
        lifecycle.check(answered, decision(answered, DecisionAction.RETRY, JEAN), NOW, target=FACTS)


def test_votes_of_before_do_not_count_with_it() -> None:
    """It stands alone, and what changed production after an earlier vote is no reason against it."""
    endorsed = entry("endorsed", 0, CLAIRE.email)
    first = entry("approved", 1, JEAN.email, comment=WHY, emergency=True, answer_by=UNTIL)
    history = (*pending().status.history, endorsed, first)
    ticket = pending().model_copy(update={"status": lifecycle.status_of(history)})
    assert ticket.votes == (2,)
