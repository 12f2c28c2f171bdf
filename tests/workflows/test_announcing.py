"""Announcements beside promotions: in order, once, on channels that don't wait for each other, and nobody for them."""

import asyncio
import json
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle

from activities.announcing import PROGRESS
from clients.kafka import Brokers, Kafka
from clients.mail import Mail, MailServer
from clients.slack import Slack, web_client
from domain.announcement import Channel
from domain.decision import DecisionAction
from domain.delivery import Outcome, Report, announcements_of
from domain.ticket import State
from tests.clients.announcing import LETTERS
from tests.domain.builders import JEAN
from tests.kafka.broker import Broker
from tests.slack import TOKEN as SLACK_TOKEN
from tests.slack import SlackStandIn
from tests.smtp import MailSink
from tests.workflows.announced import Board
from tests.workflows.stage import Stage
from workflows.announcing import Announcements

APPROVE, REJECT, CANCEL, RETRY, *_ = DecisionAction
TICKET = "PR-2026-0001"
WHOLE = ["request-created", "request-approved", "deployment-started", "deployment-succeeded"]


@pytest.fixture(autouse=True)
def _as_in_production(request: pytest.FixtureRequest) -> None:
    """The worker keeps the workflows that it runs."""
    name = "stage" if "stage" in request.fixturenames else "dev_stage"
    request.getfixturevalue(name).cached = 100


def events(board: Board) -> list[str]:
    return [each.split(".")[2] for each in board.told]


def mail(sink: MailSink) -> Mail:
    return Mail(MailServer.at(f"smtp://127.0.0.1:{sink.port}"), Address("P", addr_spec="gate@cab-i.com"), LETTERS)


async def announced(stage: Stage) -> Report:
    """The announcements' own result."""
    handle: WorkflowHandle[Announcements, Report] = stage.environment.client.get_workflow_handle_for(
        Announcements.run, announcements_of(TICKET)
    )
    report: Report = await asyncio.wait_for(handle.result(), 30)
    return report


async def progress(stage: Stage) -> list[tuple[str, Channel, Outcome]]:
    handle = stage.environment.client.get_workflow_handle(announcements_of(TICKET))
    report = await handle.query(PROGRESS, result_type=Report)
    return [(each.event, each.channel, each.outcome) for each in report.progress]


async def heard(board: Board, event: str) -> None:
    """Return when the channel has been told of the event."""
    for _ in range(400):
        if event in events(board):
            return
        await asyncio.sleep(0.025)
    raise AssertionError(f"{event} was never told: {board.told}")


async def deploy(stage: Stage) -> None:
    promoted = await stage.submit()
    await stage.decide(promoted, APPROVE, JEAN)
    assert (await promoted.result()).state is State.DEPLOYED


async def test_a_promotion_is_announced_once_and_in_order_on_every_channel(dev_stage: Stage) -> None:
    """Four events, three channels; the last delivery's thread goes with the next."""
    boards = {channel: Board() for channel in Channel}
    dev_stage.outlets.update(boards)
    async with dev_stage.working():
        await deploy(dev_stage)
        report = await announced(dev_stage)
    assert [events(board) for board in boards.values()] == [WHOLE] * 3
    assert {each.outcome for each in report.progress} == {Outcome.DELIVERED}
    assert [thread and thread.ts for thread in boards[Channel.SLACK].threads] == [None, "1", "2", "3"]
    assert set(boards[Channel.KAFKA].threads) == {None}


async def test_a_rejected_promotion_is_announced_with_its_end(dev_stage: Stage) -> None:
    """Nothing is said of a deployment."""
    dev_stage.outlets[Channel.KAFKA] = board = Board()
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, REJECT, JEAN)
        await announced(dev_stage)
    assert events(board) == ["request-created", "request-rejected"]


async def test_a_failed_promotion_s_retry_is_announced_as_a_new_deployment(dev_stage: Stage) -> None:
    """Each attempt's events have ids of their own."""
    dev_stage.outlets[Channel.KAFKA] = board = Board()
    dev_stage.awx.faults(life=["failed"])
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        await dev_stage.decide(promoted, APPROVE, JEAN)
        await dev_stage.until(promoted, State.FAILED)
        await dev_stage.decide(promoted, RETRY, JEAN)
        await announced(dev_stage)
    assert events(board) == [*WHOLE[:3], "deployment-failed", "deployment-started", "deployment-succeeded"]
    assert len(set(board.told)) == 6


async def test_mail_that_is_down_for_a_promotion_s_whole_life_comes_once_and_in_order(dev_stage: Stage) -> None:
    """The promotion ends in time, the other channels hear at once; when the server is back, everybody is told."""
    dev_stage.outlets[Channel.KAFKA] = board = Board()
    async with MailSink().open() as sink:
        dev_stage.outlets[Channel.MAIL] = mail(sink)
    async with dev_stage.working():
        await asyncio.wait_for(deploy(dev_stage), 15)
        await heard(board, WHOLE[-1])
        states = {state for _, channel, state in await progress(dev_stage) if channel is Channel.MAIL}
        assert states == {Outcome.WAITING}
        async with sink.open():
            await announced(dev_stage)
    assert [event for event, _ in sink.said()] == sorted((each for each, _ in sink.said()), key=WHOLE.index)
    assert {event for event, _ in sink.said()} == set(WHOLE)
    assert len(sink.ids()) == len(set(sink.ids()))


