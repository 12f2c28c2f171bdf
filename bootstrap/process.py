"""Runs every long-running process alike: structured logs, HTTP until it is told to stop, a clean way out."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import NoReturn

import structlog
import uvicorn
from opentelemetry import trace
from starlette.types import ASGIApp
from structlog.typing import EventDict, Processor, WrappedLogger

STOP_WITHIN = 10
"""Seconds that HTTP answers under way get when the process is told to stop."""


WARNINGS_PER_MINUTE = 60
"""Of those that no limit of the API comes before: the HTTP server's, about bytes that are no HTTP, and the worker's,
about messages that the API did not sign."""


class CannotServe(Exception):
    """Something outside keeps the process from serving; `str()` says what."""


def configure_logs(level: str) -> None:
    """One JSON object a line on standard error, for our own logs and every library's."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every poll of AWX tells nobody anything
    server = logging.getLogger("uvicorn.error")
    server.setLevel(logging.WARNING)  # its start lines tell of sockets, not of the product
    for written_by_anybody in (server, logging.getLogger("audit.messages")):
        written_by_anybody.filters = [RateLimitFilter(WARNINGS_PER_MINUTE)]


def trace_id() -> str | None:
    """The id of the trace that this code runs in, 32 hexadecimal digits; None where none is exported."""
    found = trace.get_current_span().get_span_context()
    return trace.format_trace_id(found.trace_id) if found.trace_flags.sampled else None


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if traced := trace_id():
        event["trace_id"] = traced
    return event


class RateLimitFilter(logging.Filter):
    """Lets so many warnings a minute through, and every error: whoever sends garbage must not fill the log."""

    def __init__(self, per_minute: int) -> None:
        super().__init__()
        self._most, self._since, self._seen = per_minute, 0.0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created - self._since >= 60:
            self._since, self._seen = record.created, 0
        self._seen += record.levelno <= logging.WARNING
        return record.levelno > logging.WARNING or self._seen <= self._most


class _Server(uvicorn.Server):
    """Leaves signals to `stop_signal`: uvicorn raises them again, which ends the process before the rest is closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: ASGIApp, host: str, port: int, stop: asyncio.Event) -> None:
    """Answer HTTP until `stop` is set. Raises CannotServe where the port can't be had."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listen(host, port)]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def listen(host: str, port: int) -> socket.socket:
    """A socket of our own: uvicorn would end the process where the port is in use. Raises CannotServe.

    An answer is written as head and body. Its connections send each at once: otherwise the body of every answer but a
    connection's first waits until the client acknowledges the head, for 40 ms on Linux (RFC 896, RFC 1122). asyncio
    sees to that for sockets that it makes itself; here, connections inherit it from the socket that listens.
    """
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotServe(f"Port {port} of {host} can't be had: {error.strerror}") from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM, SIGINT and the closing of the terminal set; `nohup` stays in force."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP:
            loop.add_signal_handler(number, stop.set)
    return stop


def give_up(name: str, why: Exception, code: int) -> NoReturn:
    """Say in one sentence what keeps the process from its work, and end it."""
    sys.stderr.write(f"{name}: {why}\n")
    leave(code)


def leave(code: int) -> NoReturn:
    """End the process at once: the Temporal SDK's threads can crash an ordinary exit, after all work is done."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
