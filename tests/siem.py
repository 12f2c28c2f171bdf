"""Systems that watch, as real servers over TLS: a syslog collector that counts octets, and one that takes HTTPS."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from aiohttp import web

_HEAD = re.compile(rb"<([0-9]{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) - ")


def served(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for localhost, and the authority that it is known by."""
    ca, context, bundle = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), folder / f"{name}.pem"
    ca.issue_cert("localhost").configure_cert(context)
    ca.cert_pem.write_to_path(str(bundle))
    return context, bundle


@dataclass
class Collector:
    """A syslog collector (RFC 5425). `cuts` ends each connection as soon as it is there."""

    folder: Path
    cuts: bool = False
    port: int = 0
    heads: list[list[str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    ca_bundle: Path = Path()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Collector"]:
        context, self.ca_bundle = served(self.folder, "syslog")
        server = await asyncio.start_server(self._take, "127.0.0.1", self.port, ssl=context)
        self.port = self.port or server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self.cuts and (length := await reader.readuntil(b" ")):
                message = await reader.readexactly(int(length))
                found = _HEAD.match(message)
                assert found, message[:100]
                text = message[found.end() :]
                assert text.startswith(b"\xef\xbb\xbf"), "the text says that it is UTF-8"
                self.heads.append([each.decode("ascii") for each in found.groups()])
                self.events.append(json.loads(text[3:]))
        except asyncio.IncompleteReadError:
            pass
        if self.cuts:
            writer.transport.abort()
        writer.close()


@dataclass
class HttpsCollector:
    """Takes posts. `status` is what it answers, `refuses` an entry that it takes never."""

    folder: Path
    status: int = 200
    code: int = 9
    """Splunk's, beside another status than 200."""
    heads: dict[str, str] = field(default_factory=dict)
    refuses: str = ""
    rejects: bool = False
    says: str | None = None
    """Another answer than a collector's."""
    port: int = 0
    asked: int = 0
    got: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    ca_bundle: Path = Path()

    def url(self, path: str = "/in") -> str:
        return f"https://localhost:{self.port}{path}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["HttpsCollector"]:
        context, self.ca_bundle = served(self.folder, "https")
        app = web.Application(client_max_size=16_000_000)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=context).start()
        self.port = self.port or runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        text = await request.text()
        if self.status != 200:
            return web.json_response({"text": "down", "code": self.code}, status=self.status, headers=self.heads)
        if self.says is not None:
            return web.Response(body=self.says.encode("latin-1"), content_type="application/json")
        if self.refuses and self.refuses in text:
            if self.rejects:
                return web.json_response({"partialSuccess": {"rejectedLogRecords": "1", "errorMessage": "no"}})
            return web.json_response({"text": "Invalid data format", "code": 6}, status=400)
        self.got.append((request.path, text, {name.lower(): value for name, value in request.headers.items()}))
        return web.json_response({"text": "Success", "code": 0} if not self.rejects else {})
