"""Times the console's list with 10,000 tickets: `python -m bench.console [--beside ../before/console/dist]`.

On the stack as `prodgate up` starts it, in a real browser, by an admin who sees every ticket. What people wait for is
what web.dev calls Core Web Vitals: LCP (the largest thing is painted), INP (the slowest answer to a key or a click) and
CLS (what moved by itself). With another build beside it, the two take turns before one server, so that what else the
machine does meets both.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from bench import record_data
from demo.company import FILES
from tests.console.desk import Desk, launched, seated
from tests.console.vitals import WATCH, vitals
from tests.console.words import EN
from tests.e2e.stack import Stack, started
from tests.record.building import catalogue_opens, person_commits

BUILT = Path(__file__).parent.parent / "console" / "dist"
BARS = {"LCP": 1_200.0, "INP": 100.0, "CLS": 0.0, "scripts": 150.0}
"""Milliseconds, milliseconds, a share of the window, KB compressed."""
REPEATS = 30
"""How often a second a key that is held down comes again, as desktops have it."""

FRAMES = """seconds => new Promise(resolve => {
    const frames = []; let last = performance.now(); const end = last + seconds * 1000;
    const next = now => {
        frames.push(now - last); last = now;
        if (now < end) requestAnimationFrame(next); else resolve(frames);
    };
    requestAnimationFrame(next);
})"""
ROW = "li[data-request]"
LIST = "/requests?tab=all"
OTHERS = count()
"""Numbers of versions that others ask for meanwhile."""


@dataclass
class Seen:
    """The figures of one build."""

    first: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    scripts: float = 0
    page: float = 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--beside", type=Path, help="folder of another build of the console")
    given = parser.parse_args()
    builds = {"beside": given.beside.resolve(), "this": BUILT} if given.beside else {"this": BUILT}
    seen = {name: Seen() for name in builds}
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder) / "served"
        served.symlink_to(BUILT)
        with running(Path(folder), served, given.tickets) as (stack, browser):
            for _ in range(given.runs):
                for name, build in builds.items():
                    served.unlink()
                    served.symlink_to(build)
                    with at_the_list(browser, stack) as alice:
                        measure(alice, seen[name])
    for name, each in seen.items():
        report(f"console, {given.tickets} tickets, {name}", each)


@contextmanager
def running(folder: Path, served: Path, tickets: int) -> Iterator[tuple[Stack, Browser]]:
    """A stack with that many tickets, which serves the console from there, and a browser."""
    data = folder / "data"
    data.mkdir()
    made = record_data.repository(folder, tickets).rename(data / "gitops.git")
    files = {str(file.relative_to(FILES)): file.read_text() for file in FILES.rglob("*.yaml")}
    person_commits(made, dict(files), "Found the company")
    catalogue_opens(made)
    settings = {"PRODGATE_CONSOLE_DIR": str(served)}
    with started(Stack(data, settings=settings)) as stack, sync_playwright() as playwright:
        browser = launched(playwright)
        yield stack, browser
        browser.close()


@contextmanager
def at_the_list(browser: Browser, stack: Stack) -> Iterator[Desk]:
    """An admin before the list of everything, in a browser without anything kept."""
    with seated(browser, stack, EN) as alice:
        alice.page.add_init_script(WATCH)
        alice.sign_in("alice", LIST)
        expect(alice.page.locator(ROW).first).to_be_visible()
        yield alice


def measure(desk: Desk, seen: Seen) -> None:
    """One turn: opened by somebody new, opened again, used, and watched while others work."""
    desk.context.new_cdp_session(desk.page).send("Network.clearBrowserCache")
    answers: list[Response] = []
    desk.page.on("response", lambda answer: answers.append(answer))
    until_shown: list[Response] = []
    seen.ready.append(_timed(lambda: _open(desk, lambda: until_shown.extend(answers))))
    seen.first.append(_painted(desk.page))
    seen.scripts, seen.page = _bytes(until_shown, ".js"), _bytes(until_shown, "/v1/requests/prod?")
    _open(desk)
    seen.again.append(_painted(desk.page))
    _use(desk)
    used = vitals(desk.page)
    seen.presses += used.presses
    _open(desk)
    for _ in range(3):
        desk.stack.ask(f"9.{next(OTHERS)}.0")
    desk.page.wait_for_timeout(2_500)  # the stream tells of them, and the figures on top follow a second later
    watched = vitals(desk.page)
    seen.moved.append(max(used.cls, watched.cls))
    seen.told += [f"slowest: {used.slowest}", *(f"moved: {each}" for each in (*used.moved, *watched.moved))]
    seen.searches.append(_timed(lambda: _found(desk, "stock")))
    seen.frames += _scrolled(desk.page)


def _open(desk: Desk, shown: Callable[[], object] = lambda: None) -> None:
    """Open the list; `shown` is called once a row is there, before a pointer comes near it, which loads more."""
    desk.go(LIST)
    row = desk.page.locator(ROW).first.get_by_role("link")
    expect(row).to_be_visible()
    shown()
    row.click(trial=True)  # is still, and would take a click


def _painted(page: Page) -> float:
    page.wait_for_timeout(500)
    return vitals(page).lcp


def _use(desk: Desk) -> None:
    """Use the list as somebody does: go down by a held key, filter, open the menu, open a request and come back."""
    page = desk.page
    for _ in range(15):
        page.keyboard.press("j")
        page.wait_for_timeout(1_000 / REPEATS)
    page.get_by_role("link", name="All", exact=True).click()
    desk.button(f"{EN.account} Alice Admin").click()
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(ROW).first.get_by_role("link").click()
    expect(page.locator("main header")).to_be_visible()
    page.go_back()
    expect(page.locator(ROW).first).to_be_visible()
    page.get_by_role("searchbox").press_sequentially("order", delay=60)
    page.wait_for_timeout(600)


def _bytes(answers: list[Response], part: str) -> float:
    """KB as they travelled, of the answers whose address has the part."""
    found = [each for each in answers if each.url.endswith(part) or (part.endswith("?") and part in each.url)]
    return sum(each.request.sizes()["responseBodySize"] for each in found) / 1_024


def _timed(act: Callable[[], None]) -> float:
    started_at = time.perf_counter()
    act()
    return (time.perf_counter() - started_at) * 1_000


def _found(desk: Desk, word: str) -> None:
    box = desk.page.get_by_role("searchbox")
    with desk.page.expect_response(lambda answer: f"q={word}" in answer.url):
        box.fill(word)
    expect(desk.page.locator(ROW).first).to_contain_text(word)


def _scrolled(page: Page, seconds: int = 3) -> list[float]:
    """The frames of some seconds in which somebody turns the wheel."""
    page.mouse.move(640, 500)
    frames = page.evaluate_handle(f"() => {{ window.frames_seen = ({FRAMES})({seconds}) }}")
    frames.dispose()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)
    found: list[float] = page.evaluate("() => window.frames_seen")
    return found


def report(what: str, seen: Seen) -> None:
    """Print what was measured, beside the bars."""
    print(what)
    _print("LCP, nothing kept, ms", seen.first, "LCP")
    _print("LCP, opened again, ms", seen.again, "LCP")
    _print("from the address to a row to press, nothing kept, ms", seen.ready)
    _print("INP, ms", seen.presses, "INP")
    _print("CLS, while used and while others file three", seen.moved, "CLS", 4)
    _print("scripts until the list is there, KB compressed", [seen.scripts], "scripts")
    print(f"  a page of the list: {seen.page:.1f} KB compressed")
    _print("a search, from its last key to its rows, ms", seen.searches)
    for each in seen.told:
        print(f"    {each}")
    late = sum(frame > 50 for frame in seen.frames) / len(seen.frames)
    print(f"  scrolling: {statistics.median(seen.frames):.0f} ms a frame, {late:.1%} over 50 ms")


def _print(what: str, found: list[float], bar: str | None = None, digits: int = 0) -> None:
    held = "" if bar is None else f"; bar {BARS[bar]:g}{'' if max(found) <= BARS[bar] else ', MISSED'}"
    print(f"  {what}: median {statistics.median(found):.{digits}f}, worst {max(found):.{digits}f}{held}")


if __name__ == "__main__":
    main()
