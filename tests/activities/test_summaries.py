"""Daily summaries: at their hour, once a day, with what waits and what was kept, over a real mail server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities.summaries import Summaries, SummarySetup
from clients.mail.channel import Mail, MailServer
from domain.announcement import Channel, Event
from domain.delivery import Progress, TicketAnnouncements
from domain.escalation import Party
from domain.following import outbox_ref
from domain.preferences import DEFAULTS, Digest, MailTime, Preferences, PreferencesChange, Snooze
from domain.roles import Role
from record.facts.acts import ActReader
from record.facts.controls import Controls
from record.facts.delegations import DelegationReader
from record.git.outbox import Outbox
from record.git.preferences import keep
from record.index.diff import Comparer
from record.index.reader import Index
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from tests.activities.test_metrics import value
from tests.activities.test_outbox import CLAIRE, JEAN, Held, until
from tests.board import Clock
from tests.clients.announcing import LETTERS
from tests.delegating import delegation, hand_over
from tests.domain.builders import NOW, details, pending, person
from tests.record.building import Story, number, opened, publish_key
from tests.smtp import MailSink

VICTOR, EMMA = "victor.roux@cab-i.com", "emma.leroy@cab-i.com"
HALF_A_DAY = timedelta(hours=12)
PARIS = ZoneInfo("Europe/Paris")
HOUR = (NOW + timedelta(hours=1)).astimezone(PARIS).hour
"""The hour that the test's clock begins at."""
MORNING = Preferences(
    mail={Event.CREATED: MailTime.DIGEST, Event.APPROVED: MailTime.DIGEST}, digest=Digest(daily=True, hour=HOUR)
)


@pytest.fixture
def record(gitops: Path) -> Path:
    publish_key(gitops)
    return gitops


@asynccontextmanager
async def following(record: Path, folder: Path, sink: MailSink, clock: Clock) -> AsyncIterator[Held]:
    """A process that leads until the context ends."""
    repository = opened(record, folder)
    index = Index(repository, folder / "index.db")
    directory, keys = DirectoryReader(repository), KeyReader(repository)
    comparer = Comparer(index, Controls.of(repository, directory, index).catalogue)
    mail = Mail(MailServer.at(f"smtp://127.0.0.1:{sink.port}"), Address("P", addr_spec="gate@cab-i.com"), LETTERS)
    setup = SummarySetup(mail, PARIS, look_every=0.05)
    delegations = DelegationReader(repository, keys)
    summaries = Summaries(setup, ActReader(repository, index, keys), directory, comparer, delegations, clock.now)
    lease = Held()
    task = asyncio.create_task(summaries.follow(lease))
    try:
        yield lease
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        index.close()
        await repository.close()


def prefer(record: Path, folder: Path, email: str, preferences: Preferences) -> None:
    change = PreferencesChange(email=email, base=DEFAULTS.revision, preferences=preferences)
    keep(opened(record, folder), change)


async def test_whoever_chose_one_is_mailed_what_waits_and_what_was_kept_once_a_day(
    record: Path, tmp_path: Path
) -> None:
    """In their language, whoever leads; what they set aside is left out, and who chose none gets none."""
    writing, clock = opened(record, tmp_path / "writer"), Clock()
    await Story(writing, pending(id=number(1))).create()
    await (await Story(writing, pending(id=number(2))).create()).then("approved")
    await Story(writing, pending(id=number(3))).create()
    aside = Snooze(ticket=number(3), until=NOW + timedelta(days=7))
    prefer(record, tmp_path / "api", CLAIRE, MORNING.model_copy(update={"snoozed": (aside,)}))
    async with MailSink().open() as sink:
        for process in ("one", "two"):
            async with following(record, tmp_path / process, sink, clock) as lease:
                await until(lambda: len(sink.taken) == 1 and lease.details is not None)
        assert [mail.to for mail in sink.taken] == [[CLAIRE]]
        message = sink.taken[0].message
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert message["Subject"] == "Prodgate\u00a0: demandes en attente de votre décision\u00a0: 1"
        assert f"- {number(1)} payment-api" in text
        assert f"- {number(2)} payment-api" in text.partition("Ce qui s’est passé")[2]  # noqa: RUF001
        assert number(3) not in text
        assert "NON RÉUSSI\u00a0: Tests de performance" in text
        clock.let_pass(days=1)
        async with following(record, tmp_path / "one", sink, clock):
            await until(lambda: len(sink.taken) == 2)
    assert len({str(mail.message["Message-ID"]) for mail in sink.taken}) == 2


