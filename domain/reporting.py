"""Sums up tickets for reports and registers: pure, from the tickets alone. Durations are those of `domain.insights`."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain import insights
from domain.documents import (
    ChangeRegister,
    DocumentKind,
    Month,
    MonthlyReport,
    RecordState,
    ReportedChange,
    ReportFigures,
    Spread,
)
from domain.insights import ENDS, NO_TIME, Duration, Span, Stage
from domain.reports import period
from domain.ticket import OPEN, Action, HistoryEntry, PromotionRequest, State

_DECIDED = frozenset({Action.APPROVED, Action.REJECTED})


def change_of(ticket: PromotionRequest) -> ReportedChange:
    """The ticket as a list shows it."""
    history, target = ticket.status.history, ticket.spec.target
    decided = next((entry for entry in history if entry.action in _DECIDED), None)
    spans = tuple(insights.spans(ticket))
    return ReportedChange(
        id=ticket.id,
        tenant=ticket.metadata.tenant,
        target_type=target.type,
        target=target.name,
        version=target.version,
        environment=target.target_environment,
        impact=ticket.spec.request.impact_assessment,
        state=ticket.state,
        created_at=ticket.metadata.created_at,
        created_by=ticket.metadata.created_by,
        decided_at=decided.at if decided else None,
        decided_by=decided.by if decided and decided.by_person else None,
        deployed_at=ticket.status.deployed_at,
        approval_wait=_last(spans, {Stage.APPROVAL}),
        queue_wait=_last(spans, {Stage.QUEUE}),
        deployment=_last(spans, ENDS),
        attempts=ticket.attempt if _count(history, Action.DEPLOYING) else 0,
        failures=_count(history, Action.FAILED),
        holds=_count(history, Action.HELD),
        lapses=_count(history, Action.LAPSED),
        job_id=next((entry.job_id for entry in reversed(history) if entry.job_id), None),
    )


def report_data(
    kind: DocumentKind,
    tenant: str,
    month: Month | None,
    tickets: Iterable[PromotionRequest],
    *,
    made_at: datetime,
    zone: ZoneInfo,
    record: RecordState,
) -> MonthlyReport | ChangeRegister:
    """The data of a report: a tenant's month, or the register of its month or of everything."""
    if kind is DocumentKind.MONTHLY_REPORT and month is not None:
        return monthly_report(tenant, month, tickets, made_at=made_at, zone=zone.key, record=record)
    since, until = period(month, made_at, zone)
    return ChangeRegister(
        made_at=made_at,
        zone=zone.key,
        record=record,
        tenants=(tenant,),
        since=since,
        until=until,
        changes=tuple(map(change_of, tickets)),
    )


def monthly_report(
    tenant: str, month: str, tickets: Iterable[PromotionRequest], *, made_at: datetime, zone: str, record: RecordState
) -> MonthlyReport:
    """The report of a tenant's month, of the tickets that were created in it, in their order."""
    changes: list[ReportedChange] = []
    spans: list[Span] = []
    for ticket in tickets:
        changes.append(change_of(ticket))
        spans += insights.spans(ticket)
    return MonthlyReport(
        made_at=made_at,
        zone=zone,
        record=record,
        tenant=tenant,
        month=month,
        figures=figures_of(changes, spans),
        changes=tuple(changes),
        failures=tuple(each for each in changes if each.failures),
        exceptions=tuple(each for each in changes if each.holds or each.lapses or each.attempts > 1),
    )


def figures_of(changes: Sequence[ReportedChange], spans: Sequence[Span]) -> ReportFigures:
    """The counts of these changes, and the durations of their spans."""
    states = [each.state for each in changes]
    return ReportFigures(
        requests=len(changes),
        open=sum(state in OPEN for state in states),
        deployed=states.count(State.DEPLOYED),
        failed=states.count(State.FAILED),
        rejected=states.count(State.REJECTED),
        withdrawn=states.count(State.CANCELLED),
        expired=states.count(State.EXPIRED),
        superseded=states.count(State.SUPERSEDED),
        attempts=sum(each.attempts for each in changes),
        failed_attempts=sum(each.failures for each in changes),
        approval_wait=_spread(spans, {Stage.APPROVAL}),
        queue_wait=_spread(spans, {Stage.QUEUE}),
        deployment=_spread(spans, ENDS),
    )


def _spread(spans: Iterable[Span], stages: Collection[Stage]) -> Spread:
    seconds = sorted(_seconds(spans, stages))
    told = Duration.of(seconds)
    return Spread(count=told.count, p50=told.p50, p90=told.p90, longest=seconds[-1] if seconds else None)


def _last(spans: Iterable[Span], stages: Collection[Stage]) -> int | None:
    """The seconds of the last span of these stages; None where there is none that took time."""
    return next(reversed(_seconds(spans, stages)), None)


def _seconds(spans: Iterable[Span], stages: Collection[Stage]) -> list[int]:
    return [span.seconds for span in spans if span.stage in stages and span.seconds != NO_TIME]


def _count(history: Iterable[HistoryEntry], action: Action) -> int:
    return sum(entry.action is action for entry in history)
