"""People at their desks: each has a browser of their own, signed in at the demo's provider, before the real stack."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, ViewportSize, expect

from tests.console.words import EN, Words
from tests.e2e.stack import Stack

SETTINGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
"""A browser that runs as root in a container, has no screen, and fetches nothing by itself."""

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
PATIENCE = 120_000
"""Milliseconds in which what is expected has to come: a deployment takes two seconds, a busy machine far more."""

AXE = "options => axe.run(document, options)"
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules of those standards whose answer the theme changes: it is CSS alone."""

NAMES = {
    "pierre": "Pierre Durand",
    "sophie": "Sophie Martin",
    "jean": "Jean Dupont",
    "claire": "Claire Moreau",
    "victor": "Victor Roux",
    "alice": "Alice Admin",
    "hugo": "Hugo Petit",
    "emma": "Emma Leroy",
}

_WATCH = """
document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`blocked by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


_KEPT = "() => Object.entries(sessionStorage).find(([name]) => name.startsWith('oidc.user:'))"
"""The session that the page keeps: its name and what is kept."""
_SESSIONS: dict[tuple[str, str], list[str]] = {}
"""The last sign-in of each person at each stack: one loads the console three times, and few tests are about it."""

_LOOKED_AT: dict[tuple[str, str, int], str] = {}
"""The language in which axe saw what a test shows, at a width: its rules read no words, so it sees each in one."""


def launched(playwright: Playwright) -> Browser:
    """The system's Chromium, best without windows, or else the one that `playwright install chromium` brought."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=path, args=SETTINGS)


@dataclass
class Desk:
    """One person before their browser. `faults` are what its console said that nobody expected."""

    stack: Stack
    context: BrowserContext
    page: Page
    words: Words
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    # -- what they do ----------------------------------------------------------------------------------------------

    def sign_in(self, who: str, path: str = "/") -> "Desk":
        """Come to the page as the person, by the provider's page, which offers their name."""
        self.go(path)
        self.button(self.words.sign_in).click()
        self.page.get_by_role("button", name=NAMES[who]).click()
        self._sees_who(who)
        return self

    def come_back(self, who: str, path: str = "/") -> "Desk":
        """Come to the page as the person, by their last sign-in at this stack, as after a reload; else sign in."""
        kept = _SESSIONS.get((self.stack.api, who))
        if kept is None or not self._is_good(json.loads(kept[1])["id_token"]):
            self.sign_in(who, path)
            _SESSIONS[self.stack.api, who] = self.page.evaluate(_KEPT)
            return self
        self.go("/v1/console")  # a page of the origin that runs nothing
        self.page.evaluate("([name, value]) => sessionStorage.setItem(name, value)", kept)
        self.go(path)
        self._sees_who(who)
        return self

    def _is_good(self, token: str) -> bool:
        """Tells whether the API still takes the token."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.stack.api}/v1/me", headers=headers, timeout=60, trust_env=False).status_code == 200

    def _sees_who(self, who: str) -> None:
        expect(self.page.get_by_role("button", name=f"{self.words.account} {NAMES[who]}")).to_be_visible()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.stack.api}{path}")

    def open(self, ticket: str) -> None:
        """The request's own page."""
        self.go(f"/requests/{ticket}")
        expect(self.page.get_by_text(ticket).first).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name)

    def places(self) -> Locator:
        """The entries of the menu beside the line of places, opened."""
        self.page.get_by_role("navigation", name=re.compile("^(Main|Principale)$")).get_by_role("button").click()
        return self.page.get_by_role("menuitem")

    def field(self, label: str) -> Locator:
        """A field by its label, whatever stands in brackets after it."""
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \(.*\))?$"))

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def decide(self, name: str, text: str | None = None, confirm: str | None = None) -> None:
        """Press the button, say why, and confirm."""
        self.button(name).click()
        if text is not None:
            self.dialog.get_by_role("textbox").fill(text)
        self.dialog.get_by_role("button", name=confirm or name, exact=True).click()

    def fill(self, name: str, version: str, **given: str) -> None:
        """The form of a new request, complete; `given` differ by field of Words."""
        words = self.words
        texts = {
            "justification": "New PCI-DSS compliant payment flow",
            "notes": "- Added **3DS2** authentication\n- Fixed timeout issues\n",
            "rollback": "Revert to the version before by emergency deploy",
            "evidence": "https://gitlab.cab-i.com/pipeline/12345",
        }
        self.choose(words.name, name)
        self.choose(words.version, version)
        for field_name, text in (texts | given).items():
            self.page.get_by_role("textbox", name=getattr(words, field_name)).fill(text)
        self.page.get_by_role("radio", name=words.low).check()
        for check in (words.staging, words.security, words.performance):
            self.page.get_by_role("checkbox", name=check).check()

    def choose(self, label: str, text: str) -> None:
        """Type into a field that suggests, and take what was typed."""
        box = self.page.get_by_role("combobox", name=re.compile(rf"^{label}"))
        box.fill(text)
        box.press("Tab")

    # -- what they see ---------------------------------------------------------------------------------------------

    def sees(self, text: str, seconds: float = PATIENCE / 1_000) -> None:
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=seconds * 1_000)

    def sees_state(self, state: str) -> None:
        """The badge at the top of a request's page."""
        expect(self.page.locator("main header").get_by_text(state, exact=True)).to_be_visible(timeout=PATIENCE)

    def row(self, ticket: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has_text=ticket)

    def check_accessible(self, what: str) -> None:
        """axe finds nothing against WCAG 2.2 AA, in what is shown now."""
        self._check(what, STANDARDS)

    def check_accessible_in_both_themes(self, what: str) -> None:
        """By every rule in the light, and by those of colours in the dark; the page stays in the light."""
        self.check_accessible(what)
        self.page.emulate_media(color_scheme="dark")
        self._check(f"{what}, in the dark", COLOURS)
        self.page.emulate_media(color_scheme="light")

    def _check(self, what: str, rules: dict[str, Any]) -> None:
        test, size = os.environ["PYTEST_CURRENT_TEST"].partition("[")[0], self.page.viewport_size
        looked_at = (test, what, size["width"] if size else 0)
        if self.words.locale != _LOOKED_AT.setdefault(looked_at, self.words.locale):
            return
        self.settle()
        found = axe_faults(self.page, rules)
        assert not found, f"{what}: " + "; ".join(found)

    def settle(self) -> None:
        """Wait until nothing moves: a colour on its way has no contrast that would mean anything."""
        self.page.wait_for_function("() => document.getAnimations().every(each => each.playState !== 'running' "
                                    "|| each.effect.getTiming().iterations === Infinity)")  # fmt: skip

    # -- what went wrong -------------------------------------------------------------------------------------------

    def expect_fault(self, *patterns: str) -> None:
        """From here on the browser's console may say this."""
        self.expected += patterns

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")

    def check(self) -> None:
        """No script failed, nothing was blocked, nothing could not be loaded, but what was expected."""
        unforeseen = [each for each in self.faults if not any(re.search(one, each) for one in self.expected)]
        assert not unforeseen, unforeseen


