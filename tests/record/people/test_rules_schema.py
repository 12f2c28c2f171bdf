"""The schema of a rule says in an editor what the reader of rules says after a commit."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from cli import main
from demo.company import FILES
from domain.rules import Rule
from record.people.rules import parse
from record.people.rules_schema import rules_schema, written
from tests.record.people.test_rules import CRITICAL
from tests.schemas import PLACES, ROOT

SCHEMA = rules_schema()
DOCS = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES_IN_DOCS = re.findall(r"^```yaml\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def errors(text: str) -> list[str]:
    """The complaints about a rule as its text is."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(_as_editors_do(yaml.safe_load(text)))]


def _as_editors_do(value: Any) -> Any:
    """Times are strings to an editor, which reads YAML 1.2."""
    if isinstance(value, dict):
        return {key: _as_editors_do(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_editors_do(each) for each in value]
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.parts[-3])
def test_the_published_schema_is_that_of_the_code(place: Path) -> None:
    """`python -m tests.schemas` writes it anew."""
    assert place.read_text(encoding="utf-8") == written()


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    """So that a record has the schema of the release that reads its rules."""
    assert main(["rules", "schema"]) == 0
    assert capsys.readouterr().out == written()


def test_it_is_a_schema_that_describes_every_key() -> None:
    """An editor shows the description beside what it completes."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    models = {"RuleFile": SCHEMA, **SCHEMA["$defs"]}
    keys = {
        f"{name}.{key}": said for name, model in models.items() for key, said in model.get("properties", {}).items()
    }
    assert [key for key, said in keys.items() if not said["description"]] == []


@pytest.mark.parametrize("text", [CRITICAL, *(file.read_text(encoding="utf-8") for file in FILES.glob("rules/*.yaml"))])
def test_a_good_rule_is_good_to_editors(text: str) -> None:
    """The demo's too, which name the schema."""
    assert errors(text) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("count: 2", "count: 0"),
        ("role: cpi", "role: viewer"),
        ("{group: security}", "{count: 2}"),
        ("{group: security}", "{group: security, role: cpi}"),
        ("impacts: [high, critical]", "impacts: [hihg]"),
        ("match:", "matsh:"),
        ("2026-01-02T18:00", "2026-01-02T18:00Z"),
        ("2026-01-02T18:00", "tomorrow"),
        ("FREQ=WEEKLY", "each week"),
        ("reason: Nobody is here", "reason: No"),
        ("kind: Rules", "kind: Rule"),
    ],
)
def test_a_misspelled_rule_is_marked(good: str, bad: str) -> None:
    """While it is written."""
    changed = CRITICAL.replace(good, bad, 1)
    assert changed != CRITICAL
    assert errors(changed)


@pytest.mark.parametrize(
    "step",
    ["{role: cpi_admin}", "{after: P1D}", "{after: P1D, role: devops}", "{after: P1D, role: cpi, group: management}"],
)
def test_a_wrong_step_of_an_escalation_is_marked(step: str) -> None:
    """A good one is not, nor is a rule that says that nobody is asked."""
    spec = "  approvals:"
    assert spec in CRITICAL
    assert errors(CRITICAL.replace(spec, f"  escalation: [{step}]\n{spec}", 1))
    for good in ("[{after: P1D, role: viewer}, {after: P2D, group: management}]", "false"):
        assert errors(CRITICAL.replace(spec, f"  escalation: {good}\n{spec}", 1)) == []


WHOLE_RULES = [text for text in RULES_IN_DOCS if yaml.safe_load(text).get("kind") == "Rules"]


@pytest.mark.parametrize("text", WHOLE_RULES, ids=range(len(WHOLE_RULES)))
def test_a_rule_that_the_documentation_shows_is_one(text: str) -> None:
    """To the reader of rules, and to editors."""
    name = yaml.safe_load(text)["metadata"]["name"]
    assert isinstance(rule := parse(f"rules/{name}.yaml", text.encode()), Rule), rule
    assert errors(text) == []


def test_a_part_of_a_rule_that_the_documentation_shows_fits_into_one() -> None:
    """Such a part has no head of its own."""
    parts = [yaml.safe_load(text)["spec"] for text in RULES_IN_DOCS if text not in WHOLE_RULES]
    for part in (part for part in parts if "groups" not in part):
        whole = yaml.safe_dump({**yaml.safe_load(CRITICAL), "spec": part})
        assert errors(whole) == []
        assert isinstance(parse("rules/critical.yaml", whole.encode()), Rule)
