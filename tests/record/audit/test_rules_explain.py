"""The command `prodgate rules explain`: which rules hold for a request of a clone, offline."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli import main
from tests.company import found
from tests.domain.builders import NOW, pending
from tests.record.building import Story, bare, opened, person_commits
from tests.rules import frozen, rule

TICKET = "PR-2026-0001"
NEW = ("--tenant", "tenant-finance", "--type", "api", "--name", "payment-api", "--impact", "low")


@pytest.fixture
async def record(tmp_path: Path) -> Path:
    """The demo's company with one request, and rules that hold for it and for others."""
    path = tmp_path / "gitops.git"
    found(path)
    two = [{"role": "cpi", "count": 2}]
    rules = rule("payments", match={"names": ["payment-*"], "tenants": ["tenant-finance"]}, approvals=two)
    rules |= rule("everyday", approvals=[{"role": "cpi"}]) | frozen(NOW, types=["api"])
    rules |= rule("orders", match={"names": ["order-*"], "impacts": ["low"]}, approvals=two)
    person_commits(path, {**rules})
    writing = opened(path, tmp_path)
    await Story(writing, pending(id=TICKET)).create()
    await writing.close()
    return path


def explain(record: Path, *asked: str) -> int:
    return main(["rules", "explain", str(record), *asked])


def told(record: Path, capsys: pytest.CaptureFixture[str], *asked: str) -> dict[str, Any]:
    explain(record, *asked, "--json")
    return dict(json.loads(capsys.readouterr().out))


def test_a_request_is_explained_line_by_line(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each rule, what it decides, and what is closed at the time that is asked for."""
    assert explain(record, TICKET, "--at", "2026-03-02T10:00:00Z") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{TICKET}: api payment-api of tenant-finance, impact low"
    rows = {line.split()[0]: " ".join(line.split()) for line in lines[3:] if line}
    assert rows["payments"] == "payments yes name (9), tenant decides - -"
    assert rows["everyday"] == "everyday yes everything payments decides - -"
    assert rows["year-end"] == "year-end yes type - hold -"
    assert rows["orders"] == "orders no: name - - - -"
    assert rows["an"] == "an approval takes 2 of cpi (payments)"
    assert "until 2026-03-04T09:30:00Z, by the rule year-end: The books are closed" in rows["now"]


def test_a_request_that_nobody_asked_for_yet_is_explained_too(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs as one object: outside of the freeze nothing is closed."""
    said = told(record, capsys, *NEW, "--at", "2026-06-01T00:00:00Z")
    assert (said["ticket"], said["name"], said["decided"], said["closed"]) == (None, "payment-api", True, None)
    assert said["held"]["approvalsOf"] == "payments"
    assert [each["name"] for each in said["rules"] if not each["holds"]] == ["critical", "orders", "weekend"]


def test_it_says_who_is_asked_while_nobody_decides(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the table too, as a part that one rule decides."""
    steps = [{"after": "P2D", "role": "cpi_admin"}, {"after": "P4D", "group": "management"}]
    person_commits(record, rule("next", escalation=steps))
    assert explain(record, *NEW) == 0
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert lines["next"] == "next yes everything - - - decides"
    asks = "asks cpi_admin after P2D, management after P4D (next)"
    assert lines["while nobody decides"] == f"while nobody decides {asks}"


def test_the_impact_that_owners_ask_for_counts(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it does where the request is made."""
    policy = ("--tenant", "tenant-finance", "--type", "policy", "--name", "mtls-partners", "--impact", "low")
    assert told(record, capsys, *policy)["impact"] == "high"


def test_where_nothing_decides_the_exit_code_says_so(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two rules that are as specific and differ, and a file that can't be read, are both such."""
    person_commits(record, {**rule("always", approvals=[{"role": "cpi_admin"}])})
    assert explain(record, *NEW) == 0, "the more specific rule decides"
    other = (*NEW[:5], "ledger-api", *NEW[6:])
    assert explain(record, *other) == 1
    assert "always, everyday are as specific, and differ" in " ".join(capsys.readouterr().out.split())
    assert explain(record, *other, "--commit", "HEAD~1") == 0
    person_commits(record, {"rules/broken.yaml": "kind: Nothing\n", "rules/always.yaml": None})
    assert explain(record, *other) == 1
    assert "rules/broken.yaml" in capsys.readouterr().out


def test_without_the_switch_no_rule_holds_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The explanation says so, and what would hold."""
    record = bare(tmp_path / "other.git")
    person_commits(record, {**rule("payments", approvals=[{"role": "cpi", "count": 2}])})
    assert explain(record, *NEW) == 0
    said = capsys.readouterr().out
    assert "None of them holds for it: platform.yaml has not set spec.controls to 2" in said
    assert "2 of cpi (payments)" in said


@pytest.mark.parametrize("asked", [("PR-2026-9999",), (*NEW, "--commit", "nowhere"), ("--tenant", "UPPER", *NEW[2:])])
def test_what_can_not_be_found_or_read_is_one_sentence(
    record: Path, asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2."""
    assert explain(record, *asked) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("asked", [(), NEW[:4], (TICKET, *NEW), (TICKET, "--at", "tomorrow")])
def test_a_question_that_is_none_is_refused(record: Path, asked: tuple[str, ...]) -> None:
    """A ticket, or else a whole description of a request; a time with its zone."""
    with pytest.raises(SystemExit) as left:
        explain(record, *asked)
    assert left.value.code == 2


def test_what_a_file_says_moves_no_cursor(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reason is somebody's text."""
    files = frozen(NOW)
    hostile = '"The \\e[2Jbooks are closed"'
    person_commits(record, {path: text.replace("The books are closed", hostile) for path, text in files.items()})
    explain(record, TICKET, "--at", "2026-03-02T10:00:00Z")
    assert "\x1b" not in (said := capsys.readouterr().out)
    assert "\\x1b[2Jbooks" in said