def axe_faults(page: Page, rules: dict[str, Any] = STANDARDS) -> list[str]:
    """What axe has against the page by WCAG 2.2 AA, or by some of its rules, in what is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)  # as the browser's own tools do it: the page's policy lets no script in
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate(AXE, options)
    if report := os.environ.get("A11Y_RULES"):  # what `make a11y-report` counts
        with Path(report).open("a") as lines:
            lines.write(json.dumps(_noted(page, found)) + "\n")
    return [_spoken(each) for each in found["violations"]]


def _noted(page: Page, found: dict[str, Any]) -> dict[str, Any]:
    """Where axe looked, and what each of its rules said there."""
    rules = {each["id"]: [each["tags"], kind] for kind in ("passes", "violations") for each in found[kind]}
    test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].rpartition("/")[2].partition("[")[0]
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    width = page.viewport_size["width"] if page.viewport_size else 0
    return {"test": test, "url": page.url, "dark": dark, "width": width, "rules": rules}


def _spoken(violation: dict[str, Any]) -> str:
    where = [f"{node['html'][:160]}: {node['failureSummary'][:300]}" for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['help']}): {where}"


@contextmanager
def seated(browser: Browser, stack: Stack, words: Words = EN, **given: Any) -> Iterator[Desk]:
    """A desk with a fresh browser profile; afterwards its console must have been silent."""
    options: dict[str, Any] = {"locale": words.locale, "viewport": DESK, "timezone_id": "Europe/Paris"}
    context = browser.new_context(**(options | given))
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_WATCH)
    page = context.new_page()
    desk = Desk(stack, context, page, words)
    page.on("console", desk.hear)
    page.on("pageerror", lambda error: desk.faults.append(str(error)))
    try:
        yield desk
        desk.check()
    except AssertionError as failure:
        failure.add_note(f"the browser's console said: {desk.faults}")
        raise
    finally:
        context.close()
