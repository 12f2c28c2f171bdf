"""Traces: without a collector nothing is imported for them, and with one only what is allowed leaves."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode

from bootstrap.otlp import Exporter
from tests.tracing import collecting


class Taken(SpanExporter):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def test_without_a_collector_no_process_imports_the_sdk() -> None:
    """Hundreds of processes start in tests, and its import takes a third of a second of each."""
    looks = (
        "import sys, worker, api.main; from bootstrap.traces import begin; from settings import Settings\n"
        "begin(Settings.from_environment({'PRODGATE_GIT_REPO': '/x'}), 'x')\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_texts_addresses_and_errors_stay_here() -> None:
    """An attribute goes by its name and by its form, an error by its type."""
    taken, tracer = Taken(), TracerProvider().get_tracer("test")
    attributes: dict[str, str | int] = {
        "http.route": "/v1/requests/prod/{id}",
        "http.response.status_code": 200,
        "url.path": "/v1/links/s3cret",
        "temporalUpdateID": "two words",
        "prodgate.channel": "jean@cab-i.com",
        "temporalWorkflowID": "claims/a-key-of-a-caller/1",
    }
    span = tracer.start_span("one", kind=SpanKind.SERVER, attributes=attributes)
    span.record_exception(ValueError("s3cret"))
    span.set_status(Status(StatusCode.ERROR, "s3cret"))
    span.end()
    assert isinstance(span, ReadableSpan)
    Exporter(taken).export([span])
    (left,) = taken.spans
    assert dict(left.attributes or {}) == {
        "http.route": "/v1/requests/prod/{id}",
        "http.response.status_code": 200,
        "temporalWorkflowID": "claims",
    }
    assert left.kind is SpanKind.SERVER
    assert [dict(each.attributes or {}) for each in left.events] == [{"exception.type": "ValueError"}]
    assert left.status.description is None
    assert "s3cret" not in left.to_json()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_of_traces_leaves_whole(share: float) -> None:
    """A trace is kept or not with all its parts, and a process that decides by the same share keeps the same ones."""
    makes = (
        "import sys; from opentelemetry import trace\n"
        "from bootstrap.traces import begin; from settings import Settings\n"
        "begun = begin(Settings.from_environment({'PRODGATE_GIT_REPO': '/x', 'PRODGATE_OTLP_URL': sys.argv[1],\n"
        "    'PRODGATE_TRACE_SHARE': sys.argv[2]}), 'x')\n"
        "tracer = trace.get_tracer('test')\n"
        "for _ in range(200):\n"
        "    with tracer.start_as_current_span('request'), tracer.start_as_current_span('part'): pass\n"
        "begun.close()"
    )
    with collecting() as collector:
        subprocess.run([sys.executable, "-c", makes, collector.url, str(share)], check=True)
    requests, parts = ({span.trace_id for span in collector.named(name)} for name in ("request", "part"))
    assert requests == parts
    assert abs(len(requests) - 200 * share) <= (60 if share == 0.5 else 0)
