"""The outbox of webhooks: a real receiver for each destination, over a real record."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from standardwebhooks import Webhook as Verifier

from activities import planning
from domain import backlog
from domain.announcement import Channel
from domain.delivery import DeliveryOutcome
from domain.roles import Role
from record.git.outbox import undelivered
from record.people.directory import DirectoryReader
from tests.activities.test_outbox import WHOLE, House, house, told_whole, until
from tests.domain.builders import FINANCE, RETAIL, pending, person
from tests.record.building import Story, git, number, opened, person_commits
from tests.webhooks import SECRET, Receiver, channel

__all__ = ["house"]

RITA = person("rita.retail@cab-i.com", Role.DEVOPS, tenant=RETAIL)


def named(house: House, *urls: str, tenant: str = FINANCE) -> list[str]:
    """Write these webhooks into the tenant's file; their ids."""
    house.channel = Channel.WEBHOOK
    file = f"tenants/{tenant}.yaml"
    before = git(house.git, "show", f"main:{file}").split("\n  webhooks:")[0].rstrip()
    lines = "".join(f"\n    - {{url: '{url}', secretName: ci}}" for url in urls)
    person_commits(house.git, {file: f"{before}\n  webhooks:{lines or ' []'}\n"})
    reader = DirectoryReader(opened(house.git, house.folder / "reader"))
    reader._repository.fetch()
    return [each.id for each in reader.current().tenants[tenant].webhooks]


def events(receiver: Receiver, ticket: str = number(1)) -> list[str]:
    return [each["type"] for each in receiver.got if each["subject"] == ticket]


async def test_a_promotion_is_told_to_each_address_in_order(house: House) -> None:
    """Whichever address is away: the others are told meanwhile, and it is told when it is back, in order, once."""
    async with AsyncExitStack() as stack:
        well, away = Receiver(), Receiver(status=500)
        for each in (well, away):
            await stack.enter_async_context(each.open())
        ids = named(house, well.url(), away.url())
        async with house.leading(channel()) as leader:
            await told_whole(leader.repository)
            await until(lambda: events(well) == WHOLE)
            assert events(away) == []
            assert {each.outcome for each in house.report().progress} <= {DeliveryOutcome.WAITING}
            away.status = 204
            house.clock.let_pass(minutes=16)
            await until(lambda: events(away) == WHOLE)
            await until(lambda: {each.outcome for each in house.report().progress} == {DeliveryOutcome.DELIVERED})
    assert [sorted(receipt.to for receipt in each.receipts) for each in house.report().progress] == [sorted(ids)] * 4
    assert undelivered(opened(house.git, house.folder), Channel.WEBHOOK).letters == ()


async def test_a_slow_receiver_holds_up_no_other(house: House) -> None:
    """Nor does it hold up the journal: what the others got is noted while it takes its time."""
    async with AsyncExitStack() as stack:
        slow, quick = Receiver(pause=60), Receiver()
        for each in (slow, quick):
            await stack.enter_async_context(each.open())
        named(house, slow.url(), quick.url())
        async with house.leading(channel()) as leader:
            await told_whole(leader.repository)
            await until(lambda: events(quick) == WHOLE)
            await until(lambda: sum(len(each.receipts) for each in house.report().progress) == 4)
            assert slow.got == []


