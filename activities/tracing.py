"""Traces of what follows a commit: announcements have traces of their own, whose ids the commit's span knows."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanContext, TraceFlags

TRACE = context.create_key("prodgate-trace")
"""The context's key of the id that the next trace is to have."""

_TRACER = trace.get_tracer("prodgate")


def link_announcements(ticket_id: str, number: int) -> None:
    """Link the current span to the trace in which the ticket's change of that number is announced.

    Whoever announces it may be another worker, later, which knows the change and not who committed it.
    """
    announced = _trace_of(ticket_id, number)
    there = SpanContext(announced, announced & (1 << 64) - 1, is_remote=True, trace_flags=TraceFlags(0))
    trace.get_current_span().add_link(there)


@contextmanager
def announcing(channel: str, event: str, ticket_id: str, number: int) -> Iterator[Span]:
    """A span of one delivery, in the trace of the change that it tells of."""
    said = {"prodgate.channel": channel, "prodgate.event": event, "temporalWorkflowID": ticket_id}
    with apart(_trace_of(ticket_id, number)), _TRACER.start_as_current_span("announce", attributes=said) as span:
        yield span


@contextmanager
def apart(named: int | None = None) -> Iterator[None]:
    """Leave the current trace: an activity that leads for hours is none that anybody could read."""
    alone = context.Context()
    token = context.attach(alone if named is None else context.set_value(TRACE, named, alone))
    try:
        yield
    finally:
        context.detach(token)


def _trace_of(ticket_id: str, number: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{ticket_id}/{number}".encode()).digest()[:16], "big")