async def test_a_mailbox_that_is_away_keeps_nobody_from_theirs(record: Path, tmp_path: Path) -> None:
    """It is tried again, and counted until then; a server that is away is, too."""
    writing, clock = opened(record, tmp_path / "writer"), Clock()
    await Story(writing, pending(id=number(1))).create()
    for email in (JEAN, CLAIRE):
        prefer(record, tmp_path / "api", email, MORNING)
    async with MailSink().open() as sink:
        sink.refuses = {JEAN: "451 4.3.0 Try later"}
        async with following(record, tmp_path / "one", sink, clock):
            await until(lambda: [mail.to for mail in sink.taken] == [[CLAIRE]])
            await until(lambda: value("prodgate_follower_behind", follower="summaries") == 1)
            sink.refuses = {}
            await until(lambda: len(sink.taken) == 2)
            await until(lambda: value("prodgate_follower_behind", follower="summaries") == 0)
    assert sink.taken[1].to == [JEAN]


async def test_a_day_without_news_makes_no_mail(record: Path, tmp_path: Path) -> None:
    """Nor does an hour that has not come, or passed long ago."""
    writing, clock = opened(record, tmp_path / "writer"), Clock()
    prefer(record, tmp_path / "api", JEAN, MORNING)
    prefer(record, tmp_path / "api", CLAIRE, MORNING.model_copy(update={"digest": Digest(daily=True, hour=HOUR - 4)}))
    async with MailSink().open() as sink:
        async with following(record, tmp_path / "one", sink, clock) as lease:
            await until(lambda: "called=1" in str(lease.details))
            await Story(writing, pending(id=number(1), request=details())).create()
            await asyncio.sleep(0.3)
        assert sink.taken == []


async def test_whoever_keeps_escalations_for_their_summary_finds_them_there(record: Path, tmp_path: Path) -> None:
    """Also who may not decide, and has nothing that waits for them; nobody else."""
    writing, clock = opened(record, tmp_path / "writer"), Clock()
    await Story(writing, pending(id=number(1))).create()
    kept = Preferences(mail={Event.ESCALATED: MailTime.DIGEST}, digest=Digest(daily=True, hour=HOUR))
    prefer(record, tmp_path / "api", VICTOR, kept)
    said = {"event": Event.ESCALATED, "number": 1, "turn": 1, "at": clock.now(), "channel": Channel.MAIL}
    told = Progress.model_validate(said | {"escalates_to": Party(role=Role.VIEWER), "outcome": "delivered"})
    outbox = Outbox(writing.journal(outbox_ref(Channel.MAIL)))
    outbox.open()
    outbox.begin(writing.tip(), clock.now())
    outbox.put(number(1), TicketAnnouncements(said=1, progress=(told,)))
    outbox.append()
    async with MailSink().open() as sink, following(record, tmp_path / "one", sink, clock):
        await until(lambda: len(sink.taken) == 1)
    assert sink.taken[0].to == [VICTOR]
    text = sink.taken[0].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"- {number(1)} payment-api" in text.partition("What happened")[2]
    assert "A rule of the company now asks those who look on." in text


async def test_the_summary_of_a_delegate_has_what_they_may_decide_for_another(record: Path, tmp_path: Path) -> None:
    """While the delegation stands, of whichever tenant they are; never what the giver asked for."""
    writing, clock = opened(record, tmp_path / "writer"), Clock()
    await Story(writing, pending(id=number(1))).create()
    claire = person(CLAIRE, Role.CPI)
    await Story(writing, pending(id=number(2), requester=claire)).create()
    hand_over(record, delegation(CLAIRE, EMMA, clock.now(), until=clock.now().replace(microsecond=0) + HALF_A_DAY))
    prefer(record, tmp_path / "api", EMMA, MORNING)
    async with MailSink().open() as sink:
        async with following(record, tmp_path / "one", sink, clock):
            await until(lambda: len(sink.taken) == 1)
        text = sink.taken[0].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert number(1) in text
        assert number(2) not in text
        clock.let_pass(days=1)
        async with following(record, tmp_path / "one", sink, clock) as lease:
            await until(lambda: lease.details is not None)
        assert len(sink.taken) == 1
