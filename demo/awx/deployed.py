"""Stands in for an application that the simulated AWX deployed: it answers how it is, ill where its version says so."""

from typing import Any

ILL = "-ill"
"""The end of a version that is ill once it is deployed."""


def health_of(version: str | None) -> tuple[int, dict[str, Any]]:
    """The status and the answer of the application in this version; None where none was deployed."""
    if version is None:
        return 404, {"status": "not deployed"}
    if version.endswith(ILL):
        return 503, {"status": "down", "version": version, "why": "no connection to the database"}
    return 200, {"status": "up", "version": version}


def deployed_health(port: int, name: str) -> dict[str, Any]:
    """The check that the demo's catalogue names of the target: short, so that one can watch it."""
    url = f"http://127.0.0.1:{port}/deployed/{name}/health"
    probe = {"url": url, "json": {"path": "status", "value": "up"}}
    return {"http": probe, "for": "PT15S", "interval": "PT3S", "within": "PT45S"}
