"""Traces a process where an OTLP collector is set; otherwise nothing of OpenTelemetry's SDK is imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from settings import Settings, plain


@dataclass(frozen=True)
class Traces:
    """The tracing of a process: `plugins` are for its connection to Temporal, `close` sends what is left; it blocks."""

    plugins: tuple[Any, ...] = ()
    close: Callable[[], None] = lambda: None


def begin(settings: Settings, service: str) -> Traces:
    """Trace this process under that name as the settings say. For before the process connects to anything."""
    if settings.otlp_url is None:
        return Traces()
    from bootstrap import otlp

    close = otlp.export(settings.otlp_url, plain(settings.otlp_token), settings.trace_share, service)
    return Traces((otlp.plugin(),), close)
