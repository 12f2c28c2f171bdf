"""Checks of health in the catalogue: read strictly, and as of one commit."""

from pathlib import Path
from typing import Any

import pygit2
import pytest

from domain.targets import CatalogueEntry
from domain.ticket import TargetType
from record.people.catalogue import entry_at, parse
from record.people.members import Fault
from tests.record.building import bare, person_commits
from tests.workflows.applications import named

HTTP = {"url": "https://pay.example/health"}


def read(health: dict[str, Any]) -> CatalogueEntry | Fault:
    [(path, text)] = named(health).items()
    return parse(path, text.encode())


def test_a_check_is_read_from_its_entry() -> None:
    entry = read({"http": HTTP | {"json": {"path": "db.ok", "value": True}}, "for": "PT2M", "interval": "PT5S"})
    assert isinstance(entry, CatalogueEntry)
    assert entry.health is not None
    assert (entry.health.lasts.seconds, entry.health.interval.seconds, entry.health.ends_after.seconds) == (120, 5, 540)


@pytest.mark.parametrize(
    "health",
    [
        {},
        {"http": HTTP, "for": 120},
        {"http": HTTP, "every": "PT5S"},
        {"http": HTTP | {"headers": {"authorization": "x"}}},
        {"http": {"url": "http://user:word@pay.example/"}},
        {"http": HTTP, "prometheus": {"query": "up", "operator": "==", "threshold": 1}},
    ],
)
def test_what_is_no_check_is_a_fault_of_its_file(health: dict[str, Any]) -> None:
    said = read(health)
    assert isinstance(said, Fault)
    assert said.path == "apis/payment-api.yaml"


def test_one_commit_says_what_the_check_was(tmp_path: Path) -> None:
    """What came later is not read, and a file that can't be used stands in the way."""
    path = bare(tmp_path / "record.git")
    tips = [
        person_commits(path, dict[str, str | None](files))
        for files in (named(None), named({"http": HTTP}), named({"http": {}}), {"apis/payment-api.yaml": None})
    ]
    git = pygit2.Repository(str(path))
    none, first, broken, gone = (entry_at(git[tip].peel(pygit2.Commit), TargetType.API, "payment-api") for tip in tips)
    assert isinstance(none, CatalogueEntry)
    assert none.health is None
    assert isinstance(first, CatalogueEntry)
    assert first.health is not None
    assert isinstance(broken, Fault)
    assert gone is None
