"""Every process's HTTP server behaves alike."""

import json
import logging
import socket
import subprocess
import sys
import textwrap

import pytest

from bootstrap.process import WARNINGS_PER_MINUTE, CannotServe, RateLimitFilter, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_no_answer_waits_for_the_client_to_acknowledge_its_head(host: str) -> None:
    """Connections don't gather small packets: on one that is kept open, that would cost each answer 40 ms."""
    try:
        listening = listen(host, 0)
    except CannotServe as error:
        if host == "::1" and "assign" in str(error):
            pytest.skip("this machine has no IPv6")
        raise
    with listening, socket.create_connection(listening.getsockname()[:2]), listening.accept()[0] as taken:
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    """Which, and why."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(CannotServe, match="can't be had: Address already in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_whoever_sends_garbage_writes_no_log() -> None:
    """Anything but HTTP is refused before any limit is asked; of a process's log, it takes sixty lines a minute."""
    code = """
        import asyncio, socket
        from bootstrap import process

        async def app(scope, receive, send): raise AssertionError("garbage got through")

        def send_garbage(port):
            for _ in range(200):
                with socket.create_connection(("127.0.0.1", port)) as sender:
                    sender.sendall(b"\\x16\\x03\\x01 no HTTP\\r\\n\\r\\n")
                    sender.recv(100)

        async def main():
            process.configure_logs("INFO")
            stop = asyncio.Event()
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            answering = asyncio.create_task(process.serve(app, "127.0.0.1", port, stop))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(send_garbage, port)
            stop.set()
            await answering

        asyncio.run(main())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {(line["logger"], line["level"]) for line in lines} == {("uvicorn.error", "warning")}
    assert WARNINGS_PER_MINUTE <= len(lines) <= 2 * WARNINGS_PER_MINUTE


def test_whoever_sends_forged_messages_writes_no_log_either() -> None:
    """Each is counted; sixty a minute are told, as lines of the audit log."""
    code = """
        import contextlib
        from bootstrap import process
        from prometheus_client import REGISTRY
        from domain.decision import DecisionAction
        from domain.errors import Unproven
        from record.signing.proofs import Proofs
        from tests.domain.builders import JEAN, NOW, decision, pending

        process.configure_logs("INFO")
        unsigned = decision(pending(), DecisionAction.APPROVE, JEAN)
        for _ in range(200):
            with contextlib.suppress(Unproven):
                Proofs(keys=None).check_decision(unsigned, unsigned.ticket_id, NOW)
        print(REGISTRY.get_sample_value("prodgate_messages_refused_total", {"action": "approve"}))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert float(done.stdout) == 200
    assert WARNINGS_PER_MINUTE <= len(lines) <= 2 * WARNINGS_PER_MINUTE
    told = {(line["logger"], line["event"], line["by"], line["ticket"], line["action"]) for line in lines}
    assert told == {("audit.messages", "refused", "jean.dupont@cab-i.com", "PR-2026-0001", "approve")}


def test_an_error_of_the_server_is_always_told() -> None:
    """However many warnings came before it; and a minute later, warnings are told again."""
    sparing = RateLimitFilter(2)

    def told(level: int, at: float) -> bool:
        record = logging.LogRecord("uvicorn.error", level, "", 0, "", (), None)
        record.created = at
        return sparing.filter(record)

    assert [told(logging.WARNING, 1000.0) for _ in range(4)] == [True, True, False, False]
    assert told(logging.ERROR, 1001.0)
    assert told(logging.WARNING, 1061.0)
