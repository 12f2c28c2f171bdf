"""The demo's mailbox: a mail that is handed in is kept, listed and shown, and does nothing to who looks at it."""

import subprocess
import sys
from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from clients.letters import Letters
from clients.mail.channel import Mail, MailServer
from domain.announcement import Event
from domain.audience import Language
from tests.clients.announcing import HOSTILE, NAME, audience, said, told
from tests.e2e.stack import free_ports, until


class Mailbox:
    """The process, on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.page, self.smtp = free_ports(2)
        self.url = f"http://127.0.0.1:{self.page}"
        command = [sys.executable, "-m", "demo.mailbox", "--port", str(self.page), "--smtp-port", str(self.smtp)]
        self.process = subprocess.Popen([*command, "--mails", str(folder)])
        until("the mailbox serves", self._serves)

    def _serves(self) -> bool:
        try:
            return httpx.get(self.url, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False)

    async def take(self, event: Event, text: str, name: str) -> None:
        letters = Letters("https://prodgate.example", Language.EN, ZoneInfo("UTC"))
        mail = Mail(MailServer.at(f"smtp://127.0.0.1:{self.smtp}"), Address("P", addr_spec="gate@cab-i.com"), letters)
        assert {each.failure for each in await told(mail, said(event, text), audience(name, name))} == {None}
        await mail.close()

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(20) == 0


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    running = Mailbox(tmp_path / "mails")
    yield running
    running.end()


async def test_a_mail_is_listed_and_shown(mailbox: Mailbox) -> None:
    """Newest first on the page, oldest first for programs; its HTML stands in a frame of its own."""
    await mailbox.take(Event.APPROVED, "Approved after a review of the plan", "Pierre Durand")
    (mail,) = mailbox.get("/mails.json").json()
    assert (mail["To"], mail["X-Prodgate-Event"]) == ("Pierre Durand <pierre.durand@cab-i.com>", "request-approved")
    assert "approved</a>" in mailbox.get("/").text
    page = mailbox.get("/mails/1").text
    assert '<iframe sandbox title="The mail" src="/mails/1/html">' in page
    assert "Approved after a review of the plan" in page
    assert "<blockquote" in mailbox.get("/mails/1/html").text
    assert mailbox.get("/mails/2").status_code == 404


async def test_a_hostile_mail_does_nothing_to_the_page(mailbox: Mailbox) -> None:
    """No script, no picture from elsewhere, by escaping and by policy."""
    await mailbox.take(Event.REJECTED, HOSTILE, NAME)
    for path in ("/", "/mails/1"):
        answer = mailbox.get(path)
        assert "<script" not in answer.text
        assert "<b>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert mailbox.get("/mails/1/html").headers["Content-Security-Policy"].startswith("sandbox;")


async def test_mails_outlast_the_process(tmp_path: Path) -> None:
    """The next start shows what the one before took, and numbers go on."""
    for expected in (1, 2):
        mailbox = Mailbox(tmp_path / "mails")
        await mailbox.take(Event.EXPIRED, "Nobody had the time to look", "Pierre Durand")
        assert [mail["number"] for mail in mailbox.get("/mails.json").json()] == list(range(1, expected + 1))
        mailbox.end()
