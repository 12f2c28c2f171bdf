"""A session that outlives its tokens: renewed unseen, at a provider that takes each refresh token once and no more."""

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.console.desk import Desk, seated
from tests.console.test_flows import fresh_name
from tests.console.words import EN
from tests.e2e.stack import PARTS, PIERRE, Stack, free_ports, started, until

NPM = Path(__file__).parent.parent.parent / ".ci" / "npm"
LASTS, RENEWED_BEFORE = 70, 60
"""Seconds: how long the provider's ID tokens last, and how long before its end the console renews one."""


@dataclass
class Watched:
    """One person's browser, in all its tabs: what it asked the provider for and showed the API, in order."""

    issuer: str
    api: str
    spent: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> None:
        if request.url == f"{self.issuer}/token" and "grant_type=refresh_token" in (request.post_data or ""):
            self.spent += parse_qs(request.post_data or "")["refresh_token"]
        if request.url.startswith(f"{self.api}/v1/") and "authorization" in request.headers:
            self.shown.append(request.headers["authorization"].removeprefix("Bearer "))

    def check_each_spent_once(self) -> None:
        assert self.spent
        assert len(self.spent) == len(set(self.spent)), "the same refresh token was sent twice"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack with the other provider, which stands at the port that the demo's own would have."""
    ports = dict(zip(PARTS, free_ports(len(PARTS)), strict=True))
    given = {"PRODGATE_OIDC_ISSUER": f"http://127.0.0.1:{ports['oidc-port']}"}
    stack = Stack(tmp_path_factory.mktemp("renewal") / "data", settings=given, ports=ports)
    with _provider(ports["oidc-port"], f"{stack.api}/signed-in"), started(stack):
        stack.open_catalogue()
        yield stack


@contextmanager
def _provider(port: int, redirect: str) -> Iterator[None]:
    command = [str(NPM), "exec", "--", "node", "scripts/provider.js", str(port), redirect, str(LASTS)]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until("the provider", lambda: _answers(f"http://127.0.0.1:{port}/.well-known/openid-configuration"))
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)
        running.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def pierre(browser: Browser, stack: Stack) -> Iterator[Desk]:
    """Pierre, signed in there."""
    with ExitStack() as desks:
        desk = desks.enter_context(seated(browser, stack))
        # The provider's own page dresses itself from elsewhere; nothing here asks the network for that.
        desk.context.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css"))
        desk.expect_fault("favicon.ico")
        desk.go("/requests/new")
        desk.button(EN.sign_in).click()
        desk.page.get_by_placeholder("Enter any login").fill(PIERRE)
        desk.page.get_by_placeholder("and password").fill("any")
        desk.page.get_by_role("button", name="Sign-in").click()
        desk.page.get_by_role("button", name="Continue").click()
        expect(desk.page.get_by_role("button", name=f"{EN.account} Pierre Durand")).to_be_visible()
        yield desk


@pytest.fixture
def watched(pierre: Desk, stack: Stack) -> Watched:
    seen = Watched(stack.settings["PRODGATE_OIDC_ISSUER"], stack.api)
    pierre.context.on("request", seen)
    return seen


def _session(page: Page) -> dict[str, Any]:
    """The session that the tab keeps."""
    kept = page.evaluate("() => Object.entries(sessionStorage).find(([key]) => key.startsWith('oidc.user'))[1]")
    session: dict[str, Any] = json.loads(kept)
    return session


def _await_due(page: Page) -> str:
    """Wait until the tab's token is due for renewal; the token."""
    token: str = _session(page)["id_token"]
    body = token.split(".")[1]
    end: int = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["exp"]
    page.wait_for_timeout(1_000 * max(0.0, end - RENEWED_BEFORE - time.time()) + 200)
    return token


