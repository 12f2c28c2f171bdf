"""Rules and dashboards: promtool takes them, they read metrics that exist, and each alert has its runbook."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.alerts import ALERTS, alerts, cases
from tests.deploy.chart import CHART, SETS, files, helm, objects, processes
from tests.metrics import OBSERVABILITY, ROOT, documented, names, queries, rules

OTHERS = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "temporal_activity_execution_latency_count",
    "temporal_worker_task_slots_available",
    "temporal_workflow_task_schedule_to_start_latency_bucket",
}
"""Names of Python's client and Temporal's SDK that are used; `tests/e2e/test_metrics.py` sees them served."""


def promtool(*arguments: object) -> None:
    """Run Prometheus' tool, which must be content."""
    if shutil.which("promtool") is None:
        assert os.environ.get("CI") != "true", "CI has promtool (.ci/prepare)"
        pytest.skip("promtool is not here; CI runs this")
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_and_the_configuration_are_prometheus() -> None:
    """The tool knows every key and parses every expression."""
    promtool("check", "config", OBSERVABILITY / "prometheus.yml")


def test_alerts_fire_for_what_they_are_for_and_not_otherwise() -> None:
    """The tool runs the rules over series that are written down."""
    promtool("test", "rules", OBSERVABILITY / "rules_test.yml")


def test_each_alert_fires_for_its_series_and_stays_quiet_where_all_is_well(tmp_path: Path) -> None:
    """Each by itself, so that none is silent because a label was renamed."""
    assert ALERTS.keys() == alerts()
    file = tmp_path / "alerts.yml"
    file.write_text(yaml.safe_dump(cases()), encoding="utf-8")
    promtool("test", "rules", file)


def expression(alert: str) -> str:
    """What an alert of one rule asks for."""
    (found,) = [rule["expr"] for rule in rules() if rule.get("alert") == alert]
    return str(found)


def scraped_jobs(release: str) -> set[str]:
    """The jobs by which Prometheus knows a release of the chart, of its APIs and of its workers."""
    made = yaml.safe_load_all(helm("template", release, CHART, *files("builds")))
    (monitor,) = [each["spec"] for each in made if each and each["kind"] == "ServiceMonitor"]
    return {rule["replacement"] for each in monitor["endpoints"] for rule in each["relabelings"]}


@pytest.mark.parametrize("release", ["prod", "prodgate", "prodgate-eu", "prodgates"])
def test_who_is_watched_is_whom_the_chart_and_the_configuration_have_asked(release: str) -> None:
    """By every name of an installation: one whose job the alert does not know would be down unseen."""
    watched, *present = re.findall(r'up\{job=~"([^"]*)"\}', expression("ProdgateIsDown"))
    config = yaml.safe_load((OBSERVABILITY / "prometheus.yml").read_text(encoding="utf-8"))
    for jobs in (scraped_jobs(release), {each["job_name"] for each in config["scrape_configs"]}):
        assert all(re.fullmatch(watched, job) for job in jobs), jobs
        assert [sum(bool(re.fullmatch(part, job)) for job in jobs) for part in present] == [1, 1]


def test_two_installations_have_jobs_of_their_own() -> None:
    """Rules that look at the latest of one must not take another's for it."""
    names = ("prod", "staging", "prodgate", "prodgate-eu")
    assert len(set().union(*map(scraped_jobs, names))) == 2 * len(names)


def test_memory_is_told_of_below_the_limits_that_processes_have() -> None:
    """The units' and the chart's limits are what the alert's share is of."""
    found = re.search(r"> (0\.\d+) \* (\d+)", expression("ProdgateMemoryNearLimit"))
    assert found
    units = (ROOT / "deploy" / "systemd").glob("*.service")
    limits = {re.findall(r"^MemoryMax=(\d+)G$", unit.read_text(encoding="utf-8"), re.MULTILINE)[0] for unit in units}
    pods = [each.container["resources"]["limits"]["memory"] for name in SETS for each in processes(objects(name))]
    assert {f"{limit}Gi" for limit in limits} == set(pods)
    assert [int(limit) * 2**30 for limit in limits] == [int(found[2])]


def test_every_query_of_a_dashboard_can_be_asked(tmp_path: Path) -> None:
    """Each as a rule of its own, for the tool checks rules."""
    asked = [{"record": f"asked:{number}", "expr": each} for number, each in enumerate(queries().values())]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": asked}]}), encoding="utf-8")
    promtool("check", "rules", file)


def test_dashboards_and_rules_read_metrics_that_are_documented() -> None:
    """A renamed metric would leave a panel empty and an alert silent."""
    listed = dict(re.findall(r"^\| `(\w+)` \| (\w+) ", documented(), re.MULTILINE))
    parts = {name + part for name, kind in listed.items() if kind == "histogram" for part in ("_bucket", "_count")}
    missing = {where: names(expr) - {*listed, *parts, *OTHERS} for where, expr in queries().items()}
    assert not {where: these for where, these in missing.items() if these}


def test_each_alert_leads_to_its_runbook() -> None:
    """The heading is there, and no runbook is left over."""
    alerts = [rule for rule in rules() if "alert" in rule]
    page = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (\w+)$", page, re.MULTILINE))
    assert {rule["alert"] for rule in alerts} == headings
    for rule in alerts:
        annotations = rule["annotations"]
        assert isinstance(annotations, dict)
        assert annotations["runbook_url"] == f"docs/runbooks.md#{str(rule['alert']).lower()}"
