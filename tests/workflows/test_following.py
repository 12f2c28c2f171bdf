"""Followers of the record: one leads, whoever dies; what a promotion tells costs it no step of the engine."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Worker

from activities import leading
from activities.leading import LeadingActivities, Lease, LeaseLost
from domain.announcement import Channel
from domain.decision import DecisionAction
from domain.errors import NewerFormat
from domain.following import Followed, LeadReport
from domain.ticket import State
from engine.heartbeats import HeartbeatInterceptor
from record.errors import BranchRewritten
from tests.board import Board
from tests.domain.builders import JEAN, NOW
from tests.workflows.stage import GRACE, Stage
from workflows.following import Follow, keep_following

NAME = Followed(name="outbox/mail")
WHOLE = ["request-created", "request-approved", "deployment-started", "deployment-succeeded"]


class Counting:
    """A follower that counts who leads, and how often it may act."""

    def __init__(self) -> None:
        self.leads = 0
        self.acts = 0
        self.lost: list[str] = []
        self.fails: Exception | None = None

    async def follow(self, lease: Lease) -> None:
        if self.fails:
            raise self.fails
        self.leads += 1
        lease.details = LeadReport(cursor=None, began=NOW, behind=0, waiting=7, undelivered=0, skipped=0)
        try:
            while True:
                lease.check()
                self.acts += 1
                await asyncio.sleep(0.02)
        except LeaseLost as lost:
            self.lost.append(str(lost))
            raise


async def another(client: Client) -> Client:
    """A client of its own, as another process has it."""
    config = client.config()
    address = config["service_client"].config.target_host
    return await Client.connect(address, namespace=config["namespace"], data_converter=config["data_converter"])


def working(client: Client, follower: Counting, name: str = NAME.name) -> Worker:
    activities = LeadingActivities(client, {name: follower})
    return Worker(
        client,
        task_queue="follow",
        workflows=[Follow],
        activities=[activities.lead],
        interceptors=[HeartbeatInterceptor()],
        **GRACE,
    )


async def until(true: Callable[[], bool], seconds: float = 90) -> None:
    for _ in range(round(seconds / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed within two seconds."""
    monkeypatch.setattr("workflows.options.HEARTBEAT", timedelta(seconds=2))


async def test_a_promotion_is_told_on_every_channel_and_knows_nothing_of_it(dev_stage: Stage) -> None:
    """Every channel, four events each; its own history has no step for them."""
    boards = {channel: Board() for channel in Channel}
    dev_stage.channel_clients |= boards
    dev_stage.cached = 100
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, DecisionAction.APPROVE, JEAN)
        assert (await promoted.result()).state is State.DEPLOYED
        await until(lambda: all(len(board.told) == 4 for board in boards.values()))
    assert [board.events for board in boards.values()] == [WHOLE] * len(Channel)
    history = await promoted.fetch_history()
    steps = {event.activity_task_scheduled_event_attributes.activity_type.name for event in history.events} - {""}
    assert steps == {"record_change", "launch_job", "read_result"}


async def test_two_workers_have_one_leader_and_the_other_follows_when_it_stops(temporal: Client) -> None:
    """A worker that stops in order hands over at once; starting to follow again changes nothing."""
    first, second = Counting(), Counting()
    for _ in range(2):
        await keep_following(temporal, "follow", NAME)
    async with working(temporal, first):
        await until(lambda: first.acts > 5)
        async with working(await another(temporal), second):
            await keep_following(temporal, "follow", NAME)
            acted = first.acts
            await until(lambda: first.acts > acted + 10)
            assert second.leads == 0
        assert first.leads == 1
    third = Counting()
    async with working(temporal, third):
        await until(lambda: third.acts > 0)
    assert (first.leads, second.leads) == (1, 0)


@pytest.mark.usefixtures("quick")
async def test_a_leader_whose_heartbeats_do_not_arrive_stops_before_another_begins(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut off from the engine: its lease ends by its own clock."""
    first, second = Counting(), Counting()
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, first):
        await until(lambda: first.acts > 0)
        renew = Lease.renew

        async def cut_off(self: Lease) -> None:
            if not first.lost and first.leads == 1 and second.leads == 0:
                await asyncio.sleep(3600)
            await renew(self)

        monkeypatch.setattr(Lease, "renew", cut_off)
        await until(lambda: bool(first.lost))
        assert first.lost == ["no heartbeat was confirmed in time"]


@pytest.mark.usefixtures("quick")
async def test_a_leader_that_the_engine_gave_up_leads_no_more(temporal: Client) -> None:
    """Somebody terminated the workflow; the next heartbeat says so."""
    follower = Counting()
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, follower):
        await until(lambda: follower.acts > 0)
        handle = temporal.get_workflow_handle(NAME.name)
        await handle.terminate("by hand")
        await keep_following(temporal, "follow", NAME)
        await until(lambda: follower.leads == 2)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


@pytest.mark.parametrize("why", [BranchRewritten("1" * 40, "2" * 40), NewerFormat.of("journal", "2", "1")])
async def test_why_it_stands_still_can_be_read_in_the_engine_s_pages(temporal: Client, why: Exception) -> None:
    """The last failure of the pending activity; a gauge is 1."""
    follower = Counting()
    follower.fails = why
    leading.STANDS.labels(NAME.name).set(0)
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, follower):
        await until(lambda: leading.STANDS.labels(NAME.name)._value.get() == 1)
        said = ""
        while str(why) not in said:
            described = await temporal.get_workflow_handle(NAME.name).describe()
            said = str(described.raw_description.pending_activities)
            await asyncio.sleep(0.05)


async def test_how_far_it_is_can_be_read_in_the_engine_s_pages(temporal: Client) -> None:
    """The details of its heartbeats."""
    follower = Counting()
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, follower):
        said = b""
        while b'"waiting":7' not in said:
            described = await temporal.get_workflow_handle(NAME.name).describe()
            pending = described.raw_description.pending_activities
            said = b"".join(each.data for activity in pending for each in activity.heartbeat_details.payloads)
            await asyncio.sleep(0.05)


async def test_a_shift_ends_and_the_next_begins_in_a_run_of_its_own(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no history grows."""
    monkeypatch.setattr(leading, "SHIFT", timedelta(seconds=0.2))
    follower = Counting()
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, follower):
        await until(lambda: follower.leads >= 3)
    assert follower.lost == []


async def test_a_worker_without_the_channel_leaves_it_to_the_others(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings name no mail server, another's do."""
    monkeypatch.setattr(leading, "ELSEWHERE", timedelta(milliseconds=50))
    other, right = Counting(), Counting()
    await keep_following(temporal, "follow", NAME)
    async with working(temporal, other, "outbox/slack"), working(await another(temporal), right):
        await until(lambda: right.acts > 0)
    assert other.leads == 0
