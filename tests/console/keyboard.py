"""Somebody who decides by keyboard alone: counts keys, and waits for what they are about to decide on as people do."""

from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.console.desk import Desk
from tests.console.test_flows import asked
from tests.e2e.stack import Stack

REASON = "The rollback plan lacks the database"
SEEN_MS = 400
"""A key right after the one before counts for nothing: nobody can have read what it would decide on."""


@dataclass
class Keyboard:
    """A keyboard that counts; `pause` is how many seconds its user looks before each decision."""

    page: Page
    pause: float = SEEN_MS / 1_000
    keys: int = 0
    typed: int = 0

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.typed += len(text)
        self.page.keyboard.type(text)

    def look(self, ticket: str) -> None:
        """Look at the request once it is the one that is decided on."""
        expect(self.page.get_by_role("article").get_by_role("link", name=ticket)).to_be_visible()
        expect(self.page.locator("main h2:focus")).to_be_visible()
        expect(self.page.get_by_role("article").locator("[aria-busy=true]")).to_have_count(0)
        self.page.wait_for_timeout(self.pause * 1_000)


@dataclass
class Mixed:
    """Requests as a day brings them: of five, three raise no question, one asks first, one is rejected."""

    approved: list[str] = field(default_factory=list)
    asking: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    @classmethod
    def asked(cls, stack: Stack, name: str, count: int) -> "Mixed":
        """So many, the oldest first, for targets whose names begin so."""
        found = cls()
        for number in range(count):
            kind = (found.approved, found.approved, found.asking, found.approved, found.rejected)[number % 5]
            impact = "high" if kind is found.asking else "low"
            kind.append(asked(stack, f"{name}-{number}", impactAssessment=impact))
        return found

    @property
    def in_turn(self) -> list[str]:
        return sorted(self.approved + self.asking + self.rejected)

    def decide(self, desk: Desk, keyboard: Keyboard) -> None:
        """Decide on all of them, from the list of what waits."""
        keyboard.press("v")
        for ticket in self.in_turn:
            keyboard.look(ticket)
            keyboard.press("r" if ticket in self.rejected else "a")
            if ticket in self.approved:
                continue
            expect(desk.dialog.get_by_role("textbox")).to_be_focused()
            if ticket in self.rejected:
                keyboard.type(REASON)
            keyboard.press("Control+Enter")
            expect(desk.dialog).to_have_count(0)
