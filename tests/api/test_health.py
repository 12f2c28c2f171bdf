"""Liveness, readiness, metrics: what operators and their machines read."""

import re

import pytest

from tests.api.house import JEAN, PIERRE, REQUESTS, House
from tests.metrics import queries


def series(house: House, name: str) -> dict[str, float]:
    """The series of a metric, labels included, with their values."""
    lines = house.http().get("/metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name}{{")}


def test_a_process_says_that_it_lives(house: House) -> None:
    """No token, no question to anybody else."""
    answer = house.http().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_process_that_can_serve_says_so(house: House) -> None:
    """Temporal and Git are there."""
    answer = house.http().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"temporal": "ok", "git": "ok", "audit": "not kept", "documents": "ok", "faults": []},
    )


def test_requests_are_counted_by_route_and_status(house: House) -> None:
    """A ticket's number never becomes a label: one series a route."""
    ticket_id = house.as_(PIERRE).create()["metadata"]["id"]
    label = f'prodgate_http_requests_total{{method="GET",route="{REQUESTS}/{{id}}",status="200"}}'
    before = series(house, "prodgate_http_requests_total").get(label, 0.0)
    for _ in range(3):
        house.as_(PIERRE).get(f"/{ticket_id}")
    found = series(house, "prodgate_http_requests_total")
    assert found[label] == before + 3
    assert not re.search(r"PR-[0-9]{4}", house.http().get("/metrics").text)


def test_hostile_paths_and_methods_make_no_series_of_their_own(house: House) -> None:
    """Whoever scans for holes does not fill the memory."""
    for number in range(20):
        house.http().get(f"/wp-admin/{number}.php")
        house.http().request(f"BREW{number}", "/healthz")
    routes = set(re.findall(r'route="([^"]*)"', house.http().get("/metrics").text))
    methods = set(re.findall(r'method="([^"]*)"', house.http().get("/metrics").text))
    assert not [route for route in routes if "wp-admin" in route]
    assert not [method for method in methods if "BREW" in method]


def test_times_are_measured_by_route(house: House) -> None:
    """A histogram for each route that was called."""
    house.as_(PIERRE).get("/stats")
    name = "prodgate_http_request_seconds_count"
    assert series(house, name)[f'{name}{{method="GET",route="{REQUESTS}/stats",status="2xx"}}'] >= 1


def test_refusals_are_counted_by_the_kind_that_the_answer_names(house: House) -> None:
    """Whoever watches sees of what there is more than usual."""
    name = "prodgate_refusals_total"
    ticket_id = house.as_(JEAN).create()["metadata"]["id"]
    before = series(house, name)
    assert house.as_(JEAN).decide("approve", ticket_id).status_code == 403
    assert house.as_(PIERRE).get("/PR-1999-0001").status_code == 404
    after = series(house, name)
    for kind in ("self-approval", "not-found"):
        label = f'{name}{{kind="{kind}"}}'
        assert after[label] == before.get(label, 0.0) + 1


def test_the_time_to_production_is_measured_by_impact(house: House) -> None:
    """From the request to the end of its deployment; each deployment once."""
    count, total = (f'prodgate_production_seconds_{part}{{impact="low"}}' for part in ("count", "sum"))
    before = series(house, "prodgate_production_seconds_count"), series(house, "prodgate_production_seconds_sum")
    house.until(house.approved_by_jean(), "deployed")
    assert series(house, "prodgate_production_seconds_count")[count] == before[0].get(count, 0) + 1
    assert series(house, "prodgate_production_seconds_sum")[total] - before[1].get(total, 0) < 90


def test_probes_are_counted_by_the_routes_that_the_service_level_leaves_out(house: House) -> None:
    """Prometheus and proxies ask all day: as requests, they would hide how often people's fail."""
    for path in ("/healthz", "/readyz", "/metrics"):
        house.http().get(path)
    routes = set(re.findall(r'http_requests_total{[^}]*route="([^"]*)"', house.http().get("/metrics").text))
    left_out = {found for expr in queries().values() for found in re.findall(r'route!~"([^"]*)"', expr)}
    assert left_out == {"/healthz|/readyz|/metrics"}
    assert routes >= {"/healthz", "/readyz", "/metrics"}


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v1", "/v1/requests", "/v2/requests/prod", "/v1/requests/prod/PR-2026-0001/x/y"]
)
def test_an_address_that_is_nothing_is_a_problem_too(house: House, path: str) -> None:
    """Even the framework's own refusals are problem details with a sentence."""
    answer = house.http().get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is nothing at this address; /docs lists what there is"
    assert answer.json()["type"] == "urn:prodgate:problem:no-such-address"
