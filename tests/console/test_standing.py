"""Approved requests wait: for a release, another approval, their turn; and production changes meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import expect

from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import PHONE
from tests.console.test_flows import JEAN, SOPHIE, asked, fresh_name, next_month
from tests.console.test_versions import deployed
from tests.console.words import Words
from tests.e2e.stack import Stack
from tests.record.building import git, person_commits

REASON = "The database is being moved"
PLATFORM = "platform.yaml"


def soon(seconds: int = 10) -> str:
    """A date that comes while a test waits, and after what has to be done before."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


@contextmanager
def running(stack: Stack, ticket: str) -> Iterator[None]:
    """While the ticket, which is approved for it, deploys; its job ends afterwards."""
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control"
    httpx.put(f"{control}/faults", json={"life": ["stuck-running"]}, trust_env=False).raise_for_status()
    stack.approve(ticket)
    stack.await_state([ticket], "deploying")
    yield
    jobs = httpx.get(f"{control}/jobs", trust_env=False).json()["jobs"]
    job = next(job["id"] for job in jobs if job["extra_vars"]["request_id"] == ticket)
    httpx.post(f"{control}/finish", json={"job": job}, trust_env=False).raise_for_status()


def test_who_may_approve_holds_and_releases(sit: Sit, stack: Stack, words: Words) -> None:
    """With a reason, which everybody reads who looks; its requester may still withdraw it, and not let it go on."""
    ticket = asked(stack, fresh_name("held"), scheduledDate=next_month())
    stack.approve(ticket)
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.button(words.hold).click()
    expect(jean.dialog.get_by_role("textbox")).to_be_focused()
    jean.page.keyboard.type("No")
    jean.dialog.get_by_role("button", name=words.hold_it, exact=True).click()
    expect(jean.dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    jean.check_accessible("a hold without a reason")
    jean.dialog.get_by_role("textbox").fill(REASON)
    jean.dialog.get_by_role("button", name=words.hold_it, exact=True).click()
    jean.sees(f"{words.held_by} Jean Dupont")
    jean.check_accessible("a held request")

    pierre = sit("pierre", words, f"/requests/{ticket}", viewport=PHONE, has_touch=True)
    pierre.sees(REASON)
    pierre.sees_state(words.held)
    expect(pierre.button(words.withdraw)).to_be_visible()
    for name in (words.hold, words.release):
        expect(pierre.button(name)).to_have_count(0)
    pierre.check_accessible("a held request on a phone")
    pierre.go("/requests?tab=mine")
    expect(pierre.row(ticket).locator("[data-mark=held]")).to_have_text(words.held)

    jean.button(words.release).click()
    jean.dialog.get_by_role("textbox").fill("The database has moved")
    jean.dialog.get_by_role("button", name=words.release_it, exact=True).click()
    expect(jean.button(words.hold)).to_be_visible()
    expect(jean.page.locator("[data-mark]")).to_have_count(0)
    jean.sees(REASON)
    jean.sees("The database has moved")


def test_a_lapsed_approval_says_what_changed(sit: Sit, stack: Stack, words: Words) -> None:
    """Somebody deployed something newer before its date: it waits to be approved anew, in the reader's own language."""
    name = fresh_name("lapsed")
    ticket = asked(stack, name, "2.0.0", scheduledDate=soon())
    stack.approve(ticket)
    other = deployed(stack, name, "2.1.0")
    stack.await_state([ticket], "pending")
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.sees(words.lapsed_title)
    jean.sees_state(words.lapsed)
    notice = jean.page.locator("main").get_by_text(words.lapsed_title).locator("..")
    expect(notice).to_contain_text(re.compile(rf"{other}.*2\.1\.0"))
    expect(notice).to_contain_text(words.decide_by)
    jean.check_accessible("an approval that lapsed")
    jean.go("/requests?tab=waiting")
    expect(jean.row(ticket).locator("[data-mark=lapsed]")).to_have_text(words.lapsed)
    jean.open(ticket)
    jean.decide(words.approve)
    jean.sees_state(words.deployed)


def test_whoever_waits_sees_behind_whom(sit: Sit, stack: Stack, words: Words) -> None:
    """Whoever may see the other is led there; others learn that somebody is ahead. Both see their turn come."""
    name = fresh_name("line")
    first = asked(stack, name, "1.0.0")
    with running(stack, first):
        second = asked(stack, name, "1.1.0", by=SOPHIE)
        stack.approve(second)
        jean = sit("jean", words, f"/requests/{second}")
        jean.sees(words.behind)
        expect(jean.page.get_by_role("listitem").filter(has_text=first).first).to_be_visible()
        jean.check_accessible("a request that waits in line")
        sophie = sit("sophie", words, f"/requests/{second}")
        sophie.sees(words.another)
        expect(sophie.page.locator("main")).not_to_contain_text(first)
    for desk in (jean, sophie):
        desk.sees_state(words.deployed)
        expect(desk.page.get_by_text(words.behind)).to_have_count(0)


def test_nobody_approves_what_changed_while_they_looked(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean's page hears of nothing: the server refuses, the dialog says what changed, and what he typed stays."""
    name = fresh_name("moved")
    deployed(stack, name, "1.0.0")
    ticket = asked(stack, name, "1.2.0")
    jean = sit("jean", words)
    jean.expect_fault("net::ERR", "status of 409")
    jean.page.route("**/v1/events*", lambda route: route.abort())
    jean.open(ticket)
    jean.button(words.approve).click()
    jean.dialog.get_by_role("textbox").fill("Looked at it with the team")
    expect(jean.dialog).to_contain_text("1.0.0")
    deployed(stack, name, "1.1.0")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    notice = jean.dialog.get_by_role("alert")
    expect(notice).to_contain_text(words.moved)
    expect(notice).to_contain_text(re.compile(r"1\.0\.0.*1\.1\.0"))
    expect(jean.dialog.get_by_role("button", name=words.approve, exact=True)).to_have_attribute("aria-disabled", "true")
    jean.check_accessible("production that changed meanwhile")
    jean.dialog.get_by_role("button", name=words.look_again).click()
    expect(jean.dialog.get_by_role("textbox")).to_have_value("Looked at it with the team")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    stack.await_state([ticket], "deployed")


def test_what_a_newer_request_replaced_leads_to_it(sit: Sit, stack: Stack, words: Words) -> None:
    """The platform lets newer versions close older requests."""
    name, record = fresh_name("superseded"), stack.data / "gitops.git"
    before = git(record, "show", f"main:{PLATFORM}") + "\n"
    person_commits(record, {PLATFORM: before.replace("controls: 2", "controls: 2\n  supersede: true")})
    try:
        ticket = asked(stack, name, "1.0.0", scheduledDate=soon())
        stack.approve(ticket)
        newer = asked(stack, name, "1.1.0", scheduledDate=next_month())
        stack.approve(newer)
        stack.await_state([ticket], "superseded")
    finally:
        person_commits(record, {PLATFORM: before})
    pierre = sit("pierre", words, f"/requests/{ticket}")
    pierre.sees(words.newer)
    pierre.sees_state(words.superseded)
    pierre.check_accessible("a superseded request")
    pierre.link(re.compile(newer)).first.click()
    pierre.sees_state(words.approved)
    pierre.go(f"/requests?tab=mine&state=superseded&q={name}")
    expect(pierre.row(ticket)).to_be_visible()
    expect(pierre.row(newer)).to_have_count(0)


@IN_FRENCH
def test_who_can_release_it_is_said_to_who_can_not(sit: Sit, stack: Stack, words: Words) -> None:
    """Pierre, whose request it is, is told whom to ask."""
    ticket = asked(stack, fresh_name("asks"), scheduledDate=next_month())
    stack.approve(ticket)
    assert stack.call(JEAN, "POST", f"/{ticket}/hold", {"reason": REASON}).is_success
    pierre = sit("pierre", words, f"/requests/{ticket}")
    expect(pierre.page.locator("aside")).to_contain_text("Jean Dupont")
