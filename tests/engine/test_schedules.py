"""The schedule of monthly reports, on a real server."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from bootstrap.composition import monthly_order
from engine.connection import converter
from engine.schedules import REPORTS, keep_reports
from settings import Settings
from tests.dev_server import dev_server

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def scheduling() -> AsyncIterator[Client]:
    """A server of its own: the others leave out the workers that schedules run in."""
    async with await dev_server(data_converter=converter(None)) as server:
        yield server.client


def settings(**given: object) -> Settings:
    return Settings.model_validate({"git_repo": "/srv/gitops.git"} | given)


async def test_reports_are_made_on_the_first_at_six_by_the_company_s_clock(scheduling: Client) -> None:
    """Made once for all workers, and changed with the settings: the second worker is of another zone."""
    for zone in (ZoneInfo("America/New_York"), PARIS):
        await keep_reports(scheduling, "queue", monthly_order(settings()), zone)
    described = await scheduling.get_schedule_handle(REPORTS).describe()
    due = [each.astimezone(PARIS) for each in described.info.next_action_times]
    assert due
    assert {(each.day, each.hour, each.minute) for each in due} == {(1, 6, 0)}
    assert due[0] > datetime.now(PARIS)


async def test_a_schedule_that_is_paused_stays_paused_and_one_that_nobody_wants_goes(scheduling: Client) -> None:
    """Also where it was gone before."""
    handle = scheduling.get_schedule_handle(REPORTS)
    await keep_reports(scheduling, "queue", monthly_order(settings()), PARIS)
    await handle.pause()
    await keep_reports(scheduling, "queue", monthly_order(settings()), PARIS)
    assert (await handle.describe()).schedule.state.paused
    for _ in range(2):
        await keep_reports(scheduling, "queue", monthly_order(settings(reports_monthly="false")), PARIS)
    with pytest.raises(RPCError, match="not found"):
        await handle.describe()
