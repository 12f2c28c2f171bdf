"""What somebody is told: chosen on a page of its own, kept, and not undone by another window."""

from playwright.sync_api import expect

from domain.announcement import Event
from domain.delegation_notices import DelegationEvent
from tests.console.conftest import IN_FRENCH, Sit
from tests.console.desk import PHONE
from tests.console.words import FR, Words

UNMAILED = {Event.ENDORSED, Event.UNENDORSED}
"""Votes make no mail but the one that completes the approval; of every other event one can choose when."""


@IN_FRENCH
def test_a_choice_is_kept_and_another_window_undoes_none_of_it(sit: Sit, words: Words) -> None:
    """By the labels that a screen reader says; on a desk, and on a phone in the dark."""
    french = words is FR
    daily = "M’envoyer un résumé quotidien" if french else "Mail me a daily summary"  # noqa: RUF001
    created, held = ("Demande créée", "Demande suspendue") if french else ("Request created", "Request held")
    save, kept = ("Enregistrer", "Votre choix est enregistré.") if french else ("Save", "Your choice is kept.")
    who = "claire" if french else "jean"
    desk = sit(who, words, "/preferences")
    expect(desk.page.get_by_label(held)).to_be_visible()
    shown = {each.get_attribute("id") for each in desk.page.locator("select[id^=mail-]").all()}
    mailed = {event for event in Event if event not in UNMAILED} | set(DelegationEvent)
    assert shown == {f"mail-{event}" for event in mailed}
    assert "15 min" not in desk.page.locator("main").inner_text()
    other = sit(who, words, "/preferences", viewport=PHONE, color_scheme="dark")
    other.page.get_by_label(held).select_option("off")
    desk.page.get_by_label(daily).check()
    desk.page.get_by_label(created).select_option("digest")
    for window in (desk, other):
        window.button(save).click()
        expect(window.page.get_by_role("status").filter(has_text=kept)).to_be_visible()
        window.check_accessible("preferences")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    other.expect_fault("412")
    desk.page.reload()
    for event, way in ((created, "digest"), (held, "off")):
        expect(desk.page.get_by_label(event)).to_have_value(way)
    desk.page.get_by_label(daily).uncheck()
    expect(desk.page.get_by_label(created)).to_have_value("")
