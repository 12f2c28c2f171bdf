"""While nobody decides, those whom the rules name are asked: once each, whoever dies, whatever is down or changes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.leading import LeaseLost
from domain.announcement import Channel
from domain.delivery import DeliveryOutcome
from domain.ticket import PromotionRequest
from record.git.outbox import escalations
from tests.activities.test_outbox import CLAIRE, JEAN, House, until
from tests.api.house import PLATFORM
from tests.attacks.test_emergencies import declare
from tests.board import Board
from tests.domain.builders import NOW as BUILT
from tests.domain.builders import PIERRE
from tests.past import DAY, NOW, History, company
from tests.record.building import after, opened, person_commits
from tests.rules import frozen, rule

ESCALATED, REMINDED, OVERDUE = "request-escalated", "request-reminder", "emergency-overdue"
ADMIN, VICTOR, STRANGER = (f"{name}@cab-i.com" for name in ("alice.admin", "victor.roux", "camille.bernard"))
MANAGEMENT = {"platform.yaml": f"{PLATFORM}  groups:\n    management: [{VICTOR}, {PIERRE.email}, {CLAIRE}]\n"}
TO_ADMINS, TO_MANAGEMENT = {"after": "P2D", "role": "cpi_admin"}, {"after": "P4D", "group": "management"}


def steps(*some: dict[str, str], **more: Any) -> dict[str, str]:
    return rule("next", escalation=list(some), **more)


@pytest.fixture
async def past(gitops: Path, tmp_path: Path) -> AsyncIterator[History]:
    """A company whose rules name the admins, then the management."""
    async with company(gitops, tmp_path, {**MANAGEMENT, **steps(TO_ADMINS, TO_MANAGEMENT)}) as history:
        yield history


@pytest.fixture
def house(past: History, tmp_path: Path) -> House:
    found = House(past.repository.path, tmp_path)
    found.clock.ahead = NOW - BUILT
    return found


def asked(board: Board) -> list[str]:
    """Whom rules asked, each as often as they were."""
    return sorted(to for identity, to in board.told if identity.split(".")[2] == ESCALATED)


def passes(house: House, **some: float) -> None:
    house.clock.let_pass(**some)


def noted(house: House, ticket: PromotionRequest, steps: int) -> bool:
    """Tells whether the journal has so many steps as told: what is told and not noted, the next leader repeats."""
    found = escalations(opened(house.git, house.folder), ticket.id)
    return [each.outcome for each in found] == [DeliveryOutcome.DELIVERED] * steps


async def test_each_step_is_told_once_to_whom_it_asks(house: House, past: History) -> None:
    """Not before its time; by a later leader neither anew. Never the requester, whom the group has."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: board.events.count("request-created") == 2)
        passes(house, days=1, hours=23)
        await until(lambda: REMINDED in board.events)
        assert asked(board) == []
        passes(house, hours=2)
        await until(lambda: asked(board) == [ADMIN])
        passes(house, days=2)
        await until(lambda: asked(board) == [ADMIN, CLAIRE, VICTOR])
        await until(lambda: noted(house, ticket, 2))
    async with house.leading(board):
        reminders = board.events.count(REMINDED)
        passes(house, days=3)
        await until(lambda: board.events.count(REMINDED) > reminders)
    assert asked(board) == [ADMIN, CLAIRE, VICTOR]


async def test_a_request_that_waits_by_a_freeze_or_a_date_is_no_other(house: House, past: History) -> None:
    """It is the decision that is asked for."""
    person_commits(house.git, frozen(NOW, days=30))
    board = Board(people=True)
    async with house.leading(board):
        await past.ask("2.0.2", NOW)
        passes(house, days=2, hours=1)
        await until(lambda: asked(board) == [ADMIN])


async def test_a_vote_begins_nothing_anew_and_a_lapse_does(house: House, past: History) -> None:
    """Then each step is told once more, in its time."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        voted = await past.record(after(ticket, "endorsed", JEAN, NOW + DAY))
        passes(house, days=2, hours=1)
        await until(lambda: asked(board) == [ADMIN])
        approved = await past.record(after(voted, "approved", CLAIRE, NOW + timedelta(days=2, hours=2)))
        lapse: dict[str, Any] = {"at": NOW + 3 * DAY, "reason": "Production moved on", "decide_by": NOW + 30 * DAY}
        await past.record(after(approved, "lapsed", "system", **lapse))
        passes(house, days=1, hours=22)  # an hour less than four days after the request, than one after the lapse
        await until(lambda: "request-lapsed" in board.events)
        reminders = board.events.count(REMINDED)
        passes(house, days=1)
        await until(lambda: board.events.count(REMINDED) > reminders)
        assert asked(board) == [ADMIN]
        passes(house, hours=2)
        await until(lambda: asked(board) == [ADMIN, ADMIN])


@pytest.mark.parametrize("action", ["approved", "rejected"])
async def test_nobody_is_asked_about_what_is_decided(house: House, past: History, action: str) -> None:
    """However long it takes then."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        said = {"reason": "Not tested enough"} if action == "rejected" else {}
        await past.record(after(ticket, action, JEAN, NOW + DAY, **said))
        await until(lambda: f"request-{action}" in board.events)
        passes(house, days=9)
        await past.ask("2.0.3", NOW + 9 * DAY)
        await until(lambda: board.events.count("request-created") > 2)
    assert asked(board) == []


