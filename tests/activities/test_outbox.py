"""The outbox of a channel: what is told, how often and in which order, whoever dies, is away or was rewritten."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from activities import planning
from activities.leading import Lease, LeaseLost
from activities.outbox import ChannelOutbox
from activities.planning import ChannelSetup
from clients.channel import ChannelClient
from clients.kafka.channel import Brokers, Kafka
from clients.mail.channel import Mail, MailServer
from clients.slack.channel import Slack, web_client
from domain.announcement import Channel, Plan
from domain.delivery import DeliveryOutcome, Report
from domain.ticket import Impact
from domain.versions import Direction
from record.errors import BranchRewritten, JournalMoved
from record.facts.acts import ActReader
from record.facts.controls import Controls
from record.files.writing import text_of
from record.git.outbox import announced
from record.git.repository import Repository
from record.index.diff import Comparer
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from tests.board import Board, Clock
from tests.clients.announcing import LETTERS
from tests.domain.builders import NOW, PIERRE, pending
from tests.kafka.broker import Broker
from tests.record.building import Story, after, git, number, opened, person_commits, publish_key
from tests.slack import TOKEN as SLACK_TOKEN
from tests.slack import SlackStandIn
from tests.smtp import MailSink

WHOLE = ["request-created", "request-approved", "deployment-started", "deployment-succeeded"]
JEAN, CLAIRE = (f"{name}@cab-i.com" for name in ("jean.dupont", "claire.moreau"))
PLAN = Plan(
    remind_after=dict.fromkeys(Impact, timedelta(days=1)),
    warn_before=timedelta(days=3),
    patience=timedelta(days=3),
    expiry=timedelta(days=30),
)


class Held(Lease):
    """A lease that lasts until the test ends it."""

    def __init__(self) -> None:
        self.lost = False
        self.details = None

    def check(self) -> None:
        if self.lost:
            raise LeaseLost("somebody else leads")


@dataclass
class Leader:
    """One process that leads."""

    repository: Repository
    index: Index
    lease: Held
    task: "asyncio.Task[None]"

    async def ends(self) -> None:
        """Return or raise what the leader's work ends with."""
        await asyncio.wait_for(asyncio.shield(self.task), 20)


@dataclass
class House:
    """A record, one channel, and a clock."""

    git: Path
    folder: Path
    clock: Clock = field(default_factory=Clock)
    channel: Channel = Channel.MAIL
    plan: Plan = PLAN
    remote: bool = False
    _leaders: int = 0

    @asynccontextmanager
    async def leading(self, client: ChannelClient) -> AsyncIterator[Leader]:
        """A process that leads until the context ends, with a clone and an index of its own."""
        self._leaders += 1
        folder = self.folder / f"leader-{self._leaders}"
        repository = opened(f"file://{self.git}" if self.remote else self.git, folder)
        repository.fetch()
        index = Index(repository, folder / "index.db")
        directory = DirectoryReader(repository)
        controls = Controls.of(repository, directory, index)
        acts, comparer = ActReader(repository, index, KeyReader(repository)), Comparer(index, controls.catalogue)
        box = ChannelOutbox(ChannelSetup(self.channel, client, acts, directory, comparer, self.plan, self.clock.now))
        await asyncio.to_thread(box.begin)
        lease = Held()
        leader = Leader(repository, index, lease, asyncio.create_task(box.follow(lease)))
        try:
            yield leader
        finally:
            leader.task.cancel()
            with contextlib.suppress(asyncio.CancelledError, LeaseLost, JournalMoved, BranchRewritten):
                await leader.task
            index.close()
            await repository.close()

    def report(self, ticket_id: str = number(1)) -> Report:
        """The content of the journals about the ticket, the first one where none is named."""
        return announced(opened(self.git, self.folder), ticket_id)

    def appends(self) -> int:
        return int(git(self.git, "rev-list", "--count", f"refs/outbox/{self.channel}"))


@pytest.fixture
def house(gitops: Path, tmp_path: Path) -> House:
    publish_key(gitops)
    return House(gitops, tmp_path)


