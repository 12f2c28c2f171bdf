"""E-mail over SMTP (RFC 5321): a message for each recipient, in their language, all of a ticket's in one thread."""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from clients.channel import ChannelDown
from clients.letters import Letters, one_line
from domain.announcement import Announcement
from domain.audience import Addressee, Audience, recipients
from domain.delivery import Delivery, Parcel, Receipt
from domain.roles import same_address

ANSWER_WITHIN = 3.0
"""Seconds for one command of the conversation; a server that is there answers in milliseconds."""

_FAILURES = (SMTPException, OSError, TimeoutError)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `tls` from the first byte, else STARTTLS where offered, always before a login."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = None
    ca_bundle: Path | None = None

    @classmethod
    def at(cls, url: str, ca_bundle: Path | None = None) -> "MailServer":
        """The server of `smtp[s]://[user:password@]host[:port]`; user and password are percent-encoded."""
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
        return cls(
            parts.hostname or "localhost",
            parts.port or (465 if tls else 587 if user else 25),
            tls,
            user,
            password,
            ca_bundle,
        )


@dataclass(frozen=True)
class Mail:
    """The channel. `sender` is who the mails are from; their ids belong to its domain."""

    server: MailServer
    sender: Address
    letters: Letters

    async def deliver(self, parcel: Parcel, audience: Audience, seconds: float) -> Delivery:
        """Mail everybody who wasn't yet, in one conversation. Raises ChannelDown where nobody could be."""
        end, done = time.monotonic() + seconds, {same_address(receipt.to) for receipt in parcel.done}
        left = [each for each in recipients(parcel.announcement, audience) if same_address(each.email) not in done]
        receipts: list[Receipt] = []
        try:
            if left:
                await self._send(left, parcel.announcement, audience, end, receipts)
        except _FAILURES as error:
            if not receipts:
                raise ChannelDown(f"{self.server.host} takes no mail: {one_line(str(error))}") from error
            return Delivery(receipts=tuple(receipts), failure=f"{self.server.host}: {one_line(str(error))}")
        return Delivery(receipts=tuple(receipts))

    async def _send(
        self, left: list[Addressee], said: Announcement, audience: Audience, end: float, receipts: list[Receipt]
    ) -> None:
        """Mail them one after the other; whom the server refuses for good is done with too."""
        async with self._conversation() as smtp:
            for addressee in left:
                if receipts and time.monotonic() > end:
                    raise TimeoutError("there are more to mail than fit into one attempt")
                message = self.message(said, addressee, audience)
                refused = await _hand_in(smtp, message, self.sender.addr_spec, addressee.email)
                receipts.append(Receipt(to=addressee.email, id=str(message["Message-ID"]), refused=refused))

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[SMTP]:
        server = self.server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=False if server.tls else True if server.user else None,
            timeout=ANSWER_WITHIN,
            cert_bundle=str(server.ca_bundle) if server.ca_bundle else None,
        )
        async with smtp:
            yield smtp

    def message(self, said: Announcement, addressee: Addressee, audience: Audience) -> EmailMessage:
        """The mail to one person: the same message, by its id, however often it is made."""
        letter = self.letters.letter(said, audience, addressee.language)
        message = EmailMessage(policy=WIRE)
        message["From"] = self.sender
        message["To"] = Address(one_line(addressee.name), addr_spec=addressee.email)
        message["Subject"] = letter.subject
        message["Date"] = said.at
        message["Message-ID"] = self._id(said, addressee)
        # Nobody is sent this one: it is what makes a ticket's mails one thread, whichever of them somebody gets.
        message["In-Reply-To"] = message["References"] = f"<{said.ticket.id}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message["X-Prodgate-Event"] = said.event
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    def _id(self, said: Announcement, addressee: Addressee) -> str:
        to = hashlib.sha256(same_address(addressee.email).encode()).hexdigest()[:16]
        return f"<{said.id}.{to}@{self.sender.domain}>"


async def _hand_in(smtp: SMTP, message: EmailMessage, sender: str, to: str) -> str | None:
    """Hand in one mail; the sentence that refuses this recipient for good, or None. Raises what may pass."""
    try:
        await smtp.send_message(message, sender=sender, recipients=[to])
    except SMTPRecipientsRefused as error:
        return _final(error.recipients[0], error)
    except SMTPDataError as error:
        return _final(error, error)
    return None


def _final(said: SMTPResponseException, error: SMTPException) -> str:
    """What the server said, where it is final (5yz); RFC 5321, 4.2.1."""
    if said.code < 500:
        raise error
    return f"{said.code} {one_line(said.message)}"
