"""The check of a target as a machine of looks: what ends a stretch, what counts as time, and when it is over."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import health, lifecycle
from domain.errors import IllegalTransition
from domain.health import HealthCheck, Look, Operator, PrometheusProbe, Stretch, compared, looked
from domain.ticket import Action, HistoryEntry, State
from tests.domain.builders import NOW

SECOND = timedelta(seconds=1)
HTTP = {"url": "https://pay.example/health"}


def check(**fields: Any) -> HealthCheck:
    return HealthCheck.model_validate({"http": HTTP, "for": "PT30S", "interval": "PT10S", "within": "PT2M"} | fields)


def run(looks: list[tuple[int, bool]], given: HealthCheck) -> Stretch | None:
    """The looks at these seconds, as far as the check is open."""
    stretch: Stretch | None = None
    for at, held in looks:
        stretch = looked(stretch, Look(at=NOW + at * SECOND, held=held, seen="status 200" if held else "no"), given)
        if stretch.held(given) is not None:
            break
    return stretch


@pytest.mark.parametrize(
    ("looks", "held"),
    [
        ([(0, True), (10, True), (20, True)], None),
        ([(0, True), (10, True), (20, True), (30, True)], True),
        ([(0, True), (10, True), (20, False), (30, True), (40, True), (50, True)], None),
        ([(0, True), (10, False), (20, True), (30, True), (40, True), (50, True)], True),
        ([(10 * n, False) for n in range(13)], False),
        ([(10 * n, n % 3 != 2) for n in range(20)], False),
        ([(0, True), (100, True)], None),  # nobody looked in between
        ([(0, False), (9_000, False), (9_010, True), (9_020, True), (9_030, True), (9_040, True)], True),
        ([(0, True), (-500, True), (-490, True), (-480, True), (-470, True)], True),  # a clock was set back
    ],
)
def test_a_check_holds_by_looks_without_a_gap(looks: list[tuple[int, bool]], held: bool | None) -> None:
    given = check()
    stretch = run(looks, given)
    assert stretch is not None
    assert stretch.held(given) is held


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60))
def test_it_never_holds_right_after_a_look_that_did_not(steps: list[tuple[int, bool]]) -> None:
    """And what held did so at each look of a row as long as asked, none of them further apart than a few intervals."""
    given, at, looks = check(), 0, list[tuple[int, bool]]()
    for step, held in steps:
        at += step
        looks.append((at, held))
        stretch = run(looks, given)
        assert stretch is not None
        if stretch.held(given):
            row = list[int]()
            for when, well in reversed(looks[: stretch.looks]):
                if not well or (row and row[-1] - when > 30):
                    break
                row.append(when)
            assert row[0] - row[-1] >= 30
            return


def test_another_check_begins_anew() -> None:
    first, other = check(), check(interval="PT5S")
    stretch = run([(0, True), (10, True), (20, True)], first)
    after = looked(stretch, Look(at=NOW + 30 * SECOND, held=True, seen="status 200"), other)
    assert (after.looks, after.holding) == (1, timedelta(0))


def test_a_failure_tells_the_last_look_that_did_not_hold() -> None:
    given = check(within="PT30S")
    stretch = run([(0, True), (10, False), (20, True), (30, True)], given)
    assert stretch is not None
    result = health.ended(stretch, given)
    assert not result.evidence.held
    assert result.words == "The target's check did not hold for 30 s within 30 s; last seen: no"


@pytest.mark.parametrize(
    "fields",
    [
        {"http": None},
        {"prometheus": {"query": "up", "operator": "==", "threshold": 1}},
        {"for": 300},
        {"for": "PT0S"},
        {"for": "PT2H", "within": "PT3H"},
        {"within": "PT10S"},
        {"within": "PT7H"},
        {"interval": "PT6M"},
        {"http": {"url": "file:///etc/passwd"}},
        {"http": {"url": "https://user:word@pay.example/"}},
        {"http": {"url": "https://pay.example/", "status": 99}},
        {"http": {"url": "https://pay.example/", "method": "POST"}},
        {"http": {"url": "https://pay.example/", "json": {"path": "a..b", "value": 1}}},
        {"http": None, "prometheus": {"query": "up", "operator": "=~", "threshold": 1}},
        {"http": None, "prometheus": {"query": "up", "operator": "<", "threshold": float("nan")}},
        {"http": None, "prometheus": {"query": "up\x00", "operator": "<", "threshold": 1}},
    ],
)
def test_what_is_no_check_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(**fields)


@pytest.mark.parametrize(
    ("values", "operator", "held"),
    [
        ([0.5], "<", True),
        ([1.0], "<", False),
        ([1.0], "<=", True),
        ([0.5, 2.0], "<", False),
        ([2.0], ">", True),
        ([1.0], ">=", True),
        ([1.0], "==", True),
        ([], "<", False),
        ([float("nan")], "<", False),
        ([float("nan")], ">=", False),
    ],
)
def test_each_series_of_a_query_has_to_compare(values: list[float], operator: str, held: bool) -> None:
    assert compared(values, PrometheusProbe(query="up", operator=Operator(operator), threshold=1)) is held


def entry(action: Action, **fields: Any) -> HistoryEntry:
    return HistoryEntry.model_validate({"action": action, "at": NOW, "by": "system"} | fields)


APPROVED = (
    HistoryEntry(action=Action.CREATED, at=NOW, by="pierre.durand@cab-i.com"),
    HistoryEntry(action=Action.APPROVED, at=NOW, by="jean.dupont@cab-i.com"),
)
LAUNCHED = (*APPROVED, entry(Action.DEPLOYING, job_id="awx-job-1"))
VERIFYING = (*LAUNCHED, entry(Action.VERIFYING, job_id="awx-job-1"))


@pytest.mark.parametrize(("end", "state"), [(Action.DEPLOYED, State.DEPLOYED), (Action.FAILED, State.FAILED)])
def test_a_check_ends_in_two_ways(end: Action, state: State) -> None:
    assert lifecycle.status_of(VERIFYING).state is State.VERIFYING
    assert lifecycle.status_of((*VERIFYING, entry(end, job_id="awx-job-1"))).state is state


@pytest.mark.parametrize(
    "history",
    [
        (*APPROVED, entry(Action.VERIFYING, job_id="awx-job-1")),
        (*LAUNCHED, entry(Action.VERIFYING)),
        (*VERIFYING, entry(Action.VERIFYING, job_id="awx-job-1")),
        (*VERIFYING, entry(Action.CANCELLED)),
        (*VERIFYING, entry(Action.LAPSED)),
        (*VERIFYING, entry(Action.SUPERSEDED)),
        (*VERIFYING, entry(Action.DEPLOYING, job_id="awx-job-2")),
    ],
)
def test_nothing_else_happens_to_what_is_verified(history: tuple[HistoryEntry, ...]) -> None:
    with pytest.raises(IllegalTransition):
        lifecycle.status_of(history)
