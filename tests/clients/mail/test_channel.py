"""Mail on a real SMTP server: what arrives, to whom, over which connection, and what a server's moods do to it."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from email.headerregistry import Address
from pathlib import Path

import pytest
import trustme

import clients.mail.channel
from clients.channel import ChannelDown
from clients.letters import Letter, Letters
from clients.mail.channel import Mail, MailServer
from clients.tls import ClientCertificate
from domain.announcement import Announcement, Event
from domain.audience import Addressee, Audience, Language, Reason
from domain.delivery import DeliveryResult
from tests.clients.announcing import HOSTILE, LETTERS, NAME, always, audience, outgoing, said, told
from tests.smtp import MailSink

JEAN = Addressee(email="jean.dupont@cab-i.com", name="Jean")
SENDER = Address("Prodgate", addr_spec="gate@cab-i.com")


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink().open() as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    """The server's side of TLS, for `localhost`."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(made)
    return made


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """The authority, as PRODGATE_SMTP_CA_BUNDLE names it."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


def mail(url: str, bundle: Path | None = None) -> Mail:
    return Mail(MailServer.at(url, bundle), SENDER, LETTERS)


def plain(sink: MailSink) -> Mail:
    return mail(f"smtp://127.0.0.1:{sink.port}")


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_certificate_is_shown_where_the_server_asks_for_one(
    authority: trustme.CA, context: ssl.SSLContext, bundle: Path, tmp_path: Path, at_once: bool
) -> None:
    """From the first byte or after STARTTLS; without one the server is down, and nothing is lost."""
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    file = tmp_path / "client.pem"
    authority.issue_cert("gate@cab-i.com").private_key_and_cert_chain_pem.write_to_path(str(file))
    shown = ClientCertificate(file)
    async with MailSink(tls=context if at_once else None, starttls=None if at_once else context).open() as sink:
        url = f"smtp{'s' if at_once else ''}://localhost:{sink.port}"
        await deliver(Mail(MailServer.at(url, bundle, shown), SENDER, LETTERS))
        with pytest.raises(ChannelDown):
            await deliver(mail(url, bundle))
    assert sink.taken
    assert all(each.secured for each in sink.taken)
    with pytest.raises(ChannelDown, match=r"nowhere\.pem can't be used: No such file"):
        await deliver(Mail(MailServer.at(url, bundle, ClientCertificate(tmp_path / "nowhere.pem")), SENDER, LETTERS))


async def deliver(
    channel: Mail, event: Event = Event.CREATED, text: str = "Good words, twenty of them"
) -> DeliveryResult:
    """The result of everybody, put together."""
    try:
        delivered = await told(channel, said(event, text))
    finally:
        await channel.close()
    failures = [each.failure for each in delivered if each.failure]
    return DeliveryResult(
        receipts=tuple(r for each in delivered for r in each.receipts), failure="; ".join(failures) or None
    )


async def test_each_recipient_gets_a_mail_of_their_own_in_their_language(sink: MailSink) -> None:
    """Three approvers, one of them French; nobody sees who else was mailed."""
    delivery = await deliver(plain(sink))
    assert delivery.failure is None
    assert [(receipt.to, receipt.refused) for receipt in delivery.receipts] == [
        ("jean.dupont@cab-i.com", None),
        ("claire.moreau@cab-i.com", None),
        ("ada.admin@cab-i.com", None),
    ]
    assert [mail.to for mail in sink.taken] == [[receipt.to] for receipt in delivery.receipts]
    subjects = [str(mail.message["Subject"]) for mail in sink.taken]
    assert subjects[0] == "[PR-2026-0001] payment-api 2.1.0 → PROD: waits for your decision"
    assert "attend votre décision" in subjects[1]
    assert str(sink.taken[1].message["To"]) == "Claire Moreau <claire.moreau@cab-i.com>"


async def test_a_mail_has_both_bodies_and_says_that_a_machine_wrote_it(sink: MailSink) -> None:
    """Plain text for who wants it; no out-of-office answers."""
    await deliver(plain(sink))
    message = sink.taken[0].message
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Prodgate <gate@cab-i.com>"


async def test_ids_stay_when_it_is_sent_again_and_differ_otherwise(sink: MailSink) -> None:
    """A reader can drop a repeat; a ticket's mails are one thread."""
    for event in (Event.CREATED, Event.CREATED, Event.REJECTED):
        await deliver(plain(sink), event)
    ids = sink.ids()
    assert ids[:3] == ids[3:6]
    assert len(set(ids)) == 4
    assert all(each.startswith("<PR-2026-0001.") and each.endswith("@cab-i.com>") for each in ids)
    assert {str(mail.message["References"]) for mail in sink.taken} == {"<PR-2026-0001@cab-i.com>"}


