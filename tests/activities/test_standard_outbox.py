"""A standard change is announced to everybody, and nobody is asked to decide on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.announcement import Channel
from domain.audience import Language
from domain.delivery import DeliveryOutcome
from domain.ticket import PromotionRequest
from record.git.outbox import announced
from tests.activities.test_outbox import CLAIRE, JEAN, House, until
from tests.board import Board
from tests.clients.announcing import LETTERS, audience
from tests.domain.builders import NOW as BUILT
from tests.domain.builders import PIERRE
from tests.past import EVERYDAY, NOW, History, company
from tests.record.building import opened

ASKED = "request-created"
APPROVED = "request-approved"


@pytest.fixture
async def past(gitops: Path, tmp_path: Path) -> AsyncIterator[History]:
    """The past of a company with such a rule: two clean deployments."""
    async with company(gitops, tmp_path, EVERYDAY) as history:
        await history.well()
        yield history


@pytest.fixture
def house(past: History, tmp_path: Path) -> House:
    found = House(past.repository.path, tmp_path)
    found.clock.ahead = NOW - BUILT
    return found


def waits(house: House, ticket: PromotionRequest) -> bool:
    """Tells whether the journal has the creation as something that is still to be told."""
    told = announced(opened(house.git, house.folder), ticket.id).progress
    return [(each.event, each.outcome) for each in told] == [(ASKED, DeliveryOutcome.WAITING)]


async def test_nobody_is_asked_to_decide_what_a_rule_approves(house: House, past: History) -> None:
    """Whoever asked and whoever could decide hear of it, once it is approved."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: leader.index.get(ticket.id) is not None)
        await past.approve_anyway(ticket)
        await until(lambda: len(board.told) == 3)
    assert {to for _, to in board.told} == {PIERRE.email, JEAN, CLAIRE}
    assert board.events == [APPROVED] * 3


async def test_a_thread_tells_both_and_asks_nobody(house: House, past: History) -> None:
    """In order; with the rule, in each language."""
    house.channel = Channel.SLACK
    board = Board()
    async with house.leading(board):
        await past.approve_anyway(await past.ask("2.0.2", NOW))
        await until(lambda: board.events == [ASKED, APPROVED])
    first, second = (each.announcement for each in board.messages)
    assert (first.rule, second.rule) == ("everyday", "everyday")
    assert not first.asks
    french = [LETTERS.facts(each, audience(), Language.FR) for each in (first, second)]
    assert {each.heading for each in french} == {"changement standard, sans approbation à donner"}
    assert all("un changement standard\u00a0: la règle everyday de" in each.lead for each in french)
    assert french[1].approver == "la règle everyday"


async def test_people_are_asked_where_the_rule_does_not_approve_in_time(house: House, past: History) -> None:
    """The worker may be away, or have read what this did not: nobody waits for it longer than a minute."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: waits(house, ticket))
        assert board.told == []
        house.clock.let_pass(minutes=2)
        await until(lambda: board.events == [ASKED] * 2)
        assert {to for _, to in board.told} == {JEAN, CLAIRE}
        await past.approve_anyway(ticket)
        await until(lambda: len(board.told) == 5)


async def test_what_is_foreseen_outlives_its_leader(house: House, past: History) -> None:
    """It stands in the journal as something that waits."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: waits(house, ticket))
    async with house.leading(board):
        house.clock.let_pass(minutes=2)
        await until(lambda: board.events == [ASKED] * 2)


async def test_people_are_asked_at_once_where_no_rule_approves(house: House, past: History) -> None:
    """The target has failed since."""
    await past.deploy("2.0.2", 5, "failed")
    board = Board(people=True)
    async with house.leading(board):
        await past.ask("2.0.3", NOW)
        await until(lambda: board.events == [ASKED] * 2)


async def test_other_systems_are_told_each_fact_at_once(house: House, past: History) -> None:
    """Also before the rule has approved: a creation asks no system for anything."""
    house.channel = Channel.KAFKA
    board = Board()
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: board.events == [ASKED])
        await past.approve_anyway(ticket)
        await until(lambda: board.events == [ASKED, APPROVED])
