"""Reports say of durations what the page of figures says."""

from domain import insights
from domain.documents import RecordState
from domain.insights import ENDS, Duration, Stage
from domain.reporting import change_of, monthly_report
from domain.ticket import Action
from tests.domain.builders import NOW
from tests.domain.test_insights import told

HELD_AND_RETRIED = told(
    (Action.APPROVED, 100), (Action.HELD, 200), (Action.RELEASED, 1_000), (Action.DEPLOYING, 1_010),
    (Action.FAILED, 1_050), (Action.RETRIED, 2_000), (Action.DEPLOYING, 2_100), (Action.DEPLOYED, 2_300),
)  # fmt: skip
REJECTED = told((Action.REJECTED, 500))
LAPSED = told((Action.APPROVED, 100), (Action.LAPSED, 200))


def test_a_report_has_the_durations_of_the_figures() -> None:
    """A hold is no queue, every attempt is a deployment, and neither a rejection nor what lapsed is an approval."""
    tickets = HELD_AND_RETRIED, REJECTED, LAPSED
    report = monthly_report(
        "tenant-finance", "2026-11", tickets, made_at=NOW, zone="UTC", record=RecordState(branch="main", tip=None)
    ).figures
    spans = [span for ticket in tickets for span in insights.spans(ticket)]
    told_of = (report.approval_wait, {Stage.APPROVAL}), (report.queue_wait, {Stage.QUEUE}), (report.deployment, ENDS)
    for spread, stages in told_of:
        expected = Duration.of(sorted(span.seconds for span in spans if span.stage in stages))
        assert (spread.count, spread.p50, spread.p90) == (expected.count, expected.p50, expected.p90)
    assert (report.queue_wait.longest, report.deployment.count, report.approval_wait.count) == (10, 2, 1)


def test_a_line_of_a_list_has_the_last_of_each() -> None:
    """And nothing where the request has not come so far."""
    change = change_of(HELD_AND_RETRIED)
    assert (change.approval_wait, change.queue_wait, change.deployment) == (100, 10, 200)
    change = change_of(REJECTED)
    assert (change.approval_wait, change.queue_wait, change.deployment) == (None, None, None)
    assert change.decided_at is not None