async def test_hostile_words_add_no_header_and_no_recipient(sink: MailSink) -> None:
    """Line ends in names and texts stay within them."""
    channel = plain(sink)
    await told(channel, said(Event.CREATED, HOSTILE), audience(NAME, NAME))
    await told(channel, said(Event.APPROVED, HOSTILE), audience(NAME, NAME))
    await channel.close()
    assert len(sink.taken) == 4
    for taken in sink.taken:
        assert len(taken.to) == 1
        assert not {"bcc", "cc"} & {name.lower() for name in taken.message}
        assert sorted(taken.message.keys()) == sorted(sink.taken[0].message.keys())
        assert "evil" not in str(taken.message["Subject"])
    assert sink.taken[3].to == ["pierre.durand@cab-i.com"]
    assert "\n" not in str(sink.taken[3].message["To"])


async def test_who_is_nobody_s_to_tell_any_more_is_not_mailed(sink: MailSink) -> None:
    """They left while it waited."""
    channel = plain(sink)
    left = await channel.deliver(outgoing(said(Event.CREATED), "gone@cab-i.com"), audience(), always)
    assert left == DeliveryResult()
    assert sink.taken == []


async def test_one_conversation_lasts_while_there_is_something_to_mail_and_words_are_made_once_a_language(
    sink: MailSink,
) -> None:
    """Three recipients, two languages, one connection; an idle one is ended."""
    made: list[Language | None] = []

    class Counted(Letters):
        def letter(
            self,
            said: Announcement,
            audience: Audience,
            language: Language | None = None,
            reason: Reason = Reason.OPERATES,
        ) -> Letter:
            made.append(language)
            return super().letter(said, audience, language, reason)

    channel = Mail(plain(sink).server, SENDER, Counted(LETTERS.public_url, LETTERS.language, LETTERS.zone))
    await told(channel, said(Event.CREATED))
    await told(channel, said(Event.REJECTED))
    assert made == [None, Language.FR, None]
    assert sink.conversations == 1
    await channel.rest()
    await told(channel, said(Event.REJECTED))
    assert sink.conversations == 2
    await channel.close()


async def test_a_conversation_that_the_server_ended_is_begun_anew(sink: MailSink) -> None:
    """Servers hang up on who says nothing for a while, and after some number of mails."""
    channel = plain(sink)
    await told(channel, said(Event.REJECTED))
    sink.hang_up()
    await asyncio.sleep(0)
    assert [each.failure for each in await told(channel, said(Event.REJECTED))] == [None]
    assert (len(sink.taken), sink.conversations) == (2, 2)
    await channel.close()


async def test_nothing_is_sent_by_who_leads_no_more(sink: MailSink) -> None:
    """The question is asked right before the mail is handed in."""

    def never() -> None:
        raise LookupError("somebody else leads")

    channel = plain(sink)
    with pytest.raises(LookupError):
        await channel.deliver(outgoing(said(Event.CREATED), "jean.dupont@cab-i.com"), audience(), never)
    assert sink.taken == []
    await channel.close()


async def test_a_recipient_refused_for_good_holds_up_nobody(sink: MailSink) -> None:
    """The answer is kept, the others are mailed."""
    sink.refuses = {"jean.dupont@cab-i.com": "550 5.1.1 No such user"}
    delivery = await deliver(plain(sink))
    assert delivery.failure is None
    assert [receipt.refused for receipt in delivery.receipts] == ["550 5.1.1 No such user", None, None]


async def test_a_mailbox_that_asks_to_come_again_is_one_failure_and_holds_up_nobody(sink: MailSink) -> None:
    """4yz is no answer yet, for this one alone."""
    sink.refuses = {"jean.dupont@cab-i.com": "451 4.3.0 Try later"}
    delivery = await deliver(plain(sink))
    assert [receipt.to for receipt in delivery.receipts] == ["claire.moreau@cab-i.com", "ada.admin@cab-i.com"]
    assert "Try later" in (delivery.failure or "")


