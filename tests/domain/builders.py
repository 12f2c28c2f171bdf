"""People, submissions, tickets and decisions to test with; each builder takes what the test is about as keywords."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain import lifecycle
from domain.decision import Decision, DecisionAction, Submission
from domain.deployment import JobOutcome, JobResult
from domain.roles import Grant, Person, Requester, Role
from domain.ticket import Action, HistoryEntry, Impact, PreChecks, PromotionRequest, RequestDetails, Target, TargetType

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
"""The ticket of the product's description, comments and blank lines included."""

FINANCE, RETAIL = "tenant-finance", "tenant-retail"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def person(email: str, role: Role | None, tenant: str | None = FINANCE, **fields: Any) -> Person:
    """Somebody with at most one role, whose subject is made from the address unless it is given."""
    name, grants = email.partition("@")[0], () if role is None else (Grant(role=role, tenant=tenant),)
    return Person.model_validate({"email": email, "name": name, "subject": f"sub-{name}", "grants": grants} | fields)


PIERRE = person("pierre.durand@cab-i.com", Role.DEVOPS)
JEAN = person("jean.dupont@cab-i.com", Role.CPI)
ADA = person("ada.admin@cab-i.com", Role.CPI_ADMIN, tenant=None)
VERA = person("vera.viewer@cab-i.com", Role.VIEWER)


def details(**fields: Any) -> RequestDetails:
    return RequestDetails.model_validate(
        {
            "justification": "New PCI-DSS compliant payment flow",
            "release_notes": "- Added 3DS2 authentication\n- Fixed timeout issues\n",
            "impact_assessment": Impact.LOW,
            "rollback_plan": "Revert to v2.0.0 via emergency deploy",
        }
        | fields
    )


def checks(**fields: Any) -> PreChecks:
    return PreChecks.model_validate(
        {
            "staging_tests_passed": True,
            "security_scan_passed": True,
            "performance_tests_passed": False,
            "test_evidence_url": "https://gitlab.cab-i.com/pipeline/12345",
        }
        | fields
    )


def submission(**fields: Any) -> Submission:
    """Pierre asks to promote payment-api 2.1.0 of tenant-finance."""
    return Submission.model_validate(
        {
            "id": "PR-2026-0001",
            "key": "0" * 64,
            "at": NOW,
            "decide_by": NOW + timedelta(days=30),
            "requester": PIERRE,
            "tenant": FINANCE,
            "target": Target(type=TargetType.API, name="payment-api", version="2.1.0"),
            "request": details(),
            "pre_checks": checks(),
        }
        | fields
    )


def pending(**fields: Any) -> PromotionRequest:
    return lifecycle.create(submission(**fields))


def decision(ticket: PromotionRequest, action: DecisionAction, by: Person, **fields: Any) -> Decision:
    """A decision on the ticket as it is, with a reason where it takes one; approvers saw nothing in production."""
    given = {"id": "decision-1", "ticket_id": ticket.id, "digest": ticket.digest, "action": action, "person": by}
    given |= {"at": NOW, "reason": "Not tested enough" if action.needs_reason else None}
    given |= {"production": "" if action.votes else None}
    if action is DecisionAction.EMERGENCY:
        given |= {"comment": "Payments are down since nine", "answer_by": NOW + timedelta(days=3)}
    return Decision.model_validate(given | fields)


def decide(
    ticket: PromotionRequest, made: Decision, now: datetime, requester: Requester | None = None
) -> PromotionRequest:
    """The ticket after a decision; raises the rule that refuses it, as its promotion does."""
    lifecycle.check(ticket, made, now, requester)
    return lifecycle.apply(ticket, made, now)


def success(job: int = 5678) -> JobResult:
    return JobResult(job=job, outcome=JobOutcome.SUCCEEDED, deployment_id="deploy-abc123")


HISTORIES = {
    "pending": "created",
    "approved": "created approved",
    "rejected": "created rejected",
    "cancelled": "created cancelled",
    "expired": "created expired",
    "deploying": "created approved deploying",
    "verifying": "created approved deploying verifying",
    "deployed": "created approved deploying deployed",
    "failed": "created approved deploying failed",
    "superseded": "created superseded",
}
"""A shortest history for each state."""


def history(actions: str) -> tuple[HistoryEntry, ...]:
    """The entries of these actions, a minute apart, by Jean."""
    return tuple(
        HistoryEntry(
            action=Action(action),
            at=NOW + minute * MINUTE,
            by=JEAN.email,
            job_id="awx-job-1" if action == "verifying" else None,
        )
        for minute, action in enumerate(actions.split())
    )


def ticket_in(state: str, **fields: Any) -> PromotionRequest:
    """A ticket that went the shortest way to the state."""
    return pending(**fields).model_copy(update={"status": lifecycle.status_of(history(HISTORIES[state]))})
