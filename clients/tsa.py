"""Time-stamping authorities over HTTP (RFC 3161, 3.4)."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from clients.http import reason
from clients.outlet import HAND_OUT_WITHIN, OutletDown
from clients.tls import context

QUESTION, ANSWER = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True)
class TimeStampAuthority:
    """An authority; an answer of more than `largest` bytes is not read."""

    url: str
    largest: int
    ca_bundle: Path | None = None

    @property
    def name(self) -> str:
        return f"tsa:{httpx.URL(self.url).host}"

    async def ask(self, question: bytes) -> bytes:
        """The answer, whatever it says. Raises OutletDown."""
        headers, body = {"content-type": QUESTION, "accept": ANSWER, "accept-encoding": "identity"}, bytearray()
        tls = context(self.ca_bundle, None)
        try:
            async with (
                httpx.AsyncClient(verify=tls, trust_env=False, timeout=HAND_OUT_WITHIN) as http,
                http.stream("POST", self.url, content=question, headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise OutletDown(f"{self.name} answered {answer.status_code}")
                async for piece in answer.aiter_raw():
                    body += piece
                    if len(body) > self.largest:
                        raise OutletDown(f"{self.name} answered more than {self.largest:,} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise OutletDown(f"{self.name} can't be reached: {reason(error)}") from error
        return bytes(body)