@pytest.mark.parametrize("begun", [True, False])
async def test_a_recipient_at_whom_the_server_hangs_up_or_says_nothing_holds_up_nobody(
    sink: MailSink, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    """The others are mailed in a new conversation; each once."""
    monkeypatch.setattr(clients.mail.channel, "ANSWER_WITHIN", 0.5)
    sink.refuses = {"jean.dupont@cab-i.com": "421 4.7.0 Try later"}
    sink.silent = {"claire.moreau@cab-i.com"}
    channel = plain(sink)
    if begun:
        await told(channel, said(Event.REJECTED))
    delivered = await told(channel, said(Event.CREATED))
    await channel.close()
    assert [bool(each.failure) for each in delivered] == [True, True, False]
    assert [to for event, to in sink.said() if event == Event.CREATED] == ["ada.admin@cab-i.com"]
    assert sink.conversations == 3


async def test_a_server_that_hangs_up_on_a_mail_has_that_one_tried_again(sink: MailSink) -> None:
    """It may be for what is in it, or for whom it is: the next is told in a new conversation."""
    sink.only = 0
    delivery = await deliver(plain(sink))
    assert delivery.receipts == ()
    assert sink.conversations == 3


@pytest.mark.parametrize("answer", ["421 4.3.2 Going away", "452 4.3.1 No space left"])
async def test_a_server_that_takes_nothing_from_us_is_a_channel_that_is_down(sink: MailSink, answer: str) -> None:
    """It doesn't know yet who the mail is for; the mail before changes nothing."""
    channel = plain(sink)
    await told(channel, said(Event.REJECTED))
    sink.busy = answer
    for _ in range(2):
        with pytest.raises(ChannelDown, match="takes no mail"):
            await told(channel, said(Event.CREATED))
    await channel.close()
    assert len(sink.taken) == 1


async def test_no_server_is_a_channel_that_is_down() -> None:
    """Nothing listens there."""
    with pytest.raises(ChannelDown, match="takes no mail"):
        await deliver(mail("smtp://127.0.0.1:9"))


async def test_a_login_goes_over_tls_only(context: ssl.SSLContext, bundle: Path) -> None:
    """STARTTLS first, with the certificate checked; a server that offers none learns no password."""
    async with MailSink(starttls=context, login=True).open() as sink:
        await deliver(mail(f"smtp://gate:p%40ss@localhost:{sink.port}", bundle))
        assert {(taken.secured, taken.user) for taken in sink.taken} == {(True, "gate")}
        with pytest.raises(ChannelDown):
            await deliver(mail(f"smtp://gate:wrong@localhost:{sink.port}", bundle))
    async with MailSink().open() as unsafe:
        with pytest.raises(ChannelDown, match="STARTTLS"):
            await deliver(mail(f"smtp://gate:p%40ss@localhost:{unsafe.port}", bundle))


async def test_tls_from_the_first_byte(context: ssl.SSLContext, bundle: Path) -> None:
    """smtps://, with a certificate that must be known."""
    async with MailSink(tls=context).open() as sink:
        await deliver(mail(f"smtps://localhost:{sink.port}", bundle))
        assert [taken.secured for taken in sink.taken] == [True, True, True]
        with pytest.raises(ChannelDown):
            await deliver(mail(f"smtps://localhost:{sink.port}"))
    assert len(sink.taken) == 3


def test_a_server_s_address_has_its_usual_port() -> None:
    """25 to hand over, 587 to log in, 465 for TLS from the first byte."""
    ports = [MailServer.at(url).port for url in ("smtp://m", "smtp://u:p@m", "smtps://m", "smtp://m:2525")]
    assert ports == [25, 587, 465, 2525]


def test_a_message_is_the_same_however_often_it_is_made() -> None:
    """Nothing in it depends on the moment of sending, or on who else is told."""
    made = [mail("smtp://m").message(said(Event.CREATED), JEAN, audience()).as_bytes() for _ in range(2)]
    assert made[0] == made[1]


def test_the_head_is_one_that_every_reader_of_mail_understands() -> None:
    """A boundary that is cut into numbered pieces (RFC 2231) is lawful, and many readers show such a mail raw."""
    wire = mail("smtp://m").message(said(Event.CREATED), JEAN, audience()).as_bytes()
    head, _, body = wire.partition(b"\r\n\r\n")
    (boundary,) = re.findall(rb'\bboundary="([^"]{20,70})"', head)
    assert body.count(b"--" + boundary) == 3
