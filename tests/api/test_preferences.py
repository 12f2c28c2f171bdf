"""Preferences of the caller: read, kept whole, refused where another window was first."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.house import CLAIRE, HUGO, JEAN, KARIM, LEA, NOBODY, VICTOR, House
from tests.record.building import git

WHERE = "/v1/me/preferences"
DEFAULTS: dict[str, Any] = {"mail": {}, "digest": {"daily": False, "hour": 8}, "filters": [], "snoozed": []}
QUIET = DEFAULTS | {"mail": {"request-created": "off"}}


def test_what_was_kept_is_read_at_once(house: House) -> None:
    """It is in the record before the answer; the answer's tag names it."""
    jean = house.as_(JEAN)
    first = jean.get(WHERE)
    assert first.json() == DEFAULTS
    chosen = QUIET | {
        "digest": {"daily": True, "hour": 7},
        "filters": [{"name": "Critical", "query": "?impact=critical"}],
        "snoozed": [{"ticket": "PR-2026-0001", "until": "2030-01-01T08:00:00Z"}],
    }
    kept = jean.call("PUT", WHERE, {"If-Match": first.headers["ETag"]}, json=chosen)
    assert kept.status_code == 200
    assert git(house.git, "rev-list", "--count", "refs/people/preferences")
    again = jean.get(WHERE)
    assert again.json() == kept.json() == chosen
    assert again.headers["ETag"] == kept.headers["ETag"] != first.headers["ETag"]
    assert house.as_(CLAIRE).get(WHERE).json() == DEFAULTS


def test_two_windows_do_not_overwrite_each_other(house: House) -> None:
    """Of changes at the same time, one is kept, and the others are told so."""
    karim = house.as_(KARIM)
    tag = {"If-Match": karim.get(WHERE).headers["ETag"]}

    def put(hour: int) -> int:
        return karim.call("PUT", WHERE, tag, json=DEFAULTS | {"digest": {"daily": True, "hour": hour}}).status_code

    with ThreadPoolExecutor(4) as windows:
        assert sorted(windows.map(put, range(4))) == [200, 412, 412, 412]
    late = karim.call("PUT", WHERE, tag, json=QUIET)
    assert late.status_code == 412
    assert late.json()["type"] == "urn:prodgate:problem:preferences-changed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mail": {"request-created": "later"}}, "mail.request-created"),
        ({"mail": {"request-created": "digest"}}, "body"),
        ({"digest": {"daily": True, "hour": 99}}, "digest.hour"),
        ({"snoozed": [{"ticket": "PR-1", "until": "2030-01-01T08:00:00Z"}]}, "snoozed.0.ticket"),
        ({"sound": True}, "sound"),
        ([], "body"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, body: Any, field: str) -> None:
    """By the field that is wrong."""
    hugo = house.as_(HUGO)
    answer = hugo.call("PUT", WHERE, {"If-Match": "*"}, json=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert hugo.get(WHERE).json() == DEFAULTS


def test_a_change_names_what_it_changes(house: House) -> None:
    """Without If-Match, a window would overwrite what it never read."""
    answer = house.as_(LEA).call("PUT", WHERE, json=QUIET)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "if-match"


def test_nothing_is_kept_of_people_whom_no_file_names(house: House) -> None:
    """A token alone is no reason to write into the record."""
    for answer in (
        house.as_(NOBODY).get(WHERE),
        house.as_(NOBODY).call("PUT", WHERE, {"If-Match": "*"}, json=QUIET),
    ):
        assert answer.status_code == 403


def test_it_is_answered_only_once_it_is_kept(house: House) -> None:
    """While the record can't be written, nobody is told that it was; it is kept when it can."""
    victor = house.as_(VICTOR)
    tag = victor.get(WHERE).headers["ETag"]
    with house.record_gone():
        answer = victor.call("PUT", WHERE, {"If-Match": tag}, json=QUIET)
        assert answer.status_code == 503
    until = time.monotonic() + 90
    while victor.call("PUT", WHERE, {"If-Match": tag}, json=QUIET).status_code not in {200, 412}:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert victor.get(WHERE).json() == QUIET
