"""The calendar in the console: what is planned by week and month, and an address for other programs."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE
from tests.console.test_flows import fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import PIERRE, Stack, submission

SAYS = {
    EN.locale: {
        "title": "Calendar",
        "month": "Month",
        "after": "Week after",
        "days": "Days",
        "make": "Make an address",
        "again": "Make another address",
        "address": "Address of your calendar",
        "end": "End the address",
    },
    FR.locale: {
        "title": "Calendrier",
        "month": "Mois",
        "after": "Semaine suivante",
        "days": "Jours",
        "make": "Créer une adresse",
        "again": "Créer une autre adresse",
        "address": "Adresse de votre calendrier",
        "end": "Supprimer l’adresse",
    },
}


@pytest.fixture(scope="module")
def planned(stack: Stack) -> str:
    """A request for a week from now: its name."""
    name, at = fresh_name("planned"), datetime.now(UTC) + timedelta(days=7)
    answer = stack.call(PIERRE, "POST", "", submission("4.2.0", f"{at:%Y-%m-%dT12:00:00Z}", name))
    assert answer.status_code == 201, answer.text
    return name


LOOKS = [
    pytest.param(EN, {"color_scheme": "light", "viewport": DESK}, id="a light desk"),
    pytest.param(FR, {"color_scheme": "dark", "viewport": PHONE, "has_touch": True}, id="a dark phone"),
]


@pytest.mark.parametrize(("words", "look"), LOOKS)
def test_what_is_planned_is_found_by_week_and_by_month(
    sit: Sit, planned: str, words: Words, look: dict[str, Any]
) -> None:
    """A week ahead by one press; the address holds what is shown, and each entry leads to its request."""
    say = SAYS[words.locale]
    jean = sit("jean", words, "/calendar", **look)
    expect(jean.page.get_by_role("heading", level=1, name=say["title"])).to_be_visible()
    jean.button(say["after"]).click()
    days = jean.page.get_by_role("list", name=say["days"])
    entry = days.get_by_role("link", name=re.compile(planned))
    expect(entry).to_be_visible()
    jean.check_accessible("the calendar by week")
    assert jean.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    jean.button(say["month"]).click()
    expect(jean.page).to_have_url(re.compile("view=month"))
    expect(entry).to_be_visible()
    jean.check_accessible("the calendar by month")
    jean.page.reload()
    entry.click()
    expect(jean.page).to_have_url(re.compile("/requests/PR-"))


def test_an_address_is_made_shown_once_and_ended(sit: Sit, planned: str) -> None:
    """Another program reads it without a sign-in, until its owner ends it."""
    say = SAYS[EN.locale]
    jean = sit("jean", EN, "/calendar")
    jean.button(say["make"]).click()
    address = jean.field(say["address"]).input_value()
    calendar = httpx.get(address, trust_env=False)
    assert f"{planned} 4.2.0" in calendar.text.replace("\r\n ", "")
    jean.check_accessible("the address of a calendar")
    jean.page.reload()
    expect(jean.button(say["again"])).to_be_visible()
    expect(jean.field(say["address"])).to_have_count(0)
    jean.button(say["end"]).click()
    expect(jean.button(say["make"])).to_be_visible()
    assert httpx.get(address, trust_env=False).status_code == 404