def _reads_list(page: Page) -> None:
    """The page's calls were answered, and nobody was asked to sign in."""
    expect(page.get_by_text(re.compile(r"^\d+ requests?$"))).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_form_is_sent_with_a_renewed_token(pierre: Desk, watched: Watched) -> None:
    """Pierre types longer than his token is good for; he sees nothing of its renewal, and nothing is lost."""
    name = fresh_name("renewed")
    pierre.fill(name, "1.0.0")
    first = _await_due(pierre.page)
    pierre.button(EN.send).click()
    pierre.sees_state(EN.pending)
    pierre.sees(name)
    expect(pierre.dialog).to_have_count(0)
    assert watched.shown[-1] != first
    watched.check_each_spent_once()


def test_calls_at_once_renew_once(pierre: Desk, watched: Watched) -> None:
    """A page that asks for several things at once renews the token for all of them."""
    first = _await_due(pierre.page)
    watched.shown.clear()
    pierre.link("Prodgate").first.click()
    expect(pierre.heading(EN.requests)).to_be_visible()
    until("the page's calls", lambda: _pumped(pierre.page) and len(watched.shown) >= 2)
    assert first not in watched.shown
    watched.check_each_spent_once()


def test_tabs_side_by_side_renew_once(pierre: Desk, watched: Watched) -> None:
    """Two tabs of one session ask at once, twice over: a refresh token that both sent would end the session."""
    tabs = (pierre.page, pierre.context.new_page())
    for tab in tabs:
        tab.goto(f"{pierre.stack.api}/requests")
        _reads_list(tab)
    for _ in range(2):
        for tab in tabs:
            _await_due(tab)
        for tab in tabs:
            tab.evaluate("() => { window.before = true; setTimeout(() => location.reload(), 300) }")  # both at once
        for tab in tabs:
            tab.wait_for_function("() => !window.before")
            _reads_list(tab)
    watched.check_each_spent_once()
    assert _session(tabs[0])["id_token"] == _session(tabs[1])["id_token"]


def test_a_provider_that_is_away_for_a_moment_ends_nothing(pierre: Desk, watched: Watched) -> None:
    """While the token still lasts it is shown; once the provider answers again, it is renewed."""
    token = f"{watched.issuer}/token"
    pierre.expect_fault("net::ERR_FAILED")
    pierre.context.route(token, lambda route: route.abort())
    first = _await_due(pierre.page)
    pierre.link("Prodgate").first.click()
    expect(pierre.heading(EN.requests)).to_be_visible()
    until("the page's calls", lambda: _pumped(pierre.page) and first in watched.shown)
    expect(pierre.dialog).to_have_count(0)
    pierre.context.unroute(token)
    pierre.page.get_by_role("searchbox").fill("payment")
    until("a new token", lambda: _pumped(pierre.page) and watched.shown[-1] != first)
    expect(pierre.dialog).to_have_count(0)


def test_a_session_that_the_provider_ended_is_taken_up_over_the_form(pierre: Desk, watched: Watched) -> None:
    """The refresh is refused: the sign-in is offered over the page, and what was typed is there afterwards."""
    justification = pierre.page.get_by_role("textbox", name=EN.justification)
    justification.fill("Customers wait for the new flow")
    pierre.sees(EN.draft_kept)
    revoked = {"token": _session(pierre.page)["refresh_token"], "client_id": "prodgate"}
    httpx.post(f"{watched.issuer}/token/revocation", data=revoked, trust_env=False).raise_for_status()
    _await_due(pierre.page)
    pierre.expect_fault("status of 400")
    pierre.choose(EN.name, "payment-api")
    pierre.sees(EN.session_over)
    expect(justification).to_have_value("Customers wait for the new flow")
    pierre.check_accessible("the end of a session")
    pierre.dialog.get_by_role("button", name=EN.sign_in).click()
    pierre.page.get_by_role("button", name="Continue").click()
    expect(justification).to_have_value("Customers wait for the new flow")
    expect(pierre.dialog).to_have_count(0)
    watched.check_each_spent_once()


def _pumped(page: Page) -> bool:
    """Let Playwright hand over what the browser did meanwhile."""
    page.wait_for_timeout(50)
    return True
