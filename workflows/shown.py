"""Shows a promotion to operators in the Temporal UI: as search attributes, and as details that read as a page."""

from collections.abc import Collection

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.decision import Submission
    from domain.emergencies import Debt
    from domain.reports import PartState, ReportPart
    from domain.ticket import PromotionRequest, State, Target
    from domain.values import iso
    from domain.watch import JobComparison

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

STATE = SearchAttributeKey.for_keyword("PromotionState")
TENANT = SearchAttributeKey.for_keyword("PromotionTenant")
TARGET = SearchAttributeKey.for_keyword("PromotionTarget")
KEY = SearchAttributeKey.for_keyword("PromotionKey")
"""The submission's key: finds the ticket of an Idempotency-Key that was used before."""

SEARCH_ATTRIBUTES = (STATE, TENANT, TARGET, KEY)
"""Nothing encrypts these, so they name nobody (docs/adr/0017)."""

WAITS_FOR = {
    State.PENDING: "somebody who may approve or reject it",
    State.APPROVED: "its turn and its launch in AWX: the pending activity tells which",
    State.DEPLOYING: "AWX to end the job",
    State.VERIFYING: "the target's own check to hold",
    State.FAILED: "a retry",
}


def summary(target: Target, tenant: str) -> str:
    """One line for lists of workflows."""
    return f"{target.name} {target.version} to {target.target_environment} for {tenant}"


def at_start(submission: Submission) -> TypedSearchAttributes:
    """The search attributes by which the promotion is found from its first moment."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STATE, State.PENDING),
            SearchAttributePair(TENANT, submission.tenant),
            SearchAttributePair(TARGET, submission.target.name),
            SearchAttributePair(KEY, submission.key),
        ]
    )


def at_resume(ticket: PromotionRequest) -> TypedSearchAttributes:
    """The same for a promotion that goes on from the record."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STATE, ticket.state),
            SearchAttributePair(TENANT, ticket.metadata.tenant),
            SearchAttributePair(TARGET, ticket.spec.target.name),
        ]
    )


def show(ticket: PromotionRequest, *, same_state: bool = False) -> None:
    """Bring search attributes and details to what the ticket says now; `same_state` saves the history an event."""
    if not same_state:
        workflow.upsert_search_attributes([STATE.value_set(ticket.state)])
    workflow.set_current_details(details(ticket))


def details(ticket: PromotionRequest, *, overdue: bool = False) -> str:
    """The promotion as a page of Markdown. Identifiers only: nothing that a person typed freely is rendered."""
    target, scheduled = ticket.spec.target, ticket.spec.request.scheduled_date
    lines = [
        f"### {ticket.id}: {ticket.state}",
        f"**{target.name} {target.version}** ({target.type})",
        "",  # or the list would be joined to the line above
        f"- from {target.source_environment} to {target.target_environment}",
        f"- tenant: {ticket.metadata.tenant}, impact: {ticket.spec.request.impact_assessment}",
        f"- requested by {ticket.metadata.created_by}",
    ]
    if scheduled:
        lines.append(f"- not before {iso(scheduled)}")
    if debt := Debt.of(ticket):
        late = "**overdue**, " if overdue else ""
        lines.append(f"- emergency by {debt.by}: {late}to be ratified or refuted until {iso(debt.answer_by)}")
    if ticket.hold:
        lines.append(f"- held by {ticket.hold.by} since {iso(ticket.hold.at)}")
    elif ticket.state in WAITS_FOR:
        date = "its date, then " if scheduled and ticket.state is State.APPROVED else ""
        lines.append(f"- waits for {date}{WAITS_FOR[ticket.state]}")
    steps = (
        f"- {iso(entry.at)} **{entry.action}** by {entry.by}" + (f", job {entry.job_id}" if entry.job_id else "")
        for entry in ticket.status.history
    )
    return "\n".join([*lines, "", *steps])  # no table: the UI shows one without space between its columns


def comparison(found: JobComparison) -> str:
    """Writes what the watch found as a page of Markdown."""
    orphans = [f"- job {orphan.job} ({orphan.status}): {orphan.reason}" for orphan in found.strays]
    missing = [f"- {each.request_id}: {each.reason}" for each in found.missing]
    return "\n".join([*orphans, *missing]) or "Every job has its ticket, and every ticket its job."


def report(parts: Collection[ReportPart]) -> str:
    """Writes how far a report is as a page of Markdown."""
    made = sum(part.state is PartState.MADE for part in parts)
    failed = (f"- {part.tenant} failed: {part.kind}" for part in parts if part.state is PartState.FAILED)
    return "\n".join([f"{made} of {len(parts)} parts are made.", "", *failed])