async def until(true: Callable[[], bool], seconds: float = 90) -> None:
    for _ in range(round(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


async def told_whole(repository: Repository, ticket: str = number(1)) -> None:
    """A ticket from its creation to production, each transition with a commit of its own."""
    story = await Story(repository, pending(id=ticket)).create()
    await story.then("approved")
    await story.then("deploying", job_id="awx-job-1")
    await story.then("deployed")


async def test_a_promotion_is_told_once_in_order_and_noted(house: House) -> None:
    """To whom the directory names; what was told is in the journal, which a reader has without the engine."""
    board = Board(people=True)
    async with house.leading(board) as leader:
        await told_whole(leader.repository)
        delivered = [(event, DeliveryOutcome.DELIVERED) for event in WHOLE]
        await until(lambda: [(each.event, each.outcome) for each in house.report().progress] == delivered)
    assert len(board.told) == len(set(board.told))
    for person in {to for _, to in board.told}:
        seen = [identity.split(".")[2] for identity, to in board.told if to == person]
        assert seen == sorted(seen, key=WHOLE.index)
    assert {to for identity, to in board.told if identity.endswith("created")} == {JEAN, CLAIRE}
    assert board.ids[0] == "PR-2026-0001.1.request-created"


async def test_people_are_told_what_is_replaced_and_other_systems_what_they_always_were(house: House) -> None:
    """As the catalogue has it, before the first deployment; and until when to decide."""
    mails, topic = Board(), Board()
    async with house.leading(mails) as leader:
        house.channel = Channel.KAFKA
        async with house.leading(topic):
            await Story(leader.repository).create()
            await until(lambda: bool(mails.messages and topic.messages))
    mailed, published = mails.messages[0].announcement, topic.messages[0].announcement
    assert mailed.comparison is not None
    assert (mailed.comparison.replaces, mailed.comparison.direction) == ("2.0.0", Direction.NEWER)
    assert published.comparison is None
    assert mailed.decide_by == NOW + timedelta(days=30)


async def test_who_dies_between_a_message_and_its_note_lets_the_next_say_it_again_with_the_same_id(
    house: House,
) -> None:
    """Nothing else is repeated: what was noted before stays told."""
    board = Board()
    async with house.leading(board) as first:
        story = await Story(first.repository).create()
        await until(lambda: house.appends() == 2)
        board.then = lambda: setattr(first.lease, "lost", True)
        await story.then("rejected")
        with pytest.raises(LeaseLost):
            await first.ends()
    board.then = None
    assert board.events == ["request-created", "request-rejected"]
    async with house.leading(board) as second:
        await Story(second.repository, pending(id=number(2))).create()
        await until(lambda: f"{number(2)}.1.request-created" in board.ids)
    rejected = f"{number(1)}.2.request-rejected"
    assert sorted(board.ids) == [f"{number(1)}.1.request-created", rejected, rejected, f"{number(2)}.1.request-created"]


@pytest.mark.parametrize("remote", [False, True])
async def test_of_two_at_once_the_older_ends_with_its_next_note(house: House, remote: bool) -> None:
    """It slept through its lease; what both said has one id, and the journal one writer."""
    house.remote = remote
    old, new = Board(), Board()
    async with house.leading(old) as first:
        await Story(first.repository).create()
        await until(lambda: house.appends() == 2)
        async with house.leading(new) as second:
            await Story(second.repository, pending(id=number(2))).create()
            await until(lambda: house.appends() == 3 or bool(first.task.done()))
            await Story(second.repository, pending(id=number(3))).create()
            done, _ = await asyncio.wait({first.task, second.task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            (loser,) = done
            assert isinstance(loser.exception(), JournalMoved)
            winner = new if loser is first.task else old
            await until(lambda: f"{number(3)}.1.request-created" in winner.ids)
            assert len(winner.ids) == len(set(winner.ids))


async def test_without_a_journal_it_begins_at_the_tip_and_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Earlier events are not announced anew, and later ones are."""
    board = Board()
    async with house.leading(board) as first:
        await Story(first.repository).create()
        await until(lambda: board.events == ["request-created"])
    git(house.git, "update-ref", "-d", "refs/outbox/mail")
    caplog.clear()
    async with house.leading(board) as second:
        assert "nothing that happened before is announced" in caplog.text
        await Story(second.repository, pending(id=number(2))).create()
        await until(lambda: len(board.told) > 1)
        await until(lambda: second.lease.details is not None)
    assert board.ids == [f"{number(1)}.1.request-created", f"{number(2)}.1.request-created"]


async def test_a_branch_that_was_rewritten_stops_it_before_anything_is_told(house: House) -> None:
    """A person has to look; where the branch is put back, it goes on."""
    board = Board()
    async with house.leading(board) as first:
        await Story(first.repository).create()
        await until(lambda: house.appends() == 2)
    tip = git(house.git, "rev-parse", "main")
    git(house.git, "update-ref", "refs/heads/main", "main~1")
    person_commits(house.git, {"README.md": "Another story"})
    async with house.leading(board) as second:
        with pytest.raises(BranchRewritten, match="rewritten"):
            await second.ends()
    assert len(board.told) == 1
    git(house.git, "update-ref", "refs/heads/main", tip)
    async with house.leading(board) as third:
        await Story(third.repository, pending(id=number(2))).create()
        await until(lambda: len(board.told) == 2)


def _more_attempts(board: Board, than: int) -> bool:
    return board.attempts > than


async def test_a_channel_that_is_away_for_a_day_is_told_everything_in_order(house: House) -> None:
    """It is asked less and less often; then what waited comes, once."""
    board = Board(down="no server")
    async with house.leading(board) as leader:
        await told_whole(leader.repository)
        await until(lambda: len(house.report().progress) == 4)
        assert {each.outcome for each in house.report().progress} == {DeliveryOutcome.WAITING}
        for _ in range(20):
            asked = board.attempts
            house.clock.let_pass(hours=1)
            await until(partial(_more_attempts, board, asked))
        assert board.attempts < 60
        board.down = ""
        house.clock.let_pass(hours=4)
        await until(lambda: {each.outcome for each in house.report().progress} == {DeliveryOutcome.DELIVERED})
    assert board.events == WHOLE


async def test_a_record_that_is_away_for_a_while_costs_nothing_but_time(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """It vanishes between two commits, with something waiting; what was told and what comes then are noted."""
    board = Board(down="no server")
    async with house.leading(board) as leader:
        story = await Story(leader.repository).create()
        await until(lambda: board.attempts > 0)
        away = house.git.rename(house.git.with_name("away.git"))
        board.down = ""
        house.clock.let_pass(hours=1)
        await until(lambda: "waits for the record" in caplog.text)
        away.rename(house.git)
        await story.then("rejected")
        await until(lambda: [each.outcome for each in house.report().progress] == [DeliveryOutcome.DELIVERED] * 2)
    assert board.events == ["request-created", "request-rejected"]


async def test_what_waited_is_told_by_the_next_leader_too(house: House) -> None:
    """A restart forgets nothing of it."""
    board = Board(down="no server")
    async with house.leading(board) as leader:
        await told_whole(leader.repository)
        await until(lambda: len(house.report().progress) == 4)
    board.down = ""
    async with house.leading(board):
        await until(lambda: board.events == WHOLE)
    assert len(board.told) == len(set(board.told))


async def test_what_can_t_be_told_in_time_is_given_up_counted_and_seen(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """After the installation's patience, and not before; what comes later is told."""
    board = Board(down="no such channel")
    before = planning.UNDELIVERED.labels(Channel.MAIL)._value.get()
    async with house.leading(board) as leader:
        await Story(leader.repository).create()
        await until(lambda: len(house.report().progress) == 1)
        house.clock.let_pass(days=2)
        await until(lambda: board.attempts >= 2)
        assert house.report().progress[0].outcome is DeliveryOutcome.WAITING
        house.clock.let_pass(days=2)
        await until(lambda: house.report().progress[0].outcome is DeliveryOutcome.UNDELIVERED)
        assert house.report().progress[0].failure == "no such channel"
    assert "gives up" in caplog.text
    assert planning.UNDELIVERED.labels(Channel.MAIL)._value.get() == before + 1


async def test_what_is_older_than_that_is_skipped_and_counted(house: House) -> None:
    """Nobody led for a week."""
    board = Board()
    async with house.leading(board) as leader:
        await until(lambda: house.appends() == 1)
    house.clock.let_pass(days=7)
    repository = opened(house.git, house.folder)
    await Story(repository).create()
    async with house.leading(board) as leader:
        await Story(leader.repository, pending(id=number(2), at=house.clock.now())).create()
        await until(lambda: f"{number(2)}.1.request-created" in board.ids)
        await until(lambda: leader.lease.details is not None and "skipped=1" in str(leader.lease.details))
    assert f"{number(2)}.1.request-created" in board.ids
    assert f"{number(1)}.1.request-created" not in board.ids
    await repository.close()


async def test_a_mailbox_that_is_away_or_refused_keeps_nobody_from_theirs(house: House) -> None:
    """On a real server: one is refused for good, one comes back later and gets everything in order."""
    async with MailSink().open() as sink:
        sink.refuses = {CLAIRE: "550 5.1.1 No such user", JEAN: "451 4.3.0 Try later"}
        mail = Mail(MailServer.at(f"smtp://127.0.0.1:{sink.port}"), Address("P", addr_spec="gate@cab-i.com"), LETTERS)
        async with house.leading(mail) as leader:
            await told_whole(leader.repository)
            await Story(leader.repository, pending(id=number(2))).create()
            await until(lambda: ("deployment-succeeded", PIERRE.email) in sink.said())
            assert not [event for event, to in sink.said() if to in {JEAN, CLAIRE}]
            sink.refuses.pop(JEAN)
            house.clock.let_pass(hours=1)
            await until(lambda: sum(to == JEAN for _, to in sink.said()) == 4)
            await until(lambda: {each.outcome for each in house.report().progress} == {DeliveryOutcome.DELIVERED})
        first = [mail for mail in sink.taken if f"[{number(1)}]" in str(mail.message["Subject"])]
    events = [mail.message["X-Prodgate-Event"] for mail in first if mail.to == [JEAN]]
    assert events == ["request-created", "deployment-started", "deployment-succeeded"]
    refused = [receipt.to for receipt in house.report().progress[0].receipts if receipt.refused]
    assert refused == [CLAIRE]
    assert len(sink.ids()) == len(set(sink.ids()))


async def test_a_ticket_is_one_thread_in_slack_whoever_leads(house: House) -> None:
    """The thread is in the journal; Slack asks to wait in between, and a restart comes too."""
    house.channel = Channel.SLACK
    async with SlackStandIn().open() as workspace:
        slack = Slack(web_client(SLACK_TOKEN, workspace.url), "#promotions", LETTERS)
        async with house.leading(slack) as leader:
            story = await Story(leader.repository).create()
            await until(lambda: house.appends() == 2)
        async with house.leading(slack) as leader:
            workspace.limit = len(workspace.calls) + 1
            story.repository = leader.repository
            await story.then("rejected")
            await until(lambda: len(workspace.updates) == 1)
    first, reply = workspace.messages
    assert (first.thread, reply.thread) == (None, first.ts)
    ids = [each.said["metadata"]["event_payload"]["id"].split(".")[2] for each in workspace.messages]
    assert ids == ["request-created", "request-rejected"]


async def test_kafka_that_is_down_for_a_promotion_s_whole_life_gets_every_event_in_order(
    house: House, tmp_path: Path
) -> None:
    """The broker starts after the deployment has ended."""
    house.channel = Channel.KAFKA
    broker = Broker(tmp_path)
    kafka = Kafka(Brokers(broker.address), "promotion-requests", "https://prodgate.example/v1/requests/prod")
    async with house.leading(kafka) as leader:
        await told_whole(leader.repository)
        await until(lambda: len(house.report().progress) == 4)
        await asyncio.to_thread(broker.start)
        try:
            house.clock.let_pass(hours=1)
            await until(lambda: {each.outcome for each in house.report().progress} == {DeliveryOutcome.DELIVERED}, 60)
            consumer = AIOKafkaConsumer(
                kafka.topic,
                bootstrap_servers=broker.address,
                group_id="readers",
                auto_offset_reset="earliest",
                isolation_level="read_committed",
            )
            async with consumer:
                messages = [await asyncio.wait_for(consumer.getone(), 30) for _ in WHOLE]
        finally:
            await kafka.close()
            broker.stop()
    assert [json.loads(message.value or b"")["type"] for message in messages] == WHOLE


async def test_approvers_are_reminded_and_the_requester_warned_whoever_leads(house: House) -> None:
    """A reminder a day, one warning; a restart repeats none of them, and other systems hear of none."""
    board = Board()
    async with house.leading(board) as leader:
        await Story(leader.repository).create()
        await until(lambda: board.events == ["request-created"])
        house.clock.let_pass(days=1)
        await until(lambda: board.events[-1] == "request-reminder")
        await until(lambda: house.report().progress[-1].outcome is DeliveryOutcome.DELIVERED)
    async with house.leading(board):
        house.clock.let_pass(days=1)
        await until(lambda: len(board.told) == 3)
        house.clock.let_pass(days=26)
        await until(lambda: "request-expiring" in board.events)
    assert sorted(board.ids) == [
        "PR-2026-0001.1.request-created",
        "PR-2026-0001.1.request-expiring",
        "PR-2026-0001.1.request-reminder.1",
        "PR-2026-0001.1.request-reminder.2",
        "PR-2026-0001.1.request-reminder.28",
    ]


async def test_what_is_no_transition_or_what_nobody_signed_is_announced_as_nothing(house: House) -> None:
    """A person's commit that edits a ticket, and one that writes an approval in somebody's name."""
    board = Board()
    async with house.leading(board) as leader:
        story = await Story(leader.repository).create()
        await until(lambda: board.events == ["request-created"])
        path, text = story.ticket.path, text_of(story.ticket)
        person_commits(house.git, {path: text.replace("payment-api", "other-api")})
        person_commits(house.git, {path: "no ticket at all"})
        person_commits(house.git, {path: text})
        person_commits(house.git, {path: text_of(after(story.ticket, "approved"))})
        await Story(leader.repository, pending(id=number(2))).create()
        await until(lambda: f"{number(2)}.1.request-created" in board.ids)
    assert board.events == ["request-created", "request-created"]


@pytest.mark.parametrize("told", [True, False])
async def test_what_a_merge_brings_to_the_branch_is_told_once(house: House, told: bool) -> None:
    """Whichever parent it came by: a person's merge of the branch into their own, pushed as the branch."""
    board = Board()
    async with house.leading(board) as leader:
        base = git(house.git, "rev-parse", "main")
        await Story(leader.repository).create()
        if told:
            await until(lambda: bool(board.told))
        ours, tree = git(house.git, "rev-parse", "main"), git(house.git, "rev-parse", "main^{tree}")
        theirs = git(house.git, "commit-tree", f"{base}^{{tree}}", "-p", base, "-m", "Mine")
        merge = git(house.git, "commit-tree", tree, "-p", theirs, "-p", ours, "-m", "Merge")
        git(house.git, "update-ref", "refs/heads/main", merge, ours)
        await Story(leader.repository, pending(id=number(2))).create()
        await until(lambda: f"{number(2)}.1.request-created" in board.ids)
    assert board.ids == [f"{number(1)}.1.request-created", f"{number(2)}.1.request-created"]


async def test_a_flood_is_told_whole_in_order_with_few_notes(house: House) -> None:
    """Sixty promotions at once: each ticket in order, and about one append a second."""
    board, many = Board(), 60
    async with house.leading(board) as leader:
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(told_whole(leader.repository, number(n)) for n in range(1, many + 1)))
        await until(lambda: len(board.told) == 4 * many, 60)
        seconds = asyncio.get_running_loop().time() - started
        assert house.appends() <= seconds + 2
    assert len(set(board.ids)) == 4 * many
    for n in range(1, many + 1):
        assert [each.split(".")[2] for each in board.ids if each.startswith(f"{number(n)}.")] == WHOLE


async def test_when_too_much_waits_it_reads_on_once_some_was_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost of what it has not read."""
    monkeypatch.setattr(planning, "MOST_WAITING", 5)
    board = Board(down="no server")
    async with house.leading(board) as leader:
        for n in range(1, 11):
            await Story(leader.repository, pending(id=number(n))).create()
        await until(lambda: bool(leader.lease.details) and "behind=5 waiting=5" in str(leader.lease.details))
        board.down = ""
        house.clock.let_pass(hours=1)
        await until(lambda: len(board.told) == 10)
    assert sorted(board.ids) == [f"{number(n)}.1.request-created" for n in range(1, 11)]
