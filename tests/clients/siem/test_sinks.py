"""Batches reach real servers over TLS, in the forms that they take; what they don't take is said."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from clients.siem.https import BatchForm, HttpsSink
from clients.siem.otlp import OtlpSink
from clients.siem.sink import Address, Sink, SinkDown, SinkRefused
from clients.siem.syslog import Syslog
from domain.ocsf import event
from domain.trail import AuditAction, Outcome
from tests.record.trail.trails import entry
from tests.siem import Collector, HttpsCollector

EVENTS: list[dict[str, Any]] = [
    event(each, "0.2.0")
    for each in (
        entry(1, detail="two\nlines, Ève, 10 <34>1 and 12 more"),
        entry(2, action=AuditAction.SIGN_IN, outcome=Outcome.REFUSED),
    )
]


async def test_a_collector_gets_each_message_with_its_length(tmp_path: Path) -> None:
    """Line ends and other scripts are within a message; facility, severity, time and kind in its head."""
    async with Collector(tmp_path).open() as collector:
        sink = Syslog(Address("localhost", collector.port), "gate.example", collector.ca_bundle)
        await sink.send(EVENTS)
    assert collector.events == EVENTS
    assert collector.heads[0] == ["109", "2026-03-02T09:30:01.000Z", "gate.example", "prodgate", "-", "approve"]
    assert collector.heads[1][0] == "108"


async def test_many_messages_go_over_one_connection(tmp_path: Path) -> None:
    """More than a buffer holds."""
    async with Collector(tmp_path).open() as collector:
        sink = Syslog(Address("localhost", collector.port), "gate.example", collector.ca_bundle)
        await sink.send(EVENTS * 2_000)
    assert len(collector.events) == 4_000


async def test_a_collector_that_is_away_cuts_off_or_is_somebody_else_is_down(tmp_path: Path) -> None:
    """Nothing counts as sent."""
    async with Collector(tmp_path).open() as collector:
        address = Address("localhost", collector.port)
        with pytest.raises(SinkDown, match="certificate verify failed"):
            await Syslog(address, "gate.example").send(EVENTS)
        collector.cuts = True
        with pytest.raises(SinkDown):
            await Syslog(address, "gate.example", collector.ca_bundle).send(EVENTS * 5_000)
    with pytest.raises(SinkDown):
        await Syslog(address, "gate.example", collector.ca_bundle).send(EVENTS)
    assert collector.events == []


async def test_a_batch_is_posted_as_json_with_a_bearer_token(tmp_path: Path) -> None:
    """An array."""
    async with HttpsCollector(tmp_path).open() as collector:
        await HttpsSink(collector.url(), "s3cret", ca_bundle=collector.ca_bundle).send(EVENTS)
    ((_, text, heads),) = collector.got
    assert json.loads(text) == EVENTS
    assert (heads["authorization"], heads["content-type"]) == ("Bearer s3cret", "application/json")


async def test_splunk_gets_what_its_collector_takes(tmp_path: Path) -> None:
    """One object after the other, with their times in seconds."""
    async with HttpsCollector(tmp_path).open() as collector:
        url = collector.url("/services/collector/event")
        await HttpsSink(url, "t0ken", BatchForm.HEC, collector.ca_bundle).send(EVENTS)
    ((path, text, heads),) = collector.got
    decoder, rest, found = json.JSONDecoder(), text, []
    while rest:
        one, end = decoder.raw_decode(rest)
        found.append(one)
        rest = rest[end:]
    assert [each["event"] for each in found] == EVENTS
    assert (found[0]["time"], found[0]["sourcetype"]) == (1772443801.0, "ocsf:json")
    assert (path, heads["authorization"]) == ("/services/collector/event", "Splunk t0ken")


async def test_an_otlp_collector_gets_log_records(tmp_path: Path) -> None:
    """In the protocol's JSON: nanoseconds as text, the event as the body."""
    async with HttpsCollector(tmp_path, rejects=True).open() as collector:
        await OtlpSink(collector.url("/v1/logs"), "gate.example", "s3cret", collector.ca_bundle).send(EVENTS)
    ((_, text, _),) = collector.got
    (resource,) = json.loads(text)["resourceLogs"]
    (scope,) = resource["scopeLogs"]
    records = scope["logRecords"]
    assert [json.loads(each["body"]["stringValue"]) for each in records] == EVENTS
    assert records[0]["timeUnixNano"] == "1772443801000000000"
    assert [(each["severityNumber"], each["severityText"]) for each in records] == [(9, "INFO"), (13, "WARN")]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_a_sink_that_answers_so_is_down(tmp_path: Path, status: int) -> None:
    """It can be mended; how long to wait is its word."""
    async with HttpsCollector(tmp_path, status, heads={"Retry-After": "120"}).open() as collector:
        with pytest.raises(SinkDown, match=f"it answered {status}") as down:
            await HttpsSink(collector.url(), None, ca_bundle=collector.ca_bundle).send(EVENTS)
    assert down.value.retry_after == 120


