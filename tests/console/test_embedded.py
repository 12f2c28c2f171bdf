"""Every flow inside another console: of another framework and origin, with a strict policy, sign-in, look and router of its own."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.console.hosting import HostDesk, at_the_host, hosted
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, Words
from tests.e2e.stack import Stack

Visit = Callable[..., HostDesk]


@pytest.fixture(scope="session")
def host(stack: Stack) -> Iterator[str]:
    """The other console, at the one origin that the API allows."""
    with hosted(stack, stack.settings["PRODGATE_CORS_ORIGINS"]) as origin:
        yield origin


@pytest.fixture
def visit(browser: Browser, stack: Stack, host: str) -> Iterator[Visit]:
    """`visit("pierre", words)`: somebody comes to the other console and signs in there."""
    with ExitStack() as desks:

        def come(who: str | None, words: Words = EN, path: str = "/production", **given: object) -> HostDesk:
            desk = desks.enter_context(at_the_host(browser, stack, host, words, **given))
            return desk.sign_in(who, path) if who else desk

        yield come


def test_a_request_is_asked_for_found_and_decided(visit: Visit, stack: Stack, words: Words) -> None:
    """From the form to the deployment, each step by the host's own router."""
    pierre, name = visit("pierre", words, "/production/new"), fresh_name("hosted")
    pierre.fill(name, "1.2.0")
    pierre.button(words.send).click()
    expect(pierre.page).to_have_url(re.compile("/production/PR-[0-9-]+$"))
    ticket = pierre.page.url.rpartition("/")[2]
    expect(pierre.element("request").get_by_text(words.pending, exact=True).first).to_be_visible()
