"""The page of reports: ordered, followed while it is made, fetched, made again; in both languages, also on a phone."""

# ruff: noqa: RUF001  typographic apostrophes are what French and English have

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import DESK, PHONE, Desk
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack

SAID: dict[str, dict[str, str]] = {
    EN.locale: {"make": "Make the report", "made": "Made", "making": "Being made", "cancel": "Cancel"}
    | {"download": "Download HTML of Finance", "kept": "is in your downloads", "cancelled": "Cancelled"}
    | {"again": "Make the part of Finance again", "register": "Register of changes", "list": "Reports so far"},
    FR.locale: {"make": "Préparer le rapport", "made": "Prêt", "making": "En préparation", "cancel": "Annuler"}
    | {"download": "Télécharger HTML de Finance", "kept": "est dans vos téléchargements", "cancelled": "Annulé"}
    | {"again": "Refaire la partie de Finance", "register": "Registre des changements", "list": "Rapports demandés"},
}
LOOKS = [
    pytest.param(EN, {"color_scheme": "light", "viewport": DESK}, id="a light desk"),
    pytest.param(FR, {"color_scheme": "dark", "viewport": PHONE, "has_touch": True}, id="a dark phone"),
]


def order(desk: Desk, said: dict[str, str]) -> Locator:
    """A register as a page, asked for; its card in the list."""
    desk.page.get_by_role("combobox").first.select_option("change-register")
    for form in ("PDF", "HTML"):
        desk.page.get_by_role("checkbox", name=form).click()
    desk.button(said["make"]).click()
    return desk.page.get_by_role("region", name=said["list"]).get_by_role("listitem").first


@pytest.mark.parametrize(("words", "look"), LOOKS)
def test_a_report_is_ordered_and_fetched(sit: Sit, words: Words, look: dict[str, Any], tmp_path: Path) -> None:
    """Its state changes by itself; the file is one that a browser opens. axe has nothing to say."""
    said = SAID[words.locale]
    jean = sit("jean", words, path="/reports", **look)
    expect(jean.button(said["make"])).to_be_visible()
    jean.check_accessible("reports, empty or not")
    card = order(jean, said)
    expect(card).to_contain_text(said["register"])
    expect(card).to_contain_text(said["made"], timeout=30_000)
    jean.check_accessible("a report that is made")
    with jean.page.expect_download() as download:
        jean.button(said["download"]).first.click()
    download.value.save_as(tmp_path / "report.html")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.fullmatch(r"tenant-finance-.*\.html", download.value.suggested_filename)
    jean.sees(said["kept"])


@IN_FRENCH
def test_a_report_is_cancelled_and_made_again(sit: Sit, stack: Stack, words: Words) -> None:
    """While its store is away, it says so; with nobody's doing but a click it is made after all."""
    said = SAID[words.locale]
    jean = sit("jean", words, path="/reports")
    away = (stack.data / "documents").rename(stack.data / "away")
    try:
        card = order(jean, said)
        expect(card).to_contain_text(said["making"])
        expect(card).to_contain_text("is it mounted", timeout=20_000)
        expect(card.get_by_role("progressbar")).to_be_visible()
        jean.check_accessible("a report that waits for its store")
        card.get_by_role("button", name=re.compile(said["cancel"])).click()
        expect(card).to_contain_text(said["cancelled"], timeout=20_000)
        jean.check_accessible("a cancelled report")
    finally:
        away.rename(stack.data / "documents")
    jean.button(said["again"]).first.click()
    expect(card).to_contain_text(said["made"], timeout=30_000)


def test_whoever_has_no_reports_is_offered_none(sit: Sit) -> None:
    """And is told so at the page's address."""
    pierre = sit("pierre", EN)
    expect(pierre.places().filter(has_text="Reports")).to_have_count(0)
    expect(pierre.page.get_by_role("menuitem", name="Insights")).to_be_visible()
    pierre.expect_fault("403")
    pierre.go("/reports")
    pierre.sees("Your roles don’t allow this")
    expect(pierre.button(SAID[EN.locale]["make"])).to_have_count(0)
