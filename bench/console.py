"""Times the console's list with 10,000 tickets: `python -m bench.console [--tickets N] [--runs N]`.

On the stack as `prodgate up` starts it, in a real browser, by an admin who sees every ticket: from the address typed to
a row that can be pressed, with the assets kept from before as for who comes again; then from a word typed to its rows;
and the frames while the list is scrolled through several pages of rows.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench import record_data
from demo.company import FILES
from tests.console.desk import Desk, launched, seated
from tests.console.words import EN
from tests.e2e.stack import Stack, started
from tests.record.building import person_commits

FRAMES = """seconds => new Promise(resolve => {
    const frames = []; let last = performance.now(); const end = last + seconds * 1000;
    const next = now => {
        frames.push(now - last); last = now;
        if (now < end) requestAnimationFrame(next); else resolve(frames);
    };
    requestAnimationFrame(next);
})"""
ROW = "li[data-request]"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        made = record_data.repository(Path(folder), given.tickets).rename(data / "gitops.git")
        files = {str(file.relative_to(FILES)): file.read_text() for file in FILES.rglob("*.yaml")}
        person_commits(made, dict(files), "Found the company")
        with started(Stack(data)) as stack, sync_playwright() as playwright:
            browser = launched(playwright)
            with seated(browser, stack, EN) as alice:
                alice.sign_in("alice", "/requests?tab=all")
                measure(alice, given.tickets, given.runs)
            browser.close()


def measure(desk: Desk, tickets: int, runs: int) -> None:
    """Print what was measured."""
    page = desk.page
    expect(page.locator(ROW).first).to_be_visible()
    print(f"console, {tickets} tickets")
    _print("list, from address to a row to press", [_opened(desk) for _ in range(runs)])
    _print("search, from the last key to its rows", [_found(desk, word) for word in ("payment", "order", "stock")])
    frames = _scrolled(page)
    late = sum(frame > 50 for frame in frames) / len(frames)
    rows = page.locator(ROW).count()
    print(f"  scrolling through {rows} rows: {statistics.median(frames):.0f} ms a frame, {late:.1%} over 50 ms")


def _opened(desk: Desk) -> float:
    started_at = time.perf_counter()
    desk.go("/requests?tab=all")
    row = desk.page.locator(ROW).first.get_by_role("link")
    row.click(trial=True)  # is visible, still, and would take a click
    return time.perf_counter() - started_at


def _found(desk: Desk, word: str) -> float:
    desk.go("/requests?tab=all")
    box = desk.page.get_by_role("searchbox")
    box.press_sequentially(word)
    started_at = time.perf_counter()
    with desk.page.expect_response(lambda answer: f"q={word}" in answer.url):
        pass
    expect(desk.page.locator(ROW).first).to_contain_text(word)
    return time.perf_counter() - started_at


def _scrolled(page: Page, seconds: int = 4) -> list[float]:
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


def _print(what: str, seconds: list[float]) -> None:
    print(f"  {what}: median {statistics.median(seconds) * 1_000:.0f} ms, worst {max(seconds) * 1_000:.0f} ms")


if __name__ == "__main__":
    main()
