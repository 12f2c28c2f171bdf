"""The compose file as a value, for the tests that hold it."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("api", "worker")


def environment(service: str) -> dict[str, str]:
    """The variables a service is given."""
    given: dict[str, str] = SERVICES[service].get("environment", {})
    return given
