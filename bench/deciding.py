"""Times mixed decisions by keyboard alone: `python -m bench.deciding [--decisions 100] [--pause 1]`.

On the stack as `prodgate up` starts it, in a real browser, by an approver who looks at each request for so many
seconds and touches no pointer. Of five requests three are approved by one key, one asks first, and one is rejected
with a reason.
"""

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.console.desk import launched, seated
from tests.console.keyboard import Keyboard, Mixed
from tests.e2e.stack import Stack, started, until

BAR_SECONDS_EACH = 3.0
"""A hundred within five minutes."""


def measure(decisions: int, pause: float, folder: Path) -> bool:
    """Print what it took; whether it is below the bar."""
    room = {"PRODGATE_OPEN_REQUESTS_PERSON": str(decisions)}
    with started(Stack(folder / "data", job_seconds=0.5, settings=room)) as stack, sync_playwright() as playwright:
        stack.open_catalogue()
        mixed = Mixed.asked(stack, "deciding", decisions)
        browser = launched(playwright)
        with seated(browser, stack) as desk:
            desk.sign_in("jean", "/requests?tab=waiting&sort=createdAt&q=deciding")
            expect(desk.row(mixed.in_turn[0])).to_be_visible()
            keyboard = Keyboard(desk.page, pause)
            begun = time.monotonic()
            mixed.decide(desk, keyboard)
            seconds = time.monotonic() - begun
            until("all are decided", lambda: "pending" not in {stack.states()[each] for each in mixed.in_turn})
        browser.close()
    print(
        f"{decisions} decisions by keyboard alone, {pause} s of looking before each: {seconds:.0f} s, "
        f"{keyboard.keys} keys, and {keyboard.typed} letters of reasons"
    )
    return seconds <= decisions * BAR_SECONDS_EACH


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--pause", type=float, default=1.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not measure(given.decisions, given.pause, Path(folder)):
            raise SystemExit(f"slower than {BAR_SECONDS_EACH} s each")


if __name__ == "__main__":
    main()
