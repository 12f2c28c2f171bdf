"""A day of 42 requests in one tenant: how many mails they make, and for whom."""

from collections import Counter
from pathlib import Path

import pytest

from domain.announcement import Event
from domain.preferences import DEFAULTS, Digest, MailTime, Preferences, PreferencesChange
from record.git.preferences import keep
from tests.activities.test_outbox import CLAIRE, JEAN, PLAN, House, until
from tests.activities.test_summaries import HOUR, following
from tests.board import Board, Clock
from tests.domain.builders import PIERRE, pending
from tests.record.building import Story, number, opened, publish_key
from tests.smtp import MailSink

ALICE = "alice.admin@cab-i.com"
VICTOR = "victor.roux@cab-i.com"
DEPLOYED = ("approved", "deploying", "deployed")
DAY = (
    *[DEPLOYED] * 8,
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


async def counted(house: House, day: tuple[tuple[str, ...], ...] = DAY) -> Counter[tuple[str, str]]:
    """The mails of the day, by event and recipient."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        for index, actions in enumerate(day, 1):
            await (await Story(leader.repository, pending(id=number(index))).create()).then(*actions)
        tip = leader.repository.tip()
        await until(lambda: f"cursor='{tip}'" in (said := str(leader.lease.details)) and "behind=0 waiting=0" in said)
    found = Counter((identity.split(".")[2], to) for identity, to in board.told)
    by_event: Counter[str] = Counter()
    for (event, _), mails in found.items():
        by_event[event] += mails
    print(f"{len(day)} requests, {found.total()} mails: {dict(by_event)}")  # noqa: T201  a measurement
    return found


def per_person(found: Counter[tuple[str, str]]) -> dict[str, int]:
    """All the mails that each person got."""
    totals: Counter[str] = Counter()
    for (_, to), mails in found.items():
        totals[to] += mails
    return dict(totals)


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
    operations = "exploitation@cab-i.com"
    assert per_person(found) == {JEAN: 60, CLAIRE: 57, PIERRE.email: 33, VICTOR: 9, operations: 1}


@pytest.mark.parametrize("promotions", [1, 10])
async def test_a_promotion_that_goes_well_is_so_many_mails(house: House, promotions: int) -> None:
    """The whole of it, from the request to production, for each person whom it concerns; nobody else gets any."""
    found = await counted(house, (DEPLOYED,) * promotions)
    each = {PIERRE.email: 3, JEAN: 3, CLAIRE: 2, VICTOR: 1}
    assert per_person(found) == {to: mails * promotions for to, mails in each.items()}
    closing = [event for event, to in found if to == CLAIRE and event != Event.CREATED]
    assert closing == [Event.APPROVED], "one closing mail a thread"


@pytest.mark.parametrize("promotions", [1, 10])
async def test_a_digest_is_one_mail_however_many_promotions(house: House, tmp_path: Path, promotions: int) -> None:
    """For an approver who keeps everything for it, the next morning's summary is all that comes, over a real server."""
    kept = dict.fromkeys(Event, MailTime.DIGEST)
    prefer(house, CLAIRE, Preferences(mail=kept, digest=Digest(daily=True, hour=HOUR)))
    found = await counted(house, (DEPLOYED,) * promotions)
    assert CLAIRE not in per_person(found)
    async with MailSink().open() as sink, following(house.git, tmp_path / "summaries", sink, Clock()) as lease:
        await until(lambda: len(sink.taken) == 1 and lease.details is not None)
        text = sink.taken[0].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert [mail.to for mail in sink.taken] == [[CLAIRE]]
    assert sum(text.count(number(index)) > 0 for index in range(1, promotions + 1)) == promotions


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
