"""E-mail over SMTP (RFC 5321): a message for each recipient, in their language, all of a ticket's in one thread."""

import contextlib
import hashlib
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from clients.channel import Allowed, ChannelDown
from clients.delegation_letters import delegation_letter
from clients.letters import Letter, Letters, one_line
from clients.tls import ClientCertificate, context
from domain.announcement import Announcement
from domain.audience import Addressee, Audience, Contact, Language, Reason, recipients
from domain.delegation_notices import DelegationNotice
from domain.delivery import DeliveryResult, OutgoingMessage, Receipt, Thread
from domain.roles import same_address
from domain.summary import Summary

ANSWER_WITHIN = 3.0
"""Seconds for one command of the conversation; a server that is there answers in milliseconds."""

LETTERS_KEPT = 64
"""Announcements whose words are kept while their mails go out."""

_FAILURES = (SMTPException, OSError, TimeoutError)


@dataclass(frozen=True)
class MailServer:
    """The server that takes mail. `tls` from the first byte, else STARTTLS where offered, always before a login."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = None
    ca_bundle: Path | None = None
    certificate: ClientCertificate | None = None

    @classmethod
    def at(cls, url: str, ca_bundle: Path | None = None, certificate: ClientCertificate | None = None) -> "MailServer":
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
            certificate,
        )


@dataclass
class Mail:
    """The channel. `sender` is who the mails are from; their ids belong to its domain.

    One conversation with the server goes on while there is something to mail. A mail's words are made once a
    language and a reason.
    """

    server: MailServer
    sender: Address
    letters: Letters
    _smtp: "_Conversation | None" = None
    _made: dict[str, tuple[Announcement, Audience, dict[tuple[Language | None, Reason], EmailMessage]]] = field(
        default_factory=dict
    )

    def destinations(self, said: Announcement, audience: Audience) -> tuple[str, ...]:
        """The mailboxes, in the form in which two spellings of one are equal."""
        return tuple(same_address(each.email) for each in recipients(said, audience))

    def place(self, to: str, thread: Thread | None, audience: Audience) -> str:
        """The mailbox itself: no other waits for it."""
        del thread, audience
        return to

    async def deliver(self, outgoing: OutgoingMessage, audience: Audience, allowed: Allowed) -> DeliveryResult:
        """Mail one person, unless they are nobody's to tell any more. Raises ChannelDown where the server is away."""
        said = outgoing.announcement
        found = next((each for each in recipients(said, audience) if same_address(each.email) == outgoing.to), None)
        if found is None:
            return DeliveryResult()
        return await self.send(self.message(said, found, audience), found.email, allowed)

    async def send(self, message: EmailMessage, to: str, allowed: Allowed) -> DeliveryResult:
        """Mail one message to one address. Raises ChannelDown where the server is away."""
        try:
            refused = await self._hand_in(message, to, allowed)
        except _NotNow as error:
            return DeliveryResult(failure=f"{self.server.host}: {error}")
        except _FAILURES as error:
            alone = self._smtp is not None and self._smtp.named
            await self.close()
            if alone:
                return DeliveryResult(failure=f"{self.server.host}: {one_line(str(error))}")
            raise ChannelDown(f"{self.server.host} takes no mail: {one_line(str(error))}") from error
        return DeliveryResult(receipts=(Receipt(to=to, id=str(message["Message-ID"]), refused=refused),))

    async def _hand_in(self, message: EmailMessage, to: str, allowed: Allowed) -> str | None:
        """Hand in one mail; a conversation that the server has ended meanwhile is begun anew, once."""
        begun = self._smtp is not None and self._smtp.is_connected
        smtp = await self._conversation()
        allowed()
        try:
            return await _hand_in(smtp, message, self.sender.addr_spec, to)
        except SMTPServerDisconnected:
            if smtp.named or not begun:
                raise
        await self.close()
        smtp = await self._conversation()
        allowed()
        return await _hand_in(smtp, message, self.sender.addr_spec, to)

    async def _conversation(self) -> "_Conversation":
        """The conversation that goes on, or a new one."""
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        await self.close()
        server = self.server
        self._smtp = _Conversation(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=False if server.tls else True if server.user else None,
            timeout=ANSWER_WITHIN,
            tls_context=context(server.ca_bundle, server.certificate),
        )
        await self._smtp.connect()
        return self._smtp

    async def rest(self) -> None:
        """End the conversation: servers count those that say nothing."""
        await self.close()

    async def close(self) -> None:
        """End the conversation, in order where the server still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.is_connected:
                with contextlib.suppress(*_FAILURES):
                    await smtp.quit()
        finally:
            smtp.close()

    def message(self, said: Announcement, addressee: Addressee, audience: Audience) -> EmailMessage:
        """The mail to one person: the same message, by its id, however often it is made."""
        letter = self._letter(said, audience, addressee)
        message = EmailMessage(policy=WIRE)
        for name, value in letter.raw_items():  # parsed already, so that nothing is parsed for each reader
            message[name] = value
        message["To"] = Address(one_line(addressee.name), addr_spec=addressee.email)
        message["Message-ID"] = self._id(said, addressee)
        message.set_payload(letter.get_payload())
        return message

    def _letter(self, said: Announcement, audience: Audience, addressee: Addressee) -> EmailMessage:
        """The mail about this, made once for all who read the language and get it for the reason; to nobody yet."""
        known = self._made.get(said.id)
        if known is None or known[0] is not said or known[1] is not audience:
            if len(self._made) >= LETTERS_KEPT:
                self._made.clear()
            known = self._made[said.id] = (said, audience, {})
        kind = addressee.language, addressee.reason
        if kind not in known[2]:
            known[2][kind] = self._written(said, self.letters.letter(said, audience, *kind))
        return known[2][kind]

    def _written(self, said: Announcement, letter: Letter) -> EmailMessage:
        message = self._composed(letter)
        message["Date"] = said.at
        # Nobody is sent this one: it is what makes a ticket's mails one thread, whichever of them somebody gets.
        message["In-Reply-To"] = message["References"] = f"<{said.ticket.id}@{self.sender.domain}>"
        message["X-Prodgate-Event"] = said.event
        return message

    def _composed(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=WIRE)
        message["From"] = self.sender
        message["Subject"] = letter.subject
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        # Without one, each mail would be given its own. What it is made of can't hold it; it fits into one line.
        message.set_boundary(f"prodgate-{hashlib.sha256(f'{letter.text}{letter.html}'.encode()).hexdigest()[:32]}")
        return message

    def summary(self, summary: Summary, contact: Contact) -> EmailMessage:
        """The mail of somebody's day: the same message, by its id, however often it is made."""
        person = contact.person
        message = self._composed(self.letters.summary(summary, contact.language))
        message["To"] = Address(one_line(person.name), addr_spec=person.email)
        message["Message-ID"] = f"<summary.{summary.day}.{_hash(person.email)}@{self.sender.domain}>"
        message["X-Prodgate-Event"] = "summary"
        return message

    def delegation(self, notice: DelegationNotice, contact: Contact) -> EmailMessage:
        """The mail to one of a delegation's people: the same message, by its id, however often it is made."""
        person = contact.person
        message = self._composed(delegation_letter(self.letters, notice, contact))
        message["To"] = Address(one_line(person.name), addr_spec=person.email)
        message["Message-ID"] = f"<{notice.id}.{_hash(person.email)}@{self.sender.domain}>"
        message["X-Prodgate-Event"] = notice.event
        return message

    def _id(self, said: Announcement, addressee: Addressee) -> str:
        return f"<{said.id}.{_hash(addressee.email)}@{self.sender.domain}>"


def _hash(address: str) -> str:
    return hashlib.sha256(same_address(address).encode()).hexdigest()[:16]


class _NotNow(Exception):
    """This recipient's mail is not taken now."""


class _Conversation(SMTP):
    """Knows whether the server has heard who a mail is for: what fails before fails for everybody."""

    named = False

    async def rcpt(self, *args: Any, **options: Any) -> SMTPResponse:
        """Name the recipient."""
        self.named = True
        return await super().rcpt(*args, **options)


async def _hand_in(smtp: _Conversation, message: EmailMessage, sender: str, to: str) -> str | None:
    """Hand in one mail; the sentence that refuses this recipient for good, or None. Raises what may pass."""
    smtp.named = False
    try:
        await smtp.send_message(message, sender=sender, recipients=[to])
    except SMTPRecipientsRefused as error:
        return _final(error.recipients[0], error)
    except SMTPDataError as error:
        return _final(error, error)
    return None


def _final(said: SMTPResponseException, error: SMTPException) -> str:
    """The server's words, where final (5yz); RFC 5321, 4.2.1."""
    sentence = f"{said.code} {one_line(said.message)}"
    if said.code < 500:
        raise _NotNow(sentence) from error
    return sentence
