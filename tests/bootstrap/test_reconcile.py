"""`prodgate reconcile`, where nothing can be looked at, and what it prints."""

import json

import pytest

from bootstrap import reconcile
from domain.drift import Drift, DriftKind, DriftReport, difference
from domain.lifecycle import start
from tests.domain.builders import ticket_in


def drift(kind: DriftKind, subject: str = "PR-2026-0001") -> Drift:
    return Drift.of(kind, subject, "it is pending, and no promotion runs")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those that a test gives."""
    for name in ("PRODGATE_GIT_REPO", "PRODGATE_AWX_URL", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


def test_missing_settings_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2: nothing was looked at."""
    assert reconcile.run([]) == 2
    assert "PRODGATE_AWX_URL must be set" in capsys.readouterr().err


def test_an_engine_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, too."""
    for name, value in {
        "PRODGATE_GIT_REPO": "/nowhere",
        "PRODGATE_AWX_URL": "http://127.0.0.1:1/api/",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    assert reconcile.run(["--apply"]) == 2
    assert "No Temporal server can be reached at 127.0.0.1:1" in capsys.readouterr().err


def test_a_line_says_kind_ticket_and_what_mends_it() -> None:
    """And the last one how many there are, of which some are mended."""
    found = [(drift(DriftKind.NO_PROMOTION), True), (drift(DriftKind.UNPROVEN, "PR-2026-0002"), False)]
    *lines, last = reconcile._text(found, 1.5).splitlines()
    assert lines[0] == "no-promotion  PR-2026-0001  it is pending, and no promotion runs; mended"
    assert "PR-2026-0002" in lines[1]
    assert "`prodgate repair`" in lines[1]
    assert last == "2 differences, 1 mended, in 1.5 s"
    assert json.loads(reconcile._json(found, None))["left"] == 1


def test_a_launch_that_is_missing_for_want_of_a_promotion_is_told_once() -> None:
    """What AWX lacks besides is told."""
    lost = [drift(DriftKind.NO_PROMOTION)]
    jobs = [drift(DriftKind.MISSING_JOB), drift(DriftKind.MISSING_JOB, "PR-2026-0002"), drift(DriftKind.STRAY_JOB)]
    assert reconcile._others(jobs, lost) == jobs[1:]


def test_the_longer_history_is_the_newer_one() -> None:
    """Of a record and a promotion that go on from each other."""
    asked, agreed = ticket_in("pending"), ticket_in("approved")
    assert difference(None, asked) is DriftKind.NO_TICKET
    assert difference(agreed, agreed) is None
    assert difference(asked, agreed) is DriftKind.UNRECORDED
    assert difference(agreed, asked) is DriftKind.BEHIND
    assert difference(start(agreed, 1, agreed.last.at), start(agreed, 2, agreed.last.at)) is DriftKind.CONFLICT


def test_a_report_says_how_many_of_each_kind() -> None:
    """`none` where nothing differs."""
    assert str(DriftReport(counts={})) == "none"
    assert str(DriftReport(counts={DriftKind.BEHIND: 2})) == "2 behind: see `prodgate reconcile`"
