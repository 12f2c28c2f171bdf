"""What every process's HTTP server does alike."""

import socket

import pytest

from serving import CannotServe, listen


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
