"""Each role does its part, from the first click to the end, in both languages."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import expect

from domain.sessions import Revocation
from record.git.repository import open_repository
from record.git.sessions import revoke
from tests.console.conftest import IN_ENGLISH, IN_FRENCH, Sit
from tests.console.words import Words
from tests.e2e.stack import PIERRE, Stack, submission

JEAN, SOPHIE = "jean.dupont@cab-i.com", "sophie.martin@cab-i.com"
_numbers = itertools.count(1)


def fresh_name(what: str = "api") -> str:
    """A target that no other test promotes."""
    return f"{what}-{next(_numbers)}-api"


def next_month() -> str:
    """A date that may be asked for, and that no test lives to see."""
    return (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")


def asked(stack: Stack, name: str, version: str = "1.0.0", by: str = PIERRE, **request: object) -> str:
    """A request that somebody made by other means; its id."""
    body = submission(version)
    body["tenant"], body["target"]["name"] = "tenant-finance", name
    body["request"] |= request
    answer = stack.call(by, "POST", "", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["metadata"]["id"])


def test_a_request_goes_from_the_form_to_production(sit: Sit, words: Words) -> None:
    """Pierre asks; Jean finds it among what waits for him and approves; Pierre watches, touching nothing."""
    name = fresh_name("flow")
    pierre = sit("pierre", words)
    pierre.link(words.new).first.click()
    pierre.fill(name, "2.1.0")
    pierre.sees("Jean Dupont")
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    ticket = pierre.page.url.rpartition("/")[2]
    expect(pierre.button(words.approve)).to_have_attribute("aria-disabled", "true")
    pierre.sees(words.not_own)

    jean = sit("jean", words)
    expect(jean.heading(words.requests)).to_be_visible()
    jean.row(ticket).get_by_role("link").click()
    jean.sees("New PCI-DSS compliant payment flow")
    jean.decide(words.approve, "Reviewed with the team")
    jean.sees_state(words.deployed)

    pierre.sees_state(words.deployed)
    pierre.sees("Reviewed with the team")
    expect(pierre.link("Temporal")).to_have_attribute("href", re.compile(rf"/workflows/{ticket}$"))
    expect(pierre.button(words.approve)).to_have_count(0)


def test_a_rejection_needs_its_reason_and_tells_it(sit: Sit, stack: Stack, words: Words) -> None:
    """Too short a reason is refused where it is typed; the requester reads the good one."""
    ticket = asked(stack, fresh_name("reject"))
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.decide(words.reject, "No")
    expect(jean.dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    jean.sees(words.reason_short)
    jean.dialog.get_by_role("textbox").fill("The rollback plan lacks the database")
    jean.dialog.get_by_role("button", name=words.reject, exact=True).click()
    jean.sees_state(words.rejected)
    pierre = sit("pierre", words, f"/requests/{ticket}")
    pierre.sees_state(words.rejected)
    pierre.sees("The rollback plan lacks the database")
    expect(pierre.button(words.withdraw)).to_have_count(0)


@IN_FRENCH
def test_what_was_rejected_is_asked_for_again(sit: Sit, stack: Stack, words: Words) -> None:
    """With what was typed before, but for the checks; a draft of something else stays what it was."""
    ticket = asked(stack, fresh_name("anew"))
    stack.call(JEAN, "POST", f"/{ticket}/reject", {"reason": "The rollback plan lacks the database"})
    pierre = sit("pierre", words, "/requests/new")
    justification = pierre.page.get_by_role("textbox", name=words.justification)
    justification.fill("Typed for something else")
    pierre.sees(words.draft_kept)
    pierre.open(ticket)
    pierre.link(words.ask_again).click()
    pierre.sees(ticket)
    expect(justification).to_have_value("New PCI-DSS compliant payment flow")
    expect(pierre.page.get_by_role("checkbox", name=words.staging)).not_to_be_checked()
    for check in (words.staging, words.security):
        pierre.page.get_by_role("checkbox", name=check).check()
    pierre.page.get_by_role("textbox", name=words.rollback).fill("Restore the database of the night")
    pierre.button(words.send).click()
    pierre.sees_state(words.pending)
    pierre.sees("Restore the database of the night")
    assert ticket not in pierre.page.url
    pierre.go("/requests/new")
    expect(justification).to_have_value("Typed for something else")


def test_a_requester_withdraws(sit: Sit, stack: Stack, words: Words) -> None:
    """After being asked once more; keeping it keeps it."""
    ticket = asked(stack, fresh_name("withdraw"))
    pierre = sit("pierre", words, f"/requests/{ticket}")
    pierre.button(words.withdraw).click()
    pierre.page.keyboard.press("Escape")
    expect(pierre.dialog).to_have_count(0)
    expect(pierre.button(words.withdraw)).to_be_focused()
    pierre.decide(words.withdraw, confirm=words.withdraw_it)
    pierre.sees_state(words.cancelled)


def test_a_failed_deployment_is_shown_and_repeated(sit: Sit, stack: Stack, words: Words) -> None:
    """With what AWX said; the second attempt succeeds."""
    awx = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    ticket = asked(stack, fresh_name("again"))
    httpx.put(awx, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.decide(words.approve)
    jean.sees_state(words.failed)
    jean.decide(words.again)
    jean.sees_state(words.deployed)


def test_a_viewer_sees_why_nothing_can_be_pressed(sit: Sit, stack: Stack, words: Words) -> None:
    """And is offered no form; who types its address is told why."""
    ticket = asked(stack, fresh_name("viewer"))
    victor = sit("victor", words, f"/requests/{ticket}")
    victor.sees_state(words.pending)
    for name in (words.approve, words.reject):
        expect(victor.button(name)).to_have_attribute("aria-disabled", "true")
        victor.button(name).click(force=True)
        expect(victor.dialog).to_have_count(0)
    expect(victor.button(words.withdraw)).to_have_count(0)
    victor.sees(words.not_allowed)
    expect(victor.link(words.new)).to_have_count(0)
    victor.go("/requests/new")
    victor.sees(words.forbidden)


def test_what_is_hidden_does_not_exist(sit: Sit, stack: Stack, words: Words) -> None:
    """Sophie's link to Pierre's request says what a link to nothing says, and leads on."""
    ticket = asked(stack, fresh_name("hidden"))
    sophie = sit("sophie", words)
    sophie.expect_fault("status of 404")
    sophie.go(f"/requests/{ticket}")
    sophie.sees(words.not_found)


def test_several_are_decided_with_one_dialog(sit: Sit, stack: Stack, words: Words) -> None:
    """An admin of the platform picks two of tenant-finance; each is decided by itself, one after the other."""
    first, second = (asked(stack, fresh_name("several")) for _ in range(2))
    alice = sit("alice", words, "/requests?tab=waiting")
    for ticket in (first, second):
        alice.page.get_by_role("checkbox", name=re.compile(ticket)).check()
    alice.button(words.approve_several).click()
    expect(alice.dialog).to_contain_text(first)
    alice.page.keyboard.press("Escape")
    expect(alice.dialog).to_have_count(0)
    expect(alice.button(words.approve_several)).to_be_focused()
    alice.button(words.approve_several).click()
    expect(alice.dialog).to_contain_text(first)
    alice.dialog.get_by_role("textbox").fill("Part of tonight's release")
    alice.dialog.get_by_role("button", name=words.approve, exact=True).click()
    alice.sees(words.decided)
    stack.await_state([first, second], "deployed")


@IN_ENGLISH
def test_the_list_is_what_its_address_says(sit: Sit, stack: Stack, words: Words) -> None:
    """Filters are in the address: a link shows somebody else the same, Back takes the last one away."""
    name = fresh_name("filters")
    ticket, other = asked(stack, name), asked(stack, fresh_name("other"))
    jean = sit("jean", words, "/requests?tab=all")
    expect(jean.row(other)).to_be_visible()
    jean.page.get_by_role("searchbox", name=words.search).fill(name)
    expect(jean.row(other)).to_have_count(0)
    expect(jean.row(ticket)).to_be_visible()
    address = jean.page.url.removeprefix(stack.api)
    assert f"q={name}" in address
    alice = sit("alice", words, address)
    expect(alice.row(ticket)).to_be_visible()
    expect(alice.row(other)).to_have_count(0)
    alice.go(f"{address}&state=rejected")
    alice.sees(words.nothing_found)
    alice.page.go_back()
    expect(alice.row(ticket)).to_be_visible()


@IN_FRENCH
def test_each_tab_has_its_own(sit: Sit, stack: Stack, words: Words) -> None:
    """Three tabs: waiting for me, mine, all that I see. Jean's own never waits for Jean."""
    own, others = asked(stack, fresh_name("tab"), by=JEAN), asked(stack, fresh_name("tab"))
    jean = sit("jean", words)
    for tab, there in ((words.waiting, {others}), (words.mine, {own}), (words.every, {own, others})):
        jean.link(re.compile(rf"^{tab}( ?\d+)?$")).click()
        for ticket in (own, others):
            expect(jean.row(ticket)).to_have_count(1 if ticket in there else 0)


