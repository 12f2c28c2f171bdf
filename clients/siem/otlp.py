"""OTLP logs over HTTPS, in the protocol's JSON form: https://opentelemetry.io/docs/specs/otlp/#otlphttp"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from clients.siem.https import posted
from clients.siem.sink import Event, SinkDown, SinkRefused, text_of
from clients.tls import context

_SEVERITY = {1: (9, "INFO"), 2: (13, "WARN"), 3: (17, "ERROR")}
"""Numbers and names of the log data model, by OCSF's severity."""


@dataclass(frozen=True)
class OtlpSink:
    """A collector's address for logs, which ends in `/v1/logs`. `host` is this installation."""

    url: str
    host: str
    token: str | None = field(default=None, repr=False)
    ca_bundle: Path | None = None

    @property
    def name(self) -> str:
        return "otlp"

    async def send(self, events: Sequence[Event]) -> None:
        """Post a batch. Raises SinkDown, and SinkRefused where a record of it was rejected."""
        resource = {"attributes": [_text("service.name", "prodgate"), _text("host.name", self.host)]}
        logs = {"scope": {"name": "prodgate.audit"}, "logRecords": list(map(_record, events))}
        body = text_of({"resourceLogs": [{"resource": resource, "scopeLogs": [logs]}]})
        answer = await posted(self.url, body, f"Bearer {self.token}" if self.token else None, self)
        answer.check()
        try:
            rejected = _Taken.model_validate_json(answer.body or b"{}").partial_success
        except ValidationError as error:  # such as the page of a proxy: nothing says that anybody has the records
            raise SinkDown("it answered something that no collector does") from error
        if rejected and rejected.rejected_log_records:
            raise SinkRefused(f"it rejected {rejected.rejected_log_records} records")

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Made once: reading the system's authorities takes as long as a batch."""
        return context(self.ca_bundle, None)


class _Answer(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class _Partial(_Answer):
    rejected_log_records: int | None = None


class _Taken(_Answer):
    partial_success: _Partial | None = None


def _record(event: Event) -> dict[str, Any]:
    number, name = _SEVERITY[event["severity_id"]]
    return {
        "timeUnixNano": str(event["time"] * 1_000_000),  # 64 bits are text in this form
        "severityNumber": number,
        "severityText": name,
        "body": {"stringValue": text_of(event)},
        "attributes": [
            _text("event.name", event["metadata"]["event_code"]),
            _text("event.id", event["metadata"]["uid"]),
        ],
    }


def _text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}
