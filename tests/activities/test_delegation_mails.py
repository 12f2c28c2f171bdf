"""Mails about delegations: at their beginning and their early end, once, over a real mail server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest

from activities.delegation_mails import DelegationMails, DelegationMailSetup
from clients.mail.channel import Mail, MailServer
from domain.delegation_notices import DelegationEvent
from domain.delegations import Delegation
from domain.preferences import MailTime, Preferences
from record.facts.delegations import DelegationReader
from record.people.directory import DirectoryReader
from record.signing.keys import KeyReader
from tests.activities.test_outbox import CLAIRE, JEAN, Held, until
from tests.activities.test_summaries import prefer
from tests.board import Clock
from tests.clients.announcing import LETTERS
from tests.delegating import delegation, hand_over, withdraw
from tests.record.building import git, opened, person_commits, publish_key
from tests.smtp import MailSink

PATIENCE = timedelta(days=1)


@pytest.fixture
def record(gitops: Path) -> Path:
    publish_key(gitops)
    return gitops


@asynccontextmanager
async def following(record: Path, folder: Path, sink: MailSink, clock: Clock) -> AsyncIterator[Held]:
    """A process that leads until the context ends."""
    repository = opened(record, folder)
    mail = Mail(MailServer.at(f"smtp://127.0.0.1:{sink.port}"), Address("P", addr_spec="gate@cab-i.com"), LETTERS)
    setup, delegations = DelegationMailSetup(mail, PATIENCE, 0.05), DelegationReader(repository, KeyReader(repository))
    mails = DelegationMails(setup, repository, delegations, DirectoryReader(repository), clock.now)
    lease = Held()
    task = asyncio.create_task(mails.follow(lease))
    try:
        yield lease
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await repository.close()


def later(clock: Clock) -> Delegation:
    """A delegation of Jean's vote to Claire that begins in an hour."""
    now = clock.now().replace(microsecond=0)
    given = delegation(JEAN, CLAIRE, now, since=now + timedelta(hours=1), until=now + timedelta(days=7))
    return given.model_copy(update={"reason": "On leave <b>until</b> Friday"})


def text_of(message: EmailMessage) -> str:
    return str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def to(sink: MailSink) -> list[str]:
    return [each for mail in sink.taken for each in mail.to]


async def looked(lease: Held) -> None:
    """Wait until it has looked twice more."""
    for _ in range(2):
        lease.details = None
        await until(lambda: lease.details is not None)


async def test_the_delegate_is_mailed_once_when_it_begins_whoever_leads(record: Path, tmp_path: Path) -> None:
    """Not when it is made, in their language, with what the giver wrote as text."""
    clock = Clock()
    given = later(clock)
    hand_over(record, given)
    async with MailSink().open() as sink:
        async with following(record, tmp_path / "one", sink, clock) as lease:
            await looked(lease)
            assert sink.taken == []
            clock.let_pass(hours=1)
            await until(lambda: len(sink.taken) == 1)
        for process in ("one", "two"):
            async with following(record, tmp_path / process, sink, clock) as lease:
                await looked(lease)
    assert to(sink) == [CLAIRE]
    message = sink.taken[0].message
    assert message["Message-ID"].startswith(f"<delegation-begun.{given.id}.")
    assert message["Subject"] == "Prodgate\u00a0: vous pouvez décider pour Jean Dupont"
    assert "On leave <b>until</b> Friday" in text_of(message)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "On leave &lt;b&gt;until&lt;/b&gt; Friday" in html


async def test_both_are_mailed_that_an_admin_ended_it_and_nobody_what_they_did(record: Path, tmp_path: Path) -> None:
    """Whoever never heard that it began hears of no end, and an end that is long past is told to nobody."""
    clock = Clock()
    now = clock.now()
    mine, theirs = (delegation(JEAN, CLAIRE, now) for _ in range(2))
    silent = delegation(JEAN, CLAIRE, now)
    for each in (mine, theirs):
        hand_over(record, each)
    async with MailSink().open() as sink, following(record, tmp_path / "one", sink, clock) as lease:
        await until(lambda: len(sink.taken) == 2)
        clock.let_pass(minutes=10)
        withdraw(record, mine, CLAIRE, clock.now())
        await until(lambda: len(sink.taken) == 3)
        assert to(sink)[2] == JEAN
        assert "Claire Moreau has ended it" in text_of(sink.taken[2].message)
        hand_over(record, silent)
        withdraw(record, silent, JEAN, clock.now())
        withdraw(record, theirs, "alice.admin@cab-i.com", clock.now())
        await until(lambda: len(sink.taken) >= 5)
        await looked(lease)
    assert sorted(to(sink)[3:]) == [CLAIRE, JEAN]
    last = delegation(JEAN, CLAIRE, now)
    hand_over(record, last)
    withdraw(record, last, CLAIRE, clock.now())
    clock.let_pass(hours=25)
    async with MailSink().open() as sink, following(record, tmp_path / "two", sink, clock) as lease:
        await looked(lease)
        assert sink.taken == []


async def test_whoever_chose_no_such_mail_gets_none(record: Path, tmp_path: Path) -> None:
    """Of that event alone."""
    clock = Clock()
    given = delegation(JEAN, CLAIRE, clock.now())
    hand_over(record, given)
    prefer(record, tmp_path / "api", CLAIRE, Preferences(mail={DelegationEvent.BEGUN: MailTime.OFF}))
    async with MailSink().open() as sink, following(record, tmp_path / "one", sink, clock) as lease:
        await looked(lease)
        assert sink.taken == []
        clock.let_pass(minutes=1)
        withdraw(record, given, JEAN, clock.now())
        await until(lambda: len(sink.taken) == 1)
        assert sink.taken[0].message["X-Prodgate-Event"] == "delegation-withdrawn"


async def test_a_mail_server_that_is_away_keeps_the_mail_for_as_long_as_it_stands(record: Path, tmp_path: Path) -> None:
    """A mailbox that takes nothing now is tried again; one that has ended meanwhile is told to nobody."""
    clock = Clock()
    hand_over(record, delegation(JEAN, CLAIRE, clock.now()))
    ends = delegation(CLAIRE, JEAN, clock.now(), until=clock.now().replace(microsecond=0) + timedelta(hours=1))
    hand_over(record, ends)
    async with MailSink().open() as sink:
        sink.refuses = {CLAIRE: "451 4.3.0 Try later", JEAN: "451 4.3.0 Try later"}
        async with following(record, tmp_path / "one", sink, clock) as lease:
            await looked(lease)
            clock.let_pass(hours=2)
            sink.refuses = {}
            await until(lambda: len(sink.taken) == 1)
            await looked(lease)
    assert to(sink) == [CLAIRE]


async def test_what_gives_nothing_is_told_once_it_does(record: Path, tmp_path: Path) -> None:
    """A giver without a vote hands over none; nor does a file by hand."""
    clock = Clock()
    given = delegation(JEAN, CLAIRE, clock.now())
    hand_over(record, given)
    tenant = "tenants/tenant-finance.yaml"
    before = git(record, "show", f"main:{tenant}")
    person_commits(record, {tenant: before.replace("Dupont, role: cpi", "Dupont, role: viewer")})
    person_commits(record, {f"delegations/{CLAIRE}/{'0' * 32}.yaml": "to: nobody\n"})
    async with MailSink().open() as sink, following(record, tmp_path / "one", sink, clock) as lease:
        await looked(lease)
        assert sink.taken == []
        person_commits(record, {tenant: before})
        await until(lambda: len(sink.taken) == 1)
