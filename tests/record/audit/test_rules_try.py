"""The command `prodgate rules try`: what a change of rules would have done to every past request of a clone."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.record_data import repository
from cli import main
from domain.ticket import Target, TargetType
from record.audit import trial_replay
from tests.company import found
from tests.domain.builders import JEAN, NOW, details, pending
from tests.record.building import Story, git, number, opened, person_commits
from tests.rules import freeze, frozen, rule

TWO = [{"role": "cpi", "count": 2}]


@pytest.fixture
async def record(tmp_path: Path) -> Path:
    """The demo's company: two requests deployed, one failed, each a day after the other, and one that waits."""
    path = tmp_path / "gitops.git"
    found(path)
    writing = opened(path, tmp_path)
    for day, last in enumerate(("deployed", "failed", "deployed")):
        story = await Story(writing, pending(id=number(day + 1), at=NOW + timedelta(days=day))).create()
        await story.then("approved", "deploying", last)
    await Story(writing, pending(id=number(4), at=NOW + timedelta(days=3))).create()
    await writing.close()
    return path


def put(folder: Path, files: dict[str, str]) -> list[str]:
    """Write files of rules where somebody edits them; their paths."""
    for path, text in files.items():
        (folder / Path(path).name).write_text(text, encoding="utf-8")
    return [str(folder / Path(path).name) for path in files]


