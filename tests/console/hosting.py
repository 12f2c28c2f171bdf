"""The other console as people meet it: its process, and a desk before its page."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, expect

from tests.console.desk import NAMES, Desk, seated
from tests.console.words import EN, Words
from tests.e2e.stack import Stack, until

WORDS = {"en-GB": ("Sign in to the console", "Sign out"), "fr-FR": ("Se connecter à la console", "Se déconnecter")}


@contextmanager
def hosted(stack: Stack, origin: str) -> Iterator[str]:
    """The other console at that origin, until the block ends."""
    issuer = f"http://127.0.0.1:{stack.ports['oidc-port']}"
    command = [sys.executable, "-P", "-m", "demo.host", "--port", origin.rpartition(":")[2]]
    process = subprocess.Popen([*command, "--api", stack.api, "--issuer", issuer], stdout=subprocess.DEVNULL)
    try:
        until(f"an answer of {origin}", lambda: _answers(origin), 120)
        yield origin
    finally:
        process.terminate()
        process.wait(20)


def _answers(origin: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(origin, trust_env=False).is_success
    return False


Visit = Callable[..., "HostDesk"]
"""`visit("pierre", words, path)`: somebody comes to the other console and signs in there."""


@dataclass
class HostDesk(Desk):
    """Somebody before the other console; locators reach into the elements' shadow trees."""

    origin: str = ""

    def go(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def sign_in(self, who: str, path: str = "/production") -> "HostDesk":
        """Come in by the host's own sign-in."""
        self.go(path)
        self.button(WORDS[self.words.locale][0]).click()
        self.page.get_by_role("button", name=NAMES[who]).click()
        expect(self.page.get_by_text(NAMES[who], exact=True).first).to_be_visible()
        self.go(path)
        return self

    def sign_out(self) -> None:
        self.button(WORDS[self.words.locale][1]).click()

    def sees_state(self, state: str) -> None:
        """The badge at the top of a request's element."""
        expect(
            self.element("request").or_(self.element("requests")).locator("header").get_by_text(state, exact=True)
        ).to_be_visible()

    def element(self, name: str) -> Locator:
        return self.page.locator(f"prodgate-{name}")


@contextmanager
def at_the_host(browser: Browser, stack: Stack, origin: str, words: Words = EN, **given: Any) -> Iterator[HostDesk]:
    """A desk with a fresh browser profile before the other console; afterwards its browser must have been silent."""
    with seated(browser, stack, words, **given) as desk:
        yield HostDesk(stack, desk.context, desk.page, words, desk.faults, desk.expected, origin)
