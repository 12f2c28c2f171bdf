"""Changes as they happen, for who may see them: server-sent events over real connections."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, sse
from starlette.types import Message

from api.auth import LEEWAY
from api.events import StreamRoute
from demo.company import FILES
from tests.api.house import EMMA, HUGO, JEAN, PIERRE, VICTOR, House
from tests.awx_fixtures import eventually

QUIET = 2
"""Seconds of silence after which reading ends: what has not come then does not come."""


class Listener(threading.Thread):
    """One open stream, and what it has said so far."""

    def __init__(self, house: House, email: str, **headers: str) -> None:
        super().__init__(daemon=True)
        self._house, self._headers = house, headers
        self._token = house.as_(email).token
        self._heard = 0.0
        self._socket: socket.socket | None = None
        self.events: list[dict[str, Any]] = []
        self.open = threading.Event()

    def run(self) -> None:
        sent = {"Authorization": f"Bearer {self._token}", **self._headers}
        with (
            httpx.Client(base_url=self._house.url, timeout=90) as http,
            http.stream("GET", "/v1/events", headers=sent) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            self._socket = answer.extensions["network_stream"].get_extra_info("socket")
            with suppress(httpx.RemoteProtocolError):  # the end of it comes in the middle, by `end`
                self._read(answer)

    def end(self) -> None:
        """Read what still comes, and hang up."""
        quiet_from = time.monotonic()
        while (left := max(quiet_from, self._heard) + QUIET - time.monotonic()) > 0:
            time.sleep(left)
        assert self._socket is not None
        self._socket.shutdown(socket.SHUT_RDWR)
        self.join()

    def _read(self, answer: httpx.Response) -> None:
        event: dict[str, Any] = {}
        for line in answer.iter_lines():
            self._heard = time.monotonic()
            self.open.set()
            name, _, value = line.partition(": ")
            if name in ("id", "data"):
                event[name] = json.loads(value)
            elif name == "event":
                event[name] = value
            elif not line and event:
                self.events.append(event)
                event = {}

    def actions(self, ticket_id: str) -> list[str]:
        """The actions told of the ticket, in order."""
        return [event["data"]["action"] for event in self.events if event["data"]["id"] == ticket_id]


@contextmanager
def listening(house: House, email: str, **headers: str) -> Iterator[Listener]:
    """A stream that is open when the context begins; when it ends, everything that came has been read."""
    listener = Listener(house, email, **headers)
    listener.start()
    assert listener.open.wait(90)
    yield listener
    listener.end()


def test_changes_arrive_as_they_happen_for_who_may_see_them(house: House) -> None:
    """The requester, their approver and a viewer hear of every step; another tenant's people hear nothing."""
    with listening(house, JEAN) as jean, listening(house, VICTOR) as victor, listening(house, HUGO) as hugo:
        ticket_id = house.approved_by_jean()
        house.until(ticket_id, "deployed")
    assert jean.actions(ticket_id)[-1] == "deployed"
    assert victor.actions(ticket_id)[-1] == "deployed"
    assert hugo.actions(ticket_id) == []


def test_an_event_says_what_changed_and_is_numbered(house: House) -> None:
    """Enough to update a list without asking again, and an id to go on from."""
    with listening(house, JEAN) as jean:
        ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
        eventually(lambda: jean.actions(ticket_id))
    event = next(event for event in jean.events if event["data"]["id"] == ticket_id)
    assert event["data"] | {"at": ""} == {
        "id": ticket_id,
        "tenant": "tenant-finance",
        "state": "pending",
        "action": "created",
        "at": "",
        "by": PIERRE,
    }
    assert event["id"] > 0
    assert event["event"] == "request"


def test_a_listener_who_comes_back_hears_what_was_missed(house: House) -> None:
    """Last-Event-ID: nothing that happened in between is lost, nothing is told twice."""
    with listening(house, JEAN) as before:
        first = house.as_(PIERRE).create()["metadata"]["id"]
        eventually(lambda: before.actions(first))
    last = str(before.events[-1]["id"])
    missed = house.as_(PIERRE).create()["metadata"]["id"]
    with listening(house, JEAN, **{"Last-Event-ID": last}) as after:
        eventually(lambda: after.actions(missed))
    assert after.actions(first) == []
    assert after.actions(missed) == ["created"]