async def test_a_tenant_whose_receiver_is_away_fills_its_own_share_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes beyond stands in the list of what was given up, and another tenant is told at once."""
    monkeypatch.setattr(planning, "MOST_WAITING", 6)
    monkeypatch.setattr(backlog, "MOST_AT_ONE_PLACE", 4)
    async with AsyncExitStack() as stack:
        away, well = Receiver(status=500), Receiver()
        for each in (away, well):
            await stack.enter_async_context(each.open())
        (dead,) = named(house, away.url())
        named(house, well.url(), tenant=RETAIL)
        async with house.leading(
            channel(secrets={f"{each}/ci": (Verifier(SECRET),) for each in (FINANCE, RETAIL)})
        ) as led:
            await Story(led.repository).create()
            await until(lambda: away.asked > 0)
            for n in range(2, 11):
                await Story(led.repository, pending(id=number(n))).create()
            await Story(led.repository, pending(id=number(11), tenant=RETAIL, requester=RITA)).create()
            await until(lambda: events(well, number(11)) == WHOLE[:1])
            await until(lambda: len(undelivered(opened(house.git, house.folder), Channel.WEBHOOK).letters) == 6)
            away.status = 204
            house.clock.let_pass(minutes=16)
            await until(lambda: len(away.got) == 4)
    assert [each["subject"] for each in sorted(away.got, key=lambda each: each["subject"])] == list(
        map(number, range(1, 5))
    )
    letters = undelivered(opened(house.git, house.folder), Channel.WEBHOOK).letters
    assert {(each.to, each.tenant) for each in letters} == {(dead, FINANCE)}
    assert "waited for it already" in letters[0].why


async def test_a_slow_receiver_s_message_is_not_given_up_while_it_is_under_way(house: House) -> None:
    """The clock says that it is too old, and the receiver takes it all the same."""
    async with Receiver(pause=3).open() as slow:
        named(house, slow.url())
        async with house.leading(channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: slow.asked == 1)
            house.clock.let_pass(days=4)
            await until(lambda: bool(slow.got))
            await until(lambda: [each.outcome for each in house.report().progress] == [DeliveryOutcome.DELIVERED])
    assert undelivered(opened(house.git, house.folder), Channel.WEBHOOK).letters == ()


async def test_what_was_given_up_stands_in_a_list(house: House) -> None:
    """With what the receiver said last; so does what was refused for good, and the next leader keeps it."""
    async with AsyncExitStack() as stack:
        broken, gone = Receiver(status=503), Receiver(status=410)
        for each in (broken, gone):
            await stack.enter_async_context(each.open())
        first, second = named(house, broken.url(), gone.url())
        async with house.leading(channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: broken.asked > 0 and gone.asked > 0)
            await until(lambda: bool(house.report().progress) and bool(house.report().progress[0].failure))
            house.clock.let_pass(days=4)
            await until(lambda: [each.outcome for each in house.report().progress] == [DeliveryOutcome.UNDELIVERED])
        async with house.leading(channel()) as leader:
            await Story(leader.repository, pending(id=number(2))).create()
            house.clock.let_pass(days=-4)
            await until(lambda: gone.asked == 2)
    letters = undelivered(opened(house.git, house.folder), Channel.WEBHOOK).letters
    assert {(each.ticket, each.to, each.why) for each in letters[:2]} == {
        (number(1), first, "The receiver answered 503"),
        (number(1), second, "The receiver answered 410"),
    }
    assert {each.tenant for each in letters} == {"tenant-finance"}


async def test_a_receiver_that_asks_for_time_gets_it_and_the_others_do_not_wait(house: House) -> None:
    """429 with `Retry-After`: a quarter of an hour is not enough where an hour was asked for."""
    async with AsyncExitStack() as stack:
        busy, quick = Receiver(status=429, headers={"Retry-After": "3600"}), Receiver()
        for each in (busy, quick):
            await stack.enter_async_context(each.open())
        named(house, busy.url(), quick.url())
        async with house.leading(channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: busy.asked == 1 and len(quick.got) == 1)
            house.clock.let_pass(minutes=30)
            await asyncio.sleep(1.5)
            assert busy.asked == 1
            busy.status = 204
            house.clock.let_pass(minutes=61)  # its answer may have been read after the first half hour
            await until(lambda: len(busy.got) == 1)


async def test_a_tenant_without_webhooks_reports_nothing_of_them(house: House) -> None:
    """Its requests are told on other channels alone."""
    named(house)
    async with house.leading(channel()) as leader:
        await Story(leader.repository).create()
        await until(lambda: house.appends() == 2)
    assert house.report().progress == ()


async def test_an_entry_that_can_not_be_used_takes_itself_away_and_nothing_else(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The good one beside it is told, the tenant's people keep their rights, and the log names file and line."""
    async with Receiver().open() as receiver:
        (ok,) = named(house, receiver.url(), "ftp://files.example/")
        async with house.leading(channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: len(receiver.got) == 1)
            directory = DirectoryReader(leader.repository).current()
    assert directory.faults == ()
    assert [each.id for each in directory.tenants["tenant-finance"].webhooks] == [ok]
    assert "tenants/tenant-finance.yaml, line" in caplog.text
    assert "it is told nothing" in caplog.text
