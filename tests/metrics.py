"""Names of metrics: those that are served, those that the documentation, dashboards and rules use.

`python -m tests.metrics` starts an installation and writes the table of docs/metrics.md.
"""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.stack import Stack, started, until

ROOT = Path(__file__).parent.parent
OBSERVABILITY = ROOT / "deploy" / "observability"
PAGE = ROOT / "docs" / "metrics.md"
TABLE = re.compile(r"(?<=<!-- metrics -->\n).*?(?=<!-- /metrics -->)", re.DOTALL)
SETTINGS = {"PRODGATE_AWX_WATCH_EVERY": "1"}
SELDOM = {
    "prodgate_drift": ("gauge", "Differences between the record and the engine"),
    "prodgate_drift_seconds": ("gauge", "The time of this worker's last look for differences, as a Unix time"),
    "prodgate_awx_duplicate_jobs": ("gauge", "Jobs beyond the first for one attempt; there from the first one on"),
    "prodgate_spans_lost_total": ("counter", "Spans that the collector did not take; there where one is set"),
}
"""What an installation serves only where something was set, or happened."""
_NAME = re.compile(r"(?:prodgate|documents|temporal|process)_[a-z0-9_]+")
_PARTS = ("_bucket", "_count", "_sum", "_total", "_created")


def served(text: str) -> dict[str, tuple[str, str]]:
    """Type and description of each metric of a process, by its name."""
    found = {}
    for family in text_string_to_metric_families(text):
        name = family.name + ("_total" if family.type == "counter" else "")
        found[name] = (family.type, family.documentation)
    return found


def table(of: dict[str, dict[str, tuple[str, str]]]) -> str:
    """Our own metrics of each process, in rows; those of the SDK and of Python are theirs to document."""
    rows: dict[str, tuple[str, str, list[str]]] = {}
    for process, metrics in of.items():
        for name, (kind, told) in metrics.items():
            own = name.startswith(("prodgate_", "documents_")) and not name.endswith("_created")
            if own and name not in SELDOM:
                rows.setdefault(name, (kind, told, []))[2].append(process)
    rows |= {name: (kind, told, ["worker"]) for name, (kind, told) in SELDOM.items()}
    lines = (f"| `{name}` | {kind} | {', '.join(by)} | {told} |" for name, (kind, told, by) in sorted(rows.items()))
    return "\n".join(["| metric | type | of | tells |", "|---|---|---|---|", *lines, ""])


def documented() -> str:
    """The table as it stands in the documentation."""
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    return found.group()


def queries() -> dict[str, str]:
    """Every expression of the dashboards and rules, by where it stands."""
    found: dict[str, str] = {}
    for file in sorted((OBSERVABILITY / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            found |= {f"{file.stem}: {panel['title']} {each['refId']}": each["expr"] for each in panel["targets"]}
    for rule in rules():
        found[f"{rule.get('alert') or rule['record']} {rule['labels']}"] = rule["expr"]
    return found


def rules() -> list[dict[str, Any]]:
    """Every rule, recording and alerting."""
    files = sorted((OBSERVABILITY / "rules").glob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def names(expression: str) -> set[str]:
    """The metrics that an expression reads."""
    without_texts = re.sub(r'"[^"]*"', '""', expression)
    return set(_NAME.findall(without_texts))


def known(metrics: dict[str, tuple[str, str]]) -> set[str]:
    """Every name by which these metrics can be read."""
    histograms = {name + part for name, (kind, _) in metrics.items() if kind == "histogram" for part in _PARTS[:3]}
    return {*metrics, *histograms, *SELDOM}


def scraped(stack: Stack) -> dict[str, dict[str, tuple[str, str]]]:
    """The metrics of both processes, once a promotion went through and the watch has looked."""
    stack.approve(ticket := stack.ask("1.0.0"))
    stack.await_state([ticket], "deployed")
    until("the watch", lambda: "prodgate_awx_stray_jobs" in stack.metrics("worker"))
    return {process: served(stack.metrics(process)) for process in ("api", "worker")}


def main() -> None:
    """Write the table."""
    with tempfile.TemporaryDirectory() as folder, started(Stack(Path(folder) / "data", settings=SETTINGS)) as stack:
        written = table(scraped(stack))
    PAGE.write_text(TABLE.sub(lambda _: written, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
