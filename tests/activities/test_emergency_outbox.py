"""Emergencies are announced: everybody who may answer hears of one at once, and once more when it is overdue."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.announcement import Channel
from domain.delivery import DeliveryOutcome
from domain.ticket import PromotionRequest
from tests.activities.test_outbox import CLAIRE, House, until
from tests.attacks.test_emergencies import answer, declare
from tests.board import Board
from tests.domain.builders import NOW as BUILT
from tests.domain.builders import PIERRE
from tests.past import NOW, History, company
from tests.record.building import after
from tests.rules import rule

DECLARED, OVERDUE = "request-approved", "emergency-overdue"
ADMIN = "alice.admin@cab-i.com"
URGENT = rule("urgent", emergency={"role": "cpi", "answerWithin": "P3D"})


@pytest.fixture
async def past(gitops: Path, tmp_path: Path) -> AsyncIterator[History]:
    """The past of a company with such a rule."""
    async with company(gitops, tmp_path, URGENT) as history:
        yield history


@pytest.fixture
def house(past: History, tmp_path: Path) -> House:
    found = House(past.repository.path, tmp_path)
    found.clock.ahead = NOW - BUILT
    return found


def heard(board: Board, event: str) -> set[str]:
    return {to for (to, said) in zip([to for _, to in board.told], board.events, strict=True) if said == event}


def delivered(house: House, ticket_id: str) -> list[str]:
    return [each.event for each in house.report(ticket_id).progress if each.outcome is DeliveryOutcome.DELIVERED]


async def owing(past: History) -> PromotionRequest:
    return await past.run(await declare(past, await past.ask("2.0.2", NOW)))


async def test_everybody_who_may_answer_hears_at_once(house: House, past: History) -> None:
    """Also the platform's admin, whom nobody bothers otherwise; not whoever declared it."""
    board = Board(people=True)
    async with house.leading(board):
        await declare(past, await past.ask("2.0.2", NOW))
        await until(lambda: len(heard(board, DECLARED)) == 3)
    assert heard(board, DECLARED) == {PIERRE.email, CLAIRE, ADMIN}


async def test_an_overdue_answer_is_told_once(house: House, past: History) -> None:
    """By a later leader, too; and never once it is there."""
    board = Board(people=True)
    ticket = await owing(past)
    async with house.leading(board):
        house.clock.let_pass(days=2)
        house.clock.let_pass(days=1, minutes=30)
        await until(lambda: OVERDUE in delivered(house, ticket.id))  # else a later leader has to tell it again
    assert heard(board, OVERDUE) == {CLAIRE, ADMIN}
    times = board.events.count(OVERDUE)
    async with house.leading(board):
        at = NOW + timedelta(days=3, hours=2)
        await past.record(after(ticket, "ratified", CLAIRE, at, reason="It could not wait"))
        await until(lambda: "emergency-ratified" in board.events or board.events.count(OVERDUE) > times)
    assert board.events.count(OVERDUE) == times == 2


async def test_other_systems_are_told_of_the_answer(house: House, past: History) -> None:
    """Not of a date that has passed: that is no change of the request."""
    house.channel = Channel.KAFKA
    board = Board()
    async with house.leading(board):
        ticket = await owing(past)
        await answer(past, ticket, CLAIRE, "refuted")
        await until(lambda: board.events[-1:] == ["emergency-refuted"])
    assert OVERDUE not in board.events
