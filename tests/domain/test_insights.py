"""Figures of histories made by hand, and of any history against a model that is written another way."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import insights, lifecycle
from domain.errors import IllegalTransition
from domain.insights import NO_TIME, Attempt, Duration, Outage, Span, Stage
from domain.lifecycle import TRANSITIONS
from domain.ticket import SYSTEM, Action, HistoryEntry, PromotionRequest, State
from tests.domain.builders import JEAN, NOW, details, pending

PARIS = ZoneInfo("Europe/Paris")


def told(*entries: tuple[Action, int], scheduled: datetime | None = None) -> PromotionRequest:
    """A ticket with these actions, each so many seconds after it was created; every deployment has a job."""
    ticket = pending(request=details(scheduled_date=scheduled))
    history = [ticket.status.history[0]]
    for action, after in entries:
        job = "awx-job-1" if action is Action.DEPLOYING else None
        by = JEAN.email if action in {Action.APPROVED, Action.REJECTED, Action.RETRIED} else SYSTEM
        reason = "Not tested at all" if action in {Action.REJECTED, Action.HELD} else None
        history.append(HistoryEntry(action=action, at=NOW + timedelta(seconds=after), by=by, job_id=job, reason=reason))
    return ticket.model_copy(update={"status": lifecycle.status_of(tuple(history))})


def spans(ticket: PromotionRequest) -> set[tuple[Stage, int, int]]:
    """The spans, with ends as seconds since the ticket was created."""
    start = int(NOW.timestamp())
    return {(each.stage, each.ended - start, each.seconds) for each in insights.spans(ticket)}


def test_a_promotion_has_a_wait_a_queue_and_a_deployment() -> None:
    """Each begins where the one before ends."""
    ticket = told((Action.APPROVED, 100), (Action.DEPLOYING, 130), (Action.DEPLOYED, 430))
    assert spans(ticket) == {(Stage.APPROVAL, 100, 100), (Stage.QUEUE, 130, 30), (Stage.DEPLOYED, 430, 300)}


def test_an_approval_that_lapsed_does_not_count() -> None:
    """The wait lasts until the approval that stands, and there is none while nobody approved anew."""
    lapsed = (Action.APPROVED, 100), (Action.LAPSED, 200)
    assert spans(told(*lapsed)) == set()
    assert spans(told(*lapsed, (Action.APPROVED, 500))) == {(Stage.APPROVAL, 500, 500)}


def test_the_time_until_an_agreed_date_is_no_queue() -> None:
    """The queue begins when the date has come."""
    ticket = told(
        (Action.APPROVED, 100), (Action.DUE, 5000), (Action.DEPLOYING, 5010), scheduled=NOW + timedelta(seconds=5000)
    )
    assert (Stage.QUEUE, 5010, 10) in spans(ticket)


def test_the_time_of_a_hold_is_no_queue() -> None:
    """A released request enters its target's line last, and its queue begins there."""
    ticket = told((Action.APPROVED, 100), (Action.HELD, 110), (Action.RELEASED, 900), (Action.DEPLOYING, 905))
    assert (Stage.QUEUE, 905, 5) in spans(ticket)


def test_a_hold_released_before_the_date_still_waits_for_it() -> None:
    """The date is what it waits for, as before."""
    agreed = NOW + timedelta(seconds=5000)
    held = (Action.APPROVED, 100), (Action.HELD, 110), (Action.RELEASED, 900)
    ticket = told(*held, (Action.DUE, 5000), (Action.DEPLOYING, 5020), scheduled=agreed)
    assert (Stage.QUEUE, 5020, 20) in spans(ticket)


def test_each_attempt_is_a_deployment_and_a_retry_has_no_queue() -> None:
    """What failed and was deployed then counts twice."""
    ticket = told(
        (Action.APPROVED, 10), (Action.DEPLOYING, 20), (Action.FAILED, 50),
        (Action.RETRIED, 500), (Action.DEPLOYING, 600), (Action.DEPLOYED, 650),
    )  # fmt: skip
    assert spans(ticket) == {
        (Stage.APPROVAL, 10, 10), (Stage.QUEUE, 20, 10), (Stage.FAILED, 50, 30), (Stage.DEPLOYED, 650, 50)
    }  # fmt: skip


def test_a_launch_that_awx_refused_is_a_failed_deployment_that_took_no_time() -> None:
    """It counts in the rate, and not in the durations."""
    ticket = lifecycle.start(told((Action.APPROVED, 10)), None, NOW + timedelta(seconds=20))
    ticket = lifecycle.fail(ticket, "No such template", NOW + timedelta(seconds=20))
    assert (Stage.FAILED, 20, NO_TIME) in spans(ticket)
    figures = insights.figures_of({Stage.FAILED: [[NO_TIME]]})
    assert (figures.failed, figures.change_failure_rate, figures.deployment.count) == (1, 1.0, 0)


def test_who_decided_counts_whatever_became_of_it() -> None:
    """An approval that lapsed was work, too."""
    ticket = told((Action.APPROVED, 100), (Action.LAPSED, 200), (Action.REJECTED, 300))
    start = int(NOW.timestamp())
    assert [(each.by, each.at - start) for each in insights.decided(ticket)] == [(JEAN.email, 100), (JEAN.email, 300)]


