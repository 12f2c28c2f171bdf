"""A day of 42 requests in one tenant: how many mails they make, and for whom."""

from collections import Counter
from pathlib import Path

import pytest

from domain.announcement import Event
from domain.preferences import DEFAULTS, Digest, MailTime, Preferences, PreferencesChange
from record.git.preferences import keep
from tests.activities.test_outbox import CLAIRE, JEAN, PLAN, House, until
from tests.board import Board
from tests.domain.builders import pending
from tests.record.building import Story, number, opened, publish_key

ALICE = "alice.admin@cab-i.com"
DAY = (
    *[("approved", "deploying", "deployed")] * 8,
    ("approved", "deploying", "failed"),
    *[("rejected",)] * 3,
    *[("cancelled",)] * 3,
    *[()] * 27,
)
"""The day that somebody counted in November 2026: 187 mails."""


@pytest.fixture
def house(gitops: Path, tmp_path: Path) -> House:
    publish_key(gitops)
    return House(gitops, tmp_path, plan=PLAN)


async def counted(house: House) -> Counter[tuple[str, str]]:
    """The mails of the day, by event and recipient."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        for index, actions in enumerate(DAY, 1):
            await (await Story(leader.repository, pending(id=number(index))).create()).then(*actions)
        tip = leader.repository.tip()
        await until(lambda: f"cursor='{tip}'" in (said := str(leader.lease.details)) and "behind=0 waiting=0" in said)
    found = Counter((identity.split(".")[2], to) for identity, to in board.told)
    by_event: Counter[str] = Counter()
    for (event, _), mails in found.items():
        by_event[event] += mails
    print(f"{len(DAY)} requests, {found.total()} mails: {dict(by_event)}")  # noqa: T201  a measurement
    return found


def prefer(house: House, email: str, preferences: Preferences) -> None:
    change = PreferencesChange(email=email, base=DEFAULTS.revision, preferences=preferences)
    keep(opened(house.git, house.folder / "api"), change)


async def test_who_was_asked_is_told_once_that_it_is_over(house: House) -> None:
    """Each decision closes the thread of the colleague who did not make it; the admin, who stands in, hears nothing."""
    found = await counted(house)
    assert not [event for event, to in found if to == ALICE]
    for decided, event in (("approved", Event.APPROVED), ("rejected", Event.REJECTED), ("cancelled", Event.CANCELLED)):
        assert found[event, CLAIRE] == sum(decided in actions for actions in DAY)
        assert found[event, JEAN] == 0
    assert found[Event.CREATED, CLAIRE] == found[Event.CREATED, JEAN] == len(DAY)


async def test_a_digest_leaves_what_cannot_wait(house: House) -> None:
    """Two approvers who keep new requests for their mornings are mailed about what they approved, and nothing else."""
    for each in (JEAN, CLAIRE):
        prefer(house, each, Preferences(mail={Event.CREATED: MailTime.DIGEST}, digest=Digest(daily=True)))
    found = await counted(house)
    assert {event for event, to in found if to == JEAN} == {Event.STARTED, Event.SUCCEEDED, Event.FAILED}
    assert not [event for event, to in found if to == CLAIRE]


async def test_a_choice_counts_from_the_next_mail_on(house: House) -> None:
    """An admin who wants every request gets it; an approver who wants none of it gets none."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        await Story(leader.repository).create()
        await until(lambda: len(board.told) == 2)
        prefer(house, ALICE, Preferences(mail={Event.CREATED: MailTime.NOW}))
        prefer(house, JEAN, Preferences(mail={Event.CREATED: MailTime.OFF}))
        await Story(leader.repository, pending(id=number(2))).create()
        await until(lambda: len(board.told) == 4)
    told = [(identity.split(".")[0], to) for identity, to in board.told]
    assert sorted(told) == [(number(1), CLAIRE), (number(1), JEAN), (number(2), ALICE), (number(2), CLAIRE)]
