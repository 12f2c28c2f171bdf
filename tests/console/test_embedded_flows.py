"""What people do with a request after it was sent, inside another console: on a desk, and on a phone in French."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console import test_emergencies, test_votes
from tests.console.desk import PHONE
from tests.console.hosting import HostDesk, Visit
from tests.console.test_flows import asked, fresh_name, next_month
from tests.console.test_standing import REASON
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack
from tests.record.building import person_commits
from tests.rules import rule

ON_BOTH = pytest.mark.parametrize(
    ("words", "given"),
    [(EN, {}), (FR, {"viewport": PHONE, "has_touch": True})],
    ids=["a desk in English", "a phone in French"],
)
"""Both languages and both widths, one of each at a time."""


def fits(desk: HostDesk) -> bool:
    """Tells whether nothing stands beyond the window's edge."""
    return bool(desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@ON_BOTH
def test_several_are_decided_with_one_dialog(visit: Visit, stack: Stack, words: Words, given: dict[str, Any]) -> None:
    """Each by itself, one after the other, and the count of the host's navigation follows."""
    first, second = (asked(stack, fresh_name("several")) for _ in range(2))
    alice = visit("alice", words, "/production?tab=waiting", **given)
    for ticket in (first, second):
        alice.page.get_by_role("checkbox", name=re.compile(ticket)).check()
    alice.button(words.approve_several).click()
    expect(alice.dialog).to_contain_text(first)
    alice.check_accessible("dialog: several, in the host")
    assert fits(alice)
    alice.dialog.get_by_role("textbox").fill("Part of tonight's release")
    alice.dialog.get_by_role("button", name=words.approve, exact=True).click()
    alice.sees(words.decided)
    stack.await_state([first, second], "deployed")


@ON_BOTH
def test_two_people_approve(visit: Visit, stack: Stack, words: Words, given: dict[str, Any]) -> None:
    """Jean votes and Claire gives the last vote; both see what is missing."""
    said = test_votes.SAID[words.locale]
    ticket = asked(stack, test_votes.ruled(stack, "votes-host"), "2.1.0")
    jean = visit("jean", words, f"/production/{ticket}", **given)
    jean.decide(said.vote, "Read the plan", said.confirm)
    expect(test_votes.checklist(jean, said)).to_contain_text(said.one)
    jean.check_accessible("a request with one vote of two, in the host")
    claire = visit("claire", words, f"/production/{ticket}", **given)
    claire.sees(said.last)
    assert fits(claire)
    claire.decide(words.approve)
    claire.sees_state(words.deployed)
    jean.sees_state(words.deployed)


@ON_BOTH
def test_an_emergency_is_declared_and_answered_for(
    visit: Visit, stack: Stack, words: Words, given: dict[str, Any]
) -> None:
    """Jean launches alone; Claire finds it above what waits for her, and ratifies."""
    said, name = test_emergencies.SAID[words.locale], fresh_name("urgent-host")
    urgent = {"role": "cpi", "answerWithin": "P3D"}
    two = [{"role": "cpi", "count": 2}]
    files = rule(f"urgent-{name}", match={"names": [name]}, approvals=two, emergency=urgent)
    person_commits(stack.data / "gitops.git", {**files})
    ticket = asked(stack, name)
    jean = visit("jean", words, f"/production/{ticket}", **given)
    jean.decide(said.button, "Payments are down since nine", said.confirm)
    jean.sees_state(words.deployed)
    expect(jean.page.get_by_role("region", name=said.title, exact=True)).to_contain_text(said.owed)
    jean.check_accessible("the page of an emergency, in the host")
    claire = visit("claire", words, "/production?tab=waiting", **given)
    waiting = claire.page.get_by_role("region", name=said.open)
    claire.check_accessible("a list above which an emergency waits, in the host")
    assert fits(claire)
    waiting.get_by_role("link", name=ticket).click()
    expect(claire.page).to_have_url(re.compile(f"/production/{ticket}"))
    claire.decide(said.ratify, "It could not wait for two")
    expect(claire.page.get_by_role("region", name=said.title, exact=True)).to_contain_text(said.ratified)


@ON_BOTH
def test_a_requester_withdraws(visit: Visit, stack: Stack, words: Words, given: dict[str, Any]) -> None:
    """After being asked once more; keeping it gives the focus back, and who looks on sees that it is over."""
    ticket = asked(stack, fresh_name("withdraw-host"))
    jean = visit("jean", words, f"/production/{ticket}", **given)
    expect(jean.button(words.approve)).to_be_visible()
    pierre = visit("pierre", words, f"/production/{ticket}", **given)
    pierre.button(words.withdraw).click()
    pierre.check_accessible("dialog: withdraw, in the host")
    assert fits(pierre)
    pierre.page.keyboard.press("Escape")
    expect(pierre.dialog).to_have_count(0)
    expect(pierre.button(words.withdraw)).to_be_focused()
    pierre.decide(words.withdraw, "Moved to the next sprint", words.withdraw_it)
    pierre.sees_state(words.cancelled)
    expect(pierre.link(words.ask_again)).to_have_attribute("href", re.compile("^/production/new"))
    jean.sees_state(words.cancelled)
    expect(jean.button(words.approve)).to_have_count(0)


@ON_BOTH
def test_a_failed_deployment_is_repeated(visit: Visit, stack: Stack, words: Words, given: dict[str, Any]) -> None:
    """With what AWX said; the second attempt succeeds."""
    ticket = asked(stack, fresh_name("again-host"))
    awx = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(awx, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    jean = visit("jean", words, f"/production/{ticket}", **given)
    jean.decide(words.approve)
    jean.sees_state(words.failed)
    jean.check_accessible("a failed deployment, in the host")
    jean.button(words.again).click()
    jean.check_accessible("dialog: deploy again, in the host")
    assert fits(jean)
    jean.dialog.get_by_role("button", name=words.again, exact=True).click()
    jean.sees_state(words.deployed)


@ON_BOTH
def test_who_may_approve_holds_and_releases(visit: Visit, stack: Stack, words: Words, given: dict[str, Any]) -> None:
    """A hold needs its reason; its requester reads it there, and can not let it go on."""
    ticket = asked(stack, fresh_name("held-host"), scheduledDate=next_month())
    stack.approve(ticket)
    pierre = visit("pierre", words, f"/production/{ticket}", **given)
    jean = visit("jean", words, f"/production/{ticket}", **given)
    jean.decide(words.hold, "No", words.hold_it)
    expect(jean.dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    jean.check_accessible("dialog: hold without a reason, in the host")
    assert fits(jean)
    jean.dialog.get_by_role("textbox").fill(REASON)
    jean.dialog.get_by_role("button", name=words.hold_it, exact=True).click()
    jean.sees(f"{words.held_by} Jean Dupont")
    pierre.sees(REASON)
    pierre.sees_state(words.held)
    for name in (words.hold, words.release):
        expect(pierre.button(name)).to_have_count(0)
    pierre.check_accessible("a held request, in the host")
    jean.decide(words.release, "The database has moved", words.release_it)
    expect(jean.button(words.hold)).to_be_visible()
    pierre.sees("The database has moved")
    pierre.sees_state(words.approved)