def test_rights_that_were_lost_end_with_the_next_change(own_house: House) -> None:
    """A stream opened while somebody had a role tells them nothing once the role is gone."""
    retail = "tenants/tenant-retail.yaml"
    members = (FILES / retail).read_text().splitlines(keepends=True)
    with listening(own_house, EMMA) as emma:
        seen = own_house.as_(HUGO).create(tenant="tenant-retail")["metadata"]["id"]
        eventually(lambda: emma.actions(seen))
        own_house.commit({retail: "".join(line for line in members if EMMA not in line)})
        unseen = own_house.as_(HUGO).create(tenant="tenant-retail")["metadata"]["id"]
    assert emma.actions(seen) == ["created"]
    assert emma.actions(unseen) == []


def test_a_stream_needs_a_token_and_a_number_to_go_on_from(house: House) -> None:
    """401 and 422, as problem details."""
    assert house.http().get("/v1/events").status_code == 401
    refused = house.as_(JEAN).get("/v1/events", headers={"Last-Event-ID": "yesterday"})
    assert refused.status_code == 422


def lines(house: House, token: str) -> Generator[str, None, None]:
    """The lines of a stream until it ends; whoever stops reading closes it."""
    sent = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", f"{house.url}/v1/events", headers=sent, timeout=30, trust_env=False) as answer:
        yield from answer.iter_lines()


def test_nothing_in_between_keeps_or_compresses_a_stream(house: House) -> None:
    """Stored by no cache, held back by no proxy, and each event can be read as it comes."""
    sent = {"Authorization": f"Bearer {house.as_(JEAN).token}", "Accept-Encoding": "gzip"}
    with house.http().stream("GET", "/v1/events", headers=sent) as answer:
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "Content-Encoding" not in answer.headers
        assert next(answer.iter_lines()) == "retry: 2000"


def test_a_silent_stream_has_a_heartbeat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment each 15 seconds, which the console and the proxy count on; here ten times a second."""
    assert sse._PING_INTERVAL <= 15
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.1)
    stream = lines(house, house.as_(HUGO).token)
    assert [next(line for line in stream if line.startswith(":")) for _ in range(3)]
    stream.close()


def test_a_stream_ends_with_its_token(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while nothing changes."""
    monkeypatch.setattr("api.broadcast.RECHECK_AFTER", 0.1)
    nearly_over = house.issuer.token(JEAN, exp=int(time.time()) - LEEWAY + 2)
    assert "retry: 2000" in list(lines(house, nearly_over))
    assert house.as_(JEAN, token=nearly_over).get("/v1/events").status_code == 401


def test_streams_end_when_the_process_is_told_to_stop(own_house: House) -> None:
    """The server waits for open answers: one that never ends would keep it until it is killed."""
    stream = lines(own_house, own_house.as_(JEAN).token)
    assert next(stream) == "retry: 2000"
    own_house.run(own_house.stop())
    assert list(stream) == [""]


async def test_who_leaves_while_events_are_on_their_way_is_no_error() -> None:
    """The framework's queue to them breaks; whoever may read the stream could fill the log with that."""
    app, events = FastAPI(), APIRouter(route_class=StreamRoute)

    @events.get("/events", response_class=sse.EventSourceResponse)
    async def many() -> AsyncIterator[sse.ServerSentEvent]:
        for number in range(1_000):
            yield sse.ServerSentEvent(id=str(number))

    app.include_router(events)
    left = asyncio.Event()

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(0.2)  # nobody reads, until the queue is full
            left.set()
            await asyncio.sleep(60)

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET"}
    address = {"scheme": "http", "path": "/events", "raw_path": b"/events", "query_string": b"", "headers": []}
    await asyncio.wait_for(app(scope | address, receive, send), 10)
