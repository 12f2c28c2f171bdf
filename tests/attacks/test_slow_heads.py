"""Whoever sends half a request holds no connection."""

import socket
import ssl
import time
from contextlib import ExitStack
from pathlib import Path

from fastapi import FastAPI

from tests.awx_fixtures import serving
from tests.deploy.proxy import directive, proxying

HEADS = 20
HALF = b"GET /v1/requests/prod HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def test_half_sent_heads_are_closed_in_time(tmp_path: Path) -> None:
    """20 of them, each of which goes on a byte a second; the time-out is that of the whole head."""
    with ExitStack() as held:
        proxy = held.enter_context(proxying(tmp_path, held.enter_context(serving(FastAPI()))))
        slow = [held.enter_context(_half(proxy.port, proxy.trust)) for _ in range(HEADS)]
        within = time.monotonic() + int(directive("client_header_timeout").removesuffix("s")) + 3
        while slow and time.monotonic() < within:
            time.sleep(1)
            slow = [each for each in slow if _goes_on(each)]
    assert not slow, f"{len(slow)} of {HEADS} are still open"


def _half(port: int, trust: ssl.SSLContext) -> ssl.SSLSocket:
    """A connection with half a head on it."""
    connected = trust.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
    connected.sendall(HALF)
    connected.settimeout(0.01)
    return connected


def _goes_on(connection: ssl.SSLSocket) -> bool:
    """Send one more byte; whether the other side still wants it."""
    try:
        connection.sendall(b"a")
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
