"""The role's own file, as the stand-in for AWX loads it, and what it makes of answers that are cut off."""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from demo.awx import grants

CUT_OFF = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{"


def test_first_jobs_that_start_at_once_find_the_whole_role(monkeypatch: pytest.MonkeyPatch) -> None:
    """None has a file that another thread has begun to read."""
    for _ in range(20):
        monkeypatch.delitem(sys.modules, grants._NAME, raising=False)
        with ThreadPoolExecutor(8) as pool:
            whole = list(pool.map(lambda _: hasattr(grants.verification(), "verified"), range(8)))
        assert all(whole)


@pytest.mark.parametrize("answer", [CUT_OFF, b"hello\r\n\r\n"], ids=["cut off", "no HTTP"])
def test_an_answer_that_breaks_off_is_as_good_as_none(answer: bytes) -> None:
    """So it is asked for again, as where nobody answers."""
    role = grants.verification()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            caller, _ = server.accept()
            with caller:
                caller.recv(10_000)
                caller.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        ask = role._asking(role.Setup(url=f"http://127.0.0.1:{server.getsockname()[1]}"))
        with pytest.raises(role.Unreachable):
            ask("/v1/keys", None)
        thread.join()
