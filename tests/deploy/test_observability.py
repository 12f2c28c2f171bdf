"""Rules and dashboards: promtool takes them, they read metrics that exist, and each alert has its runbook."""

import json
import os
import re
import shutil
import subprocess
import sys
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


# -- what ships logs and traces ---------------------------------------------------------------------------------------


def logged() -> dict[str, object]:
    """A line of the log of a process that is traced, as it is written."""
    writes = (
        "import logging; from opentelemetry.sdk.trace import TracerProvider\n"
        "from bootstrap.process import configure_logs\n"
        "configure_logs('INFO')\n"
        "with TracerProvider().get_tracer('x').start_as_current_span('x'): logging.getLogger('x').info('said')\n"
    )
    done = subprocess.run([sys.executable, "-c", writes], capture_output=True, text=True, check=True)
    line: dict[str, object] = json.loads(done.stderr)
    return line


def test_those_who_ship_logs_take_keys_that_lines_have() -> None:
    """Alloy and Filebeat: by another name, a level or a trace would be nobody's."""
    line = logged()
    alloy = (OBSERVABILITY / "alloy.alloy").read_text(encoding="utf-8")
    assert alloy.count("{") == alloy.count("}")
    (expressions,) = re.findall(r"stage\.json \{ expressions = \{ (.*?) \} \}", alloy)
    taken = set(re.findall(r'(\w+) = ""', expressions))
    used = re.findall(r'source = "(\w+)"|(?:labels|structured_metadata) \{ values = \{ (.*?) \} \}', alloy)
    assert {name for pair in used for part in pair for name in re.findall(r"\w+", part)} == taken
    beat = yaml.safe_load((OBSERVABILITY / "filebeat.yml").read_text(encoding="utf-8"))
    named = re.findall(r"prodgate\.(\w+)", json.dumps(beat["processors"]))
    assert {*taken, *named} <= line.keys()
    (parsed,) = [each["ndjson"] for each in beat["filebeat.inputs"][0]["parsers"] if "ndjson" in each]
    assert parsed["target"] == "prodgate"


def test_those_who_ship_logs_read_the_time_of_a_line() -> None:
    """RFC 3339 with microseconds, in UTC, as both are told."""
    stamp = str(logged()["timestamp"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", stamp)
    beat = yaml.safe_load((OBSERVABILITY / "filebeat.yml").read_text(encoding="utf-8"))
    (layout,) = next(each["timestamp"]["layouts"] for each in beat["processors"] if "timestamp" in each)
    assert len(layout) == len(stamp)
    assert 'format = "RFC3339Nano"' in (OBSERVABILITY / "alloy.alloy").read_text(encoding="utf-8")


def test_the_collector_hands_on_what_it_is_sent() -> None:
    """At the port that the documentation names, by parts that are all defined and all used."""
    told = yaml.safe_load((OBSERVABILITY / "otel-collector.yml").read_text(encoding="utf-8"))
    pipeline = told["service"]["pipelines"]["traces"]
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) == told[part].keys()
    port = told["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f":{port}/v1/traces" in operations
