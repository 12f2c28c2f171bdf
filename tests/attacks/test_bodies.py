"""Attacks 15 and 16: a body is awaited before a bad token is refused, a key given twice takes the last, NUL is text."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.house import CALLBACK, JEAN, PIERRE, REQUESTS, House, asked, problem, refused_fields

JSON = {"Content-Type": "application/json"}


def _first_line(house: House, path: str, authorization: str) -> str:
    """The answer to a head that announces a body which never follows."""
    at = urlsplit(house.url)
    with socket.create_connection((at.hostname, at.port), timeout=3) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
        connection.sendall(f"{head}{authorization}\r\n".encode())
        try:
            return connection.recv(65_536).decode().partition("\r\n")[0]
        except TimeoutError:
            return "nothing within three seconds"


@pytest.mark.parametrize("path", [REQUESTS, f"{REQUESTS}/check", f"{REQUESTS}/PR-2026-0001/approve"])
@pytest.mark.parametrize("authorization", ["", "Authorization: Bearer garbage\r\n"], ids=["none", "bad"])
def test_a_token_is_judged_before_the_body_is_read(house: House, path: str, authorization: str) -> None:
    """Whoever proves nothing holds no connection open by announcing a body."""
    assert _first_line(house, path, authorization) == "HTTP/1.1 401 Unauthorized"


def test_the_callback_s_secret_is_judged_before_the_body_is_read(house: House) -> None:
    """AWX's door is as narrow as people's."""
    assert _first_line(house, CALLBACK, "X-Prodgate-Secret: wrong\r\n") == "HTTP/1.1 401 Unauthorized"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('{"tenant"', '{"tenant": "tenant-retail", "tenant"', "tenant"),
        ('"version"', '"version": "9.9.9", "version"', "version"),
    ],
    ids=["at the top", "further in"],
)
def test_a_key_given_twice_is_refused(house: House, before: str, after: str, named: str) -> None:
    """A proxy that takes the first and a gate that takes the last would read two requests."""
    text = json.dumps(asked()).replace(before, after, 1)
    answer = house.as_(PIERRE).post(content=text.encode(), headers=JSON)
    assert refused_fields(answer) == ["body"]
    assert f'"{named}"' in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"request": {"justification": "New payment flow\0, PCI-DSS compliant"}}, "request.justification"),
        ({"request": {"releaseNotes": "\0- Added 3DS2"}}, "request.releaseNotes"),
        ({"target": {"name": "payment\0api"}}, "target.name"),
    ],
)
def test_nul_in_a_text_is_refused(house: House, changes: dict[str, Any], field: str) -> None:
    """C ends a text there, so two readers would see two texts."""
    assert refused_fields(house.as_(PIERRE).post(json=asked(**changes))) == [field]


def test_nul_in_a_comment_or_reason_is_refused(house: House) -> None:
    """The words of a decision go into the record too."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    approval = house.as_(JEAN).post(f"/{ticket_id}/approve", json={"comment": "fine\0"})
    rejection = house.as_(JEAN).post(f"/{ticket_id}/reject", json={"reason": "The plan lacks\0 the database"})
    assert refused_fields(approval) == ["comment"]
    assert refused_fields(rejection) == ["reason"]
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


@pytest.mark.parametrize("path", [f"{REQUESTS}?q=pay%00ment", f"{REQUESTS}/my?q=%00", "/v1/targets?q=%00"])
def test_nul_in_the_query_is_refused(house: House, path: str) -> None:
    """Nobody searches for it."""
    assert refused_fields(house.as_(PIERRE).get(path)) == ["q"]
