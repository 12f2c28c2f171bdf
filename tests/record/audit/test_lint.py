"""The check before a merge: every file that grants something, by file and line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from record.audit.lint import lint, run
from tests.api.house import PLATFORM
from tests.company import found
from tests.domain.builders import pending
from tests.record.building import Story, bare, git, opened, person_commits
from tests.rules import rule

HOOK = Path(__file__).parents[3] / "deploy" / "git" / "pre-receive"
TENANT = "tenants/tenant-finance.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The demo's company."""
    found(tmp_path / "gitops.git")
    return tmp_path / "gitops.git"


def places(path: Path) -> list[str]:
    """Something is wrong."""
    return [fault.place for fault in lint(path)]


def test_the_demos_files_are_good(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the command says so, with exit code 0."""
    assert places(repository) == []
    assert run([str(repository)]) == 0
    assert capsys.readouterr().out == "Every file is good\n"


async def test_a_change_that_leaves_an_open_request_to_nobody_is_named(tmp_path: Path) -> None:
    """Of rules or of people; not where the rule says so itself, nor where the request has ended, nor older ones."""
    path = tmp_path / "gitops.git"
    found(path)
    writing = opened(path, tmp_path)
    await Story(writing, pending(id="PR-2026-0001")).create()
    await (await Story(writing, pending(id="PR-2026-0002")).create()).then("rejected", reason="Not tested enough")
    three = [{"role": "cpi", "count": 4}]
    person_commits(path, rule("four", approvals=three, match={"names": ["payment-api"]}))
    assert places(path) == []  # Jean, Claire and two of the platform
    tenant = git(path, "show", f"main:{TENANT}")
    person_commits(path, {TENANT: tenant.replace("Claire Moreau, role: cpi", "Claire Moreau, role: viewer")})
    (named,) = lint(path)
    assert (named.path, named.sentence) == (
        "rules/four.yaml",
        "asks for votes that nobody could give: it strands PR-2026-0001; `strand: allow` permits it",
    )
    person_commits(path, rule("four", approvals=three, match={"names": ["payment-api"]}, strand="allow"))
    assert places(path) == []
    await writing.close()


TWICE = "\n    - {url: 'https://a.example/', secretName: ci}"
FAULTS: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a misspelled key": ({TENANT: "MISSPELLED"}, [f"{TENANT}, line 8"]),
    "a delegation by hand": (
        {"delegations/a@cab-i.com/1.yaml": "kind: Delegation\n"},
        ["delegations/a@cab-i.com/1.yaml, line 1"],
    ),
    "no YAML": ({"apis/payment-api.yaml": "kind: [Api\nmetadata:\n"}, ["apis/payment-api.yaml, line 2"]),
    "another name": ({"policies/other.yaml": "COPY policies/rate-limit.yaml"}, ["policies/other.yaml"]),
    "a name given twice": (
        {"apis/v1/rate-limit.yaml": "COPY policies/rate-limit.yaml"},
        ["apis/v1/rate-limit.yaml", "policies/rate-limit.yaml"],
    ),
    "another kind": (
        {"policies/claims-portal.yaml": "COPY applications/claims-portal.yaml"},
        ["policies/claims-portal.yaml"],
    ),
    "an impact that there is not": ({"policies/rate-limit.yaml": "IMPACT"}, ["policies/rate-limit.yaml, line 8"]),
    "a tenant that there is not": (
        {"tenants/tenant-retail.yaml": None},
        ["apis/catalog-api.yaml", "policies/rate-limit.yaml"],
    ),
    "a time in another spelling": ({"platform.yaml": f"{PLATFORM}  approvalValidFor: P7D"}, ["platform.yaml, line 22"]),
    "approvals for ever": ({"platform.yaml": f"{PLATFORM}  approvalValidFor: 366d"}, ["platform.yaml, line 22"]),
    "a switch that is none": ({"platform.yaml": f"{PLATFORM}  supersede: 1"}, ["platform.yaml, line 22"]),
    "a webhook that is none": (
        {TENANT: "WEBHOOKS [{url: 'ftp://a.example/', secretName: ci}]"},
        [f"{TENANT}, line 14"],
    ),
    "a webhook without a secret": ({TENANT: "WEBHOOKS [{url: 'https://a.example/'}]"}, [f"{TENANT}, line 14"]),
    "a reminder for a system": (
        {TENANT: "WEBHOOKS [{url: 'https://a.example/', secretName: ci, events: [request-reminder]}]"},
        [f"{TENANT}, line 14"],
    ),
    "one address twice": (
        {TENANT: f"WEBHOOKS{2 * TWICE}"},
        [f"{TENANT}, line 16"],
    ),
    "webhooks that are no list": ({TENANT: "WEBHOOKS https://a.example/"}, [f"{TENANT}, line 14"]),
    "controls taken back": ({"platform.yaml": PLATFORM.replace("  controls: 2\n", "")}, ["platform.yaml"]),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_named_with_its_place(repository: Path, what: str) -> None:
    """Before it is merged, whatever it is."""
    files, expected = FAULTS[what]
    person_commits(repository, {path: _text(repository, text) for path, text in files.items()})
    assert places(repository) == expected


def _text(repository: Path, text: str | None) -> str | None:
    if text == "MISSPELLED":
        return git(repository, "show", f"main:{TENANT}").replace("role: devops", "rule: devops", 1) + "\n"
    if text is not None and text.startswith("WEBHOOKS"):
        return git(repository, "show", f"main:{TENANT}") + f"\n  webhooks:{text.removeprefix('WEBHOOKS')}\n"
    if text == "IMPACT":
        return git(repository, "show", "main:policies/rate-limit.yaml") + "\n  minimumImpact: huge\n"
    if text == "KIND":
        return git(repository, "show", "main:apis/payment-api.yaml").replace("payment-api", "c") + "\n"
    if text is not None and text.startswith("COPY "):
        return git(repository, "show", f"main:{text[5:]}") + "\n"
    return text


def test_the_command_prints_a_line_a_fault(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As compilers do, so that editors and pipelines find the place; a repository that is none has exit code 2."""
    person_commits(repository, {TENANT: "kind: Nothing\n"})
    assert run([str(repository)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{TENANT}:1: ")
    assert last == "1 fault"
    assert run([str(repository), "--commit", "nowhere"]) == 2


def test_the_hook_refuses_a_push_that_would_take_rights_away(repository: Path, tmp_path: Path) -> None:
    """Git shows the fault to whoever pushes, and takes the mended push; other branches are nobody's business."""
    hook = repository / "hooks" / "pre-receive"
    hook.write_bytes(HOOK.read_bytes())
    hook.chmod(0o755)
    git(tmp_path, "clone", "--quiet", str(repository), "work")
    work, good = tmp_path / "work", (tmp_path / "work" / TENANT).read_text(encoding="utf-8")
    environment = os.environ | {"PRODGATE": str(Path(sys.executable).with_name("prodgate"))}

    def pushed(text: str, branch: str = "main") -> subprocess.CompletedProcess[str]:
        (work / TENANT).write_text(text, encoding="utf-8")
        who = ("-c", "user.name=Mona", "-c", "user.email=mona@cab-i.com")
        git(work, *who, "commit", "--quiet", "--all", "--message", "Change who is who", "--allow-empty")
        push = ["git", "-C", str(work), "push", "--quiet", "origin", f"HEAD:{branch}"]
        return subprocess.run(push, capture_output=True, text=True, env=environment, check=False)

    refused = pushed(good.replace("role: cpi", "rule: cpi", 1))
    assert refused.returncode != 0
    assert f"{TENANT}:10: " in refused.stderr
    assert pushed(good.replace("role: cpi", "rule: cpi", 1), "draft").returncode == 0
    assert pushed(good + "# mended\n").returncode == 0


def test_rules_without_the_switch_are_a_surprise_that_lint_names(tmp_path: Path) -> None:
    """They hold for nobody yet; where the platform's file can't be read, that is the fault to mend."""
    record = bare(tmp_path / "new.git")
    person_commits(record, {"platform.yaml": PLATFORM.replace("  controls: 2\n", ""), **rule("weekend")})
    assert places(record) == ["rules"]
    person_commits(record, {"platform.yaml": PLATFORM})
    assert places(record) == []


def test_a_rule_for_a_tenant_that_there_is_not_holds_for_nobody(repository: Path) -> None:
    """A misspelled name would leave the tenant without its rule."""
    person_commits(repository, {**rule("weekend", match={"tenants": ["tenant-finanse"]})})
    assert places(repository) == ["rules/weekend.yaml"]


def test_an_escalation_to_a_group_that_there_is_not_is_named(repository: Path) -> None:
    """It would ask nobody."""
    steps = [{"after": "P1D", "group": "managment"}]
    person_commits(repository, rule("next", escalation=steps))
    (fault,) = lint(repository)
    assert str(fault) == "rules/next.yaml: platform.yaml has no group managment: its escalation asks nobody"
