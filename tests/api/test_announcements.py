"""The announcements of a ticket, as those read them who may see the ticket."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.api.house import HUGO, JEAN, PIERRE, Connect, House, opened


@pytest.fixture
def silent_house(connect_temporal: Connect, tmp_path: Path) -> Iterator[House]:
    """A house whose mail server is away; Slack and Kafka are not set up."""
    with opened(connect_temporal, tmp_path, smtp_url=SecretStr("smtp://127.0.0.1:9")) as house:
        yield house


def told(house: House, ticket_id: str) -> dict[str, dict[str, Any]]:
    """The requester's view of each channel."""
    answer = house.as_(PIERRE).get(f"/{ticket_id}/announcements")
    assert answer.status_code == 200, answer.text
    return {each["channel"]: each for each in answer.json()}


def test_it_tells_what_waits_and_nothing_of_a_channel_that_is_not_set_up(silent_house: House) -> None:
    """The promotion was created all the same."""
    ticket = silent_house.as_(PIERRE).create()["metadata"]["id"]
    until = time.monotonic() + 90
    while not (found := told(silent_house, ticket)):
        assert time.monotonic() < until, found
        time.sleep(0.1)
    assert found.keys() == {"mail"}
    mail = found["mail"]
    assert (mail["event"], mail["outcome"], mail["reached"]) == ("request-created", "waiting", 0)
    assert "127.0.0.1" not in str(found)


def test_who_may_not_see_the_ticket_learns_nothing(silent_house: House) -> None:
    """The same 404 as for the ticket itself."""
    ticket = silent_house.as_(PIERRE).create()["metadata"]["id"]
    assert silent_house.as_(HUGO).get(f"/{ticket}/announcements").status_code == 404
    assert silent_house.as_(JEAN).get("/PR-2026-9999/announcements").status_code == 404


def test_a_ticket_that_was_never_announced_has_an_empty_list(own_house: House) -> None:
    """Without channels, or before they were set up."""
    ticket = own_house.as_(PIERRE).create()["metadata"]["id"]
    assert own_house.as_(PIERRE).get(f"/{ticket}/announcements").json() == []
