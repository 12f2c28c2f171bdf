"""A tenant's file names any address: none of our own is called, and no receiver holds up or fills a worker."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from clients.http import LONGEST_WAIT
from clients.webhook import sender as sending
from clients.webhook.sender import NotSent, WebhookSender
from domain.webhooks import Address, callable_at
from tests.clients.announcing import always
from tests.webhooks import LOOPBACK, Receiver, sender, webhook

OURS = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104  nothing is bound
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fe80::1%lo",
    "fec0::1",
    "fd00:ec2::254",
    "ff0e::1",
]


@pytest.mark.parametrize("address", OURS)
def test_no_address_of_ours_may_be_called(address: str) -> None:
    """Loopback, private, link-local, shared, translated, metadata; a public one may, in both families."""
    assert not callable_at(ip_address(address), ())
    assert callable_at(ip_address("93.184.215.14"), ())
    assert callable_at(ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"), ())
    assert callable_at(ip_address("64:ff9b::5db8:d70e"), ())


def test_an_allowed_network_may_be_called_under_whatever_address() -> None:
    """And nothing beside it."""
    allowed = (ip_network("10.20.0.0/16"),)
    assert callable_at(ip_address("10.20.1.1"), allowed)
    assert callable_at(ip_address("::ffff:10.20.1.1"), allowed)
    assert not callable_at(ip_address("10.21.1.1"), allowed)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "[::ffff:127.0.0.1]"],
)
async def test_a_server_on_this_machine_is_not_reached_under_any_name(host: str) -> None:
    """In numbers of every form, too; where the network is allowed, each of them leads there."""
    async with Receiver().open() as receiver:
        hook = webhook(receiver.url(host))
        with pytest.raises(NotSent, match="may not call"):
            await sender(allowed=()).post(hook, "an.id", "{}", always)
        assert receiver.asked == 0
        assert (await sender().post(hook, "an.id", "{}", always)).status == 204


async def test_a_number_that_two_readers_read_differently_is_refused() -> None:
    """Octal to one, decimal to another."""
    with pytest.raises(NotSent, match="Invalid IPv4 address"):
        await sender().post(webhook("http://0177.0.0.1/"), "an.id", "{}", always)


def answering(*answers: str) -> tuple[WebhookSender, list[str]]:
    """A sender whose names lead to these addresses, one list after the other; and the names that were asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[Address]:
        asked.append(host)
        return [ip_address(each) for each in answers[min(len(asked), len(answers)) - 1].split()]

    return sender(allowed=(), resolve=resolve), asked


async def test_a_name_that_leads_to_one_address_of_ours_is_not_called() -> None:
    """Not at its public ones either."""
    trying, _ = answering("93.184.215.14 10.0.0.1")
    with pytest.raises(NotSent, match=r"leads to 10\.0\.0\.1"):
        await trying.post(webhook("https://hooks.example/"), "an.id", "{}", always)


async def test_a_name_is_looked_up_once_and_what_was_judged_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers something else the second time (DNS rebinding) is not asked a second time."""
    monkeypatch.setattr(sending, "CONNECT_WITHIN", 0.5)
    async with Receiver().open() as receiver:
        trying, asked = answering("198.51.100.1", "127.0.0.1")
        judged = WebhookSender(trying.secrets, (ip_network("198.51.100.0/24"),), resolve=trying.resolve)
        with pytest.raises(NotSent):
            await judged.post(webhook(receiver.url("hooks.example")), "an.id", "{}", always)
    assert asked == ["hooks.example"]
    assert receiver.asked == 0


async def test_without_tls_only_an_allowed_network_is_called() -> None:
    """A ticket says what goes to production; the way there is no place to read it."""
    trying, _ = answering("93.184.215.14")
    with pytest.raises(NotSent, match="without TLS"):
        await trying.post(webhook("http://hooks.example/"), "an.id", "{}", always)


async def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look names up itself, and call what it finds."""
    async with Receiver().open() as proxy, Receiver().open() as receiver:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        await sender().post(webhook(receiver.url()), "an.id", "{}", always)
    assert (proxy.asked, receiver.asked) == (0, 1)


async def test_a_receiver_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within its own bound, however slowly it goes on."""
    monkeypatch.setattr(sending, "ANSWER_WITHIN", 0.3)
    async with Receiver(pause=2).open() as receiver:
        with pytest.raises(NotSent, match=r"No answer within 0\.3 s"):
            await sender().post(webhook(receiver.url()), "an.id", "{}", always)


async def test_a_huge_answer_is_not_read() -> None:
    """A gigabyte of it: its status counts, the rest is dropped with the connection."""
    async with Receiver(status=200, body=1_000).open() as receiver:
        answer = await sender(allowed=LOOPBACK).post(webhook(receiver.url()), "an.id", "{}", always)
    assert answer.status == 200
    assert receiver.written < 20


@pytest.mark.parametrize(
    "when",
    [
        "Mon, 02 Mar 2026 09:30:00 +99999999999999999999",
        "Mon, 02 Mar 99999999999999999999 09:30:00 GMT",
        "Mon, 02 Mar 2026 99999999999999999999:30:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "9" * 400,
        "-1",
        "\u00b2",
    ],
)
async def test_no_time_that_a_receiver_asks_for_is_a_fault_of_ours(when: str) -> None:
    """Whatever it says, its status counts."""
    async with Receiver(status=429, headers={"Retry-After": when}).open() as receiver:
        answer = await sender().post(webhook(receiver.url()), "1", "{}", always)
    assert answer.status == 429
    assert answer.wait is None or 0 <= answer.wait <= LONGEST_WAIT
