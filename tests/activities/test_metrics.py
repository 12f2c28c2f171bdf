"""The numbers that operators watch: each counts what its name says, under the labels that rules and dashboards read."""

import contextlib

import pytest
from prometheus_client import REGISTRY
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.awx import AwxActivities
from record.files.writing import text_of
from record.git.repository import Repository
from tests.activities.test_outbox import House, house, until
from tests.activities.test_record import PATH, activities, approved, created, repository
from tests.awx_fixtures import Simulator, launch
from tests.board import Board
from tests.record.building import Story, person_commits

__all__ = ["house", "repository"]


def value(name: str, **labels: str) -> float:
    """The metric as it would be served now."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(
    ("fault", "outcome"), [("none", "launched"), ("commit-then-500", "unknown"), ("too-many", "not launched")]
)
async def test_launches_are_counted_by_what_came_of_them(
    simulator: Simulator, awx: AwxActivities, fault: str, outcome: str
) -> None:
    """One more of that outcome, and none of the others."""
    outcomes = ("launched", "unknown", "not launched", "refused")
    before = {each: value("prodgate_awx_launches_total", outcome=each) for each in outcomes}
    simulator.faults(launch=[fault])
    with contextlib.suppress(ApplicationError):
        await launch(awx)
    after = {each: value("prodgate_awx_launches_total", outcome=each) for each in outcomes}
    assert after == before | {outcome: before[outcome] + 1}


async def test_the_time_to_a_decision_is_measured_by_impact(repository: Repository) -> None:
    """From the request to its approval, as the record dates both; a creation is no decision."""
    count, total = (f"prodgate_decision_seconds_{part}" for part in ("count", "sum"))
    before = value(count, impact="low"), value(total, impact="low")
    await ActivityEnvironment().run(activities(repository).record_change, created(id="PR-2026-0009"))
    assert value(count, impact="low") == before[0]
    change = approved(await Story(repository).create())
    await ActivityEnvironment().run(activities(repository).record_change, change)
    first, last = change.ticket.status.history[0], change.ticket.last
    assert value(count, impact="low") == before[0] + 1
    assert value(total, impact="low") - before[1] == pytest.approx((last.at - first.at).total_seconds())


async def test_a_file_that_somebody_changed_is_counted(repository: Repository) -> None:
    """Each attempt that meets it."""
    story = await Story(repository).create()
    before = value("prodgate_record_conflicts_total")
    person_commits(repository.path, {PATH: text_of(story.ticket).replace("payment", "refund")})
    with pytest.raises(ApplicationError, match="waits for a person"):
        await ActivityEnvironment().run(activities(repository).record_change, approved(story))
    assert value("prodgate_record_conflicts_total") == before + 1


async def test_a_follower_that_gets_on_with_nothing_says_how_far_it_is_behind(house: House) -> None:
    """By the age of what was to be told first; nothing is behind once it was told."""
    board, follower = Board(down="the mail server is away"), "outbox/mail"

    def behind() -> float:
        return value("prodgate_follower_behind", follower=follower)

    def oldest() -> float:
        return value("prodgate_follower_oldest_seconds", follower=follower)

    async with house.leading(board) as leader:
        await Story(leader.repository).create()
        await until(lambda: behind() > 0)
        house.clock.let_pass(hours=2)
        await until(lambda: oldest() > 3600)
        board.down = ""
        house.clock.let_pass(minutes=10)
        await until(lambda: behind() == 0 and oldest() == 0)
    assert board.events == ["request-created"]
