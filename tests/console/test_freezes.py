"""Freezes in the console: seen before a request is sent, in the list and on its page, and gone when the rule is."""

# ruff: noqa: RUF001  typographic apostrophes are what French has

import re
from datetime import UTC, datetime
from typing import NamedTuple

from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE
from tests.console.test_flows import fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import person_commits
from tests.rules import frozen

REASON = "The books are closed"


class Says(NamedTuple):
    banner: re.Pattern[str]
    row: re.Pattern[str]
    all_the_same: str
    days: str
    frozen: re.Pattern[str]
    next: str


SAYS = {
    EN.locale: Says(
        re.compile(r"^Nothing is launched until \w{3} \d+ \w+, \d\d:\d\d CES?T \(rule year-end\)$"),
        re.compile(r"^frozen until \w{3}, \d\d:\d\d CES?T$"),
        "You can send it all the same",
        "Days",
        re.compile("^Frozen"),
        "Next",
    ),
    FR.locale: Says(
        re.compile(r"^Aucun déploiement avant le \w{3}\. \d+ \S+, \d\d:\d\d UTC\+\d \(règle year-end\)$"),
        re.compile(r"^gelée jusqu’au \w{3}\. \d\d:\d\d UTC\+\d$"),
        "Vous pouvez l’envoyer quand même",
        "Jours",
        re.compile("^Gel"),
        "Suivante",
    ),
}


def test_a_freeze_is_told_wherever_one_looks_until_its_rule_is_gone(sit: Sit, stack: Stack, words: Words) -> None:
    """To who asks before they send, to who looks through the list, to who opens it; what is approved waits."""
    name, says, record = fresh_name("frozen"), SAYS[words.locale], stack.data / "gitops.git"
    person_commits(record, {**frozen(datetime.now(UTC), names=[name])})
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(name, "2.1.0")
    pierre.sees(REASON)
    expect(pierre.page.get_by_text(says.banner)).to_be_visible()
    expect(pierre.page.get_by_text(says.all_the_same)).to_be_visible()
    pierre.check_accessible("a form whose request would wait for the end of a freeze")
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    ticket = pierre.page.url.rpartition("/")[2]

    jean = sit("jean", words, "/requests?tab=waiting", viewport=PHONE, has_touch=True)
    expect(jean.row(ticket).locator("[data-mark=closed]")).to_have_text(says.row)
    jean.check_accessible("a frozen request in the list of a phone")
    jean.go(f"/requests?tab=waiting&view=split&at={ticket}")
    expect(jean.page.get_by_text(says.banner)).to_be_visible()
    jean.open(ticket)
    expect(jean.page.get_by_text(says.banner)).to_be_visible()
    jean.sees(REASON)
    jean.page.set_viewport_size(DESK)
    jean.decide(words.approve)
    jean.sees_state(words.approved)
    # The page's head says so, and so does the end of what happened.
    expect(jean.page.get_by_text(says.banner)).to_have_count(2)
    jean.check_accessible_in_both_themes("an approved request in a freeze")
    for view, size in (("week", DESK), ("month", PHONE)):
        jean.page.set_viewport_size(size)
        jean.go(f"/calendar?view={view}")
        days = jean.page.get_by_role("list", name=says.days)
        expect(days.get_by_text(REASON).first).to_be_visible()
        expect(days.get_by_text(says.frozen).first).to_be_visible()
        jean.check_accessible(f"a calendar with a freeze, by {view}")
        assert jean.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    jean.page.set_viewport_size(DESK)
    jean.go(f"/requests?tab=all&q={name}")
    expect(jean.row(ticket).locator("[data-mark=closed]")).to_have_text(says.row)
    jean.check_accessible("a frozen request in the list")
    jean.go("/queue")
    queued = jean.page.locator("section").filter(has_text=name).get_by_role("listitem")
    expect(queued.locator("[data-mark=closed]")).to_have_text(says.row)
    expect(queued).not_to_contain_text(says.next)
    jean.check_accessible("a frozen request in the queue")

    person_commits(record, {"rules/year-end.yaml": None})
    pierre.sees_state(words.deployed)
    expect(pierre.page.get_by_text(says.banner)).to_have_count(0)
