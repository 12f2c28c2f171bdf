"""What has the focus is seen on every page: the picture with it differs from the picture without."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.console.conftest import Sit
from tests.console.desk import Desk
from tests.console.hosting import Visit
from tests.console.test_accessible import PLACES
from tests.console.test_flows import asked, fresh_name
from tests.console.words import EN
from tests.e2e.stack import Stack

FOCUSED = """() => {
    let it = document.activeElement;
    while (it && it.shadowRoot && it.shadowRoot.activeElement) it = it.shadowRoot.activeElement;
    if (!it || it === document.body) return null;
    // A link whose area is its whole row has its line round the row.
    const seen = getComputedStyle(it, '::after').position === 'absolute' ? it.offsetParent : it;
    const { x, y, width, height } = seen.getBoundingClientRect();
    const kind = it.tagName + ' ' + (it.getAttribute('class') || '') + ' ' + (it.type || '');
    return { kind, html: it.outerHTML.slice(0, 240), x, y, width, height };
}"""
LEFT = """() => {
    let it = document.activeElement;
    while (it && it.shadowRoot && it.shadowRoot.activeElement) it = it.shadowRoot.activeElement;
    it.blur();
}"""
CHANGED = """async pictures => {
    const [one, two] = await Promise.all(pictures.map(async (each) => {
        const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${each}`)).blob());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        canvas.drawImage(bitmap, 0, 0);
        return canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
    }));
    const luminance = (data, at) => {
        const parts = [0, 1, 2].map((part) => data[at + part] / 255)
            .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    let changed = 0;
    for (let at = 0; at < one.length; at += 4) {
        const [low, high] = [luminance(one, at), luminance(two, at)].sort((a, b) => a - b);
        changed += (high + 0.05) / (low + 0.05) >= 3 ? 1 : 0;
    }
    return changed;
}"""
"""How many points differ by a contrast of 3:1 and more (WCAG 2.4.13)."""
AROUND = 6
"""Pixels around what has the focus, where its outline is."""
ROUND = 0.7
"""The part of a box's line that a circle in it has, with some points lost to smooth edges."""
STOPS = 70

LOOKS = pytest.mark.parametrize(
    "look", [{"forced_colors": "active"}, {}, {"color_scheme": "dark"}], ids=["forced colours", "light", "dark"]
)


@pytest.fixture
def changed(browser: Browser) -> Iterator[Callable[[bytes, bytes], int]]:
    """Compares two pictures, at a page whose policy lets it."""
    page = browser.new_page()

    def compare(one: bytes, two: bytes) -> int:
        return int(page.evaluate(CHANGED, [base64.b64encode(each).decode() for each in (one, two)]))

    yield compare
    page.close()


def unseen(desk: Desk, changed: Callable[[bytes, bytes], int], known: set[str]) -> Iterator[str]:
    """What Tab reaches of kinds not met before, and nobody sees has the focus: no line of a pixel goes round it."""
    page = desk.page
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            return
        if found["kind"] in known:
            continue
        known.add(found["kind"])
        desk.settle()
        found = page.evaluate(FOCUSED)  # it may have been scrolled to meanwhile
        clip = _around(page, found)
        with_it = page.screenshot(clip=clip, caret="hide", animations="disabled")
        page.evaluate(LEFT)
        without = page.screenshot(clip=clip, caret="hide", animations="disabled")
        if changed(with_it, without) < (clip["width"] + clip["height"] - 4 * AROUND) * 2 * ROUND:
            yield f"{page.url}: {found['html']}"


def _around(page: Page, found: dict[str, Any]) -> FloatRect:
    """Where it is in the window, with what is around it."""
    size = page.viewport_size
    assert size is not None
    left, top = max(found["x"] - AROUND, 0), max(found["y"] - AROUND, 0)
    right = min(found["x"] + found["width"] + AROUND, size["width"])
    bottom = min(found["y"] + found["height"] + AROUND, size["height"])
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


@LOOKS
def test_what_has_the_focus_is_seen(
    sit: Sit, stack: Stack, changed: Callable[[bytes, bytes], int], look: dict[str, Any]
) -> None:
    """On each page, and in a dialog, by Tab alone."""
    name = fresh_name("focus")
    ticket, known, wrong = asked(stack, name, impactAssessment="high"), set[str](), list[str]()
    for who in ("jean", "alice"):
        desk = sit(who, **look)
        for path in (path for path, whose in PLACES.items() if whose == who):
            desk.go(path.format(name if path.startswith("/targets") else ticket))
            expect(desk.page.locator("h1, h2").first).to_be_visible()
            expect(desk.page.locator("main .animate-pulse")).to_have_count(0)
            wrong += unseen(desk, changed, known)
    jean = sit("jean", **look)
    jean.open(ticket)
    for decision in (EN.approve, EN.reject):
        jean.button(decision).click()
        expect(jean.dialog).to_be_visible()
        wrong += unseen(jean, changed, known)
        jean.page.keyboard.press("Escape")
    assert not wrong, "\n".join(wrong)
    assert len(known) > 40, known


@LOOKS
def test_what_has_the_focus_is_seen_in_the_host(
    visit: Visit, stack: Stack, changed: Callable[[bytes, bytes], int], look: dict[str, Any]
) -> None:
    """In the shadow trees of the elements, too."""
    ticket, known, wrong = asked(stack, fresh_name("focus")), set[str](), list[str]()
    jean = visit("jean", EN, **look)
    for path in ("/production?tab=all", f"/production/{ticket}", "/production/new"):
        jean.go(path)
        expect(jean.page.get_by_role("heading", level=1).first).to_be_visible()
        wrong += unseen(jean, changed, known)
    assert not wrong, "\n".join(wrong)