def told(capsys: pytest.CaptureFixture[str], record: Path, *asked: str) -> dict[str, Any]:
    assert main(["rules", "try", str(record), *asked, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def closed_days(count: int, name: str = "closed") -> dict[str, str]:
    """A rule by which nothing is launched for so many days from the first launch on."""
    return rule(name, freezes=[freeze(NOW, NOW + timedelta(days=count))])


def test_a_table_says_what_would_have_been(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By rule: the launches that it stops, how they ended, and the newest of them."""
    files = put(tmp_path, closed_days(2) | rule("two", approvals=TWO))
    assert main(["rules", "try", str(record), *files]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[0] == "4 requests, 3 launches"
    assert "two needs 2 votes 0 3 3 2 1 0 PR-2026-0003, PR-2026-0002, PR-2026-0001" in said
    assert "closed frozen 0 2 2 1 1 0 PR-2026-0002, PR-2026-0001" in said
    assert said[-2:] == [
        "Today's rules would have stopped 0 of them, the change 3:",
        "3 newly, of which 2 were deployed, 1 failed; 0 no more",
    ]


def test_a_change_is_held_against_the_rules_of_today(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shorter freeze frees what the longer one stops; the rules of other names stay."""
    person_commits(record, {**closed_days(3), **closed_days(1, "other")})
    said = told(capsys, record, *put(tmp_path, closed_days(1)))
    assert (said["total"]["today"], said["total"]["changed"], said["total"]["newly"]) == (3, 1, 0)
    rows = {row["rule"]: row for row in said["rows"]}
    assert rows["other"]["today"] == 1
    assert (said["total"]["freed"], said["total"]["newest"]) == (2, ["PR-2026-0003", "PR-2026-0002"])


def test_a_commit_may_be_tried_before_it_is_merged(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also one that takes a rule away, or lets the owners ask for a higher impact."""
    tip = person_commits(record, {**closed_days(3)})
    said = told(capsys, record, f"{tip}~1")
    assert (said["today"], said["total"]["today"], said["total"]["changed"]) == (tip, 3, 0)
    assert said["changed"] != tip


def test_requests_from_a_day_on_are_looked_at_alone(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the day on which they were asked for."""
    said = told(capsys, record, "HEAD", "--since", f"{NOW + timedelta(days=1):%Y-%m-%d}")
    assert (said["requests"], said["launches"]) == (3, 2)
    assert told(capsys, record, "HEAD", "--since", "2027-01-01")["requests"] == 0


def test_a_change_with_a_fault_is_refused(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would stop everything: the fault is named as lint names it."""
    files = put(tmp_path, {"rules/closed.yaml": "kind: Nothing\n"})
    assert main(["rules", "try", str(record), *files]) == 1
    assert capsys.readouterr().out.startswith("rules/closed.yaml:1: ")
    assert main(["rules", "try", str(record), *files, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["file"] == "rules/closed.yaml"


def test_a_change_that_decides_nothing_for_a_past_request_is_refused(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the rules and the newest requests, those that were never launched too."""
    files = put(tmp_path, rule("one", approvals=[{"role": "cpi"}]) | rule("two", approvals=TWO))
    assert main(["rules", "try", str(record), *files]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        "one and two are as specific, and differ: nothing decides for "
        "PR-2026-0004, PR-2026-0003, PR-2026-0002 and 1 more"
    )


def test_a_change_that_leaves_an_open_request_to_nobody_says_so_itself(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that have ended are nobody's any more; a group that has its members again strands nothing."""
    security = [{"group": "security", "count": 2}]
    files = put(tmp_path, rule("two", approvals=security))
    for alone in (trial_replay._ALONE, 0):  # in this process, and in others
        monkeypatch.setattr(trial_replay, "_ALONE", alone)
        assert main(["rules", "try", str(record), *files]) == 1
        assert capsys.readouterr().out.splitlines()[-1] == (
            "two asks for votes that nobody could give: it strands PR-2026-0004; `strand: allow` permits it"
        )
    assert main(["rules", "try", str(record), *files, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["stranded"] == [
        {"rule": "two", "requests": 1, "newest": ["PR-2026-0004"]}
    ]
    assert told(capsys, record, *put(tmp_path, rule("two", approvals=security, strand="allow")))["stranded"] == []
    groups = f"spec:\n  groups: {{security: [{JEAN.email}, claire.moreau@cab-i.com]}}"
    platform = git(record, "show", "main:platform.yaml").replace("spec:", groups, 1)
    person_commits(record, {"platform.yaml": platform})
    assert told(capsys, record, *put(tmp_path, rule("two", approvals=security)))["stranded"] == []


def test_a_file_that_holds_no_ticket_is_counted(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And is no reason to refuse a change."""
    person_commits(record, {"requests/prod/2026/03/PR-2026-0009.yaml": "kind: Nothing\n", "requests/prod/x.yaml": "?"})
    assert len(told(capsys, record, "HEAD")["unread"]) == 2


@pytest.mark.parametrize(("asked", "code"), [(["nowhere"], 2), (["missing.yaml"], 2)])
def test_what_can_not_be_read_is_one_sentence(
    record: Path, asked: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2."""
    assert main(["rules", "try", str(record), *asked]) == code
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("asked", [[], ["HEAD", "main"], ["HEAD", "a.yaml"], ["HEAD", "--since", "yesterday"]])
def test_a_question_that_is_none_is_refused(record: Path, asked: list[str]) -> None:
    """One commit, or files."""
    with pytest.raises(SystemExit) as left:
        main(["rules", "try", str(record), *asked])
    assert left.value.code == 2


async def test_what_a_rule_would_have_approved_by_itself_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With how it ended; today's rules ask people each time."""
    path = tmp_path / "gitops.git"
    found(path)
    writing = opened(path, tmp_path)
    for day, (version, last) in enumerate((("2.0.1", "deployed"), ("2.0.2", "deployed"), ("2.0.3", "failed"))):
        target = Target(type=TargetType.API, name="payment-api", version=version)
        at = NOW + timedelta(days=day)
        story = await Story(writing, pending(id=number(day + 1), at=at, target=target, request=details())).create()
        await story.then("approved", "deploying", last)
    await writing.close()
    person_commits(path, {"rules/everyday.yaml": None})
    files = put(tmp_path, rule("often", standard={"deployments": 2, "within": "P90D"}))
    said = told(capsys, path, *files)
    (row,) = said["standard"]
    assert row == {
        "rule": "often",
        "today": 0,
        "changed": 1,
        "newly": 1,
        "deployed": 0,
        "failed": 1,
        "freed": 0,
        "newest": ["PR-2026-0003"],
    }
    assert said["total"]["changed"] == 0
    assert main(["rules", "try", str(path), *files]) == 0
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "often approves alone 0 1 1 0 1 0 PR-2026-0003" in shown
    assert "the change 1: 1 newly, of which 1 failed" in shown[-1]


def test_many_requests_are_read_by_several_processes_with_the_same_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process counts a part of the record."""
    record = repository(tmp_path, 60)
    two = rule("two", approvals=TWO, strand="allow")
    files = put(tmp_path, frozen(datetime.fromisoformat("2026-03-01T00:00:00+00:00"), 90) | two)
    alone = told(capsys, record, *files)
    monkeypatch.setattr(trial_replay, "_CHUNK", 20)
    monkeypatch.setattr(trial_replay, "_ALONE", 20)
    assert told(capsys, record, *files) == alone
    assert {row["effect"] for row in alone["rows"]} == {"frozen", "votes"}
    assert alone["total"]["newest"]


def test_a_terminal_sees_how_far_it_is(
    record: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, and only there."""
    told(capsys, record, "HEAD")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    main(["rules", "try", str(record), "HEAD"])
    said = capsys.readouterr()
    assert said.err.endswith("] 4 of 4 requests\n")
    assert "#" not in said.out
