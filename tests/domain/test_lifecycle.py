"""Every transition and every refusal of the lifecycle, with the sentence a person reads."""

from datetime import timedelta
from typing import Any

import pytest

from domain import lifecycle
from domain.decision import DecisionAction
from domain.deployment import JobOutcome, JobResult
from domain.errors import (
    IllegalTransition,
    NotAuthorized,
    NotRetryable,
    PreChecksNotPassed,
    ScheduledInThePast,
)
from domain.roles import Role
from domain.ticket import SYSTEM, Action, State
from record.files.reading import load
from record.files.writing import text_of
from tests.domain.builders import (
    ADA,
    HISTORIES,
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
    success,
    ticket_in,
)

CONTRACT = """
none        created → pending
pending     endorsed → pending, unendorsed → pending
pending     approved → approved, rejected → rejected, cancelled → cancelled, expired → expired, superseded → superseded
approved    cancelled → cancelled, superseded → superseded, due → approved, held → approved, lapsed → pending
approved    deploying → deploying
held        cancelled → cancelled, superseded → superseded, released → approved, lapsed → pending
deploying   deployed → deployed, failed → failed, verifying → verifying
verifying   deployed → deployed, failed → failed
failed      retried → deploying
retried     deploying → deploying, deployed → deployed, failed → failed, lapsed → pending
"""
"""The whole lifecycle: from each state, where each action leads; every other leads nowhere.

`held` is approved, `retried` is deploying without a job.
"""

FORMS = HISTORIES | {"held": "created approved held", "retried": "created approved deploying failed retried"}


def contract() -> list[tuple[str, str, str]]:
    """(state, action, following state or '-') of every state and action."""
    said: dict[tuple[str, str], str] = {}
    for line in CONTRACT.strip().splitlines():
        state, steps = line.split(maxsplit=1)
        said |= {(state, step.split(" → ")[0]): step.split(" → ")[1] for step in steps.split(", ")}
    states = dict.fromkeys(["none", *FORMS])
    return [(state, str(action), said.get((state, str(action)), "-")) for state in states for action in Action]


@pytest.mark.parametrize(("state", "action", "following"), contract())
def test_the_lifecycle_is_the_contracts(state: str, action: str, following: str) -> None:
    """Each action leads from each state where the contract says, or nowhere."""
    entries = history(f"{FORMS.get(state, '')} {action}")
    if following == "-":
        with pytest.raises(IllegalTransition):
            lifecycle.status_of(entries)
    else:
        assert lifecycle.status_of(entries).state == following


def test_a_retry_starts_a_job_of_its_own_once() -> None:
    """`deploying` may follow `retried`, which already is in the state deploying, and only once."""
    assert lifecycle.status_of(history(f"{HISTORIES['failed']} retried deploying failed")).state is State.FAILED
    assert lifecycle.status_of(history(f"{HISTORIES['failed']} retried failed retried deploying deployed"))
    for actions in ("created approved deploying deploying", f"{HISTORIES['failed']} retried deploying deploying"):
        with pytest.raises(IllegalTransition, match="twice in a row"):
            lifecycle.status_of(history(actions))


def test_every_row_of_the_table_is_in_the_contract() -> None:
    """The code's table has no transition that the contract lacks."""
    ours = {(str(state or "none"), str(action), str(to)) for (state, action), to in lifecycle.TRANSITIONS.items()}
    state_of = {"held": "approved", "retried": "deploying"}
    theirs = {(state_of.get(state, state), action, to) for state, action, to in contract() if to != "-"}
    answers = {row for row in ours if row[1] in {"ratified", "refuted"}}
    assert ours - answers == theirs
    assert answers == {(state, each, state) for state in ("deployed", "failed") for each in ("ratified", "refuted")}


def test_nothing_leaves_a_closed_state() -> None:
    """Rejected, cancelled, expired, superseded and deployed are ends; of a deployed emergency an answer may follow."""
    assert {"rejected", "cancelled", "expired", "superseded", "deployed"} == lifecycle.CLOSED
    left = [action for state, action in lifecycle.TRANSITIONS if state in lifecycle.CLOSED]
    assert set(left) == {"ratified", "refuted"}


def test_a_history_that_goes_back_in_time_is_illegal() -> None:
    """An approval before the request was made never happened."""
    created, approved = history("created approved")
    with pytest.raises(IllegalTransition, match="earlier"):
        lifecycle.status_of((created, approved.model_copy(update={"at": created.at - MINUTE})))


# ─── a submission ───


def test_a_submission_becomes_a_pending_ticket() -> None:
    """The ticket says who asked for what, when; and nothing else has happened."""
    ticket = pending()
    assert (ticket.id, ticket.state, ticket.metadata.created_by) == ("PR-2026-0001", State.PENDING, PIERRE.email)
    assert [(entry.action, entry.at, entry.by) for entry in ticket.status.history] == [("created", NOW, PIERRE.email)]


@pytest.mark.parametrize("check", ["staging_tests_passed", "security_scan_passed"])
def test_a_submission_whose_mandatory_checks_failed_is_refused(check: str) -> None:
    """No ticket is made for something that staging or the security scan turned down."""
    with pytest.raises(PreChecksNotPassed, match=r"^Staging tests and security scan must have passed$"):
        pending(pre_checks=checks(**{check: False}))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_a_date_that_has_gone_by_is_refused(late: timedelta) -> None:
    """A deployment is scheduled in the future or not at all."""
    with pytest.raises(ScheduledInThePast, match=r"^The scheduled date must be in the future$"):
        pending(request=details(scheduled_date=NOW - late))