async def test_what_could_not_be_said_before_the_decision_is_not_said_after_it(house: House, past: History) -> None:
    """The mail server was away; the request was decided meanwhile."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: board.events.count("request-created") == 2)
        board.down = "no server"
        passes(house, days=2, hours=1)
        await until(lambda: bool(escalations(opened(house.git, house.folder), ticket.id)))
        await past.record(after(ticket, "rejected", JEAN, NOW + timedelta(days=2), reason="Not tested enough"))
        await until(lambda: (found := leader.index.get(ticket.id)) is not None and found.last.action == "rejected")
        board.down = ""
        passes(house, hours=1)
        await until(lambda: "request-rejected" in board.events)
    assert asked(board) == []


async def test_a_server_that_is_away_is_told_once_when_it_is_back(house: House, past: History) -> None:
    """Within the installation's patience, as everything else."""
    board = Board(people=True)
    async with house.leading(board):
        ticket = await past.ask("2.0.2", NOW)
        await until(lambda: board.events.count("request-created") == 2)
        board.down = "no server"
        passes(house, days=2, hours=1)
        await until(lambda: bool(escalations(opened(house.git, house.folder), ticket.id)))
    async with house.leading(board):
        board.down = ""
        passes(house, hours=2)
        await until(lambda: asked(board) == [ADMIN])
        passes(house, minutes=10)
        await until(lambda: noted(house, ticket, 1))
    assert asked(board) == [ADMIN]


async def test_who_dies_between_a_message_and_its_note_lets_the_next_say_it_with_the_same_id(
    house: House, past: History
) -> None:
    """A reader drops the repeat; nothing is lost."""
    board = Board(people=True)
    async with house.leading(board) as first:
        await past.ask("2.0.2", NOW)
        await until(lambda: board.events.count("request-created") == 2)
        await until(lambda: house.appends() >= 2)
        board.then = lambda: setattr(first.lease, "lost", ESCALATED in board.events)
        passes(house, days=2, hours=1)
        with pytest.raises(LeaseLost):
            await first.ends()
    board.then = None
    async with house.leading(board):
        await until(lambda: len(asked(board)) == 2)
    assert len({identity for identity in board.ids if ESCALATED in identity}) == 1


async def test_the_rules_of_the_moment_count(house: House, past: History) -> None:
    """Changed while it waits: whoever was asked is not asked again, whoever is new is, whoever is gone is not."""
    board = Board(people=True)
    async with house.leading(board):
        await past.ask("2.0.2", NOW)
        passes(house, days=2, hours=1)
        await until(lambda: asked(board) == [ADMIN])
        changed = ({"after": "P1D", "role": "viewer"}, {"after": "P3D", "role": "cpi_admin"})
        person_commits(house.git, steps(*changed))
        await until(lambda: asked(board) == [ADMIN, VICTOR])
        passes(house, days=3)
        reminders = board.events.count(REMINDED)
        await until(lambda: board.events.count(REMINDED) > reminders)
    assert asked(board) == [ADMIN, VICTOR]


async def test_rules_that_can_t_be_read_ask_nobody_until_they_can(house: House, past: History) -> None:
    """Nothing is lost by it: what fell due comes then."""
    person_commits(house.git, {"rules/odd.yaml": "kind: [Rules\n"})
    board = Board(people=True)
    async with house.leading(board):
        await past.ask("2.0.2", NOW)
        passes(house, days=2, hours=1)
        await until(lambda: REMINDED in board.events)
        passes(house, minutes=2)
        assert asked(board) == []
        person_commits(house.git, {"rules/odd.yaml": None})
        passes(house, minutes=2)
        await until(lambda: asked(board) == [ADMIN])


async def test_other_systems_are_told_whom_a_rule_asks(house: House, past: History) -> None:
    """Once, with the request as it is; reminders remain for people."""
    house.channel = Channel.KAFKA
    board = Board()
    async with house.leading(board):
        await past.ask("2.0.2", NOW)
        await until(lambda: board.events == ["request-created"])
        passes(house, days=4, hours=1)
        await until(lambda: board.events == ["request-created", ESCALATED, ESCALATED])
        passes(house, days=3)
    assert [str(each.announcement.escalates_to) for each in board.messages[1:]] == ["cpi_admin", "management"]
    assert len(set(board.ids)) == 3


async def owing(past: History) -> PromotionRequest:
    return await past.run(await declare(past, await past.ask("2.0.2", NOW)))


async def test_an_overdue_answer_for_an_emergency_is_asked_for_likewise(house: House, past: History) -> None:
    """Two days after it was due the admins, after four the management; not whoever declared it."""
    urgent = {"emergency": {"role": "cpi", "answerWithin": "P3D"}}
    person_commits(house.git, rule("urgent", **urgent))
    board = Board(people=True)
    async with house.leading(board):
        await owing(past)
        passes(house, days=3, hours=1)
        await until(lambda: board.events.count(OVERDUE) == 2)
        passes(house, days=2)
        await until(lambda: board.events.count(OVERDUE) == 3)
        assert board.told[-1][1] == ADMIN
        passes(house, days=2)
        await until(lambda: board.events.count(OVERDUE) == 5)
        assert {to for _, to in board.told[-2:]} == {CLAIRE, VICTOR}
    assert asked(board) == []
