"""What people stumbled over once, and no other test is about."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN
from tests.e2e.stack import Stack


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_changes_in_production_is_read_first(sit: Sit, stack: Stack, size: ViewportSize) -> None:
    """Before the reasons, the checks and the history, and on the first screen."""
    ticket = asked(stack, fresh_name("first"))
    jean = sit("jean", EN, f"/requests/{ticket}", viewport=size)
    jean.sees("What changes in production")
    titles = ("What changes in production", EN.justification, "Pre-checks", "Timeline")
    boxes = [jean.heading(each).bounding_box() for each in titles]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == len(titles)
    assert all(above < below for above, below in pairwise(tops)), dict(zip(titles, tops, strict=True))
    assert tops[0] < size["height"] / 2


def test_no_impact_is_chosen_for_anybody(sit: Sit) -> None:
    """Who asks has to say it: a form without is not sent."""
    pierre = sit("pierre", EN, "/requests/new")
    radios = pierre.page.get_by_role("radio", name=re.compile("Low|Medium|High|Critical"))
    expect(radios).to_have_count(4)
    assert not any(each.is_checked() for each in radios.all())
    pierre.button(EN.send).click()
    expect(pierre.page.locator("[aria-describedby=impact-error]")).to_have_attribute("aria-invalid", "true")


def test_a_time_names_its_zone(sit: Sit, stack: Stack) -> None:
    """In what is shown, for who has no pointer to look closer with: each moment of the page, head and history."""
    ticket = asked(stack, fresh_name("clock"))
    jean = sit("jean", EN, f"/requests/{ticket}", viewport=PHONE, has_touch=True)
    expect(jean.page.locator("main header time").first).to_be_visible()
    shown: dict[str, list[str]] = {}
    for each in jean.page.locator("main time").all():
        shown.setdefault(each.get_attribute("datetime") or "", []).append(each.inner_text())
    assert shown
    for moment, texts in shown.items():
        assert any(re.search(r"\d\d:\d\d (UTC|GMT\S*|CES?T)$", text) for text in texts), (moment, texts)


def test_nothing_is_delivered_by_a_channel_that_is_not_set_up(sit: Sit, stack: Stack) -> None:
    """The demo sends mails and webhooks; it has no Slack and no Kafka, and says nothing of them."""
    ticket = asked(stack, fresh_name("told"))
    stack.approve(ticket)
    stack.await_state([ticket], "deployed")
    jean = sit("jean", EN, f"/requests/{ticket}")
    told = jean.page.locator("section", has=jean.heading("Announcements"))
    told.locator("summary").click()
    expect(told).to_contain_text("E-mail")
    expect(told).not_to_contain_text(re.compile("Slack|Kafka"))
