"""Exports spans by OTLP over HTTP: what is on the list below, and nothing that people wrote."""

import logging
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from threading import Thread
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context, get_value
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import set_global_textmap
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Link, Status
from opentelemetry.util.types import Attributes
from prometheus_client import Counter
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

from activities.tracing import TRACE

LOST = Counter("prodgate_spans_lost", "Spans that the collector did not take")

_LOG = logging.getLogger(__name__)

ALLOWED = frozenset(
    {
        *("http.request.method", "http.response.status_code", "http.route", "url.template", "error.type"),
        *("temporalWorkflowID", "temporalRunID", "temporalActivityID", "temporalUpdateID"),
        *("exception.type", "prodgate.channel", "prodgate.event", "prodgate.outcome"),
        *("prodgate.commits", "prodgate.commit"),
    }
)
"""Everything that a span may say besides its name. Paths, queries, texts of errors and bodies are not on it: libraries
add them to spans of theirs, with links' tokens, addresses and reasons inside."""

_PLAIN = re.compile(r"[A-Za-z0-9_.:/{}*-]{1,200}")
"""Identifiers and templates; nothing with a space or an '@', so neither sentences nor addresses of people."""

_WORKFLOW = "temporalWorkflowID"

_ANSWER_WITHIN = 5.0
"""Seconds for one batch, repeats included; a thread of its own waits."""

_LEAVE_WITHIN = 2.0
"""Seconds that a process waits at its end for the collector to take the last spans."""


class Exporter(SpanExporter):
    """Sends spans without what is not allowed in them; counts those that are not taken, and says so once."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._down = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export([_clean(span) for span in spans])
        down = result is not SpanExportResult.SUCCESS
        if down:
            LOST.inc(len(spans))
        if down != self._down:
            _LOG.warning("the collector of traces %s", "takes nothing: they are lost" if down else "takes them again")
        self._down = down
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _NoHeaders(TextMapPropagator):
    """Neither reads nor writes headers of HTTP."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:
        return Context() if context is None else context

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:
        """Leave the carrier as it is."""

    @property
    def fields(self) -> set[str]:
        return set()


class _Ids(RandomIdGenerator):
    """Random ids; but where the context names the trace that begins, that one's."""

    def generate_trace_id(self) -> int:
        named = get_value(TRACE)
        return named if isinstance(named, int) else super().generate_trace_id()


def export(url: str, token: str | None, share: float, service: str) -> Callable[[], None]:
    """Begin to export this share of traces; what is given back sends what is left, within two seconds.

    The headers by which callers tell of a trace of theirs are not read: anybody could choose what is sampled by them,
    and Temporal would keep what they say in clear.
    """
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)  # a line for each batch; `Exporter` tells
    set_global_textmap(_NoHeaders())
    provider = create_tracer_provider(
        sampler=ParentBasedTraceIdRatio(share),
        resource=Resource.create({"service.name": service, "service.version": version("prodgate")}),
        shutdown_on_exit=False,
        id_generator=_Ids(),
    )
    headers = {"Authorization": f"Bearer {token}"} if token else None
    sender = OTLPSpanExporter(endpoint=url, headers=headers, timeout=_ANSWER_WITHIN)
    provider.add_span_processor(BatchSpanProcessor(Exporter(sender)))
    trace.set_tracer_provider(provider)
    return lambda: _flush(provider.force_flush)


def _flush(flush: Callable[[], bool]) -> None:
    """Send what is left; a collector that does not answer keeps no process from its end: the library waits for it."""
    sending = Thread(target=flush, name="last-spans", daemon=True)
    sending.start()
    sending.join(_LEAVE_WITHIN)


def plugin() -> OpenTelemetryPlugin:
    """The SDK's own plugin for the connection to Temporal; spans and ids in workflows are safe to replay."""
    return OpenTelemetryPlugin(add_temporal_spans=True)


def _clean(span: ReadableSpan) -> ReadableSpan:
    """The span with what is allowed; of exceptions their types, of a status whether it is an error."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes),
        events=[Event(each.name, _allowed(each.attributes), each.timestamp) for each in span.events],
        links=[Link(each.context) for each in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _allowed(attributes: Attributes) -> Attributes:
    said = attributes or {}
    return {name: _value(name, value) for name, value in said.items() if name in ALLOWED and _is_plain(value)}


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value) is not None)


def _value(name: str, value: object) -> str | bool | int | float:
    """The value; of a workflow that is no ticket's, the kind alone: some have keys of callers in their ids."""
    assert isinstance(value, str | bool | int | float)  # noqa: S101  `_is_plain` has seen to that
    return value.partition("/")[0] if name == _WORKFLOW and isinstance(value, str) else value
