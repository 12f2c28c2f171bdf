"""A platform admin tries a rule over past requests in the console, and mends what it names."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.conftest import IN_ENGLISH, Sit
from tests.console.desk import PHONE
from tests.console.test_documents import pictured
from tests.console.test_flows import asked, fresh_name
from tests.console.words import Words
from tests.e2e.stack import Stack
from tests.rules import rule, two_of_cpi


@IN_ENGLISH
def test_an_admin_tries_a_rule_and_mends_its_faults(sit: Sit, stack: Stack, words: Words) -> None:
    """By the keyboard: a name, a text, Enter; faults lead to their line, the report to the requests."""
    target = fresh_name("tried")
    ticket = asked(stack, target)
    stack.approve(ticket)
    stack.await_state([ticket], "deployed")
    alice = sit("alice", words)
    alice.places().filter(has_text="Try rules").click()
    expect(alice.heading("Try rules")).to_be_visible()
    alice.button("Try").click()
    expect(alice.page.get_by_text("Small letters, digits and hyphens, such as year-end.")).to_be_visible()
    alice.check_accessible("a trial of rules that has no name yet")

    (text,) = two_of_cpi(names=[target]).values()
    alice.field("Name of the rule").fill("two")
    alice.field("Text of the file").fill(text.replace("approvals", "aprovals"))
    alice.expect_fault("422")
    alice.button("Try").click()
    fault = alice.page.get_by_role("alert")
    expect(fault).to_contain_text(re.compile(r"rules/two\.yaml, line \d+"))
    expect(fault).to_contain_text("aprovals: Extra inputs are not permitted")
    alice.check_accessible("a rule with a fault")
    pictured(alice, "rules-faulty-1280")
    fault.get_by_role("button", name="Go to line").click()
    expect(alice.field("Text of the file")).to_be_focused()
    assert "aprovals" in alice.page.evaluate("getSelection().toString()")

    alice.field("Text of the file").fill(text)
    alice.field("Name of the rule").press("Enter")
    expect(alice.page.get_by_role("status").filter(has_text="looked at")).to_be_visible()
    row = alice.page.get_by_role("row").filter(has_text="needs 2 votes")
    expect(row.get_by_role("cell")).to_have_text(["0", "1", "1", "1", "0", "0", ticket])
    alice.check_accessible_in_both_themes("a trial of rules")
    pictured(alice, "rules-tried-1280")
    alice.page.set_viewport_size(PHONE)
    pictured(alice, "rules-tried-390")
    alice.check_accessible("a trial of rules on a phone")
    assert alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    gone = asked(stack, target, version="9.9.9")
    (text,) = rule("two", match={"names": [target]}, approvals=[{"group": "nobody", "count": 2}]).values()
    alice.field("Text of the file").fill(text)
    alice.button("Try").click()
    expect(alice.page.get_by_text("Such a change is refused before the merge.")).to_be_visible()
    alice.link(gone).first.click()
    expect(alice.page).to_have_url(re.compile(f"/requests/{gone}$"))


@pytest.mark.parametrize("who", ["pierre", "jean"])
def test_nobody_else_is_offered_it(sit: Sit, who: str) -> None:
    """By its address they are told whose it is."""
    desk = sit(who, path="/rules")
    desk.sees("Rules are tried by platform administrators.")
    expect(desk.places().filter(has_text="Try rules")).to_have_count(0)
