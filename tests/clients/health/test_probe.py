"""One look over HTTP: bounded, to no place of ours, redirected nowhere, and told in clean words."""

import asyncio
import ipaddress
from typing import Any

import pytest
from aiohttp import web

from clients.health import probe
from clients.health.probe import LARGEST, HealthProbe, ProbeOutcome, Prometheus
from domain.health import HealthCheck
from tests.workflows.applications import Application, serving

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
PROBE = HealthProbe(HERE)


def by_http(url: str, **fields: Any) -> HealthCheck:
    return HealthCheck.model_validate({"http": {"url": url} | fields})


def by_query(threshold: float = 0.01, operator: str = "<") -> HealthCheck:
    return HealthCheck.model_validate({"prometheus": {"query": "e", "operator": operator, "threshold": threshold}})


@pytest.mark.parametrize(
    ("status", "body", "fields", "held"),
    [
        (200, "", {}, True),
        (204, "", {"status": 204}, True),
        (503, "database gone", {}, False),
        (200, "all is UP", {"text": "UP"}, True),
        (200, "all is down", {"text": "UP"}, False),
        (200, '{"status": "up"}', {"json": {"path": "status", "value": "up"}}, True),
        (200, '{"db": {"ok": true}}', {"json": {"path": "db.ok", "value": True}}, True),
        (200, '{"db": {"ok": 1}}', {"json": {"path": "db.ok", "value": True}}, False),
        (200, '{"lag": 0.0}', {"json": {"path": "lag", "value": 0}}, True),
        (200, '{"status": "up"}', {"json": {"path": "state", "value": "up"}}, False),
        (200, "no json", {"json": {"path": "status", "value": "up"}}, False),
        (200, "[" * 60_000, {"json": {"path": "status", "value": "up"}}, False),
    ],
)
async def test_an_answer_holds_as_the_catalogue_says(
    status: int, body: str, fields: dict[str, Any], held: bool
) -> None:
    async with serving(Application(status, body=body)) as address:
        seen = await PROBE.look(by_http(address, **fields))
    assert seen.held is held
    assert seen.words.startswith(f"status {status}")


async def test_words_are_clean_and_short() -> None:
    """No escape, no turned direction, no second line; how it is shown is the reader's own matter."""
    body = "<script>alert(1)</script>\x1b[2J\r\nnext\u202e" + "x" * 5_000
    async with serving(Application(500, body=body)) as address:
        seen = await PROBE.look(by_http(address))
    assert seen.words.startswith("status 500: <script>alert(1)</script>[U+001B][2J next[U+202E]x")
    assert len(seen.words) < 230


async def test_a_redirect_leads_nowhere() -> None:
    """Not to a metadata service, and not to a good page of the same host."""
    asked = list[str]()

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, headers={"location": "http://169.254.169.254/latest/meta-data/"})

    async with serving(answer) as address:
        seen = await PROBE.look(by_http(f"{address}/health"))
    assert (seen.held, seen.words, asked) == (False, "status 302", ["/health"])


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "https://168.63.129.16/",
    ],
)
async def test_no_address_of_ours_is_called(url: str) -> None:
    seen = await HealthProbe().look(by_http(url))
    assert not seen.held
    assert "may not call" in seen.words


async def test_a_name_is_looked_up_once() -> None:
    """Who answers first with a good address and then with one of ours leads nowhere."""
    answers = [[ipaddress.ip_address("127.0.0.1")], [ipaddress.ip_address("169.254.169.254")]]

    async def resolve(host: str, port: int) -> list[Any]:
        return answers.pop(0)

    async with serving(Application(200)) as address:
        port = address.rpartition(":")[2]
        seen = await HealthProbe(HERE, resolve=resolve).look(by_http(f"http://pay.example:{port}/"))
    assert (seen.held, len(answers)) == (True, 1)


async def test_of_a_huge_answer_little_is_read() -> None:
    """Where nothing has to be found in it, nothing is read."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(2_000):
            await response.write(b"x" * 100_000)
        return response

    async with serving(answer) as address:
        assert await PROBE.look(by_http(address)) == ProbeOutcome(True, "status 200")
        seen = await PROBE.look(by_http(address, text="UP"))
    assert not seen.held
    assert f"more than {LARGEST:,} bytes" in seen.words


async def test_what_is_packed_is_not_unpacked() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b", headers={"content-encoding": "gzip"})

    async with serving(answer) as address:
        assert not (await PROBE.look(by_http(address, text="UP"))).held


async def test_a_slow_drip_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps no look waiting."""
    monkeypatch.setattr(probe, "ANSWER_WITHIN", 0.5)

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x")
            await asyncio.sleep(0.1)
        return response

    async with serving(answer) as address:
        seen = await PROBE.look(by_http(address, text="UP"))
    assert seen == ProbeOutcome(False, "no whole answer within 0.5 s")


async def test_what_is_away_does_not_hold() -> None:
    seen = await PROBE.look(by_http("http://127.0.0.1:1/"))
    assert not seen.held
    assert seen.words.startswith("it can't be reached")


def series(*values: str) -> dict[str, Any]:
    found = [{"metric": {"pod": str(n)}, "value": [1_700_000_000.123, value]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": found}}


@pytest.mark.parametrize(
    ("status", "answered", "held", "words"),
    [
        (200, series("0.002"), True, "value 0.002, wanted < 0.01"),
        (200, series("0.002", "0.5"), False, "value 0.002, 0.5, wanted < 0.01"),
        (200, series(), False, "the query found nothing, wanted < 0.01"),
        (200, series("NaN"), False, "value nan, wanted < 0.01"),
        (200, {"status": "success", "data": {"resultType": "scalar", "result": [1.5, "0"]}}, True, "value 0, wanted"),
        (200, {"status": "success", "data": {"resultType": "matrix", "result": []}}, False, "the query finds a matrix"),
        (200, {"status": "success", "data": {"resultType": "vector", "result": [{"value": "x"}]}}, False, "Prometheus"),
        (200, {"up": 1}, False, "Prometheus answered something that it does not"),
        (400, {"status": "error", "errorType": "bad_data", "error": "parse error"}, False, "Prometheus answered 400"),
        (302, {}, False, "Prometheus answered 302"),
    ],
)
async def test_a_query_holds_as_the_catalogue_says(status: int, answered: Any, held: bool, words: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("POST", "/api/v1/query")
        assert request.headers["authorization"] == "Bearer tok-1"
        assert (await request.post())["query"] == "e"
        return web.json_response(answered, status=status)

    async with serving(answer) as address:
        seen = await HealthProbe(prometheus=Prometheus(address, "tok-1")).look(by_query())
    assert seen.held is held
    assert seen.words.startswith(words)


async def test_no_token_is_quoted() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=401, text=f"no such token: {request.headers['authorization']}")

    async with serving(answer) as address:
        seen = await HealthProbe(prometheus=Prometheus(address, "tok-1")).look(by_query())
    assert "tok-1" not in seen.words


async def test_without_a_prometheus_a_query_does_not_hold() -> None:
    assert await PROBE.look(by_query()) == ProbeOutcome(False, "the worker's settings name no Prometheus")
