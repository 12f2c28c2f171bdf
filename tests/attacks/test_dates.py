"""Attack 5: a date far away was recorded, could not be announced, and wedged its request for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.announcement import Channel
from domain.decision import DecisionAction
from domain.ticket import State
from domain.values import iso
from tests.api.house import JEAN, PIERRE, House, asked, refused_fields
from tests.board import Board
from tests.domain.builders import JEAN as APPROVER
from tests.domain.builders import details
from tests.workflows.stage import Stage


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59Z", "2999-01-01T00:00:00Z", "next year and a week"])
def test_a_date_more_than_a_year_ahead_is_refused(house: House, date: str) -> None:
    """422 on the field, before anything is recorded."""
    if date.startswith("next"):
        date = iso(datetime.now(UTC) + timedelta(days=373))
    answer = house.as_(PIERRE).post(json=asked(request={"scheduledDate": date}))
    assert refused_fields(answer) == ["request.scheduledDate"]


def test_a_date_within_a_year_is_taken(house: House) -> None:
    """Eleven months are no attack."""
    date = iso(datetime.now(UTC) + timedelta(days=340))
    ticket = house.as_(PIERRE).create(request={"scheduledDate": date})
    assert house.as_(JEAN).decide("reject", ticket["metadata"]["id"]).status_code == 200


async def test_a_date_that_was_recorded_before_holds_nothing(dev_stage: Stage) -> None:
    """A ticket that names such a date already is announced, and decided on, like any other."""
    dev_stage.channel_clients[Channel.MAIL] = Board()
    far = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    async with dev_stage.working():
        promoted = await dev_stage.submit(request=details(scheduled_date=far))
        rejected = await dev_stage.decide(promoted, DecisionAction.REJECT, APPROVER)
    assert rejected.state is State.REJECTED
    assert dev_stage.actions() == ["created", "rejected"]
