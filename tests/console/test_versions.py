"""Which version replaces which: seen before something is asked for, approved and deployed again; several at once."""

import re

import httpx
from playwright.sync_api import Locator, expect

from tests.console.conftest import IN_ENGLISH, IN_FRENCH, Sit
from tests.console.desk import PHONE, Desk
from tests.console.test_flows import asked, fresh_name, next_month
from tests.console.words import Words
from tests.e2e.stack import PIERRE, Stack, submission

DIGEST = "sha256:" + "0123456789abcdef" * 4


def deployed(stack: Stack, name: str, version: str) -> str:
    """A request that is in production; its id."""
    ticket = asked(stack, name, version)
    stack.approve(ticket)
    stack.await_state([ticket], "deployed")
    return ticket


def in_production(stack: Stack, ticket: str) -> str | None:
    """The version that another request of the ticket's target would replace."""
    [compared] = stack.call("alice.admin@cab-i.com", "GET", f"/comparisons?id={ticket}").json()
    return compared["replaces"]  # type: ignore[no-any-return]


def selected(alice: Desk, words: Words, tickets: list[str]) -> Locator:
    """The dialog that asks about approving these."""
    for ticket in tickets:
        alice.page.get_by_role("checkbox", name=re.compile(ticket)).check()
    alice.button(words.approve_several).click()
    for ticket in tickets:
        expect(alice.dialog).to_contain_text(ticket)
    return alice.dialog


def goes_back(place: Locator, words: Words) -> None:
    """It says 3.2.0, 2.3.0, and that the second is older; in words, and with a warning."""
    expect(place).to_contain_text(re.compile(r"3\.2\.0\D+2\.3\.0"))
    expect(place.locator("[data-direction=older]").first).to_have_text(words.older)
    expect(place.get_by_text(words.goes_back).first).to_be_visible()


@IN_ENGLISH
def test_three_versions_approved_together_end_at_the_newest(sit: Sit, stack: Stack, words: Words) -> None:
    """One after the other, in the order they were asked for, although the list shows the last one first."""
    name = fresh_name("three")
    deployed(stack, name, "1.0.0")
    tickets = [asked(stack, name, version) for version in ("1.1.0", "1.2.0", "1.3.0")]
    alice = sit("alice", words, "/requests?tab=waiting")
    dialog = selected(alice, words, tickets)
    expect(dialog.locator("[data-request]")).to_contain_text(tickets)
    dialog.get_by_role("checkbox", name=words.newest_only).uncheck()
    alice.check_accessible("three versions of one target")
    dialog.get_by_role("button", name=words.approve, exact=True).click()
    alice.sees(words.three_decided)
    stack.await_state(tickets, "deployed")
    assert in_production(stack, asked(stack, name, "1.4.0")) == "1.3.0"
    dialog.get_by_role("button", name=words.close, exact=True).last.click()


@IN_FRENCH
def test_of_several_versions_the_newest_alone_is_approved(sit: Sit, stack: Stack, words: Words) -> None:
    """As it is proposed: the older ones stay pending, although the newest was asked for first."""
    name = fresh_name("newest")
    deployed(stack, name, "1.0.0")
    tickets = [asked(stack, name, version) for version in ("1.10.0", "1.9.0")]
    alice = sit("alice", words, "/requests?tab=waiting")
    dialog = selected(alice, words, tickets)
    expect(dialog.get_by_role("checkbox", name=words.newest_only)).to_be_checked()
    expect(dialog.locator("[data-request]", has_text=tickets[1])).to_contain_text(words.left_out)
    dialog.get_by_role("button", name=words.approve, exact=True).click()
    stack.await_state(tickets[:1], "deployed")
    assert stack.states()[tickets[1]] == "pending"
    alice.sees(words.one_decided)


