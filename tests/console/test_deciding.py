"""Whoever decides all day needs few keys, can take one back, and finds their place again."""

import re

from playwright.sync_api import Page, expect

from tests.console.conftest import Sit
from tests.console.desk import PHONE, Desk
from tests.console.test_flows import JEAN, asked, fresh_name
from tests.console.words import Words
from tests.e2e.stack import Stack, until

KEYS_FOR_TEN = 12


class Keyboard:
    """A keyboard that counts, for somebody who touches nothing else."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)


def several(stack: Stack, name: str, count: int) -> list[str]:
    """Requests of low impact for new targets whose names begin so, the oldest first."""
    return [asked(stack, f"{name}-{number}") for number in range(count)]


def in_turn(desk: Desk, ticket: str) -> None:
    """Wait until the request is the one that is decided on, and may be."""
    panel = desk.page.get_by_role("article")
    expect(panel.get_by_role("link", name=ticket)).to_be_visible()
    expect(desk.page.locator("main h2:focus")).to_be_visible()
    desk.page.wait_for_timeout(400)  # a key right after the one before counts for nothing


def state(stack: Stack, ticket: str) -> str:
    return str(stack.call(JEAN, "GET", f"/{ticket}").json()["status"]["state"])


def test_ten_decisions_take_twelve_keys(sit: Sit, stack: Stack, words: Words) -> None:
    """One opens the view and one each approves; the last is taken back, and nothing of it was sent."""
    name = fresh_name("ten")
    tickets = several(stack, name, 11)
    jean = sit("jean", words, f"/requests?tab=waiting&sort=createdAt&q={name}")
    expect(jean.row(tickets[0])).to_be_visible()
    keyboard = Keyboard(jean.page)
    keyboard.press("v")
    for ticket in tickets[:10]:
        in_turn(jean, ticket)
        keyboard.press("a")
    assert keyboard.keys <= KEYS_FOR_TEN
    in_turn(jean, tickets[10])
    keyboard.press("z")
    jean.sees(words.taken_back.format(tickets[9]))
    until("nine are approved", lambda: all(state(stack, each) != "pending" for each in tickets[:9]))
    assert [state(stack, each) for each in tickets[9:]] == ["pending", "pending"]
    history = stack.call(JEAN, "GET", f"/{tickets[0]}").json()["status"]["history"]
    assert [each["action"] for each in history].count("approved") == 1
