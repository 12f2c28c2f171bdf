"""Bodies that no honest client sends: refused with a sentence, never with 500, never read without end."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.api.house import JEAN, PIERRE, House, asked, problem, refused_fields

JSON = {"Content-Type": "application/json"}

UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{target: api}",
    "half of it": b'{"target": {"type":',
    "two documents": b"{}{}",
    "not UTF-8": b'{"tenant": "\xff\xfe"}',
    "UTF-16 without a mark": '{"tenant": "é"}'.encode("utf-16-le")[1:],
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "a number of 100,000 digits": b"1" * 100_000,
    "a list": b"[]",
    "a string": b'"create"',
    "null": b"null",
    "true": b"true",
    "nulls": bytes(100),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_is_no_object_is_refused(house: House, body: bytes) -> None:
    """422 with the name `body` and a sentence, whatever it is instead."""
    answer = house.as_(PIERRE).post(content=body, headers=JSON)
    assert refused_fields(answer) == ["body"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_of_another_content_type_is_refused(house: House, kind: str) -> None:
    """A form of a foreign page can send these without asking the browser; JSON it can't."""
    answer = house.as_(PIERRE).post(content=json.dumps(asked()).encode(), headers={"Content-Type": kind})
    assert refused_fields(answer) == ["body"]
    assert "Content-Type: application/json" in problem(answer)["detail"]


def test_a_comment_of_another_content_type_is_not_silently_dropped(house: House) -> None:
    """An approval whose comment can't be read approves nothing."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    answer = house.as_(JEAN).post(
        f"/{ticket_id}/approve", content=b"comment=fine", headers={"Content-Type": "text/plain"}
    )
    assert refused_fields(answer) == ["body"]
    assert house.as_(JEAN).get(f"/{ticket_id}").json()["status"]["state"] == "pending"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(house: House, value: str) -> None:
    """They are no text and no truth; the answer is JSON that every client can read."""
    body = json.dumps(asked()).replace('"2.1.0"', value)
    answer = house.as_(PIERRE).post(content=body.encode(), headers=JSON)
    assert refused_fields(answer) == ["target.version"]


@pytest.mark.parametrize("field", ["justification", "releaseNotes", "rollbackPlan"])
def test_half_a_surrogate_pair_is_refused(house: House, field: str) -> None:
    r"""`\ud800` alone is legal JSON and no text: neither YAML nor Git could hold it."""
    body = json.dumps(asked(request={field: "a text of more than twenty characters \ud800"}))
    answer = house.as_(PIERRE).post(content=body.encode(), headers=JSON)
    assert refused_fields(answer) == [f"request.{field}"]


def test_a_surrogate_in_a_key_is_refused(house: House) -> None:
    """The field's name is echoed, so it has to survive being said."""
    body = json.dumps(asked() | {"a\ud800b": 1})
    answer = house.as_(PIERRE).post(content=body.encode(), headers=JSON)
    assert len(refused_fields(answer)) == 1


def test_wrong_types_are_named(house: House) -> None:
    """A number is no text, a text is no truth, a list is no object."""
    body = asked(request={"justification": 20}, preChecks={"stagingTestsPassed": []}) | {"target": ["api"]}
    fields = refused_fields(house.as_(PIERRE).post(json=body))
    assert fields == ["target", "request.justification", "preChecks.stagingTestsPassed"]


def test_thousands_of_faults_are_answered_briefly(house: House) -> None:
    """The answer does not grow with what is wrong."""
    body = asked() | {f"unknown-{number}": 1 for number in range(9_000)}
    answer = house.as_(PIERRE).post(json=body)
    assert len(refused_fields(answer)) == 50
    assert len(answer.content) < 20_000


def test_a_body_announced_as_too_large_is_not_read(house: House) -> None:
    """413 for 300 KB, by its length alone, without a token even."""
    answer = house.as_(PIERRE).post(content=b" " * 300_000, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:prodgate:problem:body-too-large")
    assert problem(answer)["detail"] == "The body is larger than 256 KB"


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 10_000):
        yield b" " * 10_000


@pytest.mark.parametrize("path", ["", "/PR-2026-0001/approve", "/PR-2026-0001/reject"])
def test_a_body_that_turns_out_too_large_is_refused(house: House, path: str) -> None:
    """413 for 300 KB in chunks, whose length nobody announced."""
    answer = house.as_(PIERRE).post(path, content=chunks(300_000), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:prodgate:problem:body-too-large")
    assert problem(answer)["detail"] == "The body is larger than 256 KB"


def test_a_length_that_is_no_number_is_refused(house: House) -> None:
    """Nothing is read on the strength of a lie."""
    request = house.http().build_request("POST", "/v1/requests/prod", content=b"{}")
    request.headers["Content-Length"] = "two"
    try:
        assert house.http().send(request).status_code in (400, 413)
    except httpx.LocalProtocolError:
        return  # this client refuses to send it at all


def test_a_ticket_at_its_limits_fits(house: House) -> None:
    """The largest texts that the fields allow are less than the largest body."""
    ticket = house.as_(PIERRE).create(
        request={"justification": "é" * 16_384, "releaseNotes": "n" * 131_072, "rollbackPlan": "r" * 16_384}
    )
    assert len(ticket["spec"]["request"]["releaseNotes"]) == 131_072
