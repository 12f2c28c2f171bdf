"""Every flow inside another console: another framework and origin, with policy, sign-in, look and router of its own."""

import re

import pytest
from playwright.sync_api import expect

from tests.console.conftest import IN_ENGLISH, IN_FRENCH
from tests.console.desk import PHONE
from tests.console.hosting import Visit
from tests.console.test_flows import JEAN, asked, fresh_name
from tests.console.words import EN, FR, Words
from tests.e2e.stack import Stack


def test_a_request_goes_from_the_form_to_production(visit: Visit, stack: Stack, words: Words) -> None:
    """Each step by the host's own router; both watch what the other does, touching nothing."""
    pierre, name = visit("pierre", words, "/production/new"), fresh_name("hosted")
    pierre.fill(name, "1.2.0")
    pierre.sees("Jean Dupont")
    pierre.button(words.send).click()
    expect(pierre.page).to_have_url(re.compile(r"/production/PR-[0-9-]+$"))
    ticket = pierre.page.url.rpartition("/")[2]
    pierre.sees_state(words.pending)
    expect(pierre.page).to_have_title(re.compile(f"{ticket} {name}"))

    jean = visit("jean", words)
    link = jean.row(ticket).get_by_role("link")
    expect(link).to_have_attribute("href", f"/production/{ticket}")
    count = jean.element("pending-count").get_by_role("link")
    waiting = int(count.inner_text())
    link.click()
    expect(jean.page).to_have_url(re.compile(f"/production/{ticket}$"))
    jean.sees("New PCI-DSS compliant payment flow")
    jean.decide(words.approve, "Reviewed with the team")
    jean.sees_state(words.deployed)
    expect(count).to_have_text(str(waiting - 1))
    pierre.sees_state(words.deployed)
    pierre.sees("Reviewed with the team")


def test_a_rejection_needs_its_reason(visit: Visit, stack: Stack, words: Words) -> None:
    """What is missing is said in the dialog, which takes the focus, keeps it, and gives it back to what is there."""
    ticket = asked(stack, fresh_name("refused"))
    jean = visit("jean", words, f"/production/{ticket}")
    jean.decide(words.reject, "No")
    expect(jean.dialog.get_by_role("textbox")).to_be_focused()
    jean.sees(words.reason_short)
    jean.page.keyboard.press("Escape")
    expect(jean.button(words.reject)).to_be_focused()
    jean.decide(words.reject, "The rollback plan lacks the database")
    jean.sees_state(words.rejected)
    assert jean.page.evaluate("document.activeElement.tagName") == "PRODGATE-REQUEST"


@IN_FRENCH
def test_filters_are_in_the_hosts_address(visit: Visit, stack: Stack, words: Words) -> None:
    """Back takes the last one away, and the address leads somebody else to the same."""
    name = fresh_name("narrow")
    ticket, other = asked(stack, name), asked(stack, fresh_name("broad"))
    jean = visit("jean", words, "/production?tab=all")
    expect(jean.row(other)).to_be_visible()
    jean.page.get_by_role("searchbox", name=words.search).fill(name)
    expect(jean.row(other)).to_have_count(0)
    expect(jean.page).to_have_url(re.compile(rf"/production\?tab=all&q={name}$"))
    jean.page.get_by_role("searchbox", name=words.search).fill("")
    expect(jean.row(other)).to_be_visible()
    jean.link(re.compile(rf"^{words.mine}$")).click()
    expect(jean.row(ticket)).to_have_count(0)
    jean.page.go_back()
    expect(jean.row(ticket)).to_be_visible()


@IN_FRENCH
def test_two_elements_share_a_page(visit: Visit, stack: Stack, words: Words) -> None:
    """What is decided in one is seen in the other; keys act in the one that has the focus."""
    first, second = (asked(stack, fresh_name("beside")) for _ in range(2))
    jean = visit("jean", words, "/desk?tab=all")
    jean.row(first).get_by_role("link").click()
    expect(jean.page).to_have_url(re.compile(rf"/desk/{first}\?tab=all$"))
    beside = jean.element("request")
    beside.get_by_role("button", name=words.approve, exact=True).click()
    jean.dialog.get_by_role("textbox").press_sequentially("just looked, then kept it")  # no key of it moves in the list
    expect(jean.dialog.get_by_role("textbox")).to_have_value("just looked, then kept it")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    expect(jean.row(first)).to_contain_text(words.deployed)
    jean.row(second).get_by_role("link").focus()
    jean.page.keyboard.press("k")
    assert jean.page.evaluate("document.activeElement.tagName") == "PRODGATE-REQUESTS"
    jean.button("Français" if words is EN else "English").focus()
    jean.page.keyboard.press("/")
    expect(jean.page.get_by_role("searchbox")).not_to_be_focused()  # it is the host's key there
    streams = jean.page.evaluate(
        "performance.getEntriesByType('resource').filter(each => /v1.events/.test(each.name)).length"
    )
    assert streams <= 1, "one stream for all"


