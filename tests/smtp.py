"""A real SMTP server for tests: takes mail over the protocol, and misbehaves as servers do."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN = (b"gate", b"p@ss")


@dataclass
class Taken:
    """One mail as it came: to whom it was handed in, and what it says; `secured` is whether TLS was spoken."""

    to: list[str]
    message: EmailMessage
    secured: bool
    user: str | None


@dataclass
class MailSink:
    """The server. Recipients in `refuses` get that answer, those in `silent` none; every sender gets `busy`, if any.

    `only` is how many mails it takes before it hangs up.
    """

    port: int = 0
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    login: bool = False
    refuses: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    busy: str = ""
    only: int | None = None
    taken: list[Taken] = field(default_factory=list)
    conversations: int = 0
    _now: list[SMTP] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.busy:
            envelope.mail_from, envelope.mail_options = address, options
        return self.busy or "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.silent:
            await asyncio.sleep(3_600)
        if answer := self.refuses.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        assert server.transport is not None
        secured = server.transport.get_extra_info("sslcontext") is not None
        message = BytesParser(EmailMessage, policy=default).parsebytes(envelope.content)
        if self.only is not None and len(self.taken) >= self.only:
            server.transport.close()
            return "421 Gone"
        given: Any = session.auth_data
        user = given.login.decode() if session.authenticated else None
        self.taken.append(Taken(list(envelope.rcpt_tos), message, secured, user))
        return "250 Taken"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["MailSink"]:
        """Serve for as long as the context lasts; on the same port when it is opened again."""
        server = await asyncio.get_running_loop().create_server(
            self._conversation, "127.0.0.1", self.port, ssl=self.tls
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    def hang_up(self) -> None:
        """End every conversation without a word."""
        for each in self._now:
            if each.transport is not None:
                each.transport.close()

    def _conversation(self) -> SMTP:
        self.conversations += 1
        self._now.append(begun := self._begun())
        return begun

    def _begun(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            loop=asyncio.get_running_loop(),
            tls_context=self.starttls,
            require_starttls=self.starttls is not None,
            authenticator=_authenticate,
            auth_required=self.login,
            auth_require_tls=self.tls is None,
        )

    def said(self) -> list[tuple[str, str]]:
        """Event and recipient of each mail, in the order in which they came."""
        return [(mail.message["X-Prodgate-Event"], mail.to[0]) for mail in self.taken]

    def ids(self) -> list[str]:
        return [str(mail.message["Message-ID"]) for mail in self.taken]


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=(given.login, given.password) == LOGIN, auth_data=given)
