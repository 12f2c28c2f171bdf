"""The settings name the systems that watch; each becomes a follower of its own."""

from pathlib import Path

import pytest

from bootstrap.process import CannotServe
from bootstrap.siem import sinks
from clients.siem.https import BatchForm, HttpsSink
from clients.siem.otlp import OtlpSink
from clients.siem.sink import Address
from clients.siem.syslog import Syslog
from record.trail.repository import open_trail
from settings import Settings
from tests.record.building import bare

GIVEN = {
    "PRODGATE_GIT_REPO": "/srv/gitops.git",
    "PRODGATE_PUBLIC_URL": "https://gate.example:8443/x",
    "PRODGATE_SIEM_SYSLOG": "[::1]:6514",
    "PRODGATE_SIEM_HTTPS_URL": "https://splunk.example/services/collector/event",
    "PRODGATE_SIEM_HTTPS_FORM": "hec",
    "PRODGATE_SIEM_OTLP_URL": "https://otel.example/v1/logs",
}


def test_each_system_that_is_named_is_a_follower(tmp_path: Path) -> None:
    """With what its address and the installation's own say; none, where none is named."""
    trail = open_trail(str(bare(tmp_path / "audit.git")), tmp_path)
    found = sinks(Settings.from_environment(GIVEN), trail)
    assert [each.name for each in found] == ["siem/syslog", "siem/https", "siem/otlp"]
    syslog, https, otlp = (each.sink for each in found)
    assert isinstance(syslog, Syslog)
    assert (syslog.collector, syslog.host) == (Address("::1", 6514), "gate.example")
    assert isinstance(https, HttpsSink)
    assert https.form is BatchForm.HEC
    assert isinstance(otlp, OtlpSink)
    assert sinks(Settings.from_environment({"PRODGATE_GIT_REPO": "/srv/gitops.git"}), None) == ()
    trail.close()


def test_without_a_trail_there_is_nothing_to_hand_over() -> None:
    """Nobody would miss it before the day that it is needed."""
    with pytest.raises(CannotServe, match="PRODGATE_AUDIT_REPO"):
        sinks(Settings.from_environment(GIVEN), None)