async def test_a_sink_may_say_when_to_come_back_by_a_date(tmp_path: Path) -> None:
    """As webhooks and AWX may: there is one reader of `Retry-After`."""
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    async with HttpsCollector(tmp_path, 503, heads={"Retry-After": later}).open() as collector:
        with pytest.raises(SinkDown) as down:
            await HttpsSink(collector.url(), None, ca_bundle=collector.ca_bundle).send(EVENTS)
    assert down.value.retry_after == pytest.approx(3_600, abs=60)


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_batch_that_is_wrong_in_itself_is_refused(tmp_path: Path, status: int) -> None:
    """And so is a record that a collector rejects in a batch that it takes."""
    async with HttpsCollector(tmp_path, status).open() as collector:
        with pytest.raises(SinkRefused):
            await HttpsSink(collector.url(), None, ca_bundle=collector.ca_bundle).send(EVENTS)
    async with HttpsCollector(tmp_path, refuses="resourceLogs", rejects=True).open() as collector:
        with pytest.raises(SinkRefused, match="rejected 1"):
            await OtlpSink(collector.url("/v1/logs"), "gate.example", None, collector.ca_bundle).send(EVENTS)


@pytest.mark.parametrize(("status", "code"), [(400, 7), (400, 10), (400, 14), (403, 4)])
async def test_what_splunk_says_of_index_token_or_channel_is_a_sink_that_is_down(
    tmp_path: Path, status: int, code: int
) -> None:
    """It is no entry's fault, though Splunk says 400; the reason is Splunk's own word."""
    async with HttpsCollector(tmp_path, status, code).open() as collector:
        with pytest.raises(SinkDown, match=f"it answered {status}: down"):
            await HttpsSink(collector.url(), "t0ken", BatchForm.HEC, collector.ca_bundle).send(EVENTS)


@pytest.mark.parametrize("code", [6, 12, 13, 15])
async def test_what_splunk_says_of_an_entry_is_refused(tmp_path: Path, code: int) -> None:
    """With the same status."""
    async with HttpsCollector(tmp_path, 400, code).open() as collector:
        with pytest.raises(SinkRefused):
            await HttpsSink(collector.url(), "t0ken", BatchForm.HEC, collector.ca_bundle).send(EVENTS)


async def test_of_an_endless_answer_no_more_is_read_than_a_collector_says(tmp_path: Path) -> None:
    """The rest is nobody's memory."""
    async with HttpsCollector(tmp_path, says="{}" + " " * 5_000_000).open() as collector:
        await HttpsSink(collector.url(), None, ca_bundle=collector.ca_bundle).send(EVENTS)
    async with HttpsCollector(tmp_path, says=" " * 5_000_000 + "{}").open() as collector:
        with pytest.raises(SinkDown, match="no collector"):
            await OtlpSink(collector.url("/v1/logs"), "gate.example", None, collector.ca_bundle).send(EVENTS)


async def test_the_authorities_are_read_once_and_not_for_each_batch(tmp_path: Path) -> None:
    """The second batch goes out, though the file is gone."""
    async with Collector(tmp_path).open() as syslog, HttpsCollector(tmp_path).open() as https:
        sinks: list[Sink] = [
            Syslog(Address("localhost", syslog.port), "gate.example", syslog.ca_bundle),
            HttpsSink(https.url(), None, ca_bundle=https.ca_bundle),
            OtlpSink(https.url("/v1/logs"), "gate.example", None, https.ca_bundle),
        ]
        for sink in sinks:
            await sink.send(EVENTS)
        for bundle in (syslog.ca_bundle, https.ca_bundle):
            bundle.unlink()
        for sink in sinks:
            await sink.send(EVENTS)
