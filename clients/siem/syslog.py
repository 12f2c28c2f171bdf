"""Syslog: RFC 5424 messages over TLS, each with its length before it (RFC 5425, 4.3)."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from clients.http import reason
from clients.siem.sink import SEND_WITHIN, Address, Event, SinkDown, text_of
from clients.tls import ClientCertificate, context

_FACILITY = 13
"""Log audit (RFC 5424, 6.2.1)."""
_SEVERITY = {1: 5, 2: 4, 3: 3}
"""Notice, warning and error, by OCSF's severity."""


@dataclass(frozen=True)
class Syslog:
    """A collector. `host` is this installation, as it names itself. It shows a certificate where it has one."""

    collector: Address
    host: str
    ca_bundle: Path | None = None
    certificate: ClientCertificate | None = None

    @property
    def name(self) -> str:
        return "syslog"

    async def send(self, events: Sequence[Event]) -> None:
        """Send all over one connection, which both sides end: nothing else tells that they arrived. Raises SinkDown."""
        frames = b"".join(self._frame(event) for event in events)
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await self._deliver(frames)
        except TimeoutError as error:
            raise SinkDown("the collector did not answer in time") from error
        except OSError as error:
            raise SinkDown(reason(error)) from error

    async def _deliver(self, frames: bytes) -> None:
        reader, writer = await asyncio.open_connection(self.collector.host, self.collector.port, ssl=self._tls)
        try:
            writer.write(frames)
            await writer.drain()
            if reader.at_eof():
                raise ConnectionResetError("the collector ended the connection")
        finally:
            writer.close()
        await writer.wait_closed()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: reading the system's authorities takes as long as a batch."""
        return context(self.ca_bundle, self.certificate)

    def _frame(self, event: Event) -> bytes:
        at = datetime.fromtimestamp(event["time"] / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        priority = 8 * _FACILITY + _SEVERITY[event["severity_id"]]
        kind = event["metadata"]["event_code"][:32]
        head = f"<{priority}>1 {at} {self.host} prodgate - {kind} - "
        message = head.encode("ascii", "replace") + b"\xef\xbb\xbf" + text_of(event).encode()
        return f"{len(message)} ".encode() + message
