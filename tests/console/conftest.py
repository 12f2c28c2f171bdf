"""One browser and one stack for the console's tests; a desk for everybody who takes part in one."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from clients.push.key import PushKey
from demo.layout import push_key
from tests.console.desk import PATIENCE, Desk, launched, seated
from tests.console.hosting import HostDesk, Visit, at_the_host, hosted
from tests.console.notified import serving
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack, free_ports, started
from tests.push import PushService

Sit = Callable[..., Desk]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def push_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """The push service of all browsers, which the stack's worker may call."""
    with serving(PushService(tmp_path_factory.mktemp("push"), public="")) as service:
        yield service


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, push_service: PushService) -> Iterator[Stack]:
    """As `prodgate up` starts it. A test here speaks of the tickets that it made itself."""
    given = {
        "PRODGATE_CRITICAL_SIGN_IN_WITHIN": "12",
        "PRODGATE_OPEN_REQUESTS_PERSON": "500",
        "PRODGATE_REPOSITORY_UI_URL": "https://git.cab-i.example/apim",
        # Another console (test_embedded.py), and a careless one (test_embedded_safely.py).
        "PRODGATE_CORS_ORIGINS": " ".join(f"http://127.0.0.1:{port}" for port in free_ports(2)),
        "PRODGATE_PUSH_ALLOW": "127.0.0.0/8",
        "PRODGATE_PUSH_CA_BUNDLE": str(push_service.ca),
    }
    with started(Stack(tmp_path_factory.mktemp("console") / "data", job_seconds=1.5, settings=given)) as stack:
        stack.open_catalogue()
        push_service.public = PushKey.read(push_key(stack.data), "").public
        yield stack


@pytest.fixture(scope="session")
def host(stack: Stack) -> Iterator[str]:
    """The other console, at an origin that the API allows."""
    with hosted(stack, stack.settings["PRODGATE_CORS_ORIGINS"].split()[0]) as origin:
        yield origin


@pytest.fixture
def visit(browser: Browser, stack: Stack, host: str) -> Iterator[Visit]:
    with ExitStack() as desks:

        def come(who: str | None, words: Words = EN, path: str = "/production", **given: object) -> HostDesk:
            desk = desks.enter_context(at_the_host(browser, stack, host, words, **given))
            return desk.sign_in(who, path) if who else desk

        yield come


IN_ENGLISH, IN_FRENCH = (
    pytest.mark.parametrize("words", [words], ids=[name]) for words, name in ((EN, "en"), (FR, "fr"))
)
"""One of the languages, for what is the same in both: what a key does, what is kept, what is found again."""


SPOKEN = {"en": EN} if "A11Y_RULES" in os.environ else {"en": EN, "fr": FR}
"""The languages of tests that know both; `make a11y-report` runs them in one, for axe reads no words."""


@pytest.fixture(params=list(SPOKEN.values()), ids=list(SPOKEN))
def words(request: pytest.FixtureRequest) -> Words:
    """Both languages, one after the other."""
    found: Words = request.param
    return found


@pytest.fixture
def sit(browser: Browser, stack: Stack) -> Iterator[Sit]:
    """`sit("pierre", words)`: somebody takes their desk, signed in; what goes wrong at any desk fails the test."""
    with ExitStack() as desks:

        def sit_down(who: str | None, words: Words = EN, path: str = "/", **given: object) -> Desk:
            desk = desks.enter_context(seated(browser, stack, words, **given))
            return desk.come_back(who, path) if who else desk

        yield sit_down
