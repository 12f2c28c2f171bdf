"""The outbox of notifications: real push services, over a real record that says whose browsers these are."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bootstrap.push import web_push
from clients.push.channel import WebPush
from clients.push.key import PushKey
from domain.announcement import Channel
from domain.browsers import BrowserChange
from domain.delivery import DeliveryOutcome
from record.git.browsers import BROWSERS, browsers_of, keep_browser
from record.git.outbox import undelivered
from record.git.repository import Repository
from settings import Settings
from tests.activities.test_outbox import House, house, told_whole, until
from tests.clients.announcing import LETTERS
from tests.domain.builders import JEAN, pending
from tests.push import Browser, PushService, known, push_key
from tests.record.building import Story, number, opened

__all__ = ["house"]


class Services:
    """A push service for each browser of Jean's, and the channel that tells them."""

    def __init__(self, house: House, key: PushKey) -> None:
        self.house = house
        self.key = key
        self.all: list[PushService] = []
        house.channel = Channel.PUSH

    async def open(self, stack: AsyncExitStack, name: str, **fields: object) -> PushService:
        """One more browser, at a service of its own."""
        folder = self.house.folder / name
        folder.mkdir()
        service = PushService(folder, self.key.public)
        await stack.enter_async_context(service.open())
        for field, value in fields.items():
            setattr(service, field, value)
        browser = known(Browser(), service.endpoint(name), JEAN, name=name)
        keep_browser(self._record(), BrowserChange(addresses=(JEAN.email,), added=browser))
        self.all.append(service)
        return service

    @property
    def names(self) -> list[str]:
        record = self._record()
        return [each.name for each in browsers_of(record.journal(BROWSERS), JEAN)]

    def channel(self) -> WebPush:
        ca = self.house.folder / "all.pem"
        ca.write_bytes(b"".join(each.ca.read_bytes() for each in self.all))
        settings = Settings.from_environment(
            {
                "PRODGATE_GIT_REPO": str(self.house.git),
                "PRODGATE_PUSH_ALLOW": "127.0.0.0/8",
                "PRODGATE_PUSH_CA_BUNDLE": str(ca),
            }
        )
        return web_push(settings, self.key, LETTERS, self._record())

    def _record(self) -> Repository:
        return opened(self.house.git, self.house.folder / "beside")


@pytest.fixture
def services(house: House) -> Services:
    return Services(house, push_key())


async def test_a_slow_push_service_holds_up_no_other(services: Services) -> None:
    """Nor the journal: what the others took is noted while it takes its time."""
    async with AsyncExitStack() as stack:
        slow = await services.open(stack, "slow", pause=60)
        quick = await services.open(stack, "quick")
        async with services.house.leading(services.channel()) as leader:
            await told_whole(leader.repository)
            await until(lambda: len(quick.taken) > 0)
            await until(lambda: any(each.receipts for each in services.house.report().progress))
            assert slow.taken == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_ended_is_forgotten_and_asked_for_no_more(services: Services, status: int) -> None:
    """It leaves the record, the list of what was given up says why, and the person's other browser is told."""
    async with AsyncExitStack() as stack:
        gone = await services.open(stack, "gone", status=status)
        kept = await services.open(stack, "kept")
        async with services.house.leading(services.channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: services.names == ["kept"] and len(kept.taken) == 1)
            await Story(leader.repository, pending(id=number(2))).create()
            await until(lambda: len(kept.taken) == 2)
    assert gone.asked == 1
    record = opened(services.house.git, services.house.folder)
    assert [each.why for each in undelivered(record, Channel.PUSH).letters] == [
        f"The subscription has ended ({status})"
    ]


async def test_a_service_that_asks_to_wait_is_asked_again_when_it_said(services: Services) -> None:
    """429 with `Retry-After`: not a moment earlier, however soon a usual pause would end; and then it is told."""
    async with AsyncExitStack() as stack:
        busy = await services.open(stack, "busy", status=429, headers={"Retry-After": "600"})
        async with services.house.leading(services.channel()) as leader:
            await Story(leader.repository).create()
            await until(lambda: any(each.failure for each in services.house.report().progress))
            busy.status = None
            services.house.clock.let_pass(minutes=9)
            await asyncio.sleep(2.5)
            assert busy.asked == 1
            services.house.clock.let_pass(minutes=2)
            await until(lambda: len(busy.taken) == 1)
            done = [DeliveryOutcome.DELIVERED]
            await until(lambda: [each.outcome for each in services.house.report().progress] == done)