@pytest.mark.parametrize("requester", [VERA, person("lea@cab-i.com", None), person("tom@cab-i.com", Role.CPI, RETAIL)])
def test_a_submission_needs_a_role_that_creates_in_that_tenant(requester: Any) -> None:
    """Viewers, strangers and other tenants' people create nothing."""
    with pytest.raises(NotAuthorized, match=r"^Not authorized$"):
        pending(requester=requester)


# ─── what nobody decides, and what AWX says ───


def test_a_request_that_nobody_decides_expires_by_the_system() -> None:
    """Expired is neither rejected nor approved, and nobody did it."""
    ticket = lifecycle.expire(pending(), NOW + timedelta(days=30))
    assert (ticket.state, ticket.last.action, ticket.last.by) == (State.EXPIRED, Action.EXPIRED, SYSTEM)
    assert ticket.status.approved_by is ticket.status.rejected_by is None


@pytest.mark.parametrize("state", sorted(set(HISTORIES) - {"pending"}))
def test_nothing_else_expires(state: str) -> None:
    """A timeout never undoes a decision."""
    with pytest.raises(IllegalTransition):
        lifecycle.expire(ticket_in(state), NOW + timedelta(days=30))


@pytest.mark.parametrize("state", sorted(set(HISTORIES) - {"approved", "failed", "deploying"}))
def test_nothing_starts_without_an_approval(state: str) -> None:
    """A job's number is recorded for an approved request and for no other."""
    with pytest.raises(IllegalTransition):
        lifecycle.start(ticket_in(state), 5678, NOW + timedelta(hours=1))


@pytest.mark.parametrize("state", sorted(set(HISTORIES) - {"deploying"}))
def test_a_result_counts_only_while_deploying(state: str) -> None:
    """A late, doubled or foreign result changes nothing."""
    with pytest.raises(IllegalTransition):
        lifecycle.conclude(ticket_in(state), success(), NOW + timedelta(hours=1))
    with pytest.raises(IllegalTransition):
        lifecycle.fail(ticket_in(state), "no", NOW + timedelta(hours=1))


def test_a_success_records_job_deployment_and_time() -> None:
    """The deployed ticket names the job and the deployment that did it."""
    ticket = lifecycle.conclude(ticket_in("deploying"), success(), NOW + timedelta(hours=1))
    assert (ticket.state, ticket.status.deployed_at) == (State.DEPLOYED, NOW + timedelta(hours=1))
    assert (ticket.last.job_id, ticket.last.deployment_id, ticket.last.by) == ("awx-job-5678", "deploy-abc123", SYSTEM)


@pytest.mark.parametrize("outcome", [JobOutcome.FAILED, JobOutcome.UNKNOWN])
def test_whatever_is_no_success_is_a_failure_with_its_error(outcome: JobOutcome) -> None:
    """An outcome that nobody knows is never taken for a deployment."""
    result = JobResult(job=7, outcome=outcome, error="fatal: unreachable")
    ticket = lifecycle.conclude(ticket_in("deploying"), result, NOW + timedelta(hours=1))
    assert (ticket.state, ticket.last.error, ticket.last.job_id) == (State.FAILED, "fatal: unreachable", "awx-job-7")
    assert ticket.status.deployed_at is None


def test_a_failure_without_words_still_says_what_awx_reported() -> None:
    """No failed ticket is without an error to read."""
    ticket = lifecycle.conclude(ticket_in("deploying"), JobResult(job=7, outcome=JobOutcome.UNKNOWN), NOW + MINUTE)
    assert ticket.last.error == "AWX reports: unknown"


def test_a_launch_that_awx_refused_has_no_job() -> None:
    """The deployment fails without a job number, since there is none."""
    ticket = lifecycle.fail(
        lifecycle.start(ticket_in("approved"), None, NOW + MINUTE), "No such template", NOW + MINUTE
    )
    assert [entry.job_id for entry in ticket.status.history[-2:]] == [None, None]


def test_each_retry_is_a_new_attempt() -> None:
    """The attempt's number is what tells its job from the one before."""
    failed = ticket_in("failed")
    retried = decide(failed, decision(failed, DecisionAction.RETRY, PIERRE), NOW + timedelta(hours=1))
    assert (failed.attempt, retried.attempt, retried.last.action) == (1, 2, Action.RETRIED)


def test_retries_have_an_end() -> None:
    """The last retry that a ticket's history has room for is followed by a refusal, not by a broken ticket."""
    ticket = ticket_in("failed")
    while ticket.attempt < lifecycle.MAX_ATTEMPTS:
        ticket = decide(ticket, decision(ticket, DecisionAction.RETRY, ADA, comment="c" * 4_096), NOW)
        ticket = lifecycle.fail(lifecycle.start(ticket, 1, NOW), "e" * 8_192, NOW)
    assert load(text_of(ticket).encode()) == ticket
    with pytest.raises(NotRetryable, match=r"^Request failed 50 times; make a new one$"):
        lifecycle.check(ticket, decision(ticket, DecisionAction.RETRY, ADA), NOW)


def test_a_clock_that_went_back_does_not_break_the_order() -> None:
    """An entry is never earlier than the one before it, though two machines' clocks differ by a moment."""
    ticket = lifecycle.expire(pending(), NOW - MINUTE)
    assert ticket.last.at == NOW