def test_failures_until_the_next_deployment_are_one_outage() -> None:
    """It began with the first, and a failure that nothing followed has not ended."""
    attempts = [Attempt(10, False, "a"), Attempt(30, False, "b"), Attempt(70, True, "c"), Attempt(90, False, "d")]
    assert list(insights.outages(reversed(attempts))) == [Outage(70, 60, "a")]


def test_nothing_has_no_figures() -> None:
    """None is said where nothing was measured, not zero."""
    figures = insights.figures_of({})
    assert figures.change_failure_rate is None
    assert (figures.queue.count, figures.queue.p50, figures.queue.p90) == (0, None, None)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Action, int]]:
    """Steps that the lifecycle has, one after the other."""
    state, steps, at = State.PENDING, list[tuple[Action, int]](), 0
    for _ in range(draw(st.integers(0, 15))):
        at += draw(st.integers(0, 5_000))
        possible = [action for before, action in TRANSITIONS if before is state and is_legal([*steps, (action, at)])]
        if not possible:
            break
        steps.append((draw(st.sampled_from(possible)), at))
        state = TRANSITIONS[state, steps[-1][0]]
    return steps


def is_legal(steps: list[tuple[Action, int]]) -> bool:
    """Tells whether a ticket may have this history."""
    try:
        told(*steps)
    except IllegalTransition:
        return False
    return True


@given(histories(), st.none() | st.integers(1, 20_000))
def test_any_history_has_the_spans_that_a_naive_reading_gives(
    steps: list[tuple[Action, int]], scheduled: int | None
) -> None:
    """The model looks back from each end."""
    agreed = None if scheduled is None else NOW + timedelta(seconds=scheduled)
    assert spans(told(*steps, scheduled=agreed)) == set(naive(steps, scheduled))


def naive(entries: Sequence[tuple[Action, int]], scheduled: int | None) -> list[tuple[Stage, int, int]]:
    """The spans of a history, each found by looking back from its end."""
    found: list[tuple[Stage, int, int]] = []
    names = [action for action, _ in entries]
    for index, (action, at) in enumerate(entries):
        before = list(reversed(entries[:index]))
        if action is Action.APPROVED and not {Action.LAPSED, Action.APPROVED} & set(names[index + 1 :]):
            found.append((Stage.APPROVAL, at, at))
        if action is Action.DEPLOYING and before:
            last, since = before[0]
            opens = last is Action.DUE or (last is Action.APPROVED and scheduled is None)
            if opens or (last is Action.RELEASED and (scheduled is None or scheduled <= since)):
                found.append((Stage.QUEUE, at, at - since))
        if action in {Action.DEPLOYED, Action.FAILED}:
            last, since = before[0]
            found.append((Stage(action.value), at, at - since if last is Action.DEPLOYING else NO_TIME))
    return found


@given(st.lists(st.lists(st.integers(0, 10_000_000))))
def test_percentiles_of_many_runs_are_those_of_all_values(runs: list[list[int]]) -> None:
    """By nearest rank, and each is a value that there was."""
    values = sorted(value for run in runs for value in run)
    found = Duration.of(*map(sorted, runs))
    assert found.count == len(values)
    for percent, told in ((50, found.p50), (90, found.p90)):
        reached = [value for value in values if sum(each <= value for each in values) * 100 >= percent * len(values)]
        assert told == (reached[0] if reached else None)


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=40))
def test_outages_are_those_that_a_naive_reading_gives(events: list[tuple[int, bool]]) -> None:
    """Each deployment looks back to the one before it, for the first failure between them."""
    attempts = [Attempt(at, deployed, number) for number, (at, deployed) in enumerate(events)]
    expected, since = [], -1
    for end in sorted({each.ended for each in attempts if each.deployed}):
        failures = [each for each in attempts if not each.deployed and since < each.ended <= end]
        if failures:
            first = min(failures, key=lambda each: (each.ended, each.ticket))
            expected.append(Outage(end, end - first.ended, first.ticket))
        since = end
    assert list(insights.outages(attempts)) == expected


@given(st.dates(min_value=date(1971, 1, 8), max_value=date(2100, 1, 1)))
def test_a_week_is_the_one_that_the_calendar_has(day: date) -> None:
    """Name and number lead to each other, and Monday's first second is in the new week where the company is."""
    year, week, _ = day.isocalendar()
    assert insights.week_name(insights.week_number(day)) == f"{year}-W{week:02}"
    assert insights.numbered(f"{year}-W{week:02}") == insights.week_number(day)
    monday = datetime.combine(day - timedelta(days=day.weekday()), datetime.min.time(), PARIS)
    start = int(monday.timestamp())
    assert insights.week_of(start, PARIS) == insights.week_number(day) == insights.week_of(start - 1, PARIS) + 1


@pytest.mark.parametrize("week", ["2026-W00", "2026-W54", "2025-W53", "2026-48", "0000-W01", "2026-W4", ""])
def test_a_week_that_is_none_is_refused(week: str) -> None:
    """A year has 52 or 53."""
    with pytest.raises(ValueError, match="week"):
        insights.numbered(week)


def test_ages_are_counted_in_groups() -> None:
    """Each age is in one group, and a clock that runs behind makes it the youngest."""
    groups = insights.by_age([-5, 0, 4 * 3600, 86_399, 86_400, 100 * 86_400])
    assert [each.count for each in groups] == [2, 2, 1, 0, 0, 1]
    assert [each.at_least for each in groups][1:] == [each.below for each in groups][:-1]
    assert Span(Stage.QUEUE, int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), 1).ended == 1_767_225_600
