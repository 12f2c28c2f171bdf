"""HTTPS: batches of events, as an array of JSON with a bearer token, or as Splunk's HTTP Event Collector takes them.

https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Protocol

import httpx
from pydantic import BaseModel, ValidationError

from clients.http import reason, retry_after
from clients.letters import one_line
from clients.siem.sink import SEND_WITHIN, Event, SinkDown, SinkRefused, text_of
from clients.tls import context

_NEVER = frozenset({400, 413, 422})
"""Statuses of what is wrong with the batch itself; any other can be mended at the other side or in the settings."""

_HEC_SETTINGS = frozenset({1, 2, 3, 4, 7, 10, 11, 14, 16})
"""Splunk's codes for what is wrong with token, index, channel or settings, whatever the entry, some of them with 400:
https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector#Possible_error_codes
"""

LARGEST_ANSWER = 65_536
"""Bytes of an answer that are read; a collector's has some hundred."""


class BatchForm(StrEnum):
    JSON = "json"
    HEC = "hec"


@dataclass(frozen=True)
class HttpsSink:
    """An address that takes batches."""

    url: str
    token: str | None = field(repr=False)
    form: BatchForm = BatchForm.JSON
    ca_bundle: Path | None = None

    @property
    def name(self) -> str:
        return "https"

    async def send(self, events: Sequence[Event]) -> None:
        """Post a batch. Raises SinkDown, SinkRefused."""
        if self.form is BatchForm.HEC:
            body, scheme = "".join(map(_hec, events)), "Splunk"
        else:
            body, scheme = f"[{','.join(map(text_of, events))}]", "Bearer"
        authorization = f"{scheme} {self.token}" if self.token else None
        answer = await posted(self.url, body, authorization, self)
        if self.form is BatchForm.HEC and (said := _refusal(answer.body)) and said.code in _HEC_SETTINGS:
            raise SinkDown(f"{answer}: {one_line(said.text)}")
        answer.check()

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Made once: reading the system's authorities takes as long as a batch."""
        return context(self.ca_bundle, None)


class _HecAnswer(BaseModel):
    text: str = ""
    code: int


def _refusal(body: bytes) -> _HecAnswer | None:
    try:
        return _HecAnswer.model_validate_json(body)
    except ValidationError:
        return None  # such as a proxy's page: the status alone tells


def _hec(event: Event) -> str:
    return text_of({"time": event["time"] / 1000, "source": "prodgate", "sourcetype": "ocsf:json", "event": event})


@dataclass(frozen=True)
class CollectorAnswer:
    """An answer to a post; of its body there is what anybody needs. `wait` are the seconds that it asks for."""

    status: int
    body: bytes
    wait: float | None

    def __str__(self) -> str:
        return f"it answered {self.status}"

    def check(self) -> None:
        """Raise SinkDown or SinkRefused, unless it says that the batch was taken."""
        if httpx.codes.is_success(self.status):
            return
        if self.status in _NEVER:
            raise SinkRefused(str(self))
        raise SinkDown(str(self), self.wait)


class OverTls(Protocol):
    """A sink that has its side of TLS; CertificateUnusable where it can't be made."""

    @property
    def tls(self) -> ssl.SSLContext: ...


async def posted(url: str, body: str, authorization: str | None, by: OverTls) -> CollectorAnswer:
    """The answer to a post. Raises SinkDown where there is none."""
    heads = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    try:
        async with (
            asyncio.timeout(SEND_WITHIN),
            httpx.AsyncClient(verify=by.tls, timeout=SEND_WITHIN) as http,
            http.stream("POST", url, content=body.encode(), headers=heads) as answer,
        ):
            read = b""
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > LARGEST_ANSWER:
                    break
            return CollectorAnswer(answer.status_code, read[:LARGEST_ANSWER], retry_after(answer.headers))
    except TimeoutError as error:
        raise SinkDown(f"it did not answer within {SEND_WITHIN:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise SinkDown(reason(error)) from error
