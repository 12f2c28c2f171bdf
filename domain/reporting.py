"""Sums up tickets for reports and registers: pure, from the tickets alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import takewhile
from math import ceil

from domain.documents import MonthlyReport, RecordState, ReportedChange, ReportFigures, Spread
from domain.ticket import OPEN, Action, HistoryEntry, PromotionRequest, State

_DECIDED = frozenset({Action.APPROVED, Action.REJECTED})
_ENDED = frozenset({Action.DEPLOYED, Action.FAILED})


def change_of(ticket: PromotionRequest) -> ReportedChange:
    """The ticket as a list shows it."""
    history, target = ticket.status.history, ticket.spec.target
    decided = _first(history, _DECIDED)
    launches = [entry for entry in history if entry.action is Action.DEPLOYING]
    ended = [entry for entry in history if entry.action in _ENDED]
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
        decided_by=decided.by if decided else None,
        deployed_at=ticket.status.deployed_at,
        approval_wait=_between(history[0], decided),
        queue_wait=_between(_approval_of(history), launches[0] if launches else None),
        deployment=_between(launches[-1] if launches else None, ended[-1] if ended else None),
        attempts=ticket.attempt if launches else 0,
        failures=_count(history, Action.FAILED),
        holds=_count(history, Action.HELD),
        lapses=_count(history, Action.LAPSED),
        job_id=next((entry.job_id for entry in reversed(history) if entry.job_id), None),
    )


def monthly_report(
    tenant: str, month: str, tickets: Iterable[PromotionRequest], *, made_at: datetime, zone: str, record: RecordState
) -> MonthlyReport:
    """The report of a tenant's month, of the tickets that were created in it, in their order."""
    changes = tuple(map(change_of, tickets))
    return MonthlyReport(
        made_at=made_at,
        zone=zone,
        record=record,
        tenant=tenant,
        month=month,
        figures=figures_of(changes),
        changes=changes,
        failures=tuple(each for each in changes if each.failures),
        exceptions=tuple(each for each in changes if each.holds or each.lapses or each.attempts > 1),
    )


def figures_of(changes: Sequence[ReportedChange]) -> ReportFigures:
    """The counts and durations of these changes."""
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
        approval_wait=spread_of(each.approval_wait for each in changes),
        queue_wait=spread_of(each.queue_wait for each in changes),
        deployment=spread_of(each.deployment for each in changes),
    )


def spread_of(durations: Iterable[int | None]) -> Spread:
    """The spread of the durations that there are; a percentile is the nearest rank, a duration that was measured."""
    known = sorted(each for each in durations if each is not None)
    if not known:
        return Spread(count=0, p50=None, p90=None, longest=None)
    p50, p90 = (known[ceil(len(known) * part) - 1] for part in (0.5, 0.9))
    return Spread(count=len(known), p50=p50, p90=p90, longest=known[-1])


def _first(history: Iterable[HistoryEntry], actions: Iterable[Action]) -> HistoryEntry | None:
    return next((entry for entry in history if entry.action in actions), None)


def _approval_of(history: Sequence[HistoryEntry]) -> HistoryEntry | None:
    """The approval on which the first launch rests: the last one before it."""
    before = takewhile(lambda entry: entry.action is not Action.DEPLOYING, history)
    return max((entry for entry in before if entry.action is Action.APPROVED), key=lambda entry: entry.at, default=None)


def _between(first: HistoryEntry | None, last: HistoryEntry | None) -> int | None:
    """Whole seconds; none where clocks that differ would make them fewer than nothing."""
    return None if first is None or last is None else max(0, int((last.at - first.at).total_seconds()))


def _count(history: Iterable[HistoryEntry], action: Action) -> int:
    return sum(entry.action is action for entry in history)