async def test_slack_that_is_down_for_a_promotion_s_whole_life_gets_one_thread_in_order(dev_stage: Stage) -> None:
    """Slack comes back after the deployment, and asks to wait once more."""
    workspace = SlackStandIn()
    async with workspace.open():
        slack = Slack(web_client(SLACK_TOKEN, workspace.url), "#promotions", LETTERS)
    dev_stage.outlets |= {Channel.SLACK: slack, Channel.MAIL: (board := Board())}
    async with dev_stage.working():
        await asyncio.wait_for(deploy(dev_stage), 15)
        await heard(board, WHOLE[-1])
        async with workspace.open():
            workspace.limit = len(workspace.calls) + 3
            await announced(dev_stage)
    ids = [message.said["metadata"]["event_payload"]["id"].split(".")[2] for message in workspace.messages]
    assert ids == WHOLE
    assert [message.thread for message in workspace.messages] == [None, *[workspace.messages[0].ts] * 3]
    assert len(workspace.updates) == 3


async def test_kafka_that_is_down_for_a_promotion_s_whole_life_gets_every_event_in_order(
    dev_stage: Stage, tmp_path: Path
) -> None:
    """The broker starts after the deployment has ended."""
    broker = Broker(tmp_path)
    kafka = Kafka(Brokers(broker.address), "promotion-requests", "https://prodgate.example/v1/requests/prod")
    dev_stage.outlets |= {Channel.KAFKA: kafka, Channel.MAIL: (board := Board())}
    async with dev_stage.working():
        await asyncio.wait_for(deploy(dev_stage), 15)
        await heard(board, WHOLE[-1])
        await asyncio.to_thread(broker.start)
        try:
            await announced(dev_stage)
            consumer = AIOKafkaConsumer(
                kafka.topic, bootstrap_servers=broker.address, group_id="readers", auto_offset_reset="earliest"
            )
            async with consumer:
                messages = [await asyncio.wait_for(consumer.getone(), 20) for _ in WHOLE]
                assert await consumer.getmany(timeout_ms=500) == {}
        finally:
            await kafka.close()
            broker.stop()
    assert [json.loads(message.value or b"")["type"] for message in messages] == WHOLE


async def test_a_worker_that_dies_before_it_could_tell_says_it_again_with_the_same_id(dev_stage: Stage) -> None:
    """At least once; a reader can drop the repeat."""
    dev_stage.outlets[Channel.KAFKA] = board = Board(lost=1)
    async with dev_stage.working():
        await deploy(dev_stage)
        await announced(dev_stage)
    assert board.told[0] == board.told[1]
    assert events(board) == [WHOLE[0], *WHOLE]


async def test_what_nobody_could_deliver_is_given_up_and_seen(dev_stage: Stage) -> None:
    """The workflow fails with the channel's name, is found by it, and the promotion knew nothing of it."""
    dev_stage.outlets |= {Channel.SLACK: Board(down="no such channel"), Channel.KAFKA: (board := Board())}
    dev_stage.patience = timedelta(seconds=1)
    async with dev_stage.working():
        await deploy(dev_stage)
        with pytest.raises(WorkflowFailureError) as failed:
            await announced(dev_stage)
        seen = await progress(dev_stage)
    assert "could be delivered by slack" in str(failed.value.cause)
    assert {state for _, channel, state in seen if channel is Channel.SLACK} == {Outcome.UNDELIVERED}
    assert events(board) == WHOLE
    handle = dev_stage.environment.client.get_workflow_handle(announcements_of(TICKET))
    found = await handle.describe()
    assert found.status is WorkflowExecutionStatus.FAILED
    assert found.search_attributes["PromotionUndelivered"] == ["slack"]


async def test_approvers_are_reminded_and_the_requester_is_warned_until_it_expires(stage: Stage) -> None:
    """Thirty days without a decision: a reminder a day, one warning, and the end; none of it on Kafka but the facts."""
    stage.outlets |= {Channel.MAIL: (mails := Board()), Channel.KAFKA: (board := Board())}
    async with stage.working():
        promoted = await stage.submit()
        await stage.ended(promoted)
        await heard(mails, "request-expired")
    assert events(board) == ["request-created", "request-expired"]
    told = events(mails)
    assert (told[0], told[-1], told.count("request-expiring")) == ("request-created", "request-expired", 1)
    assert told.index("request-expiring") in {27, 28}
    assert told.count("request-reminder") in {28, 29}
    assert len(set(mails.told)) == len(mails.told)


async def test_nothing_is_announced_where_no_channel_is_set_up(dev_stage: Stage) -> None:
    """No workflow is started for it."""
    async with dev_stage.working():
        await deploy(dev_stage)
    listed = [each.id async for each in dev_stage.environment.client.list_workflows()]
    assert announcements_of(TICKET) not in listed


async def test_a_change_that_is_told_twice_is_announced_once(dev_stage: Stage) -> None:
    """The commit's activity may run again after it has told."""
    dev_stage.outlets[Channel.KAFKA] = board = Board()
    async with dev_stage.working():
        promoted = await dev_stage.submit()
        handle = dev_stage.environment.client.get_workflow_handle(announcements_of(TICKET))
        history = await handle.fetch_history()
        (signal,) = [each for each in history.events if each.HasField("workflow_execution_signaled_event_attributes")]
        told = signal.workflow_execution_signaled_event_attributes.input
        (value,) = await dev_stage.environment.client.data_converter.decode(told.payloads)
        await handle.signal("tell", value)
        await dev_stage.decide(promoted, REJECT, JEAN)
        await announced(dev_stage)
    assert events(board) == ["request-created", "request-rejected"]
