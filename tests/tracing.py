"""A collector of traces: takes OTLP over HTTP as the protocol says it, and keeps every span as it came."""

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class TraceCollector:
    """Spans by the name of the service that sent them. `status` is what it answers, after `slow` seconds."""

    port: int = 0
    status: int = 200
    slow: float = 0.0
    asked: int = 0
    raw: list[bytes] = field(default_factory=list)
    """Bodies as they came, unpacked."""
    spans: list[tuple[str, Span]] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def take(self, body: bytes) -> None:
        self.raw.append(body)
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            said = {one.key: one.value.string_value for one in each.resource.attributes}
            self.spans += [(said["service.name"], span) for scope in each.scope_spans for span in scope.spans]

    def named(self, name: str) -> list[Span]:
        """The spans of that name."""
        return [span for _, span in self.spans if span.name == name]

    def trace(self, trace_id: bytes) -> set[str]:
        """The names of a trace's spans."""
        return {span.name for _, span in self.spans if span.trace_id == trace_id}


def said(span: Span) -> dict[str, str]:
    """A span's attributes that are text."""
    return {one.key: one.value.string_value for one in span.attributes}


@contextmanager
def collecting() -> Iterator[TraceCollector]:
    """A collector that serves until the context ends."""
    collector = TraceCollector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.asked += 1
            collector.authorizations.add(self.headers["Authorization"])
            time.sleep(collector.slow)
            if collector.status == 200:
                packed = self.headers["Content-Encoding"] == "gzip"
                collector.take(gzip.decompress(body) if packed else body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: what it was asked is in the fields."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
