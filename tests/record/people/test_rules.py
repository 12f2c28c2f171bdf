"""The company's rules as files: what is read, and what is a fault of which line."""

from pathlib import Path

import pygit2
import pytest

from domain.roles import Role
from domain.rules import Rule
from domain.votes import Need
from record.people.members import Fault
from record.people.rules import Rulebook, RulesState, parse
from tests.record.building import bare, git, person_commits

CRITICAL = """\
apiVersion: apim.cab-i.com/v1
kind: Rules
metadata: {name: critical}
spec:
  match: {tenants: [tenant-finance], names: ["payment-*"], impacts: [high, critical]}
  approvals:
    - {role: cpi, count: 2}
    - {group: security}
  freezes:
    - {starts: 2026-01-02T18:00, ends: 2026-01-05T08:00, every: FREQ=WEEKLY, zone: Europe/Paris, reason: Nobody is here}
"""


def book(path: Path, **files: str | None) -> Rulebook:
    """The rules of a record that has these files below rules/."""
    record = bare(path / "record.git")
    given = {f"rules/{name}": text for name, text in files.items() if text}
    person_commits(record, {"README.md": "The record", **given})
    return RulesState().move_to(pygit2.Repository(str(record))[git(record, "rev-parse", "main")].peel(pygit2.Commit))


def test_a_rule_is_read() -> None:
    """Times without quotes too, as people write them."""
    rule = parse("rules/critical.yaml", CRITICAL.encode())
    assert isinstance(rule, Rule), rule
    assert rule.approvals == (Need(role=Role.CPI, count=2), Need(group="security"))
    assert [freeze.zone for freeze in rule.freezes] == ["Europe/Paris"]


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        ("count: 2", "count: 0", 7),
        ("role: cpi", "role: viewer", 7),
        ("impacts: [high, critical]", "impacts: [hihg]", 5),
        ("match:", "matsh:", 5),
        ("Europe/Paris", "Europe/Atlantis", 10),
        ("FREQ=WEEKLY", "FREQ=SOMETIMES", 10),
        ("kind: Rules", "kind: Rule", 2),
        ("{name: critical}", "{name: other}", None),
    ],
)
def test_a_misspelled_rule_is_a_fault_with_its_line(good: str, bad: str, line: int | None) -> None:
    """One that was read as something else would let through what it was written against."""
    found = parse("rules/critical.yaml", CRITICAL.replace(good, bad, 1).encode())
    assert isinstance(found, Fault), found
    assert found.line == line, found


def test_what_does_not_change_is_read_once(tmp_path: Path) -> None:
    """And a file that only documents is no rule."""
    found = book(tmp_path, **{"critical.yaml": CRITICAL, "README.md": "What our rules are"})
    assert [rule.name for rule in found.rules] == ["critical"]
    assert found.faults == ()


def test_a_file_that_is_no_rule_is_a_fault(tmp_path: Path) -> None:
    """Also one whose name only looks as if it were none."""
    found = book(tmp_path, **{"critical.yml": CRITICAL, "deep/critical.yaml": CRITICAL})
    assert {fault.path for fault in found.faults} == {"rules/critical.yml", "rules/deep"}
