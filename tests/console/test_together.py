"""Several people at once, and servers and networks that go away in between."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.console.conftest import IN_ENGLISH, IN_FRENCH, Sit
from tests.console.desk import seated
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, Words
from tests.e2e.stack import Stack, started, until

LOST = ("Failed to load resource", "net::ERR_", "Failed to fetch")
"""The words of a browser's console about a server that is away."""


def test_the_second_of_two_sees_what_happened(sit: Sit, stack: Stack, words: Words) -> None:
    """Jean and Claire both are about to decide; who comes second reads at once who was first, and why."""
    ticket = asked(stack, fresh_name("both"))
    jean, claire = (sit(who, words, f"/requests/{ticket}") for who in ("jean", "claire"))
    for desk, decision in ((jean, words.approve), (claire, words.reject)):
        desk.button(decision).click()
        desk.dialog.get_by_role("textbox").fill("Each of us has looked at it")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    claire.sees(words.meanwhile)
    expect(claire.dialog).to_contain_text("Jean Dupont")
    expect(claire.dialog).to_contain_text("Each of us has looked at it")
    expect(claire.dialog.get_by_role("button", name=words.reject, exact=True)).to_have_count(0)
    claire.page.keyboard.press("Escape")
    claire.sees_state(words.deployed)
    assert stack.recorded()[ticket] == ["created", "approved", "deploying", "deployed"]


@IN_ENGLISH
def test_a_list_follows_what_others_do(sit: Sit, stack: Stack, words: Words) -> None:
    """A new request is announced, not thrown in; a row changes in its place."""
    first = asked(stack, fresh_name("live"))
    jean = sit("jean", words, "/requests?tab=all")
    expect(jean.row(first)).to_contain_text(words.pending)
    later = asked(stack, fresh_name("live"))
    announced = jean.page.get_by_role("button", name=words.fresh)
    expect(announced).to_be_visible()
    expect(jean.row(later)).to_have_count(0)
    announced.click()
    expect(jean.row(later)).to_be_visible()
    stack.approve(first)
    expect(jean.row(first)).to_contain_text(words.deployed)


@IN_FRENCH
def test_without_a_network_it_says_so(sit: Sit, stack: Stack, words: Words) -> None:
    """The page stays; when the network is back, what was missed appears by itself."""
    ticket = asked(stack, fresh_name("offline"))
    jean = sit("jean", words, f"/requests/{ticket}")
    jean.sees_state(words.pending)
    jean.expect_fault(*LOST)
    jean.context.set_offline(True)
    jean.sees(words.offline)
    jean.sees_state(words.pending)
    stack.call("jean.dupont@cab-i.com", "POST", f"/{ticket}/reject", {"reason": "Decided from another place"})
    jean.context.set_offline(False)
    jean.sees_state(words.rejected)
    jean.sees("Decided from another place")


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack to break."""
    with started(Stack(tmp_path_factory.mktemp("broken") / "data")) as stack:
        stack.open_catalogue()
        yield stack


@IN_FRENCH
def test_a_server_that_restarts_is_found_again(browser: Browser, own_stack: Stack, words: Words) -> None:
    """Pierre's page says that live updates are interrupted, then shows what happened meanwhile; his session holds."""
    stack = own_stack
    ticket = asked(stack, "restart-api")
    with seated(browser, stack, words) as pierre:
        pierre.sign_in("pierre", f"/requests/{ticket}")
        pierre.sees_state(words.pending)
        pierre.expect_fault(*LOST)
        gone = stack.kill("api")
        stack.await_restart("api", gone)
        stack.approve(ticket)
        pierre.sees_state(words.deployed)
        pierre.link(re.compile(words.new)).first.click()
        expect(pierre.page.get_by_role("textbox", name=words.justification)).to_be_visible()


def test_a_server_that_stays_away_is_told(browser: Browser, own_stack: Stack) -> None:
    """A banner while it is away, a word when it is back; nothing has to be loaded anew."""
    stack = own_stack
    ticket = asked(stack, "away-api")
    with seated(browser, stack, EN) as jean:
        jean.sign_in("jean", f"/requests/{ticket}")
        jean.sees_state(EN.pending)
        jean.expect_fault(*LOST)
        with stack.without("api"):
            jean.sees(EN.lost, 30)
        jean.sees(EN.back, 60)
        jean.decide(EN.approve)
        jean.sees_state(EN.deployed)
    until("one job", lambda: stack.jobs()["attempts"].get(f"{ticket}-1") == {"jobs": 1, "ran": 1})


@IN_ENGLISH
def test_who_did_not_hear_of_it_is_refused_in_plain_words(sit: Sit, stack: Stack, words: Words) -> None:
    """Claire's connection was away while Jean decided: the server refuses hers, and she sees what happened."""
    ticket = asked(stack, fresh_name("unheard"))
    claire = sit("claire", words, f"/requests/{ticket}")
    claire.expect_fault("status of 4(00|09|12)", *LOST)
    claire.button(words.reject).click()
    claire.dialog.get_by_role("textbox").fill("I would rather wait for the audit")
    claire.context.set_offline(True)  # ends the stream that would tell her
    claire.page.route("**/v1/**", lambda route: route.continue_() if route.request.method == "POST" else route.abort())
    stack.approve(ticket)
    claire.context.set_offline(False)
    claire.dialog.get_by_role("button", name=words.reject, exact=True).click()
    claire.sees(words.meanwhile)
    claire.page.unroute_all()
    claire.page.reload()
    claire.sees_state(words.deployed)
    assert stack.recorded()[ticket][:2] == ["created", "approved"]
