"""Past launches under other rules: the same answers as those that the gate gives, for many at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars import ChangeWindow, Freeze, within
from domain.replaying import Effect, PastLaunch, Replay, Stop, launches, stops
from domain.roles import Role
from domain.rules import Applied, Match, Rule
from domain.ticket import Action, Impact, PromotionRequest, TargetType
from domain.votes import Need
from tests.domain.builders import ADA, JEAN, NOW, pending
from tests.examples import examples
from tests.record.building import after

WEEKEND: dict[str, Any] = {
    "starts": "2026-01-02T18:00",
    "ends": "2026-01-05T06:00",
    "every": "FREQ=WEEKLY",
    "zone": "Europe/Paris",
}


def freeze(**given: Any) -> Freeze:
    return Freeze.model_validate(WEEKEND | {"reason": "Nobody is here"} | given)


def told(*actions: str) -> PromotionRequest:
    ticket = pending()
    for action in actions:
        said: dict[str, Any] = {"job_id": "awx-job-1"} if action == "deploying" else {}
        ticket = after(ticket, action, JEAN.email, **said)
    return ticket


def test_each_launch_is_found_with_its_votes_and_its_end() -> None:
    """A retry is a launch of its own, by the approval of before; one without a job never was."""
    ticket = told("approved", "deploying", "failed", "retried", "deploying", "deployed")
    assert [(each.votes, each.ended) for each in launches(ticket)] == [(1, Action.FAILED), (1, Action.DEPLOYED)]
    assert [each.ended for each in launches(told("approved", "deploying"))] == [None]
    assert list(launches(after(told("approved"), "deploying", "system"))) == []


def test_the_votes_of_before_a_lapse_are_gone() -> None:
    """Only those of the round count."""
    lapsed = after(told("approved"), "lapsed", "system", reason="Production has changed", decide_by=NOW)
    again = after(after(lapsed, "approved", ADA.email), "deploying", "system", job_id="awx-job-1")
    assert [each.votes for each in launches(again)] == [1]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({}, []),
        ({"freezes": (("weekend", freeze()),)}, [Stop("weekend", Effect.FROZEN)]),
        (
            {"windows": (ChangeWindow.model_validate(WEEKEND | {"every": None}),), "windows_of": "day"},
            [Stop("day", Effect.OUTSIDE)],
        ),
        (
            {"approvals": (Need(role=Role.CPI, count=2), Need(group="security")), "approvals_of": "critical"},
            [Stop("critical", Effect.VOTES, 3)],
        ),
        ({"undecided": ("a", "b"), "freezes": (("weekend", freeze()),)}, [Stop("a and b", Effect.UNDECIDED)]),
    ],
    ids=["nothing", "a freeze", "windows", "votes", "rules that differ"],
)
def test_a_launch_is_stopped_by_each_part_of_the_rules(held: dict[str, Any], expected: list[Stop]) -> None:
    """On a Saturday, with one vote."""
    saturday = datetime(2026, 6, 6, 12, tzinfo=UTC)
    assert list(stops(Applied.model_validate(held), PastLaunch(saturday, 1, None))) == expected


def test_the_rules_for_a_request_are_those_with_the_impact_that_owners_ask_for() -> None:
    """Found once for all requests that are like it."""

    def raised(said: Impact, kind: TargetType, name: str) -> Impact:
        asked.append((said, kind.value, name))
        return Impact.HIGH

    asked: list[tuple[str, str, str]] = []
    rule = Rule(name="high", match=Match(impacts=(Impact.HIGH,)), approvals=(Need(role=Role.CPI, count=2),))
    replay = Replay([rule], raised)
    assert {replay.held(pending()).approvals_of, replay.held(told("approved")).approvals_of} == {"high"}
    assert asked == [("low", "api", "payment-api")]


ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
EVERY = st.sampled_from([None, "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=FR,SA", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY"])
WALL = st.builds(
    lambda minutes: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).replace(tzinfo=None),
    st.integers(0, 525_600),
)
PERIODS = st.builds(
    lambda starts, minutes, every, zone: Freeze(
        starts=starts, ends=starts + timedelta(minutes=minutes), every=every, zone=zone, reason="Nobody is here"
    ),
    WALL,
    st.integers(1, 6_000),
    EVERY,
    ZONES,
)
CHANGES = st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
TIMES = st.builds(lambda at, minutes: at + timedelta(minutes=minutes), CHANGES, st.integers(-200_000, 200_000))
NEAR = st.builds(lambda at, minutes: at + timedelta(minutes=minutes), CHANGES, st.integers(-2_000, 2_000))


@settings(deadline=None, max_examples=examples(60))
@given(PERIODS, st.lists(TIMES | NEAR, min_size=1, max_size=5))
def test_a_period_that_held_holds_in_hindsight(period: Freeze, times: list[datetime]) -> None:
    """The same answer as the one that a launch waits for, at any time, around the changes of clocks too."""
    frozen = Applied(freezes=(("rule", period),))
    outside = Applied(windows=(ChangeWindow(**period.model_dump(exclude={"reason"})),), windows_of="rule")
    for at in times:
        holds = within((period,), at)
        assert bool(list(stops(frozen, PastLaunch(at, 1, None)))) is holds
        assert bool(list(stops(outside, PastLaunch(at, 1, None)))) is not holds
