"""Outlets of checkpoints, each over its own protocol: what is handed out twice is there once, or the same."""

from collections.abc import AsyncIterator, Iterator
from email.headerregistry import Address
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from clients.folder.outlet import FolderOutlet
from clients.kafka.channel import Brokers, Kafka
from clients.kafka.outlet import KafkaOutlet
from clients.mail.channel import Mail, MailServer
from clients.mail.outlet import MailOutlet
from clients.outlet import OutletDown
from clients.s3.outlet import S3Outlet
from domain.audience import Language
from domain.checkpoint import Checkpoint, SignedCheckpoint
from record.signing.checkpoints import signed
from record.signing.signatures import new_key
from tests.clients.announcing import LETTERS
from tests.kafka.broker import Broker
from tests.record.noting import AT, ORIGIN
from tests.s3.server import S3Server
from tests.smtp import MailSink

KEY = new_key()
SENDER = Address("Prodgate", addr_spec="prodgate@cab-i.com")


def note(number: int = 1) -> SignedCheckpoint:
    said = Checkpoint(origin=ORIGIN, size=number, root="00" * 32, tip="ab" * 20, branch="main", at=AT)
    return SignedCheckpoint(number, said, signed(said, KEY))


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def allowed() -> None:
    """Everything is."""


async def test_a_folder_gets_a_file_for_each_checkpoint(tmp_path: Path) -> None:
    """Whole, under a name that sorts by time; a second time changes nothing."""
    outlet = FolderOutlet(tmp_path)
    for each in (note(1), note(2), note(1)):
        await outlet.hand_out(each, allowed)
    assert files_in(tmp_path) == {each.name: each.note for each in (note(1), note(2))}
    assert note(1).name.startswith("2026-11-29T080000Z-1-")


async def test_a_folder_that_is_gone_is_down(tmp_path: Path) -> None:
    """A share that is not mounted must not be written beside."""
    with pytest.raises(OutletDown, match="No such file"):
        await FolderOutlet(tmp_path / "share").hand_out(note(), allowed)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


async def test_a_bucket_gets_an_object_for_each_checkpoint(s3: S3Server) -> None:
    """Under its folder; an object that is there is not written over, though the same note comes again."""
    outlet = S3Outlet(s3.bucket("checkpoints"))
    for each in (note(1), note(2), note(1)):
        await outlet.hand_out(each, allowed)
    assert s3.objects("checkpoints") == {f"gate/main/{each.name}": each.note for each in (note(1), note(2))}
    assert outlet.name == "s3://checkpoints/gate/main"


async def test_a_bucket_that_refuses_is_down_and_says_why(s3: S3Server) -> None:
    """A wrong secret, a bucket that is not there, a server that is away: in one line, without the secret."""
    refused = S3Outlet(s3.bucket("checkpoints", secret="wrong-secret"))
    with pytest.raises(OutletDown) as told:
        await refused.hand_out(note(3), allowed)
    assert "wrong-secret" not in str(told.value)
    assert "\n" not in str(told.value)
    s3.stop()
    outlet = S3Outlet(s3.bucket("late"))
    with pytest.raises(OutletDown, match="takes no object"):
        await outlet.hand_out(note(3), allowed)
    s3.start()
    await outlet.hand_out(note(3), allowed)
    assert list(s3.objects("late").values()) == [note(3).note]


@pytest.fixture
async def mails() -> AsyncIterator[MailSink]:
    async with MailSink().open() as sink:
        yield sink


@pytest.mark.parametrize(
    ("language", "words"), [(Language.EN, "Please keep this mail."), (Language.FR, "Conservez ce message.")]
)
async def test_a_mail_carries_the_note_as_a_file(mails: MailSink, language: Language, words: str) -> None:
    """In the installation's language, byte for byte; the same message, by its id, when it is mailed again."""
    mail = Mail(MailServer("127.0.0.1", mails.port, tls=False), SENDER, LETTERS)
    outlet = MailOutlet(mail, "archive@cab-i.com", language)
    for _ in range(2):
        await outlet.hand_out(note(), allowed)
    first, second = (each.message for each in mails.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["To"] == "archive@cab-i.com"
    body = first.get_body()
    assert body is not None
    assert words in body.get_content()
    (attached,) = first.iter_attachments()
    assert attached.get_content() == note().note
    assert attached.get_filename() == note().name


async def test_a_mail_server_that_is_away_is_down_and_an_address_it_refuses_holds_nothing_up(
    mails: MailSink, caplog: pytest.LogCaptureFixture
) -> None:
    """A final no is logged: nobody gets that mail, however often it is tried."""
    mail = Mail(MailServer("127.0.0.1", mails.port, tls=False), SENDER, LETTERS)
    mails.refuses["gone@cab-i.com"] = "550 No such user"
    await MailOutlet(mail, "gone@cab-i.com", Language.EN).hand_out(note(), allowed)
    assert "550 No such user" in caplog.text
    mails.busy = "451 Later"
    with pytest.raises(OutletDown):
        await MailOutlet(mail, "archive@cab-i.com", Language.EN).hand_out(note(), allowed)


async def test_a_topic_gets_each_note_as_it_is(tmp_path: Path) -> None:
    """In order, under the origin; a reader checks it as a file."""
    broker = Broker(tmp_path)
    outlet = KafkaOutlet(Kafka(Brokers(broker.address), f"checkpoints-{uuid4()}", "https://prodgate.example"))
    with pytest.raises(OutletDown):
        await outlet.hand_out(note(1), allowed)
    broker.start()
    try:
        for each in (note(1), note(2)):
            await outlet.hand_out(each, allowed)
        async with AIOKafkaConsumer(
            outlet.kafka.topic, bootstrap_servers=broker.address, auto_offset_reset="earliest"
        ) as reader:
            messages = [await reader.getone() for _ in range(2)]
        assert [each.value for each in messages] == [note(1).note, note(2).note]
        assert {each.key for each in messages} == {ORIGIN.encode()}
    finally:
        await outlet.close()
        broker.stop()
