"""axe on every page, dialog and state, on a light desk and a dark phone; and whole flows with the keyboard alone."""

import re
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.console.a11y_suites import route_of, routes
from tests.console.conftest import IN_ENGLISH, IN_FRENCH, Sit
from tests.console.desk import DESK, PHONE, Desk
from tests.console.test_flows import JEAN, asked, fresh_name, next_month
from tests.console.words import EN, Words
from tests.e2e.stack import Stack

LOOKS: dict[str, dict[str, Any]] = {
    "a light desk": {"viewport": DESK},
    "a dark phone": {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"},
}
"""Contrast changes with the theme, and what is beside what with the size: all of them are in these two."""


@pytest.fixture(params=list(LOOKS.values()), ids=list(LOOKS))
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


@pytest.fixture(scope="session")
def states(stack: Stack) -> dict[str, str]:
    """A request in each state that one can wait for, by the state's name."""
    made = {state: asked(stack, fresh_name(state)) for state in ("pending", "rejected", "cancelled", "deployed")}
    made["approved"] = asked(stack, fresh_name("later"), scheduledDate=next_month())
    made["failed"] = asked(stack, fresh_name("broken"))
    stack.call(JEAN, "POST", f"/{made['rejected']}/reject", {"reason": "The rollback plan lacks the database"})
    stack.call("pierre.durand@cab-i.com", "POST", f"/{made['cancelled']}/cancel", {})
    for state in ("approved", "deployed"):
        stack.approve(made[state])
    stack.await_state([made["deployed"]], "deployed")
    control = f"http://127.0.0.1:{stack.ports['awx-port']}/control/faults"
    httpx.put(control, json={"life": ["failed"]}, trust_env=False).raise_for_status()
    stack.approve(made["failed"])
    stack.await_state([made["failed"]], "failed")
    return made


def test_the_way_in_is_accessible(sit: Sit, look: dict[str, Any]) -> None:
    """Before anybody is known."""
    nobody = sit(None, **look)
    nobody.go("/")
    expect(nobody.button(EN.sign_in)).to_be_visible()
    nobody.check_accessible("sign-in")


def test_every_list_is_accessible(sit: Sit, states: dict[str, str], look: dict[str, Any]) -> None:
    """Full, filtered, with rows selected, and empty."""
    jean = sit("jean", **look)
    for path in ("/requests?tab=waiting", "/requests?tab=all", "/requests?tab=all&state=failed&period=custom"):
        jean.go(path)
        expect(jean.page.get_by_role("list").last).to_be_visible()
        jean.check_accessible(path)
    jean.go("/requests?tab=waiting")
    jean.page.get_by_role("checkbox", name=re.compile(states["pending"])).check()
    jean.check_accessible("selected rows")
    jean.go("/requests?tab=all&q=nothing-has-this-name")
    jean.sees(EN.nothing_found)
    jean.check_accessible("an empty list")


def test_every_state_is_accessible(sit: Sit, states: dict[str, str], look: dict[str, Any]) -> None:
    """The request's page with what each state has: reasons, errors, links, what is still possible."""
    jean = sit("jean", **look)
    for state, ticket in states.items():
        jean.open(ticket)
        jean.sees_state(getattr(EN, state))
        jean.check_accessible(state)


def test_every_dialog_is_accessible(sit: Sit, states: dict[str, str], look: dict[str, Any]) -> None:
    """Asking and refusing, one request or several; the menu, and the list of shortcuts."""
    jean = sit("jean", **look)
    for state, names in (("pending", (EN.approve, EN.reject)), ("failed", (EN.again,))):
        jean.open(states[state])
        for name in names:
            jean.button(name).click()
            jean.check_accessible(f"dialog: {name}")
            if name == EN.reject:
                jean.dialog.get_by_role("button", name=name, exact=True).click()
                jean.check_accessible("dialog: reject without a reason")
            jean.page.keyboard.press("Escape")
    jean.button(f"{EN.account} Jean Dupont").click()
    jean.check_accessible("account menu")
    jean.page.get_by_role("menuitem", name=EN.shortcuts).click()
    expect(jean.dialog).to_be_visible()
    jean.check_accessible("dialog: shortcuts")
    jean.go("/requests?tab=waiting")
    jean.page.get_by_role("checkbox", name=re.compile(states["pending"])).check()
    jean.button(EN.approve_several).click()
    jean.check_accessible("dialog: several")


def test_the_form_is_accessible(sit: Sit, look: dict[str, Any]) -> None:
    """Empty, complete, previewed, full of faults."""
    pierre = sit("pierre", path="/requests/new", **look)
    expect(pierre.page.get_by_role("textbox", name=EN.justification)).to_be_visible()
    pierre.check_accessible("empty form")
    pierre.button(EN.send).click()
    pierre.check_accessible("form with faults")
    pierre.fill(fresh_name("axe"), "1.0.0")
    pierre.sees("Jean Dupont")
    pierre.check_accessible("complete form")


def test_what_is_not_there_is_accessible(sit: Sit, look: dict[str, Any]) -> None:
    """A request that is hidden, an address that leads nowhere, a form that one may not use."""
    victor = sit("victor", **look)
    victor.expect_fault("status of 404")
    for path in ("/requests/PR-1999-0001", "/nowhere", "/requests/new"):
        victor.go(path)
        expect(victor.page.get_by_role("heading", level=1)).to_be_visible()
        victor.check_accessible(path)


def tab_to(desk: Desk, wanted: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        named = desk.page.evaluate(
            "() => { const it = document.activeElement; return it.getAttribute('aria-label') || "
            "(it.labels && it.labels[0] ? it.labels[0].innerText : '') || it.innerText || '' }"
        )
        if named.strip().startswith(wanted):
            return
    raise AssertionError(f"no way to {wanted!r} by Tab")


@IN_FRENCH
def test_a_request_is_made_by_keyboard_alone(sit: Sit, words: Words) -> None:
    """From the list to the sent form, in the order in which one reads."""
    pierre = sit("pierre", words)
    keys, name = pierre.page.keyboard, fresh_name("keys")
    expect(pierre.heading(words.requests)).to_be_visible()
    keys.press("n")
    expect(pierre.page.get_by_role("textbox", name=words.justification)).to_be_visible()
    for label, text in (
        (words.name, name),
        (words.version, "3.0.0"),
        (words.justification, "Customers wait for the new flow"),
        (words.notes, "- Everything is new"),
        (words.low, " "),
        (words.rollback, "Back to the version before"),
    ):
        tab_to(pierre, label)
        keys.type(text)
    for check in (words.staging, words.security):
        tab_to(pierre, check)
        keys.press("Space")
    tab_to(pierre, words.evidence)
    keys.type("https://gitlab.cab-i.com/pipeline/12345")
    tab_to(pierre, words.send)
    keys.press("Enter")
    pierre.sees_state(words.pending)


@IN_ENGLISH
def test_a_request_is_decided_by_keyboard_alone(sit: Sit, stack: Stack, words: Words) -> None:
    """j to the row, Enter into it; the dialog takes the focus, keeps it, and gives it back."""
    asked(stack, fresh_name("after"))  # waits too, whatever other tests left
    ticket = asked(stack, fresh_name("keys"))
    jean = sit("jean", words)
    keys = jean.page.keyboard
    expect(jean.row(ticket)).to_be_visible()
    keys.press("j")
    expect(jean.row(ticket).get_by_role("link")).to_be_focused()
    keys.press("Enter")
    jean.sees_state(words.pending)
    tab_to(jean, words.reject)
    keys.press("Enter")
    expect(jean.dialog.get_by_role("textbox")).to_be_focused()
    for _ in range(12):  # the focus goes round in the dialog, by way of the browser's own controls
        keys.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert jean.page.evaluate(inside)
    keys.press("Escape")
    expect(jean.button(words.reject)).to_be_focused()
    keys.press("Enter")
    keys.type("Not without a plan for the database")
    tab_to(jean, words.reject)
    keys.press("Enter")
    jean.sees_state(words.rejected)
    # The button is gone: one goes on with the next request that waits, or where the page begins.
    expect(jean.page.locator("main:focus, main a:focus")).to_have_count(1)


MOVING = "() => document.getAnimations().filter(each => each.effect.getComputedTiming().duration > 1).length"


def moves(desk: Desk, motion: Literal["reduce", "no-preference"]) -> bool:
    """Tells whether something moves for who wants motion so."""
    desk.page.emulate_media(reduced_motion=motion)
    return bool(desk.page.evaluate(MOVING))


def go_on(desk: Desk, held: list[Route]) -> None:
    """Let the one call go on that is held; it may be on its way yet."""
    while not held:
        desk.page.wait_for_timeout(50)
    held.pop().continue_()


def test_who_wants_less_motion_gets_none(sit: Sit, stack: Stack) -> None:
    """No animation runs, not even while something loads or is sent; for others it does."""
    ticket = asked(stack, fresh_name("calm"))
    held: list[Route] = []
    jean = sit("jean", reduced_motion="reduce")
    jean.page.route(f"**/v1/requests/prod/{ticket}", lambda route: held.append(route))
    jean.go(f"/requests/{ticket}")
    expect(jean.page.locator("main [role=status] .animate-pulse").first).to_be_visible()
    assert (moves(jean, "no-preference"), moves(jean, "reduce")) == (True, False)
    go_on(jean, held)
    jean.page.unroute(f"**/v1/requests/prod/{ticket}")
    jean.page.route(f"**/{ticket}/approve", lambda route: held.append(route))
    jean.decide(EN.approve)
    expect(jean.dialog.locator("button[aria-busy=true]")).to_be_visible()
    assert (moves(jean, "no-preference"), moves(jean, "reduce")) == (True, False)
    go_on(jean, held)
    jean.sees_state(EN.deployed)
    assert not moves(jean, "reduce")


COVERED = """() => {
    const focused = document.activeElement, bar = [...document.querySelectorAll('main *')]
        .find(each => getComputedStyle(each).position === 'sticky' && each.querySelector('button'));
    if (!bar || bar.contains(focused) || focused === document.body) return '';
    const [under, over] = [focused.getBoundingClientRect(), bar.getBoundingClientRect()];
    const hidden = under.top >= over.top && under.bottom <= over.bottom + 8;
    return hidden ? focused.outerHTML.slice(0, 200) : '';
}"""
"""What has the focus, where the pinned bar of decisions covers all of it."""


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("view", ["page", "split"])
def test_nothing_focused_hides_behind_the_decisions(sit: Sit, stack: Stack, width: int, view: str) -> None:
    """On a phone the bar stays at the bottom of the window, and who goes by Tab sees where they are (WCAG 2.4.11)."""
    name = fresh_name("pinned")
    notes = "\n\n".join(f"[Change {number}](https://gitlab.cab-i.com/change/{number})" for number in range(12))
    ticket = asked(stack, name, releaseNotes=notes, impactAssessment="high")
    path = f"/requests/{ticket}" if view == "page" else f"/requests?tab=waiting&q={name}&view=split&at={ticket}"
    jean = sit("jean", path=path, viewport={"width": width, "height": 640}, has_touch=True)
    expect(jean.page.get_by_role("link", name="Change 11")).to_be_attached()
    expect(jean.button(EN.reject if view == "page" else f"{EN.reject}…")).to_be_visible()
    jean.page.evaluate("scrollTo(0, 0)")
    reached = set()
    for _ in range(60):
        jean.page.keyboard.press("Tab")
        covered = jean.page.evaluate(COVERED)
        assert not covered, covered
        reached.add(jean.page.evaluate("document.activeElement.textContent"))
    assert any("Change 11" in each for each in reached), reached


LARGE = """() => {
    document.documentElement.style.fontSize = '200%';
    const spaced = new CSSStyleSheet();
    spaced.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; '
        + 'word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }');
    document.adoptedStyleSheets = [spaced];
}"""
"""What somebody's own settings do: letters twice as large, and the spacing of WCAG 1.4.12."""


def check_width(desk: Desk, path: str) -> None:
    """Nothing has to be scrolled sideways at 320 and 640 pixels, nor with large letters."""
    desk.page.set_viewport_size({"width": 320, "height": 700})  # first, for a page may know its width as it loads
    desk.go(path)
    expect(desk.page.get_by_role("main")).to_be_visible()
    expect(desk.page.locator("h1, h2").first).to_be_visible()
    expect(desk.page.locator("main .animate-pulse")).to_have_count(0)
    for width in (320, 640, DESK["width"]):
        desk.page.set_viewport_size({"width": width, "height": 700})
        if width == DESK["width"]:
            desk.page.evaluate(LARGE)
        wide = desk.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide, not {width}"


def test_nothing_has_to_be_scrolled_sideways(sit: Sit, states: dict[str, str]) -> None:
    """At 320 and 640 pixels, which 1280 become at 400 and 200 % (WCAG 1.4.10, 1.4.4), and with large letters."""
    jean = sit("jean")
    for path in ("/requests?tab=all", "/requests/new", *(f"/requests/{ticket}" for ticket in states.values())):
        check_width(jean, path)


PLACES = {
    "/requests?tab=all": "jean",
    "/requests?tab=waiting&view=split": "jean",
    "/requests/new": "jean",
    "/requests/{}": "jean",
    "/targets/tenant-finance/api/{}": "jean",
    "/tenants/tenant-finance": "jean",
    "/queue": "jean",
    "/insights": "jean",
    "/calendar?view=week": "jean",
    "/calendar?view=month": "jean",
    "/audit": "jean",
    "/webhooks": "jean",
    "/preferences": "jean",
    "/reports": "alice",
    "/templates/evidence-pack": "alice",
    "/rules": "alice",
    "/nowhere": "jean",
}
"""Each page of the console, and who can see it; the braces are a deployed request's, or its target's name."""
RETURNS = {"/signed-in"}
"""Routes that show nothing for longer than a moment."""


def test_no_page_is_forgotten() -> None:
    """Whoever gives the console a page names it here."""
    assert {route_of(path.partition("?")[0].format("PR-2026-0001")) for path in PLACES} == set(routes()) - RETURNS


@pytest.fixture
def places(stack: Stack, states: dict[str, str]) -> dict[str, list[str]]:
    """The addresses of all pages, by who can see them."""
    ticket = states["deployed"]
    name = str(stack.call(JEAN, "GET", f"/{ticket}").json()["spec"]["target"]["name"])
    found: dict[str, list[str]] = {}
    for path, who in PLACES.items():
        found.setdefault(who, []).append(path.format(name if path.startswith("/targets") else ticket))
    return found


@pytest.mark.parametrize("who", ["jean", "alice"])
def test_every_page_fits_when_it_is_enlarged(sit: Sit, places: dict[str, list[str]], who: str) -> None:
    """320 pixels, 200 %, and letters twice as large with WCAG's spacing (1.4.4, 1.4.10, 1.4.12)."""
    desk = sit(who)
    for path in places[who]:
        check_width(desk, path)


@pytest.mark.parametrize("who", ["jean", "alice"])
def test_every_page_can_be_read_with_more_contrast(sit: Sit, places: dict[str, list[str]], who: str) -> None:
    """axe's rules of colours, for whoever asks their system for more contrast, in both themes."""
    desk = sit(who, contrast="more")
    for path in places[who]:
        desk.go(path)
        expect(desk.page.locator("h1, h2").first).to_be_visible()
        expect(desk.page.locator("main .animate-pulse")).to_have_count(0)
        desk.check_accessible_in_both_themes(f"{path} with more contrast")


def test_where_one_is_can_be_seen_in_forced_colours(sit: Sit) -> None:
    """The section and the tab that are open have a line that the others lack; so has what has the focus."""
    jean = sit("jean", path="/requests?tab=waiting", forced_colors="active")
    expect(jean.page.locator("nav a[aria-current=page]")).to_have_count(2)
    lines = jean.page.evaluate(
        "() => [...document.querySelectorAll('nav a')].map(each => "
        "[each.hasAttribute('aria-current'), getComputedStyle(each).textDecorationLine])"
    )
    assert {tuple(each) for each in lines} == {(True, "underline"), (False, "none")}
    jean.page.keyboard.press("Tab")
    assert jean.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
