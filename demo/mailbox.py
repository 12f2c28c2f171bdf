"""The demo's mailbox: takes every mail that is handed in, delivers none, and shows them all.

    python -m demo.mailbox --port 8025 --smtp-port 1025 --mails FOLDER

A mail's HTML is shown in a frame that runs no script and loads nothing, as a careful mail program would.
"""

import argparse
import asyncio
import html
import itertools
from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bootstrap.process import serve, stop_signal
from demo.markup import PAGE_HEADERS, page

IN_A_FRAME = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@dataclass
class Mailbox:
    """Every mail as it came, a file each; the numbers go on where an earlier run stopped."""

    folder: Path
    _numbers: "itertools.count[int]" = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count(max(self.numbers(), default=0) + 1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep a mail, and say that it was taken."""
        content = envelope.content
        data = content if isinstance(content, bytes) else (content or "").encode()
        draft = self.folder / "draft"
        draft.write_bytes(f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode() + data)
        draft.replace(self.folder / f"{next(self._numbers):06}.eml")
        return "250 Taken"

    def numbers(self) -> list[int]:
        """The mails, newest first."""
        return sorted((int(file.stem) for file in self.folder.glob("*.eml")), reverse=True)

    def mail(self, number: int) -> EmailMessage:
        """One mail. Raises a 404 where there is none."""
        file = self.folder / f"{number:06}.eml"
        if not file.exists():
            raise HTTPException(404)
        return BytesParser(EmailMessage, policy=default).parsebytes(file.read_bytes())

    def body(self, number: int, kind: str) -> str:
        """One of a mail's two bodies."""
        part = self.mail(number).get_body((kind,))
        return str(part.get_content()) if part else ""


@dataclass(frozen=True)
class MailboxPages:
    """The mailbox in a browser."""

    box: Mailbox

    def app(self) -> Starlette:
        paths = {"/": self.listed, "/mails.json": self.json, "/mails/{number:int}": self.one}
        paths |= {"/mails/{number:int}/html": self.html}
        return Starlette(routes=[Route(path, answer) for path, answer in paths.items()])

    async def listed(self, _request: Request) -> Response:
        """Every mail, newest first."""
        rows = "".join(self._row(number) for number in self.box.numbers())
        table = f"<table><tr><th>To</th><th>Subject</th><th>At (UTC)</th></tr>{rows}</table>"
        return _page("Mailbox", f"<h1>Mailbox</h1>{table if rows else '<p>No mail yet.</p>'}")

    def _row(self, number: int) -> str:
        mail = self.box.mail(number)
        to, subject = (html.escape(str(mail[name])) for name in ("To", "Subject"))
        at = f"<time>{mail['Date'].datetime.astimezone(UTC):%Y-%m-%d %H:%M:%S}</time>" if mail["Date"] else ""
        return f'<tr><td>{to}</td><td><a href="/mails/{number}">{subject}</a></td><td>{at}</td></tr>'

    async def json(self, _request: Request) -> Response:
        """Every mail's headers, oldest first, for programs."""
        names = ("To", "Subject", "Message-ID", "References", "X-Prodgate-Event", "X-Envelope-To")
        mails = [(number, self.box.mail(number)) for number in reversed(self.box.numbers())]
        return JSONResponse([{"number": number} | {name: mail[name] for name in names} for number, mail in mails])

    async def one(self, request: Request) -> Response:
        """One mail: its headers, and both bodies."""
        number = int(request.path_params["number"])
        mail, text = self.box.mail(number), html.escape(self.box.body(number, "plain"))
        heads = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(str(v))}</td></tr>" for k, v in mail.items())
        frame = f'<iframe sandbox title="The mail" src="/mails/{number}/html"></iframe>'
        body = f'<p><a href="/">All mails</a></p><h1>{html.escape(str(mail["Subject"]))}</h1>{frame}'
        return _page(str(mail["Subject"]), f"{body}<h2>As text</h2><pre>{text}</pre><table>{heads}</table>")

    async def html(self, request: Request) -> Response:
        """A mail's HTML, for its frame."""
        body = self.box.body(int(request.path_params["number"]), "html")
        return HTMLResponse(body, headers={"Content-Security-Policy": IN_A_FRAME})


def _page(title: str, body: str) -> Response:
    return HTMLResponse(page(title, body), headers=PAGE_HEADERS)


async def run(port: int, smtp_port: int, folder: Path) -> None:
    """Take mail and show it until SIGTERM."""
    stop, box = stop_signal(), Mailbox(folder)
    loop = asyncio.get_running_loop()
    taking = await loop.create_server(
        lambda: SMTP(box, hostname="mailbox.demo", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", smtp_port
    )
    async with taking:
        await serve(MailboxPages(box).app(), "127.0.0.1", port, stop)


def main() -> None:
    """Read where to listen, and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True, help="of the page")
    parser.add_argument("--smtp-port", type=int, required=True, help="where mail is handed in")
    parser.add_argument("--mails", type=Path, required=True, help="folder that keeps them")
    given = parser.parse_args()
    asyncio.run(run(given.port, given.smtp_port, given.mails))


if __name__ == "__main__":
    main()
