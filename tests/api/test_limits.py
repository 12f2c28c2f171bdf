"""The limits on asking, and what is told to whom about those who are refused."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.requests import Request

from api.limits import network
from api.refusals import STRANGERS_PER_MINUTE, Refusals
from domain.roles import Person
from record.trail.writing import Trail
from tests.api.house import ALICE, JEAN, NOBODY, PIERRE, REQUESTS, Connect, House, asked, opened, problem


def test_a_person_who_asks_too_much_waits_and_others_do_not(connect_temporal: Connect, tmp_path: Path) -> None:
    """429 with the seconds; by subject, so that another spelling of the address is no new bucket."""
    with opened(connect_temporal, tmp_path, requests_per_minute_person=20) as house:
        spellings = (PIERRE, PIERRE.upper().replace("CAB-I.COM", "cab-i.com"))
        answers = [house.as_(spellings[turn % 2]).get("/stats") for turn in range(25)]
        assert {answer.status_code for answer in answers[:20]} == {200}
        refused = answers[-1]
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert problem(refused)["detail"].startswith("Too many requests")
        assert house.as_(JEAN).get("/stats").status_code == 200


def test_an_address_that_asks_too_much_waits_before_anybody_looks_who_it_is(
    connect_temporal: Connect, tmp_path: Path
) -> None:
    """Guessing tokens is slow; the process still says that it lives."""
    with opened(connect_temporal, tmp_path, requests_per_minute_address=20) as house:
        codes = [house.http().get(REQUESTS, headers={"Authorization": "Bearer x.y.z"}).status_code for _ in range(25)]
        assert codes[:20] == [401] * 20
        assert codes[-1] == 429
        assert int(house.http().get(REQUESTS).headers["Retry-After"]) >= 1
        assert house.http().get("/healthz").status_code == 200


@pytest.mark.parametrize("headers", [{"X-Long": "x" * 15_000}, {f"X-{number}": "x" for number in range(110)}])
def test_too_many_headers_are_refused(house: House, headers: dict[str, str]) -> None:
    """By their number or by their size."""
    answer = house.http().get(REQUESTS, headers=headers)
    assert answer.status_code == 431
    problem(answer)


def test_refused_attempts_go_to_the_audit_log(house: House) -> None:
    """The log names who, what and why, each once; neither the token nor what was said."""
    with structlog.testing.capture_logs() as lines:
        ticket_id = house.as_(JEAN).create()["metadata"]["id"]
        house.as_(JEAN).decide("approve", ticket_id, json={"comment": "hush-hush"})
        house.as_(NOBODY).decide("approve", ticket_id)
        house.as_(ALICE).decide("approve", ticket_id, headers={"If-Match": '"stale"'})
        house.as_(PIERRE).post(json=asked(preChecks={"securityScanPassed": False}))
        house.as_(PIERRE).post(json=asked(target={"name": "/"}))
        house.http().get(REQUESTS, headers={"Authorization": "Bearer forged.token.here"})
        house.as_(ALICE).get(f"/{ticket_id}")
    told = [
        (line.get("by"), line["call"], line["status"], line["detail"]) for line in lines if line["event"] == "refused"
    ]
    path = f"POST {REQUESTS}/{ticket_id}/approve"
    own = [why for by, call, status, why in told if (by, call, status) == (JEAN, path, 403)]
    assert own[0].startswith("Cannot approve your own request; ")
    assert (NOBODY, path, 404, "No such request") in told
    assert [(by, status) for by, call, status, _ in told if call.endswith(REQUESTS)] == [(PIERRE, 422), (None, 401)]
    assert [status for by, _, status, _ in told if by == ALICE] == [412]
    assert len(told) == 5
    assert not [word for word in ("hush-hush", "forged.token", house.issuer.token(JEAN)) if word in str(lines)]


def test_a_refusal_tells_the_act_that_was_tried_and_whose_it_is(house: House) -> None:
    """The id of a report or a webhook is no ticket's; a path or a body names the tenant whose people read it."""
    with structlog.testing.capture_logs() as lines:
        house.as_(PIERRE).post("/v1/reports", json={"kind": "change-register"})
        house.as_(JEAN).get("/v1/reports/0f3a9c2e-2026-11-29T08:00:00Z")
        house.as_(PIERRE).post(f"/v1/tenants/tenant-finance/webhooks/{'0' * 12}/test")
        house.as_(JEAN).get("/PR-2026-0999/evidence")
    told = [line for line in lines if line.get("event") == "refused"]
    assert [(line["action"], line.get("ticket"), line.get("tenant")) for line in told] == [
        ("report", None, None),
        ("read", None, None),
        ("call", None, "tenant-finance"),
        ("download", "PR-2026-0999", None),
    ]


def told_of(lines: Sequence[Mapping[str, object]], status: int) -> list[Mapping[str, object]]:
    """The audit log's lines about this status."""
    return [line for line in lines if line.get("event") == "refused" and line["status"] == status]


