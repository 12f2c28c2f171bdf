"""Mail on a real SMTP server: what arrives, to whom, over which connection, and what a server's moods do to it."""

import ssl
from collections.abc import AsyncIterator
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from clients.channel import ChannelDown
from clients.mail import Mail, MailServer
from domain.announcement import Event
from domain.audience import Addressee
from domain.delivery import Delivery, Receipt
from tests.clients.announcing import HOSTILE, LETTERS, NAME, audience, parcel, said
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


async def deliver(channel: Mail, event: Event = Event.CREATED, text: str = "Good words, twenty of them") -> Delivery:
    return await channel.deliver(parcel(said(event, text)), audience(), 30)


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
    await channel.deliver(parcel(said(Event.CREATED, HOSTILE)), audience(NAME, NAME), 30)
    await channel.deliver(parcel(said(Event.APPROVED, HOSTILE)), audience(NAME, NAME), 30)
    assert len(sink.taken) == 4
    for taken in sink.taken:
        assert len(taken.to) == 1
        assert not {"bcc", "cc"} & {name.lower() for name in taken.message}
        assert sorted(taken.message.keys()) == sorted(sink.taken[0].message.keys())
        assert "evil" not in str(taken.message["Subject"])
    assert sink.taken[3].to == ["pierre.durand@cab-i.com"]
    assert "\n" not in str(sink.taken[3].message["To"])


async def test_who_has_it_already_is_not_mailed_again(sink: MailSink) -> None:
    """An earlier attempt's receipts are in the parcel."""
    done = (Receipt(to="JEAN.dupont@cab-i.com", id="<1@x>"), Receipt(to="ada.admin@cab-i.com", id="<2@x>"))
    delivery = await plain(sink).deliver(parcel(said(Event.CREATED), done=done), audience(), 30)
    assert [receipt.to for receipt in delivery.receipts] == ["claire.moreau@cab-i.com"]
    assert len(sink.taken) == 1


async def test_a_recipient_refused_for_good_holds_up_nobody(sink: MailSink) -> None:
    """The answer is kept, the others are mailed."""
    sink.refuses = {"jean.dupont@cab-i.com": "550 5.1.1 No such user"}
    delivery = await deliver(plain(sink))
    assert delivery.failure is None
    assert [receipt.refused for receipt in delivery.receipts] == ["550 5.1.1 No such user", None, None]


async def test_a_server_that_asks_to_come_again_is_asked_again(sink: MailSink) -> None:
    """4yz is no answer yet: whom it took before that is done with."""
    sink.refuses = {"claire.moreau@cab-i.com": "451 4.3.0 Try later"}
    delivery = await deliver(plain(sink))
    assert [receipt.to for receipt in delivery.receipts] == ["jean.dupont@cab-i.com"]
    assert "Try later" in (delivery.failure or "")
    sink.refuses = {"jean.dupont@cab-i.com": "451 4.3.0 Try later"}
    with pytest.raises(ChannelDown, match="Try later"):
        await deliver(plain(sink))


async def test_a_server_that_hangs_up_leaves_the_rest_to_be_done(sink: MailSink) -> None:
    """What arrived before is not sent again."""
    sink.only = 2
    delivery = await deliver(plain(sink))
    assert [receipt.to for receipt in delivery.receipts] == ["jean.dupont@cab-i.com", "claire.moreau@cab-i.com"]
    assert delivery.failure


async def test_an_attempt_ends_in_time_and_says_what_it_got_done(sink: MailSink) -> None:
    """Many recipients take several attempts, none of them lost."""
    delivery = await plain(sink).deliver(parcel(said(Event.CREATED)), audience(), 0)
    assert len(delivery.receipts) == 1
    assert "more to mail" in (delivery.failure or "")


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
    """Nothing in it depends on the moment of sending but the border between its parts."""
    channel, to = mail("smtp://m"), audience()
    made: list[EmailMessage] = [channel.message(said(Event.CREATED), JEAN, to) for _ in range(2)]
    assert made[0].items()[:-1] == made[1].items()[:-1]
