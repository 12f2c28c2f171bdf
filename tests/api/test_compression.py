"""Answers travel compressed where that saves a packet, and mean the same as without."""

import httpx

from api.web import SHORTEST
from tests.api.house import JEAN, PIERRE, House

PLAIN, PACKED = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br"}


def length(answer: httpx.Response) -> int:
    """Bytes of the body as it travelled."""
    return int(answer.headers["Content-Length"])


def test_a_long_answer_is_compressed_for_who_reads_that(house: House) -> None:
    """The same list with the same headers, in a fraction of the bytes; a cache in between keeps the two apart."""
    for _ in range(5):
        house.as_(PIERRE).create()
    plain, packed = (house.as_(PIERRE).get("/my", headers=sent) for sent in (PLAIN, PACKED))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert length(packed) < length(plain) / 3
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["X-Total-Count"] == packed.headers["X-Total-Count"]


def test_a_short_answer_stays_as_it_is(house: House) -> None:
    """It travels in one packet anyway; what it depends on is said all the same."""
    answer = house.http().get("/v1/console", headers=PACKED)
    assert length(answer) < SHORTEST
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_tag_is_the_same_compressed_or_not(house: House) -> None:
    """Strong, so that a decision may name it; read again in either form, nothing has changed."""
    notes = "- Fixed timeout issues\n" * 50
    ticket = house.as_(PIERRE).create(request={"releaseNotes": notes})["metadata"]["id"]
    plain, packed = (house.as_(JEAN).get(f"/{ticket}", headers=sent) for sent in (PLAIN, PACKED))
    assert packed.headers["Content-Encoding"] == "gzip"
    tag = packed.headers["ETag"]
    assert tag == plain.headers["ETag"]
    assert not tag.startswith("W/")
    for sent in (PLAIN, PACKED):
        again = house.as_(JEAN).get(f"/{ticket}", headers=sent | {"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["ETag"], again.headers["Vary"]) == (tag, "Accept-Encoding")
    approved = house.as_(JEAN).decide("approve", ticket, headers=PACKED | {"If-Match": tag})
    assert approved.status_code == 200, approved.text
    assert approved.headers["ETag"] != tag