@IN_ENGLISH
def test_an_element_is_removed_and_put_back(visit: Visit, stack: Stack, words: Words) -> None:
    """By the host's router with a draft in it; and moved within the page, where it stays as it is."""
    pierre = visit("pierre", words, "/production/new")
    justification = pierre.page.get_by_role("textbox", name=words.justification)
    justification.fill("Customers wait for the new flow")
    pierre.sees(words.draft_kept)
    pierre.page.evaluate("const it = document.querySelector('prodgate-new-request'); it.parentNode.append(it)")
    expect(justification).to_have_value("Customers wait for the new flow")
    pierre.page.evaluate("history.pushState(null, '', '/'); dispatchEvent(new PopStateEvent('popstate'))")
    expect(pierre.element("new-request")).to_have_count(0)
    pierre.page.go_back()
    expect(justification).to_have_value("Customers wait for the new flow")
    pierre.sees(words.draft_back)
    kept = "globalThis.it = document.querySelector('prodgate-new-request')"
    pierre.page.evaluate(f"{kept}; globalThis.around = it.parentNode; it.remove()")
    expect(justification).to_have_count(0)
    pierre.page.evaluate("around.append(it)")
    expect(justification).to_have_value("Customers wait for the new flow")


def test_without_a_listener_an_element_goes_by_itself(visit: Visit, stack: Stack) -> None:
    """A page that only puts the tag in: the list opens its rows in its place, and leads back."""
    ticket = asked(stack, fresh_name("alone"))
    jean = visit("jean", EN, "/")
    jean.page.evaluate(
        "const it = document.createElement('prodgate-requests'); it.query = 'tab=all'; document.body.append(it)"
    )
    jean.row(ticket).get_by_role("link").click()
    jean.sees_state(EN.pending)
    assert jean.page.evaluate("document.activeElement.tagName") == "PRODGATE-REQUESTS"
    expect(jean.page).to_have_url(re.compile(r":\d+/$"))
    jean.button("Français").click()
    jean.sees_state(FR.pending)
    jean.element("requests").get_by_role("link", name="Demandes", exact=True).click()
    expect(jean.row(ticket)).to_be_visible()


def test_the_hosts_language_is_spoken(visit: Visit, stack: Stack) -> None:
    """Changed at the host while somebody looks; an element that has its own keeps it."""
    jean = visit("jean", EN, f"/production/{asked(stack, fresh_name('spoken'))}")
    expect(jean.button(EN.approve)).to_be_visible()
    jean.button("Français").click()
    expect(jean.button(FR.approve)).to_be_visible()
    jean.page.evaluate("document.querySelector('prodgate-request').lang = 'en'")
    expect(jean.button(EN.approve)).to_be_visible()


def test_the_hosts_look_is_taken(visit: Visit) -> None:
    """Colour, shape and letters by custom properties; the dark theme by the host's, or the element's own."""
    pierre = visit("pierre", EN, "/production/new")
    send = pierre.button(EN.send)
    looks = "it => { const { backgroundColor, borderRadius, fontFamily } = getComputedStyle(it);"
    looks += " return [backgroundColor, borderRadius, fontFamily.split(',')[0]] }"
    assert send.evaluate(looks) == ["rgb(0, 105, 92)", "2px", "Georgia"]
    pierre.button("Dark").click()
    expect(send).to_have_css("background-color", "rgb(0, 121, 107)")
    pierre.page.evaluate("document.querySelector('prodgate-new-request').setAttribute('theme', 'light')")
    expect(send).to_have_css("background-color", "rgb(0, 105, 92)")


def test_an_element_follows_the_room_that_it_has(visit: Visit) -> None:
    """In a narrow column of a wide window the form has one column."""
    pierre = visit("pierre", EN, "/production/new")
    boxes = [pierre.page.get_by_role("textbox", name=EN.justification), pierre.button(EN.send)]
    wide = [box.bounding_box() for box in boxes]
    pierre.page.evaluate("document.querySelector('main').dataset.narrow = ''")
    pierre.page.evaluate("document.querySelector('prodgate-new-request').style.width = '26rem'")
    narrow = [box.bounding_box() for box in boxes]
    assert wide[0] and wide[1] and narrow[0] and narrow[1]  # noqa: PT018  for the types
    assert wide[1]["x"] > wide[0]["x"] + wide[0]["width"]
    assert narrow[1]["x"] < narrow[0]["x"] + narrow[0]["width"]