def test_each_of_several_is_shown_with_what_speaks_against_it(sit: Sit, stack: Stack, words: Words) -> None:
    """The page shows what it replaces, which way, what has not passed, what is at stake, and why it is asked for."""
    name = fresh_name("against")
    deployed(stack, name, "3.2.0")
    body = submission("2.3.0")
    body["tenant"], body["target"]["name"] = "tenant-finance", name
    body["request"]["justification"] = "The old one was faster, they say"
    body["preChecks"]["performanceTestsPassed"] = False
    old, other = stack.call(PIERRE, "POST", "", body).json()["metadata"]["id"], asked(stack, f"{name}-2")
    alice = sit("alice", words, "/requests?tab=waiting")
    dialog = selected(alice, words, [old, other])
    row = dialog.locator("[data-request]", has_text=old)
    expect(row).to_contain_text(re.compile(r"3\.2\.0\D+2\.3\.0"))
    expect(row.locator("[data-direction=older]")).to_have_text(words.older)
    expect(row).to_contain_text(words.performance_missing)
    expect(row).to_contain_text("The old one was faster, they say")
    expect(dialog.get_by_text(words.some_go_back)).to_be_visible()
    alice.check_accessible("several, of which one goes back")


@IN_FRENCH
def test_own_decisions_are_not_somebody_elses(sit: Sit, stack: Stack, words: Words) -> None:
    """The row stays, and says who decided."""
    ticket = asked(stack, fresh_name("own"))
    alice = sit("alice", words, "/requests?tab=waiting")
    dialog = selected(alice, words, [ticket])
    dialog.get_by_role("button", name=words.approve, exact=True).click()
    alice.sees(words.one_decided)
    expect(alice.page.locator(f"main section [data-request={ticket}]").first).to_contain_text(words.by_you)


def test_what_is_at_stake_is_decided_one_by_one(sit: Sit, stack: Stack, words: Words) -> None:
    """High and critical impact can't be selected, not by "all" and not by a key, and the list says so."""
    low = asked(stack, fresh_name("stake"))
    risky = [asked(stack, fresh_name("stake"), impactAssessment=impact) for impact in ("high", "critical")]
    alice = sit("alice", words, "/requests?tab=waiting")
    expect(alice.row(low)).to_be_visible()
    alice.sees(words.one_by_one)
    alice.page.get_by_role("checkbox", name=words.select_all).check()
    expect(alice.page.get_by_role("checkbox", name=re.compile(low))).to_be_checked()
    for ticket in risky:
        alice.row(ticket).get_by_role("link").focus()
        alice.page.keyboard.press("x")
        box = alice.page.get_by_role("checkbox", name=re.compile(ticket))
        expect(box).to_be_disabled()
        expect(box).not_to_be_checked()
    alice.button(words.approve_several).click()
    expect(alice.dialog).to_contain_text(low)
    for ticket in risky:
        expect(alice.dialog).not_to_contain_text(ticket)


def test_a_downgrade_is_seen_before_it_is_sent(sit: Sit, stack: Stack, words: Words) -> None:
    """In the form, once it is complete; and with what else is open for the target."""
    name = fresh_name("sent")
    deployed(stack, name, "3.2.0")
    other = asked(stack, name, "3.3.0")
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(name, "2.3.0")
    goes_back(pierre.page.locator("aside"), words)
    expect(pierre.page.locator("aside").get_by_role("link", name=other)).to_be_visible()
    pierre.check_accessible("a form that goes back")
    pierre.choose(words.version, "3.4.0")
    expect(pierre.page.locator("aside [data-direction=newer]")).to_be_visible()
    expect(pierre.page.get_by_text(words.goes_back)).to_have_count(0)


