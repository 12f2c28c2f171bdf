"""Notifications in a browser: switched on, shown by the real service worker, clicked, switched off, left behind."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit
from tests.console.desk import DESK, PHONE
from tests.console.notified import PushDesk
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import JEAN, Stack, until
from tests.push import PushService

Come = Callable[..., PushDesk]


@dataclass(frozen=True)
class Said:
    """What the page says of it."""

    on: str
    here: str
    remove: str
    by_event: str
    waits: str
    denied: str
    unsupported: str
    not_granted: str


ENGLISH = Said(
    on="Notify me in this browser",
    here="(this browser)",
    remove="Remove",
    by_event="Choose by event",
    waits=": waits for your decision",
    denied="This browser refuses notifications of this page.",
    unsupported="This browser can’t show notifications.",  # noqa: RUF001
    not_granted="You have not allowed notifications, so none are shown.",
)
FRENCH = Said(
    on="M’avertir dans ce navigateur",  # noqa: RUF001
    here="(ce navigateur)",
    remove="Retirer",
    by_event="Choisir par évènement",
    waits="\u00a0: attend votre décision",
    denied="Ce navigateur refuse les notifications de cette page.",
    unsupported="Ce navigateur ne peut pas afficher de notifications.",
    not_granted="Vous n’avez pas autorisé les notifications",  # noqa: RUF001
)


def said(words: Words) -> Said:
    return FRENCH if words is FR else ENGLISH


@pytest.fixture
def come(sit: Sit, push_service: PushService) -> Come:
    """Jean comes to his preferences."""

    def sit_down(words: Words = EN, answer: str = "granted", **given: object) -> PushDesk:
        found = PushDesk(sit("jean", words, **given), push_service, answer)
        found.desk.go("/preferences")
        return found

    return sit_down


def names(stack: Stack, who: str = JEAN) -> list[str]:
    return [each["id"] for each in stack.get(who, "/v1/me/browsers").json()]


def test_a_request_that_waits_is_shown_and_a_click_opens_it(come: Come, stack: Stack, words: Words) -> None:
    """From the button to the request's page, on a desk and on a phone; the push service reads nothing of it."""
    text = said(words)
    view = {"viewport": PHONE, "has_touch": True} if words is FR else {}
    jean = come(words, **view)
    jean.desk.button(text.on).click()
    jean.desk.sees(text.here)
    expect(jean.desk.button(text.on)).to_have_count(0)
    jean.desk.page.get_by_text(text.by_event).click()
    for size in (PHONE, DESK):
        jean.desk.page.set_viewport_size(size)
        assert jean.desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    jean.desk.check_accessible_in_both_themes("notifications switched on")

    name = fresh_name("pushed")
    ticket = asked(stack, name)
    language = "fr" if words is FR else "en"
    shown = {"title": f"{ticket}{text.waits}", "body": f"{name} 1.0.0 → PROD", "lang": language}
    assert jean.gets(ticket) == [shown]
    assert not any(ticket.encode() in each.body for each in jean.service.taken)
    jean.desk.page.goto(jean.click())
    expect(jean.desk.heading(name).or_(jean.desk.page.get_by_text(ticket)).first).to_be_visible()
    assert jean.desk.page.url == f"{stack.api}/requests/{ticket}"

    jean.desk.go("/preferences")
    jean.desk.page.get_by_role("button", name=text.remove).first.click()
    expect(jean.desk.button(text.on)).to_be_visible()
    assert names(stack) == []
    assert jean.token in jean.service.ended


def test_a_second_browser_is_switched_off_from_the_first(come: Come, stack: Stack) -> None:
    """Both are told, each by its own keys; afterwards only the first is, and the other may be switched on anew."""
    desk, phone = come(), come(viewport=PHONE, has_touch=True)
    for each in (desk, phone):
        each.desk.button(ENGLISH.on).click()
        each.desk.sees(ENGLISH.here)
    first = asked(stack, fresh_name("both"))
    until("both told", lambda: bool(desk.messages(first) and phone.messages(first)))
    desk.desk.page.reload()
    other = desk.desk.page.get_by_role("listitem").filter(has_not_text=ENGLISH.here)
    other.get_by_role("button", name=ENGLISH.remove).click()
    expect(desk.desk.page.get_by_role("button", name=ENGLISH.remove)).to_have_count(1)
    second = asked(stack, fresh_name("one"))
    until("the first told", lambda: bool(desk.messages(second)))
    assert phone.messages(second) == []
    phone.desk.page.reload()
    expect(phone.desk.button(ENGLISH.on)).to_be_visible()
    desk.desk.page.get_by_role("button", name=ENGLISH.remove).click()
    until("none left", lambda: names(stack) == [])


@pytest.mark.parametrize("answer", ["default", "denied"])
def test_whoever_does_not_allow_it_is_told_so(come: Come, stack: Stack, words: Words, answer: str) -> None:
    """Closed without an answer they may be asked again; refused, the browser's own settings are the way."""
    text, jean = said(words), come(words, answer)
    jean.desk.button(text.on).click()
    jean.desk.sees(text.denied if answer == "denied" else text.not_granted)
    expect(jean.desk.button(text.on)).to_have_count(0 if answer == "denied" else 1)
    jean.desk.check_accessible(f"notifications: {answer}")
    assert names(stack) == []


def test_a_browser_that_cannot_says_so(sit: Sit, words: Words) -> None:
    """Instead of a button that would fail."""
    jean = sit("jean", words)
    jean.context.add_init_script("delete window.PushManager")
    jean.go("/preferences")
    jean.sees(said(words).unsupported)
    expect(jean.button(said(words).on)).to_have_count(0)
    jean.check_accessible("notifications unsupported")


def test_signing_out_ends_this_browser_s_notifications(come: Come, stack: Stack) -> None:
    """At the push service, in the record, and what is on the screen; the next person reads nothing of Jean's."""
    jean = come()
    jean.desk.button(ENGLISH.on).click()
    jean.desk.sees(ENGLISH.here)
    jean.desk.page.evaluate(
        "ServiceWorkerRegistration.prototype.getNotifications = async () => "
        "[{ close: () => localStorage.setItem('test-closed', 'yes') }]"
    )
    jean.desk.button(f"{EN.account} Jean Dupont").click()
    jean.desk.page.get_by_role("menuitem", name=EN.sign_out).click()
    expect(jean.desk.button(EN.sign_in)).to_be_visible()
    assert jean.token in jean.service.ended
    # The provider's page may still send the browser back; a wait outlives the page that it began on.
    jean.desk.page.wait_for_function("localStorage.getItem('test-closed') === 'yes'")
    assert names(stack) == []


def test_whoever_takes_a_browser_over_ends_what_was_left_in_it(come: Come, stack: Stack) -> None:
    """Jean closed his window and did not sign out: nothing more of his is shown once Victor is there."""
    jean = come()
    jean.desk.button(ENGLISH.on).click()
    jean.desk.sees(ENGLISH.here)
    left = jean.desk.page
    jean.desk.page = jean.desk.context.new_page()
    left.close()
    jean.desk.sign_in("jean", "/preferences").sees(ENGLISH.here)
    left, jean.desk.page = jean.desk.page, jean.desk.context.new_page()
    left.close()
    jean.desk.sign_in("victor", "/")
    assert jean.token in jean.service.ended
    ticket = asked(stack, fresh_name("left"))
    until("it forgotten", lambda: names(stack) == [])
    assert jean.messages(ticket) == []
