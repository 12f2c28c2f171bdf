"""Each component in each of its states, as the stories show them: accessible, and as the picture that was looked at."""

import base64
import functools
import http.server
import itertools
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.console.desk import COLOURS, STANDARDS, axe_faults

ROOT = Path(__file__).parent.parent.parent
BUILT, PICTURES = ROOT / "console" / "build" / "stories", Path(__file__).parent / "pictures"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CONTRASTS: tuple[Literal["no-preference", "more"], ...] = ("no-preference", "more")
SAME = 0.004
"""The share of points that may differ: another machine draws the edges of letters and curves in its own way."""

SHOW = """id => new Promise((shown, failed) => {
    const channel = window.__STORYBOOK_ADDONS_CHANNEL__;
    channel.once('storyRendered', shown);
    channel.once('storyThrewException', ({ message }) => failed(new Error(message)));
    setTimeout(() => failed(new Error(`${id} is not shown`)), 15000);
    channel.emit('setCurrentStory', { storyId: id, viewMode: 'story' });
})"""

DIFFERENCE = """async pictures => {
    const [one, two] = await Promise.all(pictures.map(async (each) => {
        const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${each}`)).blob());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        canvas.drawImage(bitmap, 0, 0);
        return canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    }));
    if (one.width !== two.width || one.height !== two.height) return 1;
    let differ = 0;
    for (let at = 0; at < one.data.length; at += 4) {
        differ += [0, 1, 2].some((channel) => Math.abs(one.data[at + channel] - two.data[at + channel]) > 64) ? 1 : 0;
    }
    return differ / (one.data.length / 4);
}"""
"""The share of points whose colour is another one; all of them where the sizes are."""


@pytest.fixture(scope="module")
def stories() -> Iterator[tuple[str, list[str]]]:
    """The address of the built stories, and the id of each."""
    command = [str(ROOT / ".ci" / "npm"), "run", "--silent", "build-stories"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=180)
    handler = functools.partial(_Silent, directory=str(BUILT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        index = json.loads((BUILT / "index.json").read_text())
        yield f"http://127.0.0.1:{server.server_port}", sorted(index["entries"])
        server.shutdown()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each file."""


@pytest.fixture
def shown(browser: Browser, stories: tuple[str, list[str]]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 720, "height": 640}, reduced_motion="reduce", locale="en-GB", timezone_id="Europe/Paris"
    )
    page = context.new_page()
    page.clock.set_fixed_time("2026-12-01T10:00:00Z")  # or "6 years ago" would be seven one day
    # The last one: to ask for the one that is shown changes nothing, and nothing tells of it.
    page.goto(f"{stories[0]}/iframe.html?id={stories[1][-1]}&viewMode=story")
    page.wait_for_function("document.querySelector('#storybook-root main') !== null")
    yield page
    context.close()


def test_every_story_is_accessible_and_looks_as_it_did(shown: Page, stories: tuple[str, list[str]]) -> None:
    """axe, for colours in both themes and with more contrast, and the picture of each theme.

    PICTURES=take takes new ones, to look at.
    """
    wrong: list[str] = []
    for story in stories[1]:
        shown.evaluate(SHOW, story)
        shown.evaluate("() => document.fonts.ready")
        rules = STANDARDS
        for theme, contrast in itertools.product(THEMES, CONTRASTS):
            shown.emulate_media(color_scheme=theme, contrast=contrast)
            wrong += [f"{story}, {theme}, contrast {contrast}: {each}" for each in axe_faults(shown, rules)]
            rules = COLOURS  # in every look but the first
            if contrast == "no-preference":
                wrong += _compare(shown, PICTURES / f"{story}-{theme}.png")
    assert not wrong, "\n".join(wrong)


def _compare(page: Page, kept: Path) -> list[str]:
    taken = page.screenshot(animations="disabled", caret="hide")
    if os.environ.get("PICTURES") == "take":
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(taken)
    if not kept.exists():
        return [f"{kept.name} is missing: run with PICTURES=take, and look at it"]
    pair = [base64.b64encode(each).decode() for each in (kept.read_bytes(), taken)]
    differ = page.evaluate(DIFFERENCE, pair)
    if differ <= SAME:
        return []
    other = BUILT.parent / kept.name
    other.write_bytes(taken)
    return [f"{kept.name}: {differ:.1%} of the points are others; today's is {other}"]


def test_every_picture_is_one_of_a_story(stories: tuple[str, list[str]]) -> None:
    """None is left of a story that went."""
    wanted = {f"{story}-{theme}.png" for story in stories[1] for theme in THEMES}
    assert {each.name for each in PICTURES.glob("*.png")} == wanted


def test_what_is_chosen_can_be_seen_in_forced_colours(shown: Page) -> None:
    """The selected tab has the system's colour of what is selected; the others have no line."""
    shown.emulate_media(forced_colors="active")
    shown.evaluate(SHOW, "list-of-requests--tabs")
    lines = shown.evaluate(
        "() => [...document.querySelectorAll('nav a')].map(each => [each.getAttribute('aria-current'), "
        "getComputedStyle(each).borderBottomColor, getComputedStyle(each).textDecorationLine])"
    )
    chosen = [rest for current, *rest in lines if current]
    others = [rest for current, *rest in lines if not current]
    assert (len(chosen), len(others)) == (1, 2), lines
    assert chosen[0] not in others, lines
    assert chosen[0][1] == "underline", lines