def test_a_downgrade_is_seen_before_it_is_approved(sit: Sit, stack: Stack, words: Words) -> None:
    """In the list, on the page without scrolling on a phone, and in the dialog; what else is open is a step away."""
    name = fresh_name("approved")
    deployed(stack, name, "3.2.0")
    ticket, other = asked(stack, name, "2.3.0"), asked(stack, name, "3.3.0")
    jean = sit("jean", words, "/requests?tab=all", viewport=PHONE, has_touch=True)
    expect(jean.row(ticket).locator("[data-direction=older]")).to_have_text(words.older)
    jean.open(ticket)
    goes_back(jean.page.locator("main header"), words)
    expect(jean.page.locator("main header [data-direction=older]")).to_be_in_viewport()
    expect(jean.page.locator("main").get_by_role("link", name=other)).to_be_visible()
    jean.button(words.approve).click()
    goes_back(jean.dialog, words)
    expect(jean.dialog.get_by_role("link", name=other)).to_be_visible()
    jean.check_accessible("an approval that goes back")


@IN_ENGLISH
def test_a_downgrade_is_seen_before_it_is_deployed_again(sit: Sit, stack: Stack, words: Words) -> None:
    """The failed version was newer when it was approved; meanwhile production has gone on."""
    name = fresh_name("retried")
    ticket = asked(stack, name, "2.3.0")
    awx = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(awx, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    stack.approve(ticket)
    stack.await_state([ticket], "failed")
    deployed(stack, name, "3.2.0")
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.button(words.again).click()
    goes_back(jean.dialog, words)
    jean.check_accessible("a retry that goes back")


@IN_FRENCH
def test_what_can_not_be_compared_is_shown_nevertheless(sit: Sit, stack: Stack, words: Words) -> None:
    """The comparison's answer is lost on its way: the rows stay, and say so."""
    ticket = asked(stack, fresh_name("lost"))
    jean = sit("jean", words, "/requests?tab=mine")
    jean.expect_fault("Failed to load resource", "net::ERR")
    jean.page.route("**/comparisons?*", lambda route: route.abort())
    jean.go("/requests?tab=all")
    expect(jean.row(ticket)).to_contain_text(words.not_compared, timeout=30_000)
    jean.check_accessible("rows that could not be compared")


@IN_ENGLISH
def test_a_digest_is_asked_for_and_shown(sit: Sit, stack: Stack, words: Words) -> None:
    """Of a version that moves it is needed; the page has it in short, and to be copied whole."""
    name = fresh_name("digest")
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(name, "latest")
    pierre.sees(words.moves)
    pierre.field(words.digest).fill("sha256:0123")
    pierre.button(words.send).click()
    expect(pierre.field(words.digest)).to_have_attribute("aria-invalid", "true")
    pierre.field(words.digest).fill(DIGEST)
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    pierre.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pierre.button(words.copy_digest).click()
    assert pierre.page.evaluate("navigator.clipboard.readText()") == DIGEST


@IN_FRENCH
def test_who_can_stop_what_is_scheduled_is_said_to_who_can_not(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean approved it for a date; the page tells him whom to ask."""
    ticket = asked(stack, fresh_name("stopped"), scheduledDate=next_month())
    stack.approve(ticket)
    jean = sit("jean", words, f"/requests/{ticket}")
    region = jean.page.get_by_role("region", name=words.stoppers)
    expect(region).to_contain_text("pierre.durand@cab-i.com")


@IN_FRENCH
def test_rows_fit_a_narrow_window(sit: Sit, stack: Stack, words: Words) -> None:
    """At 320 pixels nothing scrolls sideways, however long name and version are."""
    name = fresh_name("narrow-" + "long-" * 12)
    deployed(stack, name, "3.2.0-rc.1+build.20261128.1234567890abcdef")
    ticket = asked(stack, name, "2.3.0-rc.1+build.20261128.1234567890abcdef")
    alice = sit("alice", words, "/requests?tab=waiting", viewport={"width": 320, "height": 700})
    expect(alice.row(ticket).locator("[data-direction]")).to_be_visible()
    wide = "() => document.documentElement.scrollWidth"
    assert alice.page.evaluate(wide) <= 320
    selected(alice, words, [ticket])
    assert alice.dialog.evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    alice.open(ticket)
    expect(alice.page.locator("main header [data-direction]")).to_be_visible()
    assert alice.page.evaluate(wide) <= 320
