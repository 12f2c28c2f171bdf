"""Metrics name tenants, and count what waits and what went wrong: they are for who watches, and stay few."""

from types import SimpleNamespace

from record.metrics import FaultCollector
from record.people.members import Fault
from tests.api.house import House


def test_nobody_reads_metrics_through_the_proxy(house: House) -> None:
    """Compose's nginx, and any Ingress, brings whoever comes, and says for whom it asks."""
    assert "prodgate_http_requests" in house.http().get("/metrics").text
    through = house.http().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert through.status_code == 404
    assert "prodgate_http_requests" not in through.text


def test_files_of_a_hostile_commit_make_few_series() -> None:
    """Whoever may commit names ten thousand files that are none; each name would be kept for a month."""
    faults = tuple(Fault(f"requests/prod/{number:05}.yaml", "is no ticket") for number in range(10_000))
    [told] = FaultCollector(SimpleNamespace(faults=lambda: faults)).collect()  # type: ignore[arg-type]
    assert len(told.samples) <= 201
    assert sum(sample.value for sample in told.samples) == 10_000