def test_a_critical_decision_asks_for_a_fresh_sign_in(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean signed in too long ago: he signs in again, finds his dialog with what he typed, and approves."""
    ticket = asked(stack, fresh_name("critical"), impactAssessment="critical")
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.expect_fault("status of 401")
    jean.page.wait_for_timeout(13_000)  # the stack calls a sign-in stale after twelve seconds
    jean.decide(words.approve, "I looked at it twice")
    jean.sees(words.confirm_you)
    jean.dialog.get_by_role("button", name=words.sign_in).click()
    jean.page.get_by_role("button", name="Jean Dupont").click()
    expect(jean.dialog.get_by_role("textbox")).to_have_value("I looked at it twice")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    jean.sees_state(words.deployed)


@IN_ENGLISH
def test_a_session_that_ended_loses_no_form(sit: Sit, words: Words) -> None:
    """The token is no longer taken while Pierre types: he signs in again and finds what he typed."""
    pierre = sit("pierre", words, "/requests/new")
    pierre.page.get_by_role("textbox", name=words.justification).fill("Customers wait for the new flow")
    pierre.page.get_by_role("textbox", name=words.rollback).fill("Back to 2.0.0")
    pierre.page.wait_for_function("() => Object.values(localStorage).some(each => each.includes('Back to 2.0.0'))")
    pierre.sees(words.draft_kept)
    pierre.expect_fault("status of 401")
    pierre.page.evaluate(
        """() => { for (const [key, value] of Object.entries(sessionStorage))
            if (key.startsWith('oidc.user')) sessionStorage.setItem(key, JSON.stringify(
                {...JSON.parse(value), id_token: JSON.parse(value).id_token.slice(0, -4) + 'AAAA'})) }"""
    )
    pierre.page.reload()
    pierre.sees(words.session_over)
    pierre.dialog.get_by_role("button", name=words.sign_in).click()
    pierre.page.get_by_role("button", name="Pierre Durand").click()
    expect(pierre.page.get_by_role("textbox", name=words.rollback)).to_have_value("Back to 2.0.0")
    expect(pierre.page.get_by_role("textbox", name=words.justification)).to_have_value(
        "Customers wait for the new flow"
    )


def test_a_session_that_somebody_ended_says_so_and_offers_the_sign_in(sit: Sit, stack: Stack, words: Words) -> None:
    """Within seconds, while Emma only looks; she signs in again and goes on where she was."""
    emma = sit("emma", words, "/requests?tab=all")
    emma.expect_fault("status of 401")
    emma.page.wait_for_timeout(1_100)  # a token's time has whole seconds
    now = datetime.now(UTC)
    ended = Revocation(at=now, until=now, person="emma.leroy@cab-i.com")
    revoke(open_repository(str(stack.data / "gitops.git"), "main", stack.data / "by-hand"), ended)
    emma.sees(words.session_revoked)
    emma.page.wait_for_timeout(1_100)
    emma.dialog.get_by_role("button", name=words.sign_in).click()
    emma.page.get_by_role("button", name="Emma Leroy").click()
    expect(emma.heading(words.requests)).to_be_visible()
    expect(emma.dialog).to_have_count(0)


@IN_ENGLISH
def test_a_draft_survives_a_reload(sit: Sit, words: Words) -> None:
    """And says so; thrown away, it is gone."""
    pierre = sit("pierre", words, "/requests/new")
    pierre.page.get_by_role("textbox", name=words.justification).fill("Typed before the reload came")
    pierre.sees(words.draft_kept)
    pierre.page.reload()
    expect(pierre.page.get_by_role("textbox", name=words.justification)).to_have_value("Typed before the reload came")
    pierre.sees(words.draft_back)
    pierre.button(words.discard).click()
    expect(pierre.page.get_by_role("textbox", name=words.justification)).to_have_value("")


@IN_FRENCH
def test_a_form_says_at_the_field_what_the_server_would_say(sit: Sit, words: Words) -> None:
    """Nothing is sent while something is missing, and the focus goes to the first fault."""
    pierre = sit("pierre", words, "/requests/new")
    pierre.fill(fresh_name("faulty"), "1.0.0", justification="Too short", evidence="javascript:alert(1)")
    pierre.button(words.send).click()
    expect(pierre.page.get_by_role("textbox", name=words.justification)).to_be_focused()
    expect(pierre.page.get_by_role("textbox", name=words.evidence)).to_have_attribute("aria-invalid", "true")
    assert pierre.page.url.endswith("/requests/new")


@IN_ENGLISH
def test_who_signs_out_is_out(sit: Sit, stack: Stack, words: Words) -> None:
    """In every tab, and Back shows nothing."""
    jean = sit("jean", words)
    second = jean.context.new_page()
    second.goto(f"{stack.api}/requests?tab=all")
    expect(second.get_by_role("button", name=f"{words.account} Jean Dupont")).to_be_visible()
    jean.button(f"{words.account} Jean Dupont").click()
    with jean.page.expect_navigation(url=f"{stack.api}/"):  # by way of the provider, which signs out, too
        jean.page.get_by_role("menuitem", name=words.sign_out).click()
    expect(jean.button(words.sign_in)).to_be_visible()
    expect(second.get_by_role("button", name=words.sign_in)).to_be_visible()
    jean.page.go_back()
    expect(jean.heading(words.requests)).to_have_count(0)


@IN_FRENCH
def test_a_link_leads_through_the_sign_in(sit: Sit, stack: Stack, words: Words) -> None:
    """To what was linked, with what is in production beside it."""
    name = fresh_name("linked")
    before = asked(stack, name, "1.0.0")
    stack.approve(before)
    stack.await_state([before], "deployed")
    ticket = asked(stack, name, "1.1.0")
    jean = sit(None, words)
    jean.sign_in("jean", f"/requests/{ticket}")
    assert jean.page.url == f"{stack.api}/requests/{ticket}"
    jean.sees(words.in_production)
    jean.sees("1.0.0")
    jean.sees(words.deciders)