@pytest.mark.parametrize(
    "headers", [{"X-Long": "x" * 15_000}, {f"X-{number}": "xxx" for number in range(110)}], ids=["large", "many"]
)
def test_refused_headers_go_to_the_audit_log(house: House, headers: dict[str, str]) -> None:
    """The address, what was asked for, and why not; nothing of the headers."""
    with structlog.testing.capture_logs() as lines:
        assert house.http().get(f"{REQUESTS}/my", headers=headers).status_code == 431
    (line,) = told_of(lines, 431)
    assert (line.get("by"), line["address"], line["call"]) == (None, "127.0.0.1", f"GET {REQUESTS}/my")
    assert str(line["detail"]).startswith("The headers are more than")
    assert "xxx" not in str(line)


def _dripping() -> Iterator[bytes]:
    yield from (b" " * 64 * 1024 for _ in range(6))


@pytest.mark.parametrize("announced", [True, False])
def test_refused_bodies_go_to_the_audit_log(house: House, announced: bool) -> None:
    """Its size may be announced, or found out on the way; it is logged once, and nothing of the body."""
    with structlog.testing.capture_logs() as lines:
        body = b" " * 300 * 1024 if announced else _dripping()
        assert house.as_(PIERRE).post(content=body).status_code == 413
    (line,) = told_of(lines, 413)
    assert (line["address"], line["call"]) == ("127.0.0.1", f"POST {REQUESTS}")
    assert line["detail"] == "The body is larger than 256 KB"


def test_who_asks_too_much_is_in_the_audit_log_and_does_not_fill_it(connect_temporal: Connect, tmp_path: Path) -> None:
    """A person by their name, an address by itself; of the flood that follows, sixty lines a minute and a count."""
    limits = {"requests_per_minute_person": 5, "requests_per_minute_address": 30}
    with opened(connect_temporal, tmp_path, **limits) as house, structlog.testing.capture_logs() as lines:
        codes = [house.as_(PIERRE).get("/stats").status_code for _ in range(8)]
        flood = [house.http().get(REQUESTS).status_code for _ in range(150)]
    named = [line for line in told_of(lines, 429) if line.get("by") == PIERRE]
    nameless = [line for line in told_of(lines, 429) if line.get("by") is None]
    assert len(named) == codes.count(429) >= 2
    assert flood.count(429) > 100
    assert {line["address"] for line in nameless} == {"127.0.0.1"}
    assert all(str(line["detail"]).startswith("Too many requests") for line in [*named, *nameless])
    assert 30 <= len(nameless) <= 65
    told = [line for line in lines if line.get("event") == "refused"]
    assert sum(int(str(line.get("left_out", 0))) for line in told) + len(told) <= codes.count(429) + len(flood)


def request_from(address: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "headers": [], "client": (address, 1)})


async def test_a_flood_from_many_addresses_does_not_fill_the_audit_log() -> None:
    """Each has a share, and all of those without a name have one together; whoever has a name keeps theirs."""
    refusals = Refusals(Trail(), lambda _: None)
    with structlog.testing.capture_logs() as lines:
        for number in range(3 * STRANGERS_PER_MINUTE):
            await refusals.refused(request_from(f"10.0.{number // 250}.{number % 250}"), 429, "Too many requests")
        for number in range(100):
            await refusals.refused(request_from(f"2001:db8::{number:x}"), 401, "Send a bearer token")
        named = request_from("10.9.9.9")
        named.state.person = Person(email=JEAN, name="Jean")
        await refusals.refused(named, 403, "Not authorized")
    assert STRANGERS_PER_MINUTE <= len(lines) <= STRANGERS_PER_MINUTE + 5
    assert (lines[-1]["by"], lines[-1]["detail"]) == (JEAN, "Not authorized")
    assert sum(line.get("left_out", 0) for line in lines) + len(lines) == 3 * STRANGERS_PER_MINUTE + 101


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("a socket", "a socket"),
    ],
)
def test_a_share_is_one_hosts_or_one_households(address: str, whose: str) -> None:
    """However the address is spelled."""
    assert network(address) == whose


def test_nobody_fills_the_audit_log(own_house: House) -> None:
    """A minute's lines are sixty for one caller; the next line of anybody tells how many were left out."""
    with structlog.testing.capture_logs() as lines:
        for _ in range(80):
            own_house.as_(NOBODY).get("/PR-2026-0999")
        own_house.as_(JEAN).get("/PR-2026-0999")
    told = [line for line in lines if line.get("event") == "refused"]
    assert 60 <= len(told) <= 70
    assert sum(line.get("left_out", 0) for line in told) + len(told) == 81


def test_the_audit_log_is_lines_of_json() -> None:
    """As every log of the process."""
    code = """
        import structlog
        from bootstrap import process
        process.configure_logs("INFO")
        structlog.get_logger("audit").warning("refused", by=None, detail="Not authorized")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)
    assert (line["event"], line["logger"], line["detail"]) == ("refused", "audit", "Not authorized")


def test_errors_tell_nothing_of_the_inside(house: House) -> None:
    """Neither paths nor class names nor versions."""
    pierre = house.as_(PIERRE)
    answers = [
        pierre.get("/PR-2026-9999"),
        pierre.get("", params={"cursor": "x"}),
        pierre.post(content=b"\xff"),
        pierre.call("PATCH", ""),
        httpx.get(f"{house.url}/nowhere", trust_env=False),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        for word in ("Traceback", "/site-packages", "pydantic", "temporal", "starlette", str(house.folder)):
            assert word not in answer.text
