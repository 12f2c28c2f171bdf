"""The checker names each kind of wrong, in evidence that was made up, and nothing in evidence that is as it must be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.checker import FOLLOWS, Answer, Entry, Evidence, Finding, Job, Wrong, findings, summary

TICKET, PIERRE, JEAN = "PR-2026-0001", "pierre@cab-i.com", "jean@cab-i.com"
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def entry(action: str, minute: int, by: str = "system", job: str | None = None) -> Entry:
    return Entry(action, NOON + timedelta(minutes=minute), by, job)


CREATED, APPROVED = entry("created", 0, PIERRE), entry("approved", 1, JEAN)
HISTORY = (CREATED, APPROVED, entry("deploying", 2, job="7"), entry("deployed", 3))
TOLD = frozenset(
    f"{TICKET}.{each}"
    for each in ("1.request-created", "2.request-approved", "3.deployment-started", "4.deployment-succeeded")
)
JOB = Job(7, TICKET, 1, "successful", ran=True)
WELL = Evidence(
    answers=(
        Answer(PIERRE, "submit", 201, TICKET, key="one", history=(CREATED,)),
        Answer(PIERRE, "submit", 201, TICKET, key="one", history=HISTORY),
        Answer(PIERRE, "approve", 403, TICKET, kind="self-approval", history=()),
        Answer(JEAN, "approve", 503, TICKET),
        Answer(JEAN, "approve", 200, TICKET, history=(CREATED, APPROVED)),
    ),
    jobs=(JOB,),
    told={"mail": TOLD, "kafka": TOLD},
    reports={"RPT-1": "made"},
)


def with_history(*history: Entry, evidence: Evidence = WELL) -> Evidence:
    """The evidence of one ticket with that history, wherever it is read."""
    actions = tuple(each.action for each in history)
    requesters = {TICKET: history[0].by if history else PIERRE}
    return replace(
        evidence, histories={TICKET: history}, commits={TICKET: actions}, read={TICKET: history}, requesters=requesters
    )


GOOD = with_history(*HISTORY)
REFUSALS = (Answer("claire@cab-i.com", "approve", 403, TICKET, kind="not-authorized"),)
OTHER = entry("approved", 1, "claire@cab-i.com")
VOTE = entry("endorsed", 1, "claire@cab-i.com")
URGENT = replace(APPROVED, emergency=True)
RATIFIED = entry("ratified", 4, "claire@cab-i.com")
RETRIED = (*HISTORY[:3], entry("failed", 3), entry("retried", 4, PIERRE), entry("deploying", 5, job="8"))

BAD: dict[str, tuple[Evidence, Wrong]] = {
    "an act that was answered is not there": (with_history(CREATED, evidence=replace(WELL, jobs=())), Wrong.MISSING),
    "a ticket that was answered is not there": (replace(WELL, jobs=()), Wrong.MISSING),
    "another's act stands in the place of the one that was answered": (
        with_history(CREATED, OTHER, *HISTORY[2:]),
        Wrong.MISSING,
    ),
    "who was refused has approved": (
        with_history(CREATED, OTHER, *HISTORY[2:], evidence=replace(WELL, answers=REFUSALS)),
        Wrong.REFUSED,
    ),
    "who was refused has voted": (
        with_history(CREATED, VOTE, *HISTORY[1:], evidence=replace(WELL, answers=REFUSALS)),
        Wrong.REFUSED,
    ),
    "a vote that was answered is not there": (
        replace(
            GOOD, answers=(*GOOD.answers, Answer("claire@cab-i.com", "approve", 200, TICKET, history=(CREATED, VOTE)))
        ),
        Wrong.MISSING,
    ),
    "a vote after the approval": (with_history(CREATED, APPROVED, VOTE, *HISTORY[2:]), Wrong.ILLEGAL),
    "who asked voted": (with_history(CREATED, entry("endorsed", 1, PIERRE), *HISTORY[1:]), Wrong.SELF_APPROVED),
    "deployed without approval": (with_history(CREATED, *HISTORY[2:]), Wrong.ILLEGAL),
    "approved twice": (with_history(CREATED, APPROVED, APPROVED, *HISTORY[2:]), Wrong.ILLEGAL),
    "approved after its end": (with_history(*HISTORY, entry("approved", 4, JEAN)), Wrong.ILLEGAL),
    "an action that does not exist": (with_history(CREATED, entry("blessed", 1, JEAN)), Wrong.ILLEGAL),
    "nothing before it was created": (with_history(*HISTORY[1:]), Wrong.ILLEGAL),
    "an answer where nobody declared an emergency": (with_history(*HISTORY, RATIFIED), Wrong.ILLEGAL),
    "two answers for one emergency": (
        with_history(CREATED, URGENT, *HISTORY[2:], RATIFIED, entry("refuted", 5, "alice@cab-i.com")),
        Wrong.ILLEGAL,
    ),
    "who declared an emergency answered for it": (
        with_history(CREATED, URGENT, *HISTORY[2:], entry("ratified", 4, JEAN)),
        Wrong.SELF_APPROVED,
    ),
    "a vote that Slack does not tell of": (
        replace(with_history(CREATED, VOTE, *HISTORY[1:]), told={"slack": TOLD}),
        Wrong.UNTOLD,
    ),
    "dated backwards": (with_history(CREATED, APPROVED, entry("deploying", 0, job="7")), Wrong.ILLEGAL),
    "who asked approved": (with_history(CREATED, entry("approved", 1, PIERRE), *HISTORY[2:]), Wrong.SELF_APPROVED),
    "a commit that the file does not tell": (
        replace(GOOD, commits={TICKET: ("created", "approved", "approved", "deploying", "deployed")}),
        Wrong.REWRITTEN,
    ),
    "a ticket that only commits tell of": (
        replace(GOOD, commits={**GOOD.commits, "PR-2026-0002": ("created",)}),
        Wrong.REWRITTEN,
    ),
    "the product reads something else": (replace(GOOD, read={TICKET: HISTORY[:3]}), Wrong.UNREADABLE),
    "one key made two tickets": (
        replace(GOOD, answers=(*GOOD.answers, Answer(PIERRE, "submit", 201, "PR-2026-0002", key="one"))),
        Wrong.DOUBLED,
    ),
    "approved, and nothing came of it": (with_history(*HISTORY[:2], evidence=replace(WELL, jobs=())), Wrong.UNENDED),
    "a job of a ticket that nobody approved": (
        with_history(CREATED, entry("rejected", 1, JEAN)),
        Wrong.UNAPPROVED,
    ),
    "a job of a ticket that does not exist": (
        replace(GOOD, jobs=(JOB, Job(8, "PR-2026-0009", 1, "successful", ran=True))),
        Wrong.UNAPPROVED,
    ),
    "a second attempt that nobody asked for": (
        replace(GOOD, jobs=(JOB, Job(8, TICKET, 2, "successful", ran=True))),
        Wrong.UNAPPROVED,
    ),
    "two jobs of one attempt, one of which never ran": (
        replace(GOOD, jobs=(JOB, Job(8, TICKET, 1, "canceled", ran=False))),
        Wrong.DOUBLE_JOB,
    ),
    "deployed, as no job was": (replace(GOOD, jobs=(replace(JOB, status="failed"),)), Wrong.UNLIKE_AWX),
    "failed, as no job did": (with_history(*HISTORY[:3], entry("failed", 3)), Wrong.UNLIKE_AWX),
    "a mail is lost": (replace(GOOD, told={"mail": TOLD - {f"{TICKET}.2.request-approved"}}), Wrong.UNTOLD),
    "an internal error": (replace(GOOD, answers=(*GOOD.answers, Answer(JEAN, "reject", 500, TICKET))), Wrong.INTERNAL),
    "people are sent to the operators": (
        replace(GOOD, answers=(*GOOD.answers, Answer(JEAN, "reject", 409, TICKET, kind="not-running"))),
        Wrong.INTERNAL,
    ),
    "a report that is being made for ever": (replace(GOOD, reports={"RPT-1": "running"}), Wrong.UNMADE),
    "the audit finds something": (replace(GOOD, unverified="forged: 1"), Wrong.UNVERIFIED),
}


def test_nothing_is_named_where_all_is_as_it_must_be() -> None:
    """Refusals, repeated answers and a retried deployment are no findings."""
    retried = with_history(*RETRIED, entry("deployed", 6))
    told = TOLD | {f"{TICKET}.4.deployment-failed", f"{TICKET}.6.deployment-started"}
    told |= {f"{TICKET}.7.deployment-succeeded"}
    again = replace(
        retried,
        answers=GOOD.answers[:1],
        jobs=(replace(JOB, status="failed"), Job(8, TICKET, 2, "successful", ran=True)),
        told={"mail": told},
    )
    assert findings(GOOD) == []
    assert findings(again) == []


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_named(case: str) -> None:
    """Each made-up history is found under the name that it has."""
    evidence, wrong = BAD[case]
    found = findings(evidence)
    assert wrong in {each.wrong for each in found}
    assert all(each.subject and each.says for each in found)


def test_votes_are_no_findings() -> None:
    """Given, taken back, given again and completed by another; or waiting for others."""
    votes = (VOTE, entry("unendorsed", 1, VOTE.by), VOTE)
    told = frozenset(f"{TICKET}.{each}" for each in ("1.request-created", "5.request-approved"))
    told |= {f"{TICKET}.6.deployment-started", f"{TICKET}.7.deployment-succeeded"}
    answers = (Answer(VOTE.by, "approve", 200, TICKET, history=(CREATED, VOTE)),)
    well = replace(WELL, told={"mail": told}, answers=answers)
    assert findings(with_history(CREATED, *votes, *HISTORY[1:], evidence=well)) == []
    assert findings(with_history(CREATED, *votes, evidence=replace(well, jobs=()))) == []


def test_an_emergency_that_somebody_else_answered_for_is_no_finding() -> None:
    """Its end stands before the answer, and the answer is told."""
    history = (CREATED, URGENT, *HISTORY[2:], RATIFIED)
    told = {"mail": TOLD | {f"{TICKET}.5.emergency-ratified"}}
    assert findings(with_history(*history, evidence=replace(WELL, answers=(), told=told))) == []
    assert findings(with_history(*history, evidence=replace(WELL, answers=()))) != [], "nobody was told"


def test_who_had_no_answer_once_may_have_done_it() -> None:
    """Whoever asks again after that is told that it is done already."""
    unanswered = (Answer("claire@cab-i.com", "approve", 0, TICKET), *REFUSALS)
    assert findings(with_history(CREATED, OTHER, *HISTORY[2:], evidence=replace(WELL, answers=unanswered))) == []


def test_every_kind_of_finding_is_tried() -> None:
    """A kind that no made-up history has could be one that nothing finds."""
    assert {wrong for _, wrong in BAD.values()} == set(Wrong)


def test_an_end_is_followed_by_nothing() -> None:
    """Only a failure may be tried again, and what was deployed in an emergency be answered for."""
    assert FOLLOWS.keys().isdisjoint({"ratified", "refuted", "rejected", "cancelled", "expired", "superseded"})
    assert FOLLOWS["deployed"] == {"ratified", "refuted"}


def test_the_summary_counts_each_kind_and_shows_each_finding() -> None:
    """Kinds without findings are there too: somebody looked for them."""
    text = summary(GOOD, [Finding(Wrong.UNTOLD, TICKET, "mail has no x")])
    assert "announcement lost                1" in text
    assert "double job                       0" in text
    assert text.endswith(f"announcement lost: {TICKET}: mail has no x")
