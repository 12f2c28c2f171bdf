"""Series for which each alert fires, and those for which it stays quiet, in promtool's notation: a value a minute."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.metrics import OBSERVABILITY, rules

_MINUTES = 240
_APPROVE = 'route="/v1/requests/prod/{id}/approve"'
_MONTH_AGO = -2_500_000


@dataclass(frozen=True)
class Series:
    """One series, as it is where something is wrong, and where all is well."""

    name: str
    wrong: str
    well: str


def _steady(name: str, wrong: float, well: float = 0) -> Series:
    return Series(name, f"{wrong}x{_MINUTES}", f"{well}x{_MINUTES}")


def _counted(name: str, wrong: float, well: float = 0) -> Series:
    return Series(name, f"0+{wrong}x{_MINUTES}", f"0+{well}x{_MINUTES}")


_NOW = 60  # a Unix time that goes on, in seconds a minute
_UP = (_steady('up{job="prodgate-api"}', 0, 1), _steady('up{job="prodgate-prod-worker"}', 1, 1))

ALERTS: Mapping[str, tuple[Series, ...]] = {
    "ProdgateIsDown": _UP,
    "ProdgateRecordUnreachable": (_steady("prodgate_record_remote_up", 0, 1),),
    "ProdgateRecordFaulty": (_steady('prodgate_record_faults{file="platform.yaml"}', 1),),
    "ProdgateRecordConflict": (_counted("prodgate_record_conflicts_total", 1),),
    "ProdgateUnexplainedJobs": (_steady("prodgate_awx_missing_jobs", 1), _steady("prodgate_awx_stray_jobs", 0)),
    "ProdgateDrift": (
        _steady('prodgate_drift{job="prodgate-worker",instance="a",kind="no-promotion"}', 1),
        _counted('prodgate_drift_seconds{job="prodgate-worker",instance="a"}', _NOW, _NOW),
    ),
    "ProdgateDriftUnseen": (Series("prodgate_drift_seconds", f"0x{_MINUTES}", f"0+{_NOW}x{_MINUTES}"),),
    "ProdgateLaunchUnknown": (
        _counted('prodgate_awx_launches_total{outcome="unknown"}', 1),
        _counted('prodgate_awx_launches_total{outcome="launched"}', 1, 1),
    ),
    "ProdgateHealthChecksFail": (
        _counted('prodgate_health_checks_total{outcome="failed"}', 1),
        _counted('prodgate_health_checks_total{outcome="held"}', 1, 1),
    ),
    "ProdgateFollowerStandsStill": (_steady("prodgate_follower_stands_still", 1),),
    "ProdgateFollowerLags": (_steady("prodgate_follower_oldest_seconds", 3700, 3500),),
    "ProdgateAnnouncementsLost": (
        _counted("prodgate_announcements_skipped_total", 1),
        _counted("prodgate_announcements_undelivered_total", 0),
    ),
    "ProdgateMessagesRefused": (_counted("prodgate_messages_refused_total", 1),),
    "ProdgateAuditTrailDown": (_steady("prodgate_audit_up", 0, 1),),
    "ProdgateSiemDown": (_steady('prodgate_siem_down{sink="syslog"}', 1),),
    "ProdgateCheckpointsLate": (Series("prodgate_checkpoint_seconds", f"{_MONTH_AGO}x{_MINUTES}", f"0+60x{_MINUTES}"),),
    "ProdgateLimitsAlone": (_steady("prodgate_limits_shared", 0, 1),),
    "ProdgateRequestsWaitLong": (_steady("prodgate_oldest_pending_seconds", 604_801, 604_799),),
    "ProdgateEmergencyUnanswered": (
        _steady('prodgate_debts{state="overdue"}', 1),
        _steady('prodgate_debts{state="open"}', 1, 1),
    ),
    "ProdgateMemoryNearLimit": (
        _steady('process_resident_memory_bytes{job="prodgate-worker"}', 1_800_000_000, 1_600_000_000),
    ),
    "ProdgateSpansLost": (_counted("prodgate_spans_lost_total", 1),),
    "ProdgateRequestsFail": (
        _counted('prodgate_http_requests_total{route="/v1/requests/prod",status="503"}', 10),
        _counted('prodgate_http_requests_total{route="/v1/requests/prod",status="200"}', 90, 90),
        _counted('prodgate_http_requests_total{route="/readyz",status="503"}', 20, 20),
    ),
    "ProdgateApprovalsAreSlow": (
        _counted(f'prodgate_http_request_seconds_bucket{{{_APPROVE},le="1.0",status="2xx"}}', 1, 5),
        _counted(f'prodgate_http_request_seconds_count{{{_APPROVE},status="2xx"}}', 5, 5),
    ),
    "ProdgateAnnouncementsAreLate": (
        _counted('prodgate_announcement_seconds_bucket{le="60.0"}', 1, 5),
        _counted("prodgate_announcement_seconds_count", 5, 5),
    ),
}


def cases() -> dict[str, Any]:
    """A file for `promtool test rules`, with two tests an alert: it fires, and it does not."""
    files = sorted((OBSERVABILITY / "rules").glob("*.yml"))
    tests = [_case(name, wrong=wrong) for name in ALERTS for wrong in (True, False)]
    return {"rule_files": [str(file) for file in files], "evaluation_interval": "1m", "tests": tests}


def _case(alert: str, *, wrong: bool) -> dict[str, Any]:
    expected = [{"labels": "{}", "value": 1}] if wrong else []
    fires = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) > bool 0'
    series = [{"series": each.name, "values": each.wrong if wrong else each.well} for each in ALERTS[alert]]
    return {
        "name": f"{alert} {'fires' if wrong else 'stays quiet'}",
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": fires, "eval_time": f"{_MINUTES - 10}m", "exp_samples": expected}],
    }


def alerts() -> set[str]:
    """The name of each alert of the rules."""
    return {rule["alert"] for rule in rules() if "alert" in rule}
