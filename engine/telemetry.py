"""The metrics of Temporal's SDK, and of activities that count through it."""

import socket
from dataclasses import dataclass

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig


@dataclass(frozen=True)
class Meter:
    """The place in which Temporal's SDK counts, its own and what activities count through it; served on loopback."""

    runtime: Runtime
    address: str


def meter() -> Meter:
    """A runtime whose metrics can be read. The SDK opens the port itself, and takes no 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    metrics = PrometheusConfig(bind_address=f"{host}:{port}")
    return Meter(Runtime(telemetry=TelemetryConfig(metrics=metrics)), f"http://{host}:{port}/metrics")
