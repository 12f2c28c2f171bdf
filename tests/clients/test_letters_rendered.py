"""Letters in a browser: they fit a phone and a desk, by day and by night, and reach out to nobody."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from clients.letters import Letters
from domain.announcement import Announcement, Event
from domain.audience import Language
from domain.escalation import Party
from domain.roles import Role
from domain.versions import Direction
from tests.clients.announcing import HOSTILE, NAME, audience, compared, emergency, said, standard
from tests.console.desk import launched

LETTERS = Letters("https://prodgate.example", Language.FR, ZoneInfo("Europe/Paris"))

CONTRAST = """
() => {
    const light = c => {
        const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255)
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const under = e => {
        const own = getComputedStyle(e).backgroundColor;
        return own === 'rgba(0, 0, 0, 0)' ? under(e.parentElement) : own;
    };
    const texts = [...document.querySelectorAll('p, h1, h2, th, td, li, strong, blockquote, a')];
    return Math.min(...texts.map(e => {
        const [a, b] = [light(getComputedStyle(e).color), light(under(e))].sort((x, y) => y - x);
        return (a + .05) / (b + .05);
    }));
}
"""
"""The least contrast of any text with what is under it (WCAG 2.2, 1.4.3)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=str)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A wide screen by day and a narrow one by night: colours go with the one, room with the other."""
    scheme, width = request.param
    opened = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield opened
    opened.close()


def announced(text: str) -> dict[str, Announcement]:
    """Every kind of letter by its name: each event's, an emergency's, those of what a rule approves."""
    usual = {str(event): said(event, text) for event in Event}
    to = Party(role=Role.CPI_ADMIN)
    usual[str(Event.ESCALATED)] = said(Event.ESCALATED, text).model_copy(update={"escalates_to": to})
    by_rule = {f"standard-{event}": standard(event) for event in (Event.CREATED, Event.APPROVED)}
    return usual | by_rule | {"emergency": emergency(text)}


def pictured(page: Page, name: str) -> None:
    """Keep a picture, for who wants to look at it (PRODGATE_TEST_PICTURES names a folder)."""
    if folder := os.environ.get("PRODGATE_TEST_PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"mail-{name}-{width}.png", full_page=True)


def check_letter(page: Page, name: str) -> None:
    """Nothing has to be scrolled sideways, and every text stands out from what is under it; 4.5 to 1 at least."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth"), name
    assert page.evaluate(CONTRAST) >= 4.5, name


def test_every_letter_fits_the_screen_and_can_be_read(page: Page) -> None:
    """Whatever people typed, and however long a version is."""
    long = f"3.2.0-{'rc.' * 19}1"
    for name, announcement in announced(HOSTILE).items():
        comparison = compared(Direction.OLDER, "3.3.0", long)
        told = announcement.model_copy(update={"comparison": comparison})
        page.set_content(LETTERS.letter(told, audience(NAME, NAME)).html)
        check_letter(page, name)


@pytest.mark.parametrize("language", Language)
def test_every_letter_of_a_usual_day_can_be_read(page: Page, language: Language) -> None:
    """In each language, as it comes when nobody means harm."""
    comparison, letters = compared(Direction.NEWER, "3.3.0"), replace(LETTERS, language=language)
    for name, announcement in announced("Payments are down since nine; **3DS2** is back").items():
        told = announcement.model_copy(update={"comparison": comparison})
        page.set_content(letters.letter(told, audience()).html)
        check_letter(page, name)
        pictured(page, f"{name}-{language}")


def test_a_hostile_letter_runs_nothing_and_asks_nobody(page: Page) -> None:
    """No script, no picture from elsewhere: opening a mail tells nobody that it was opened."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    for event in Event:
        page.set_content(LETTERS.letter(said(event, HOSTILE), audience(NAME, NAME)).html, wait_until="networkidle")
    assert asked == []