@pytest.mark.parametrize("width", [PHONE["width"], 320])
def test_nothing_has_to_be_scrolled_sideways(visit: Visit, stack: Stack, width: int) -> None:
    """On a phone, and at 320 pixels."""
    ticket = asked(stack, fresh_name("small"))
    jean = visit("jean", EN, viewport={"width": width, "height": 700}, has_touch=True)
    for path in ("/production?tab=all", f"/production/{ticket}", "/production/new", f"/desk/{ticket}?tab=all"):
        jean.go(path)
        expect(jean.page.get_by_role("heading", level=1).first).to_be_visible()
        assert jean.page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("look", ["a light desk", "a dark phone"])
def test_it_is_accessible_inside_the_host(visit: Visit, stack: Stack, look: str) -> None:
    """axe finds nothing in the list, a request, the dialog, the form with faults, two at once, and signed out."""
    ticket = asked(stack, fresh_name("axe"))
    given = {"viewport": PHONE, "has_touch": True} if look == "a dark phone" else {}
    jean = visit(None, EN, **given)
    jean.go("/production")
    expect(jean.page.get_by_role("alert")).to_be_visible()
    jean.check_accessible("signed out")
    jean.sign_in("jean")
    for path in ("/production?tab=all", f"/production/{ticket}", f"/desk/{ticket}?tab=all"):
        jean.go(path)
        if look == "a dark phone":
            jean.button("Dark").click()
        expect(jean.page.get_by_text(ticket).first).to_be_visible()
        jean.check_accessible(path)
    jean.button(EN.reject).click()
    jean.dialog.get_by_role("button", name=EN.reject, exact=True).click()
    jean.check_accessible("dialog")
    pierre = visit("pierre", EN, "/production/new", **given)
    pierre.button(EN.send).click()
    pierre.check_accessible("form with faults")


@IN_FRENCH
def test_a_critical_decision_asks_the_host_for_a_fresh_sign_in(visit: Visit, stack: Stack, words: Words) -> None:
    """Jean comes back by the host to the dialog with what he typed."""
    ticket = asked(stack, fresh_name("critical"), impactAssessment="critical")
    jean = visit("jean", words, f"/production/{ticket}")
    jean.expect_fault("status of 401")
    jean.page.wait_for_timeout(13_000)  # the stack calls a sign-in stale after twelve seconds
    jean.decide(words.approve, "I looked at it twice")
    jean.sees(words.confirm_you)
    jean.dialog.get_by_role("button", name=words.sign_in).click()
    jean.page.get_by_role("button", name="Jean Dupont").click()
    expect(jean.dialog.get_by_role("textbox")).to_have_value("I looked at it twice")
    jean.dialog.get_by_role("button", name=words.approve, exact=True).click()
    jean.sees_state(words.deployed)


@IN_ENGLISH
def test_the_session_of_the_hosts_own_client_is_enough(visit: Visit, stack: Stack, words: Words) -> None:
    """The elements read it where `oidc-client-ts` keeps it, and see by themselves that it is over."""
    ticket = asked(stack, fresh_name("storage"))
    jean = visit("jean", words, "/production?session=storage&tab=all")
    expect(jean.row(ticket)).to_be_visible()
    jean.page.evaluate("sessionStorage.clear()")
    expect(jean.row(ticket)).to_have_count(0)
    expect(jean.button(words.sign_in)).to_be_visible()


def test_what_waits_leads_to_the_list(visit: Visit, stack: Stack) -> None:
    """The count is a link of the host's, and says in words what it counts."""
    asked(stack, fresh_name("counted"))
    jean = visit("jean", EN, "/")
    count = jean.element("pending-count").get_by_role("link", name=re.compile("wait"))
    expect(count).to_have_attribute("href", "/production?tab=waiting")
    before = int(count.inner_text())
    ticket = asked(stack, fresh_name("counted"))
    expect(count).to_have_text(str(before + 1))
    stack.call(JEAN, "POST", f"/{ticket}/reject", {"reason": "Decided from another place"})
    expect(count).to_have_text(str(before))
    count.click()
    expect(jean.page).to_have_url(re.compile(r"/production\?tab=waiting$"))
