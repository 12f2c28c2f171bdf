"""HTTPS: batches of events, as an array of JSON with a bearer token, or as Splunk's HTTP Event Collector takes them.

https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import httpx

from clients.letters import one_line
from clients.siem.sink import SEND_WITHIN, Event, SinkDown, SinkRefused, text_of
from clients.tls import context

_NEVER = frozenset({400, 413, 422})
"""Statuses of what is wrong with the batch itself; any other can be mended at the other side or in the settings."""


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
        await posted(self.url, body, f"{scheme} {self.token}" if self.token else None, self.ca_bundle)


def _hec(event: Event) -> str:
    return text_of({"time": event["time"] / 1000, "source": "prodgate", "sourcetype": "ocsf:json", "event": event})


async def posted(url: str, body: str, authorization: str | None, ca_bundle: Path | None) -> httpx.Response:
    """The answer to a post that was taken. Raises SinkDown, SinkRefused."""
    heads = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    try:
        async with httpx.AsyncClient(verify=context(ca_bundle, None), timeout=SEND_WITHIN) as http:
            answer = await http.post(url, content=body.encode(), headers=heads)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise SinkDown(one_line(str(error)) or type(error).__name__) from error
    if answer.is_success:
        return answer
    why = f"it answered {answer.status_code}"
    if answer.status_code in _NEVER:
        raise SinkRefused(why)
    asked = answer.headers.get("retry-after", "")
    raise SinkDown(why, float(asked[:6]) if asked.isascii() and asked.isdigit() else None)
